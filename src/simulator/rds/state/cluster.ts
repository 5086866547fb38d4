import { digestOf } from '../../bytes.ts';
import { contentBytes } from '../../content.ts';
import { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import { storedIn } from '../clients.ts';
import type { Storage } from '../model/alike.ts';
import type { Cluster } from '../model/cluster.ts';
import { membersOf } from '../naming/names.ts';
import { snapshotState } from './snapshot.ts';

/** The truth about clusters now, as plain JSON. */
export function clusterStateOf(world: World) {
  const { rds } = world;
  return {
    clusters: [...rds.clusters.values()].map((one) => clusterState(world, one)),
    clusterSnapshots: [...rds.clusterSnapshots.values()].map((one) => snapshotState(one)),
    clusterBackups: [...rds.clusterBackups.values()].map(({ id, resourceId, identifier, retained, of }) => ({
      id,
      resourceId,
      identifier,
      retained,
      key: of.keyArn ?? null,
    })),
  };
}

function clusterState(world: World, cluster: Cluster) {
  const nameOf = (id: string) => world.rds.databases.get(id)?.identifier ?? id;
  return {
    resourceId: cluster.resourceId,
    identifier: cluster.identifier,
    status: cluster.status,
    busy: cluster.busy,
    key: cluster.keyArn ?? null,
    securityGroups: [...cluster.groupsInForce],
    // Difference: left out where there is none; of an instance it is null.
    restoredFrom: cluster.restoredFrom,
    settings: cluster.settings,
    pending: cluster.pending,
    roles: cluster.roles.map((role) => ({ ...role })),
    writer: cluster.writer ?? null,
    members: membersOf(world, cluster).map((one) => one.identifier),
    endpoints: [...world.rds.clusterEndpoints.values()]
      .filter((one) => one.cluster === cluster.resourceId)
      .map((one) => ({
        id: one.id,
        type: one.type,
        static: one.static.map(nameOf),
        excluded: one.excluded.map(nameOf),
        status: one.status,
        tags: Object.fromEntries(one.tags.now),
      })),
    tags: Object.fromEntries(cluster.tags.now),
    ...readingOf(world, cluster.storage, heldKey(world, cluster)),
  };
}

/** The data key in the memory of a member's host. */
export function heldKey(world: World, cluster: Cluster): Uint8Array | undefined {
  return membersOf(world, cluster).find((one) => one.dataKey !== undefined)?.dataKey;
}

/** What somebody who reads what is stored now finds, or that it can't be read. */
export function readingOf(
  world: World,
  storage: Storage,
  dataKey: Uint8Array | undefined,
): { readable: boolean; writes: number | null; digest: string | null } {
  try {
    const content = storedIn(world, storage, dataKey);
    if (content) return { readable: true, writes: content.count, digest: digestOf(contentBytes(content)) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
  return { readable: false, writes: null, digest: null };
}
