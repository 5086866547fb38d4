import type { DBCluster, DBClusterEndpoint, DBClusterSnapshot, RDS } from '@aws-sdk/client-rds';
import { shared, thingsPerPage } from './database-sight.ts';
import type { ClusterSight } from './services.ts';

/** Reads of clusters that go out together, always the whole list, as those of instances do. */
export function createClusterSight(rds: () => RDS): ClusterSight {
  let seen: readonly DBCluster[] = [];
  const clusters = shared<DBCluster>(async (Marker) => {
    const answer = await rds().describeDBClusters({ MaxRecords: thingsPerPage, ...(Marker && { Marker }) });
    return { things: answer.DBClusters, next: answer.Marker };
  });
  const snapshots = shared<DBClusterSnapshot>(async (Marker) => {
    const answer = await rds().describeDBClusterSnapshots({
      SnapshotType: 'manual',
      MaxRecords: thingsPerPage,
      ...(Marker && { Marker }),
    });
    return { things: answer.DBClusterSnapshots, next: answer.Marker };
  });
  const endpoints = shared<DBClusterEndpoint>(async (Marker) => {
    const answer = await rds().describeDBClusterEndpoints({ MaxRecords: thingsPerPage, ...(Marker && { Marker }) });
    return { things: answer.DBClusterEndpoints, next: answer.Marker };
  });
  const all = async () => {
    seen = await clusters.load('all');
    return seen;
  };
  return {
    clusters: all,
    lastSeenClusters: () => seen,
    cluster: async (id) => (await all()).find((one) => one.DbClusterResourceId === id),
    clusterNamed: async (name) => (await all()).find((one) => one.DBClusterIdentifier === name),
    clusterSnapshot: async (name) =>
      (await snapshots.load('all')).find((one) => one.DBClusterSnapshotIdentifier === name),
    clusterEndpoints: () => endpoints.load('all'),
  };
}
