import { required } from '../../ec2/select.ts';
import type { World } from '../../world.ts';
import { folded } from '../find.ts';
import { refusals } from '../refusals.ts';
import type { Cluster, ClusterEndpoint, ClusterSnapshot } from './model.ts';

export function clusterArn(world: World, identifier: string): string {
  return world.arn('rds', `cluster:${identifier}`);
}

export function clusterSnapshotArn(world: World, id: string): string {
  return world.arn('rds', `cluster-snapshot:${id}`);
}

export function clusterEndpointArn(world: World, id: string): string {
  return world.arn('rds', `cluster-endpoint:${id}`);
}

function unprefixed(name: string, prefix: string): string {
  return folded(name.startsWith(prefix) ? name.slice(prefix.length) : name);
}

/** The cluster that holds the name, or is on its way to it: a name is taken by both. */
export function holderOfCluster(world: World, identifier: string): Cluster | undefined {
  for (const one of world.rds.clusters.values()) {
    if (one.identifier === identifier || one.renamingTo === identifier) return one;
  }
  return undefined;
}

/** By the name that Describe finds it under now. */
export function visibleCluster(world: World, name: string): Cluster | undefined {
  for (const one of world.rds.clusters.values()) {
    if (one.visibleFrom <= world.time && one.answersTo.includes(name)) return one;
  }
  return undefined;
}

/** The cluster that a call names, by identifier or ARN. Throws DBClusterNotFoundFault. */
export function clusterOf(world: World, name: string | undefined): Cluster {
  const identifier = unprefixed(required(name, 'DBClusterIdentifier'), clusterArn(world, ''));
  const found = visibleCluster(world, identifier);
  if (!found) throw refusals.noCluster(identifier);
  return found;
}

/** The snapshot that a call names, by identifier or ARN. Throws DBClusterSnapshotNotFoundFault. */
export function clusterSnapshotOf(
  world: World,
  name: string | undefined,
  parameter = 'DBClusterSnapshotIdentifier',
): ClusterSnapshot {
  const id = unprefixed(required(name, parameter), clusterSnapshotArn(world, ''));
  const found = world.rds.clusterSnapshots.get(id);
  if (!found || found.visibleFrom > world.time) throw refusals.noClusterSnapshot(id);
  return found;
}

/** The custom endpoint that a call names. Throws DBClusterEndpointNotFoundFault. */
export function clusterEndpointOf(world: World, name: string | undefined): ClusterEndpoint {
  const id = unprefixed(required(name, 'DBClusterEndpointIdentifier'), clusterEndpointArn(world, ''));
  const found = world.rds.clusterEndpoints.get(id);
  if (!found || found.visibleFrom > world.time) throw refusals.noClusterEndpoint(id);
  return found;
}
