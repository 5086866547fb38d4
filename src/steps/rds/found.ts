import type { DBCluster, DBInstance, Tag } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../aws/services.ts';
import { marker, tagValue } from '../../aws/tags.ts';
import { Aborted, poll } from '../../contract/wait.ts';
import type { Cluster } from './domain.ts';
import { addressOf } from './fence/sessions.ts';
import type { Kind } from './kinds/kind.ts';
import { type Described, idIn, isGoing, nameIn } from './status.ts';

// For a moment of each rename an instance or a cluster is found under no name at all.
export const namelessMs = 15 * 60_000;
export const beatMs = 15_000;

/** By its id; undefined when it is not there, or on its way out. An absence counts only after a while. */
export function surelyFound(ctx: AwsContext, kind: Kind, id: string): Promise<Described | undefined> {
  return surely(ctx, () => kind.find(ctx, id));
}

/** What `look` finds; undefined once it has found nothing for as long as a rename may hide it, or what is on its way out. */
async function surely<T extends Described>(
  ctx: AwsContext,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const until = ctx.clock.now() + namelessMs;
  const end = await poll<T | undefined>(ctx, beatMs, async () => {
    const found = await look();
    if (found) return { done: isGoing(found) ? undefined : found };
    return ctx.clock.now() >= until ? { done: undefined } : { again: true };
  });
  if (end === 'aborted') throw new Aborted('it was looked for when the process was asked to stop');
  return end.done;
}

/**
 * The name under which one was last seen, for a call that takes one. Nothing is asked for it: between an intent and
 * its call lies no other call in which a process could sleep. Throws what RDS would answer when it was not seen.
 */
export function nameOf(ctx: AwsContext, kind: Kind, id: string): string {
  const found = kind.lastSeen(ctx).find((one) => idIn(one) === id);
  if (found && nameIn(found) !== '') return nameIn(found);
  throw Object.assign(new Error(`${id} was not seen under any name`), {
    name: kind.notFound,
    $metadata: { httpStatusCode: 404 },
  });
}

/** Did this run make it from that original? */
export function isReplacement(one: Described, run: string, original: string): boolean {
  const tags: Tag[] | undefined = one.TagList;
  return tagValue(tags, marker.run) === run && tagValue(tags, marker.original) === original;
}

/** The instances that belong to a cluster, the writer first. */
export function membersOf(cluster: DBCluster, all: readonly DBInstance[]): DBInstance[] {
  const writer = (one: DBInstance) => (isWriter(cluster, one) ? 0 : 1);
  return all
    .filter((one) => one.DBClusterIdentifier === cluster.DBClusterIdentifier && !isGoing(one))
    .sort((a, b) => writer(a) - writer(b));
}

/** Does it write for its cluster now? Any failover changes that. */
export function isWriter({ DBClusterMembers }: DBCluster, member: DBInstance): boolean {
  return (DBClusterMembers ?? []).some(
    (one) => one.DBInstanceIdentifier === member.DBInstanceIdentifier && one.IsClusterWriter === true,
  );
}

/** Where a cluster answers SQL that writes: its own name. */
export function writerAddressOf(cluster: Pick<Cluster, 'engine' | 'database' | 'secret'>, found: DBCluster) {
  return addressOf(cluster, { Endpoint: { Address: found.Endpoint, Port: found.Port } });
}
