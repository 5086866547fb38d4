import type { World } from '../../world.ts';
import type { Cluster, ClusterEndpoint } from '../model/cluster.ts';
import { roleIn } from './names.ts';

/** Where the zone of all endpoints of an account in a Region begins. */
const zoneName = 'c9akciq32rgx';

/** The host name that an instance of this name has. */
export function hostOf(world: World, identifier: string): string {
  return `${identifier}.${zoneName}.${world.region}.rds.amazonaws.com`;
}

/** The host name of a cluster's endpoint: of its writer, its readers, or a custom one by its own name. */
export function hostIn(world: World, kind: 'cluster' | 'cluster-ro' | 'cluster-custom', name: string): string {
  return `${name}.${kind}-${zoneName}.${world.region}.rds.amazonaws.com`;
}

/** Has the names of a cluster's two endpoints lead to its members. */
export function nameEndpoints(world: World, cluster: Cluster): void {
  world.rds.names.set(hostIn(world, 'cluster', cluster.identifier), roleIn(cluster, 'writer'));
  world.rds.names.set(hostIn(world, 'cluster-ro', cluster.identifier), roleIn(cluster, 'reader'));
}

/** Takes the names of the cluster's two endpoints away, if they are still its. */
export function unnameEndpoints(world: World, cluster: Cluster, name: string): void {
  for (const kind of ['cluster', 'cluster-ro'] as const) {
    const host = hostIn(world, kind, name);
    if (world.rds.names.get(host)?.startsWith(`${cluster.resourceId}/`)) world.rds.names.delete(host);
  }
}

export function nameCustomEndpoint(world: World, cluster: Cluster, endpoint: ClusterEndpoint): void {
  world.rds.names.set(hostIn(world, 'cluster-custom', endpoint.id), roleIn(cluster, endpoint.id));
}

export function unnameCustomEndpoint(world: World, endpoint: ClusterEndpoint): void {
  world.rds.names.delete(hostIn(world, 'cluster-custom', endpoint.id));
}
