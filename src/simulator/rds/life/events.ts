import type { World } from '../../world.ts';
import type { Cluster, ClusterSnapshot } from '../model/cluster.ts';
import type { Database, DbSnapshot, RdsEvent } from '../model/model.ts';
import { clusterArn, clusterSnapshotArn, databaseArn, snapshotArn } from '../naming/arns.ts';

/** Has DescribeEvents tell of it, under the name that the instance has at this moment. */
export function tell(world: World, database: Database, message: string, ...categories: string[]): void {
  const { identifier } = database;
  add(world, { source: identifier, type: 'db-instance', arn: databaseArn(world, identifier) }, message, categories);
}

export function tellOfCluster(world: World, cluster: Cluster, message: string, ...categories: string[]): void {
  const { identifier } = cluster;
  add(world, { source: identifier, type: 'db-cluster', arn: clusterArn(world, identifier) }, message, categories);
}

export function tellOfSnapshot(world: World, snapshot: DbSnapshot, message: string, ...categories: string[]): void {
  add(world, { source: snapshot.id, type: 'db-snapshot', arn: snapshotArn(world, snapshot.id) }, message, categories);
}

export function tellOfClusterSnapshot(
  world: World,
  { id }: ClusterSnapshot,
  message: string,
  ...categories: string[]
): void {
  add(world, { source: id, type: 'db-cluster-snapshot', arn: clusterSnapshotArn(world, id) }, message, categories);
}

function add(
  world: World,
  source: Pick<RdsEvent, 'source' | 'type' | 'arn'>,
  message: string,
  categories: readonly string[],
): void {
  world.rds.events.push({ ...source, message, categories, at: world.time });
}
