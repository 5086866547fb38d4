import type {
  AddRoleToDBInstanceMessage,
  DeleteDBInstanceMessage,
  DescribeDBInstancesMessage,
  RebootDBInstanceMessage,
  RemoveRoleFromDBInstanceMessage,
  StartDBInstanceMessage,
  StopDBInstanceMessage,
} from '@aws-sdk/client-rds';
import { required } from '../ec2/select.ts';
import { zones } from '../ec2/volumes.ts';
import { type Operations, operation } from '../operation.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { clusterArn, databaseArn } from './arns.ts';
import { takeFinalSnapshot } from './backups.ts';
import { loseWriter } from './cluster/lifecycle.ts';
import { tell } from './events.ts';
import { named, visible } from './find.ts';
import { instanceKind } from './kinds/instance.ts';
import { carryOut, requireFree, requireOwn, restart, type Stage, statusOf, takeDown } from './lifecycle.ts';
import type { Database } from './model.ts';
import { clusterOfMember } from './names.ts';
import { refusals } from './refusals.ts';
import { remove } from './remove.ts';
import { folded, markedPage, passing } from './select.ts';
import { start, stop } from './stop.ts';
import { databaseView } from './views.ts';

const mostRoles = 5;

function describe(world: World, input: DescribeDBInstancesMessage): object {
  const test = passing<Database>(input.Filters, {
    'db-instance-id': (one) => [...one.answersTo, ...one.answersTo.map((name) => databaseArn(world, name))],
    'dbi-resource-id': (one) => one.resourceId,
    'db-cluster-id': (one) => {
      const cluster = clusterOfMember(world, one);
      return cluster && [cluster.identifier, clusterArn(world, cluster.identifier)];
    },
    domain: () => undefined,
    engine: (one) => one.engine,
  });
  const name = input.DBInstanceIdentifier;
  const all = name ? [named(world, instanceKind, name)] : [...world.rds.databases.values()];
  const chosen = all.filter((one) => one.visibleFrom <= world.time && test(one));
  const { items, ...rest } = markedPage(chosen, input, (one) => one.identifier);
  return {
    DBInstances: items.map((one) => {
      // Under a name that it is on its way to, an instance shows that name.
      const shown = name && visible(world, instanceKind, folded(name)) === one ? folded(name) : one.identifier;
      const view = databaseView(world, one);
      return one.answersTo.includes(shown)
        ? { ...view, DBInstanceIdentifier: shown, DBInstanceArn: databaseArn(world, shown) }
        : view;
    }),
    ...rest,
  };
}

function reboot(world: World, input: RebootDBInstanceMessage): object {
  const database = named(world, instanceKind, input.DBInstanceIdentifier);
  requireFree(world, database, 'rebooted');
  if (input.ForceFailover && !database.settings.MultiAZ) {
    throw refusals.combination('Cannot force failover since the instance is not configured for Multi-AZ.');
  }
  database.status = 'rebooting';
  if (input.ForceFailover) {
    const { AvailabilityZone } = database.settings;
    database.settings = {
      ...database.settings,
      AvailabilityZone: zones(world).find((zone) => zone !== AvailabilityZone),
    };
    tell(world, database, 'Multi-AZ instance failover started', 'failover');
  }
  carryOut(world, database, restart(world, database));
  return { DBInstance: databaseView(world, database) };
}

function stopInstance(world: World, input: StopDBInstanceMessage): object {
  const database = named(world, instanceKind, input.DBInstanceIdentifier);
  requireOwn(database, 'stopped');
  requireFree(world, database, 'stopped');
  const replicas = [...world.rds.databases.values()].some((one) => one.replicaOf === database.resourceId);
  if (replicas || database.replicaOf !== undefined) {
    throw refusals.databaseState('A read replica, or an instance that has one, can not be stopped.');
  }
  stop(world, instanceKind, database);
  return { DBInstance: databaseView(world, database) };
}

function startInstance(world: World, input: StartDBInstanceMessage): object {
  const database = named(world, instanceKind, input.DBInstanceIdentifier);
  requireOwn(database, 'started');
  if (!['stopped', 'inaccessible-encryption-credentials-recoverable'].includes(database.status)) {
    throw refusals.databaseState(`Instance ${database.identifier} is not stopped but ${statusOf(world, database)}.`);
  }
  const key = database.keyArn === undefined ? undefined : world.findKey(database.keyArn);
  if (database.keyArn !== undefined && !world.usable(key)) throw refusals.key(database.keyArn);
  start(world, instanceKind, database);
  return { DBInstance: databaseView(world, database) };
}

