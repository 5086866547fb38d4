import type { World } from '../../world.ts';
import type { Cluster, ClusterEndpoint } from '../model/cluster.ts';
import type { Database } from '../model/model.ts';

/** Which members of a cluster a name leads to: `writer`, `reader`, or a custom endpoint by its id. */
export function roleIn(cluster: Cluster, role: string): string {
  return `${cluster.resourceId}/${role}`;
}

/** The members of a cluster, the oldest first. */
export function membersOf(world: World, cluster: Cluster): Database[] {
  return [...world.rds.databases.values()].filter((one) => one.member?.cluster === cluster.resourceId);
}

/** The cluster that an instance is a member of. */
export function clusterOfMember(world: World, database: Database): Cluster | undefined {
  return database.member && world.rds.clusters.get(database.member.cluster);
}

/** Those that a custom endpoint is about, whether they are up or not. */
function chosenBy(world: World, cluster: Cluster, endpoint: ClusterEndpoint): Database[] {
  return membersOf(world, cluster).filter((one) => {
    if (endpoint.type === 'READER' && one.resourceId === cluster.writer) return false;
    if (endpoint.static.length > 0) return endpoint.static.includes(one.resourceId);
    return !endpoint.excluded.includes(one.resourceId);
  });
}

function chosen(world: World, cluster: Cluster, role: string): Database[] {
  const endpoint = world.rds.clusterEndpoints.get(role);
  if (endpoint) return chosenBy(world, cluster, endpoint);
  return membersOf(world, cluster).filter((one) => one.resourceId !== cluster.writer);
}

/** All the instances that a host name can lead to now. */
export function allBehind(world: World, host: string): string[] {
  const [resourceId = '', role] = world.rds.names.get(host)?.split('/') ?? [];
  if (role === undefined) return resourceId ? [resourceId] : [];
  const cluster = world.rds.clusters.get(resourceId);
  if (!cluster) return [];
  const writer = cluster.writerInDns === undefined ? [] : [cluster.writerInDns];
  if (role === 'writer') return writer;
  const up = chosen(world, cluster, role).filter((one) => one.up);
  return up.length === 0 && role === 'reader' ? writer : up.map((one) => one.resourceId);
}

const turnMs = 1000;

/** The instance that a host name leads to now. A name that stands for several leads to each in turn. */
export function leadsTo(world: World, host: string): string | undefined {
  const all = allBehind(world, host);
  return all[Math.floor(world.time / turnMs) % all.length];
}
