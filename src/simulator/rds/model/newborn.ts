import type { World } from '../../world.ts';
import type { Resource, Storage } from './alike.ts';
import type { Cluster } from './cluster.ts';
import type { Database } from './model.ts';

/** What has to be said of every new one. */
type Told =
  | 'resourceId'
  | 'identifier'
  | 'engine'
  | 'masterUsername'
  | 'keyArn'
  | 'tags'
  | 'settings'
  | 'groupsInForce'
  | 'storage';

function newResource(world: World, identifier: string): Omit<Resource, Told> {
  return {
    renamingTo: undefined,
    answersTo: [identifier],
    created: world.time,
    visibleFrom: world.visibleFrom,
    restoredFrom: undefined,
    pending: {},
    status: 'creating',
    task: 0,
    busy: true,
    roles: [],
    secret: undefined,
    restartAt: undefined,
    maintenance: [],
  };
}

/** An instance that has just been asked for: it is not up, and whatever else `given` doesn't say. */
export function newDatabase(world: World, given: Pick<Database, Told | 'ip'> & Partial<Database>): Database {
  return {
    ...newResource(world, given.identifier),
    address: undefined,
    replicaOf: undefined,
    up: false,
    started: { at: world.time, writes: 0 },
    parameterStatus: 'in-sync',
    optionStatus: 'in-sync',
    member: undefined,
    dataKey: undefined,
    initialisation: undefined,
    ...given,
  };
}

/** A cluster that has just been asked for: it has no members, and whatever else `given` doesn't say. */
export function newCluster(world: World, given: Pick<Cluster, Told> & Partial<Cluster>): Cluster {
  return {
    ...newResource(world, given.identifier),
    shownName: given.identifier,
    oddities: {},
    writer: undefined,
    writerInDns: undefined,
    ...given,
  };
}

/** Storage that nothing has been written to yet, for so much. */
export function emptyStorage({ usedMiB }: Pick<Storage, 'usedMiB'>): Storage {
  return { sealed: undefined, disk: undefined, inside: [], usedMiB, dirtyMiB: 0 };
}

/** An instance's resource id, for life. */
export function resourceId(world: World): string {
  return `db-${world.ids.hex(26).toUpperCase()}`;
}

/** A cluster's. */
export function clusterResourceId(world: World): string {
  return `cluster-${world.ids.hex(26).toUpperCase()}`;
}
