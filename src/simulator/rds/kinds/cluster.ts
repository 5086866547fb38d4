import { clusterArn, clusterSnapshotArn } from '../arns.ts';
import { requireFreeCluster } from '../cluster/lifecycle.ts';
import type { Cluster } from '../cluster/model.ts';
import { clusterSnapshotView } from '../cluster/views.ts';
import { tellOfCluster, tellOfClusterSnapshot } from '../events.ts';
import { refusals } from '../refusals.ts';
import type { Kind } from './kind.ts';

export const clusterKind: Kind<Cluster> = {
  all: (world) => world.rds.clusters,
  snapshots: (world) => world.rds.clusterSnapshots,
  backups: (world) => world.rds.clusterBackups,
  noun: 'DB cluster',
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
  requireFree: (_world, one, doing) => requireFreeCluster(one, doing),
  snapshot: {
    limits: ({ limits }) => ({ manual: limits.clusterSnapshots, copiesAtOnce: limits.clusterSnapshotCopies }),
    longestId: 63,
    // None by resource id (the doc comment of DescribeDBClusterSnapshotsMessage.Filters).
    filters: (world) => ({
      'db-cluster-snapshot-id': (one) => [one.id, clusterSnapshotArn(world, one.id)],
      'db-cluster-id': (one) => [one.databaseIdentifier, clusterArn(world, one.databaseIdentifier)],
    }),
    view: clusterSnapshotView,
    // An unencrypted cluster snapshot can't be copied into an encrypted one, as a DB snapshot can (facts §3.2).
    refuseKey({ keyArn }, key) {
      if (keyArn !== undefined || key === undefined) return;
      throw refusals.combination('A KMS key can not be given for the copy of an unencrypted DB cluster snapshot.');
    },
    finished: 'Finished DB cluster backup',
    keptByDefault: 1,
    deletedShows: 'available',
  },
  tell: tellOfCluster,
  tellOfSnapshot: tellOfClusterSnapshot,
};
