import { clusterArn, clusterSnapshotArn } from '../arns.ts';
import type { Cluster } from '../cluster/model.ts';
import { tellOfCluster, tellOfClusterSnapshot } from '../events.ts';
import { refusals } from '../refusals.ts';
import type { Kind } from './kind.ts';

export const clusterKind: Kind<Cluster> = {
  all: (world) => world.rds.clusters,
  snapshots: (world) => world.rds.clusterSnapshots,
  backups: (world) => world.rds.clusterBackups,
  arn: clusterArn,
  snapshotArn: clusterSnapshotArn,
  parameters: { identifier: 'DBClusterIdentifier', snapshot: 'DBClusterSnapshotIdentifier' },
  refusals: {
    missing: refusals.noCluster,
    exists: refusals.clusterExists,
    state: refusals.clusterState,
    noSnapshot: refusals.noClusterSnapshot,
    snapshotExists: refusals.clusterSnapshotExists,
    snapshotState: refusals.clusterSnapshotState,
  },
  tell: tellOfCluster,
  tellOfSnapshot: tellOfClusterSnapshot,
};
