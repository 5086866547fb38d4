import type { Snapshot } from '@aws-sdk/client-ec2';
import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import type { Seen } from '../../contract/step.ts';
import type { MadeSnapshot } from '../domain.ts';
import { iso } from '../moment.ts';
import { madeBySends, mayBeMade, tellForeign } from './origin.ts';

/** What is known of a snapshot before AWS has named it. */
export type Making = Omit<MadeSnapshot, 'id' | 'startTime'>;

/**
 * Looks for a snapshot this run makes: by id when known, else by its token or its description, where it `fits` the call.
 * Duplicates of a doubtful call come back as `surplus`.
 */
export async function lookForSnapshot(
  ctx: AwsContext,
  making: Making,
  { description, fits }: { readonly description: string; readonly fits: (snapshot: Snapshot) => boolean },
  known: MadeSnapshot | undefined,
): Promise<Seen<MadeSnapshot>> {
  const { sight } = ctx.aws;
  // By token even when the id is known: the same answer shows duplicates. The id finds what does not show its tags, or has lost them.
  const withToken = await sight.snapshotsMade(ctx.token);
  const described = known ? [] : await sight.snapshotsDescribed(description);
  const all = mayBeMade(ctx, withToken, described, (one) => one.SnapshotId);
  const candidates = all.map((thing) => ({
    id: thing.SnapshotId ?? '',
    thing,
    at: thing.StartTime?.getTime() ?? Number.NaN,
    fits: thing.Description === description && fits(thing),
  }));
  // Pending, it has been seen and is not on record yet.
  const isOurs = (id: string) => id === known?.id || ctx.isOurs(id);
  const { ours, foreign } = madeBySends(candidates, { unanswered: ctx.unanswered, isOurs });
  tellForeign(ctx, foreign, `a snapshot of ${making.volume}`);
  const shown = known ? ours.find((one) => one.SnapshotId === known.id) : ours[0];
  const snapshot = shown ?? (known && (await sight.snapshot(known.id)));
  if (!snapshot?.SnapshotId) return { is: 'absent' };
  const output = made(making, snapshot);
  if (snapshot.State === 'error') {
    return {
      is: 'failed',
      output,
      reason: printable(`${output.id} failed: ${snapshot.StateMessage ?? 'AWS gives no reason'}`),
    };
  }
  if (snapshot.State === 'pending') return { is: 'pending', output, progress: progressOf(snapshot.Progress) };
  if (snapshot.State !== 'completed') return { is: 'absent' };
  const surplus = ours.filter((one) => one.SnapshotId !== output.id).map((one) => made(making, one));
  return { is: 'done', output, surplus };
}

/** The snapshot as later steps know it. */
export function made(
  making: Making,
  { SnapshotId = '', StartTime, VolumeSize }: Pick<Snapshot, 'SnapshotId' | 'StartTime' | 'VolumeSize'>,
): MadeSnapshot {
  return {
    ...making,
    id: SnapshotId,
    startTime: iso(StartTime),
    ...(VolumeSize !== undefined && { sizeGiB: VolumeSize }),
  };
}

/** AWS gives "37%", at first an empty text. */
function progressOf(text: string | undefined): number | undefined {
  const percent = Number.parseFloat(text ?? '');
  return Number.isFinite(percent) ? percent / 100 : undefined;
}
