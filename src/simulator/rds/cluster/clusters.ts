import type {
  AddRoleToDBClusterMessage,
  DeleteDBClusterMessage,
  DescribeDBClustersMessage,
  FailoverDBClusterMessage,
  RemoveRoleFromDBClusterMessage,
  StartDBClusterMessage,
  StopDBClusterMessage,
} from '@aws-sdk/client-rds';
import { required } from '../../ec2/select.ts';
import { type Operations, operation } from '../../operation.ts';
import { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import { clusterArn } from '../arns.ts';
import { takeFinalSnapshot } from '../backups.ts';
import { tellOfCluster } from '../events.ts';
import { named, visible } from '../find.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { instanceKind } from '../kinds/instance.ts';
import { carryOut, type Stage } from '../lifecycle.ts';
import { membersOf } from '../names.ts';
import { refusals } from '../refusals.ts';
import { remove } from '../remove.ts';
import { folded, markedPage, passing } from '../select.ts';
import { start, stop } from '../stop.ts';
import { failingOver, requireFreeCluster, successor } from './lifecycle.ts';
import type { Cluster } from './model.ts';
import { clusterView } from './views.ts';

const mostRoles = 5;

function describe(world: World, input: DescribeDBClustersMessage): object {
  const test = passing<Cluster>(input.Filters, {
    'db-cluster-id': (one) => [...one.answersTo, ...one.answersTo.map((name) => clusterArn(world, name))],
    'db-cluster-resource-id': (one) => one.resourceId,
    'clone-group-id': (one) => one.oddities.CloneGroupId,
    domain: () => undefined,
    engine: (one) => one.engine,
  });
  const name = input.DBClusterIdentifier;
  const all = name ? [named(world, clusterKind, name)] : [...world.rds.clusters.values()];
  const chosen = all.filter((one) => one.visibleFrom <= world.time && test(one));
  const { items, ...rest } = markedPage(chosen, input, (one) => one.identifier);
  return {
    DBClusters: items.map((one) => {
      // Under a name that it is on its way to, a cluster shows that name.
      const shown = name && visible(world, clusterKind, folded(name)) === one ? folded(name) : one.identifier;
      const view = clusterView(world, one);
      return one.answersTo.includes(shown)
        ? { ...view, DBClusterIdentifier: shown, DBClusterArn: clusterArn(world, shown) }
        : view;
    }),
    ...rest,
  };
}

function deleteCluster(world: World, input: DeleteDBClusterMessage): object {
  const cluster = named(world, clusterKind, input.DBClusterIdentifier);
  if (cluster.status === 'deleting' || cluster.status === 'creating') {
    throw refusals.clusterState(`DB cluster ${cluster.identifier} is already ${cluster.status}.`);
  }
  if (cluster.settings.DeletionProtection) {
    throw refusals.combination('Cannot delete protected Cluster, please disable deletion protection and try again.');
  }
  if (membersOf(world, cluster).some((one) => one.status !== 'deleting')) {
    throw refusals.clusterState('Cluster cannot be deleted, it still contains DB instances in non-deleting state.');
  }
  if (input.SkipFinalSnapshot === true && input.FinalDBSnapshotIdentifier !== undefined) {
    throw refusals.combination('FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is.');
  }
  if (!input.SkipFinalSnapshot && input.FinalDBSnapshotIdentifier === undefined) {
    throw refusals.combination('FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.');
  }
  const stages: Stage[] = [];
  if (!input.SkipFinalSnapshot) {
    requireFreeCluster(cluster, 'snapshotted for the last time');
    const snapshot = takeFinalSnapshot(world, clusterKind, cluster, input.FinalDBSnapshotIdentifier);
    const deleting = () => {
      cluster.status = 'deleting';
    };
    stages.push([(snapshot.endsAt ?? world.time) - world.time, deleting]);
  } else {
    cluster.status = 'deleting';
  }
  // Available while its last snapshot is taken (the AWS CLI's example of delete-db-cluster).
  stages.push([
    world.seconds(30, 240),
    () => remove(world, clusterKind, cluster, input.DeleteAutomatedBackups ?? true),
  ]);
  carryOut(world, cluster, stages);
  return { DBCluster: clusterView(world, cluster) };
}

function failOver(world: World, input: FailoverDBClusterMessage): object {
  const cluster = named(world, clusterKind, input.DBClusterIdentifier);
  requireFreeCluster(cluster, 'failed over');
  const asked = input.TargetDBInstanceIdentifier;
  const target = asked === undefined ? successor(world, cluster) : named(world, instanceKind, asked);
  if (target?.member?.cluster !== cluster.resourceId || target.resourceId === cluster.writer || !target.up) {
    throw refusals.clusterState(`DB cluster ${cluster.identifier} has no reader that could become its writer.`);
  }
  cluster.status = 'failing-over';
  carryOut(world, cluster, failingOver(world, cluster, target));
  return { DBCluster: clusterView(world, cluster) };
}

function addRole(world: World, input: AddRoleToDBClusterMessage): object {
  const cluster = named(world, clusterKind, input.DBClusterIdentifier);
  const arn = required(input.RoleArn, 'RoleArn');
  const feature = input.FeatureName ?? '';
  requireFreeCluster(cluster, 'given a role');
  if (cluster.roles.some((role) => role.arn === arn || (feature !== '' && role.feature === feature))) {
    throw new AwsError(
      'DBClusterRoleAlreadyExists',
      `Role ARN ${arn} is already associated with DB Cluster: ${cluster.identifier}.`,
    );
  }
  if (cluster.roles.length >= mostRoles) {
    throw new AwsError('DBClusterRoleQuotaExceeded', 'No more roles can be associated with the DB cluster.');
  }
  const role: Cluster['roles'][number] = { arn, feature, status: 'PENDING' };
  cluster.roles.push(role);
  world.after(world.seconds(5, 60), () => {
    role.status = 'ACTIVE';
  });
  return {};
}

function removeRole(world: World, input: RemoveRoleFromDBClusterMessage): object {
  const cluster = named(world, clusterKind, input.DBClusterIdentifier);
  const arn = required(input.RoleArn, 'RoleArn');
  requireFreeCluster(cluster, 'parted from a role');
  const feature = input.FeatureName ?? '';
  const left = cluster.roles.filter((role) => role.arn !== arn || (feature !== '' && role.feature !== feature));
  if (left.length === cluster.roles.length) throw refusals.noClusterRole(arn, cluster.identifier);
  cluster.roles = left;
  return {};
}

function stopCluster(world: World, input: StopDBClusterMessage): object {
  const cluster = named(world, clusterKind, input.DBClusterIdentifier);
  requireFreeCluster(cluster, 'stopped');
  stop(world, clusterKind, cluster);
  return { DBCluster: clusterView(world, cluster) };
}

function startCluster(world: World, input: StartDBClusterMessage): object {
  const cluster = named(world, clusterKind, input.DBClusterIdentifier);
  if (!['stopped', 'inaccessible-encryption-credentials-recoverable'].includes(cluster.status)) {
    throw refusals.clusterState(`DB cluster ${cluster.identifier} is not stopped but ${cluster.status}.`);
  }
  const key = cluster.keyArn === undefined ? undefined : world.findKey(cluster.keyArn);
  if (cluster.keyArn !== undefined && !world.usable(key)) throw refusals.key(cluster.keyArn);
  start(world, clusterKind, cluster);
  tellOfCluster(world, cluster, 'DB cluster is being started', 'notification');
  return { DBCluster: clusterView(world, cluster) };
}

export const clusterOperations: Operations = {
  DescribeDBClusters: operation<DescribeDBClustersMessage>(
    ['DBClusterIdentifier', 'Filters', 'MaxRecords', 'Marker', 'IncludeShared'],
    describe,
  ),
  DeleteDBCluster: operation<DeleteDBClusterMessage>(
    ['DBClusterIdentifier', 'SkipFinalSnapshot', 'FinalDBSnapshotIdentifier', 'DeleteAutomatedBackups'],
    deleteCluster,
  ),
  FailoverDBCluster: operation<FailoverDBClusterMessage>(
    ['DBClusterIdentifier', 'TargetDBInstanceIdentifier'],
    failOver,
  ),
  AddRoleToDBCluster: operation<AddRoleToDBClusterMessage>(['DBClusterIdentifier', 'RoleArn', 'FeatureName'], addRole),
  RemoveRoleFromDBCluster: operation<RemoveRoleFromDBClusterMessage>(
    ['DBClusterIdentifier', 'RoleArn', 'FeatureName'],
    removeRole,
  ),
  StopDBCluster: operation<StopDBClusterMessage>(['DBClusterIdentifier'], stopCluster),
  StartDBCluster: operation<StartDBClusterMessage>(['DBClusterIdentifier'], startCluster),
};
