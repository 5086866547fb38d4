import type { DBCluster, DBClusterEndpoint, DBClusterSnapshot, RDS } from '@aws-sdk/client-rds';
import type { Patience } from '../contract/wait.ts';
import { latest, shared, thingsPerPage } from './database-sight.ts';
import type { ClusterSight } from './services.ts';

/** Reads of clusters that go out together, always the whole list, as those of instances do. */
export function createClusterSight(rds: () => RDS, patience: Patience): ClusterSight {
  const clusters = shared<DBCluster>(patience, async (Marker) => {
    const answer = await rds().describeDBClusters({ MaxRecords: thingsPerPage, ...(Marker && { Marker }) });
    return { things: answer.DBClusters, next: answer.Marker };
  });
  const snapshots = shared<DBClusterSnapshot>(patience, async (Marker) => {
    const answer = await rds().describeDBClusterSnapshots({
      SnapshotType: 'manual',
      MaxRecords: thingsPerPage,
      ...(Marker && { Marker }),
    });
    return { things: answer.DBClusterSnapshots, next: answer.Marker };
  });
  const endpoints = shared<DBClusterEndpoint>(patience, async (Marker) => {
    const answer = await rds().describeDBClusterEndpoints({ MaxRecords: thingsPerPage, ...(Marker && { Marker }) });
    return { things: answer.DBClusterEndpoints, next: answer.Marker };
  });
  const { all, last } = latest(clusters);
  return {
    clusters: all,
    lastSeenClusters: last,
    cluster: async (id) => (await all()).find((one) => one.DbClusterResourceId === id),
    clusterNamed: async (name) => (await all()).find((one) => one.DBClusterIdentifier === name),
    clusterSnapshot: async (name) => (await snapshots()).find((one) => one.DBClusterSnapshotIdentifier === name),
    clusterEndpoints: endpoints,
  };
}