function deleteDatabase(world: World, input: DeleteDBInstanceMessage): object {
  const database = named(world, instanceKind, input.DBInstanceIdentifier);
  if (database.status === 'deleting' || database.status === 'creating') {
    throw refusals.databaseState(`Instance ${database.identifier} is already ${database.status}.`);
  }
  if (database.member) return deleteMember(world, database, input);
  if (database.settings.DeletionProtection) {
    throw refusals.combination(
      'Cannot delete protected DB Instance, please disable deletion protection and try again.',
    );
  }
  if (input.SkipFinalSnapshot === true && input.FinalDBSnapshotIdentifier !== undefined) {
    throw refusals.combination('FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is.');
  }
  if (!input.SkipFinalSnapshot && input.FinalDBSnapshotIdentifier === undefined) {
    throw refusals.combination('FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.');
  }
  if (!input.SkipFinalSnapshot) requireFree(world, database, 'snapshotted for the last time');
  const stages: Stage[] = [];
  if (!input.SkipFinalSnapshot) {
    const snapshot = takeFinalSnapshot(world, instanceKind, database, input.FinalDBSnapshotIdentifier);
    stages.push([(snapshot.endsAt ?? world.time) - world.time, () => {}]);
  }
  stages.push(
    [world.seconds(2, 10), () => takeDown(world, database)],
    [world.seconds(60, 240), () => remove(world, instanceKind, database, input.DeleteAutomatedBackups ?? true)],
  );
  database.status = 'deleting';
  carryOut(world, database, stages);
  return { DBInstance: databaseView(world, database) };
}

// It takes no snapshot: the data is the cluster's. Without its writer the cluster has another one write.
function deleteMember(world: World, database: Database, input: DeleteDBInstanceMessage): object {
  if (input.FinalDBSnapshotIdentifier !== undefined) {
    throw refusals.combination('FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance.');
  }
  database.status = 'deleting';
  const cluster = clusterOfMember(world, database);
  carryOut(world, database, [
    [
      world.seconds(2, 10),
      () => {
        takeDown(world, database);
        if (cluster?.writer === database.resourceId) loseWriter(world, cluster);
      },
    ],
    [world.seconds(60, 300), () => remove(world, instanceKind, database, false)],
  ]);
  return { DBInstance: databaseView(world, database) };
}

function addRole(world: World, input: AddRoleToDBInstanceMessage): object {
  const database = named(world, instanceKind, input.DBInstanceIdentifier);
  const arn = required(input.RoleArn, 'RoleArn');
  const feature = required(input.FeatureName, 'FeatureName');
  requireOwn(database, 'given a role');
  requireFree(world, database, 'given a role');
  if (database.roles.some((role) => role.arn === arn || role.feature === feature)) {
    throw new AwsError(
      'DBInstanceRoleAlreadyExists',
      `Role ARN ${arn} is already associated with DB Instance: ${database.identifier}.`,
    );
  }
  if (database.roles.length >= mostRoles) {
    throw new AwsError('DBInstanceRoleQuotaExceeded', 'No more roles can be associated with the DB instance.');
  }
  const role: Database['roles'][number] = { arn, feature, status: 'PENDING' };
  database.roles.push(role);
  world.after(world.seconds(5, 60), () => {
    role.status = 'ACTIVE';
  });
  return {};
}

function removeRole(world: World, input: RemoveRoleFromDBInstanceMessage): object {
  const database = named(world, instanceKind, input.DBInstanceIdentifier);
  const arn = required(input.RoleArn, 'RoleArn');
  requireFree(world, database, 'parted from a role');
  const left = database.roles.filter((role) => role.arn !== arn || role.feature !== input.FeatureName);
  if (left.length === database.roles.length) throw refusals.noRole(arn, database.identifier);
  database.roles = left;
  return {};
}

export const instanceOperations: Operations = {
  DescribeDBInstances: operation<DescribeDBInstancesMessage>(
    ['DBInstanceIdentifier', 'Filters', 'MaxRecords', 'Marker'],
    describe,
  ),
  RebootDBInstance: operation<RebootDBInstanceMessage>(['DBInstanceIdentifier', 'ForceFailover'], reboot),
  StopDBInstance: operation<StopDBInstanceMessage>(['DBInstanceIdentifier'], stopInstance),
  StartDBInstance: operation<StartDBInstanceMessage>(['DBInstanceIdentifier'], startInstance),
  DeleteDBInstance: operation<DeleteDBInstanceMessage>(
    ['DBInstanceIdentifier', 'SkipFinalSnapshot', 'FinalDBSnapshotIdentifier', 'DeleteAutomatedBackups'],
    deleteDatabase,
  ),
  AddRoleToDBInstance: operation<AddRoleToDBInstanceMessage>(
    ['DBInstanceIdentifier', 'RoleArn', 'FeatureName'],
    addRole,
  ),
  RemoveRoleFromDBInstance: operation<RemoveRoleFromDBInstanceMessage>(
    ['DBInstanceIdentifier', 'RoleArn', 'FeatureName'],
    removeRole,
  ),
};
