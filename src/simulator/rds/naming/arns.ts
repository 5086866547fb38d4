import type { World } from '../../world.ts';

export function databaseArn(world: World, identifier: string): string {
  return world.arn('rds', `db:${identifier}`);
}

export function snapshotArn(world: World, id: string): string {
  return world.arn('rds', `snapshot:${id}`);
}

export function clusterArn(world: World, identifier: string): string {
  return world.arn('rds', `cluster:${identifier}`);
}

export function clusterSnapshotArn(world: World, id: string): string {
  return world.arn('rds', `cluster-snapshot:${id}`);
}

export function clusterEndpointArn(world: World, id: string): string {
  return world.arn('rds', `cluster-endpoint:${id}`);
}
