import type { Snapshot } from '@aws-sdk/client-ec2';
import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import type { Seen } from '../../contract/step.ts';
import type { MadeSnapshot } from '../domain.ts';
import { iso } from '../moment.ts';

/** What is known of a snapshot before AWS has named it. */
export type Making = Omit<MadeSnapshot, 'id' | 'startTime'>;

/** Looks for a snapshot this run makes: by id when known, else by its token. Duplicates of a doubtful call come back as `surplus`. */
export async function lookForSnapshot(
  ctx: AwsContext,
  making: Making,
  known: MadeSnapshot | undefined,
): Promise<Seen<MadeSnapshot>> {
  const { sight } = ctx.aws;
  // By token even when the id is known: the same answer shows duplicates. The id finds what does not show its tags yet.
  const all = await sight.snapshotsMade(ctx.token);
  const shown = known ? all.find((one) => one.SnapshotId === known.id) : all[0];
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
  const surplus = all.filter((one) => one.SnapshotId !== output.id).map((one) => made(making, one));
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
