import type { Account } from '../../src/simulator/account.ts';
import { digestOf, type Sealed, unseal } from '../../src/simulator/bytes.ts';
import { type Content, contentBytes, contentOf } from '../../src/simulator/content.ts';
import { contentIn, storedIn } from '../../src/simulator/rds/clients.ts';
import { AwsError } from '../../src/simulator/wire/message.ts';

/** What can be read now of data, by the id of what holds it: a volume, a completed snapshot, a database. */
export type Copies = ReadonlyMap<string, Content>;

/** All that can be read now. What has lost its key, or is on its way out, is no copy. */
export function copiesIn({ world }: Account): Copies {
  for (const instance of world.instances.values()) world.writeUp(instance);
  const copies = new Map<string, Content>();
  const add = (id: string, reading: () => Content | undefined) => {
    const content = readable(reading);
    if (content) copies.set(id, content);
  };
  const stored = (sealed: Sealed | undefined) => sealed && contentOf(unseal(sealed, world.dataKeyOf(sealed)));
  const { databases, clusters, snapshots, clusterSnapshots } = world.rds;
  for (const one of world.volumes.values())
    if (one.state !== 'deleting' && one.sealed) add(one.id, () => world.contentOf(one));
  for (const one of world.snapshots.values()) if (one.state === 'completed') add(one.id, () => stored(one.sealed));
  for (const one of databases.values())
    if (one.status !== 'deleting' && !one.member) add(one.resourceId, () => contentIn(world, one));
  for (const one of clusters.values()) {
    if (one.status === 'deleting') continue;
    const host = [...databases.values()].find(
      (each) => each.member?.cluster === one.resourceId && each.dataKey !== undefined,
    );
    add(one.resourceId, () => storedIn(world, one.storage, host?.dataKey));
  }
  for (const one of [...snapshots.values(), ...clusterSnapshots.values()])
    if (one.status === 'available') add(one.id, () => stored(one.sealed));
  return copies;
}

/** Are these the same bytes? */
export const isSame = (a: Content, b: Content) => digestOf(contentBytes(a)) === digestOf(contentBytes(b));

/** Does `one` hold all that `taken` holds? Of more writes the first ones are taken for the same. */
export function holdsAllOf(one: Content, taken: Content): boolean {
  if (one.data !== taken.data) return false;
  return one.count === taken.count ? one.chain === taken.chain : one.count > taken.count;
}

function readable<T>(reading: () => T): T | undefined {
  try {
    return reading();
  } catch (error) {
    // Unreadable is an answer: its key is gone.
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
