import type { DBCluster, DBInstance, DBSnapshot, Tag } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../../aws/services.ts';
import { asTags, carried, claimKey, marker, markers, tagValue, withOwn } from '../../../aws/tags.ts';
import { unseenMs } from '../../../contract/settle.ts';
import type { Seen } from '../../../contract/step.ts';
import type { Tag as CarriedTag } from '../../domain.ts';
import type { MadeDatabase, MadeDatabaseSnapshot } from '../domain.ts';
import { brokenStatus, type Described, endpointOf, idIn, isGoing, isSettled, nameIn } from '../status.ts';

/** The name under which something of this run is born. RDS has no token for it: the name is the token. */
export function bornAs(ctx: AwsContext): string {
  return `rekey-${ctx.token}`;
}

/** What this run is making with this token: by the id that is known, else by the name it is born under. */
export function bornAmong<D extends Described>(
  ctx: AwsContext,
  all: readonly D[],
  known: { readonly id: string } | undefined,
): D | undefined {
  const made = all.find((one) => (known ? idIn(one) === known.id : nameIn(one) === bornAs(ctx)));
  return made && idIn(made) !== '' && !isGoing(made) ? made : undefined;
}

/**
 * How far it is. `accepted`: what AWS has accepted, if it has gone wrong since. `known`: what was answered; found by its name
 * alone it is ours only with our token.
 */
export function seenBorn(
  ctx: AwsContext,
  made: Described,
  known: MadeDatabase | undefined,
  { original, accepted }: { readonly original: string; readonly accepted: string },
): Seen<MadeDatabase> {
  const name = bornAs(ctx);
  const seen = known
    ? undefined
    : seenWithoutToken(ctx, { name, id: idIn(made), tags: made.TagList, at: createdAt(made) });
  if (seen) return seen;
  const output = { id: idIn(made), original, name };
  const broken = brokenStatus(made);
  if (broken !== undefined) return { is: 'failed', output, reason: `AWS accepted ${accepted}, and ${broken}` };
  return isSettled(made) && endpointOf(made) !== undefined ? { is: 'done', output } : { is: 'pending', output };
}

/** What bears the name that a call of ours gives. `at`: when AWS says that it was made; undefined where it does not say so yet. */
interface Named {
  readonly name: string;
  readonly id: string;
  readonly tags: readonly Tag[] | undefined;
  readonly at: Date | undefined;
}

/**
 * What is seen of it, by its tags; undefined when they hold our token. One whose tags are gone may be ours, or somebody else's: it is
 * neither used nor deleted, and has its name in the report, since no later step finds it.
 */
function seenWithoutToken(
  ctx: AwsContext,
  { name, id, tags = [], at }: Named,
): { readonly is: 'absent' } | { readonly is: 'failed'; readonly reason: string } | undefined {
  if (tagValue(tags, marker.token) === ctx.token) return undefined;
  // Tags of something new may show later than the thing itself.
  const mayShow = at === undefined || ctx.aws.time.now() < at.getTime() + unseenMs;
  if (tags.length === 0 && mayShow) return { is: 'absent' };
  const what = id === name ? name : `${name} (${id})`;
  const reason = `${what} has the name that this run gives and not its tags, so this run does not know whether it made it`;
  ctx.announce(`${reason}: rekey neither uses nor deletes it; look what it holds, and delete it if nobody needs it`);
  return { is: 'failed', reason };
}

const createdAt = (made: Described) => (made as DBCluster).ClusterCreateTime ?? (made as DBInstance).InstanceCreateTime;

/** The tags of a replacement, all of the original's among them: given any tags, RDS leaves those of the snapshot out. */
export function tagsOfMade(
  ctx: AwsContext,
  made: { readonly original: string; readonly tags: readonly CarriedTag[]; readonly source: string },
): Tag[] {
  return [...asTags(withOwn(made.tags, ctx.tags)), ...markers(ctx, { original: made.original, source: made.source })];
}

/** The tags of an original as it was last seen, which asks nothing: somebody may have set one since it was read. */
export function tagsNow(
  seen: readonly Described[],
  read: { readonly id: string; readonly tags: readonly CarriedTag[] },
): readonly CarriedTag[] {
  const found = seen.find((one) => idIn(one) === read.id);
  return found ? carried(found.TagList) : read.tags;
}

/** The claim with which a replacement is born, since it takes over the name by which another run would find it. */
export function bornClaimed(ctx: AwsContext): Tag {
  return { Key: claimKey(ctx.run), Value: ctx.plan };
}

/** What a snapshot is being made of. */
export type Making = Omit<MadeDatabaseSnapshot, 'id'>;

/** Where a snapshot of this run is. */
export async function lookForSnapshot(
  ctx: AwsContext,
  making: Making,
  known: MadeDatabaseSnapshot | undefined,
): Promise<Seen<MadeDatabaseSnapshot>> {
  const id = bornAs(ctx);
  const snapshot = await ctx.aws.sight.databaseSnapshot(id);
  const storageGiB = snapshot?.AllocatedStorage;
  return snapshotSeen(ctx, snapshot, { id, ...making, ...(storageGiB !== undefined && { storageGiB }) }, known);
}

/** What is seen of a snapshot, of an instance or of a cluster, that this run is making under the name `output.id`. `known`: what was answered. */
export function snapshotSeen<O extends { readonly id: string }>(
  ctx: AwsContext,
  snapshot: Pick<DBSnapshot, 'Status' | 'TagList' | 'PercentProgress' | 'SnapshotCreateTime'> | undefined,
  output: O,
  known: O | undefined,
): Seen<O> {
  if (!snapshot) return { is: 'absent' };
  const { id } = output;
  const { TagList: tags, SnapshotCreateTime: at } = snapshot;
  const seen = known ? undefined : seenWithoutToken(ctx, { name: id, id, tags, at });
  if (seen) return seen;
  switch (snapshot.Status) {
    case 'available':
      return { is: 'done', output };
    case 'failed':
    case 'error':
      return { is: 'failed', output, reason: `AWS left ${id} in status ${snapshot.Status}` };
    case 'deleting':
      return { is: 'absent' };
    default:
      return { is: 'pending', output, progress: (snapshot.PercentProgress ?? 0) / 100 };
  }
}
