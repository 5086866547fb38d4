import type {
  DeleteDBClusterMessage,
  DescribeDBClustersMessage,
  FailoverDBClusterMessage,
  StartDBClusterMessage,
  StopDBClusterMessage,
} from '@aws-sdk/client-rds';
import { type Operations, operation } from '../../operation.ts';
import type { World } from '../../world.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { instanceKind } from '../kinds/instance.ts';
import { failingOver, requireFreeCluster, successor } from '../life/cluster.ts';
import { carryOut } from '../life/lifecycle.ts';
import { askStart, askStop } from '../life/stop.ts';
import { named } from '../naming/find.ts';
import { refusals } from '../rules/refusals.ts';
import { clusterView } from '../views/cluster.ts';
import { deleteOne, requireThere } from './delete.ts';
import { list } from './describe.ts';

function deleteCluster(world: World, input: DeleteDBClusterMessage): object {
  const cluster = named(world, clusterKind, input.DBClusterIdentifier);
  requireThere(clusterKind, cluster);
  deleteOne(world, clusterKind, cluster, input);
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

export const clusterOperations: Operations = {
  DescribeDBClusters: operation<DescribeDBClustersMessage>(
    ['DBClusterIdentifier', 'Filters', 'MaxRecords', 'Marker', 'IncludeShared'],
    (world, input) => {
      const { views, rest } = list(world, clusterKind, input.DBClusterIdentifier, input);
      return { DBClusters: views, ...rest };
    },
  ),
  DeleteDBCluster: operation<DeleteDBClusterMessage>(
    ['DBClusterIdentifier', 'SkipFinalSnapshot', 'FinalDBSnapshotIdentifier', 'DeleteAutomatedBackups'],
    deleteCluster,
  ),
  FailoverDBCluster: operation<FailoverDBClusterMessage>(
    ['DBClusterIdentifier', 'TargetDBInstanceIdentifier'],
    failOver,
  ),
  StopDBCluster: operation<StopDBClusterMessage>(['DBClusterIdentifier'], (world, input) => ({
    DBCluster: askStop(world, clusterKind, input.DBClusterIdentifier),
  })),
  StartDBCluster: operation<StartDBClusterMessage>(['DBClusterIdentifier'], (world, input) => ({
    DBCluster: askStart(world, clusterKind, input.DBClusterIdentifier),
  })),
};
