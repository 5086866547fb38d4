import type { Volume, VolumeStatusItem } from '@aws-sdk/client-ec2';
import { classify } from '../../aws/outage.ts';
import type { AwsContext } from '../../aws/services.ts';
import { unseenMs } from '../../contract/settle.ts';
import type { Proof } from '../../contract/step.ts';
import { settleWithinMs } from '../deadlines.ts';

/** The status checks and the initialisation of a volume; or why they can't be read, for want of the right. */
export type VolumeStatus = { readonly item: VolumeStatusItem | undefined } | { readonly unread: string };

export async function statusOf(ctx: AwsContext, volume: string): Promise<VolumeStatus> {
  try {
    return { item: await ctx.aws.sight.volumeStatus(volume) };
  } catch (error) {
    const outage = classify(error);
    if (outage?.class !== 'permanent') throw error;
    const why = `ec2:DescribeVolumeStatus is refused (${outage.code})`;
    return { unread: `it can't be seen whether ${volume} has all its blocks: ${why}` };
  }
}

/**
 * What a volume made from a snapshot still lacks. Assumed, since AWS does not say it [U]: a block that has not come yet is read
 * under the key of the snapshot, so that it is lost with that key. Hence nothing of the old key goes before AWS says `completed`.
 */
export async function stillLoading(
  ctx: AwsContext,
  { VolumeId, SnapshotId }: Volume,
  status: VolumeStatus,
): Promise<Proof> {
  if (!VolumeId || !SnapshotId) return { findings: [] };
  if ('unread' in status) return { findings: [status.unread] };
  const state = initialisationOf(status.item);
  if (state === 'completed') return { findings: [] };
  if (state === undefined) return unknown(VolumeId);
  const pending = {
    why: `${VolumeId} still loads its blocks from ${SnapshotId}: neither its original nor that snapshot goes before it is complete`,
    progress: progressOf(status.item),
    withinMs: settleWithinMs.initialisation,
  };
  return { findings: await closedKey(ctx, VolumeId, SnapshotId), pending };
}

// AWS takes up to five minutes to tell (facts §1.6), and then it tells of every volume that was made from a snapshot.
const unknown = (volume: string): Proof => ({
  findings: [],
  pending: { why: `AWS does not say whether ${volume} still loads its blocks`, withinMs: 2 * unseenMs },
});

function initialisationOf(status: VolumeStatusItem | undefined): string | undefined {
  return status?.VolumeStatus?.Details?.find(({ Name }) => Name === 'initialization-state')?.Status;
}

function progressOf(status: VolumeStatusItem | undefined): number | undefined {
  const percent = status?.InitializationStatusDetails?.Progress;
  return percent === undefined ? undefined : percent / 100;
}

/** Under a key that is closed nothing comes, however long one waits. */
async function closedKey(ctx: AwsContext, volume: string, snapshot: string): Promise<string[]> {
  const key = (await ctx.aws.sight.snapshot(snapshot))?.KmsKeyId;
  if (key === undefined) return [];
  const state = (await ctx.aws.sight.key(key))?.KeyState;
  return state === 'Enabled' ? [] : [`${volume} still loads its blocks under ${key}, which is ${state ?? 'unknown'}`];
}
