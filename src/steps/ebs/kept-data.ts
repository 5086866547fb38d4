import type { Tag, Volume } from '@aws-sdk/client-ec2';
import { classify } from '../../aws/outage.ts';
import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import type { IsLater } from '../../aws/stamps.ts';
import { claimKey, marker, tagValue } from '../../aws/tags.ts';
import { unseenMs } from '../../contract/settle.ts';
import type { Proof } from '../../contract/step.ts';
import { Aborted, poll } from '../../contract/wait.ts';
import type { FinalVerdict } from '../domain.ts';
import { attachments, livingState } from '../ec2/standing.ts';
import { faultsOfKeys, keysOfPlan } from '../kms/key-use.ts';
import { dataLost, gone } from './deletion.ts';

/**
 * What speaks against the data of these originals being there now, and staying: one sentence each. A look may be of the past,
 * and what is discarded next may be the last copy, so the claim is put on once more and looked for: EC2 answers
 * a changing call of what is, not of what was (assumed of CreateTags; facts §1.6 has it of Describe calls only).
 */
export async function lostOriginals(ctx: AwsContext, originals: readonly string[]): Promise<readonly string[]> {
  const faults = originals.map(async (original) => {
    const shown = faultsOfVolume(original, await ctx.aws.sight.volume(original));
    return shown.length > 0 ? shown : faultsByAnswer(ctx, original);
  });
  return (await Promise.all(faults)).flat();
}

/** What speaks against reading these originals now, one sentence each: of the plan's key as of each that they are under. */
export async function unreadableOriginals(
  ctx: AwsContext,
  reads: readonly unknown[],
  originals: readonly string[],
): Promise<readonly string[]> {
  const { from } = keysOfPlan(reads);
  const volumes = await Promise.all(originals.map((id) => ctx.aws.sight.volume(id)));
  const known = new Set(from.map(({ key }) => key));
  const others = [...new Set(volumes.flatMap((volume) => volume?.KmsKeyId ?? []))].filter((key) => !known.has(key));
  return faultsOfKeys(ctx, [...from, ...others.map((key) => ({ key, tried: false }))]);
}

function faultsOfVolume(original: string, volume: Volume | undefined): string[] {
  if (gone(volume)) return [`${original} is gone`];
  return volume?.State === 'error' ? [`${original} is in state error: its data is lost`] : [];
}

async function faultsByAnswer(ctx: AwsContext, original: string): Promise<string[]> {
  const now = await seenNow(ctx, original, claimKey(ctx.run), ctx.aws.sight.volume);
  if ('unproven' in now) return [now.unproven];
  const tied = attachments(now.seen).filter((one) => one.DeleteOnTermination);
  const going = await Promise.all(tied.map(({ InstanceId = '' }) => terminates(ctx, original, InstanceId)));
  return [...faultsOfVolume(original, now.seen), ...going.flat()];
}

/** What is deleted with an instance is there only as long as that is. What is not the target's is none of ours to tag. */
async function terminates(ctx: AwsContext, volume: string, instance: string): Promise<string[]> {
  if (instance !== ctx.target.id) return [`${volume} goes with ${instance}, whenever that is terminated`];
  const now = await seenNow(ctx, instance, claimKey(ctx.run), ctx.aws.sight.instance);
  if ('unproven' in now) return [now.unproven];
  return livingState(now.seen) === undefined ? [`${volume} goes with ${instance}, which is being terminated`] : [];
}

/**
 * Whether a replacement is there now, and stays, by the same kind of look: what goes by a look at it may be the last of its data, and
 * somebody may have deleted it since.
 */
export async function replacementNow(ctx: AwsContext, { replacement, place }: FinalVerdict): Promise<Proof> {
  // Side by side: one after the other they can take longer than what was made for a proof counts.
  const [now, going] = await Promise.all([
    seenNow(ctx, replacement, marker.seen, ctx.aws.sight.volume),
    place?.deleteOnTermination ? terminates(ctx, replacement, place.instance) : [],
  ]);
  if ('unproven' in now) return { findings: [now.unproven] };
  if (dataLost(now.seen)) return { findings: [`replacement ${replacement} is not there`], gone: true };
  return going.length > 0 ? { findings: going, gone: true } : { findings: [] };
}

const pauseMs = 5_000;
// AWS tells its time in whole seconds.
const roundedMs = 2_000;
const notFound = ['InvalidVolume.NotFound', 'InvalidInstanceID.NotFound'];

/**
 * A volume or an instance as it is now, not as it was: a tag with a new value is put on it, and it is looked at until a look shows that
 * value. By itself a tag that was taken proves little, since what is being deleted may still take one (assumed). What takes a tag off
 * again hides it no longer than AWS shows the past, by AWS's own clock.
 */
async function seenNow<T extends { readonly Tags?: Tag[] | undefined }>(
  ctx: AwsContext,
  id: string,
  key: string,
  look: (id: string) => Promise<T | undefined>,
): Promise<{ readonly seen: T | undefined } | { readonly unproven: string }> {
  const { time } = ctx.aws;
  let isLater: IsLater;
  try {
    isLater = await ctx.aws.stamp(id, key);
  } catch (error) {
    const outage = classify(error);
    if (notFound.includes(outage?.code ?? '')) return { seen: undefined };
    if (outage?.class !== 'permanent') throw error;
    return { unproven: `nothing proves that ${id} is there: ${printable(`${outage.code}: ${outage.message}`, 200)}` };
  }
  const taggedAt = time.now();
  // Each question is asked later than the answer before it.
  let asked = taggedAt;
  const end = await poll<{ seen: T | undefined }>(ctx, pauseMs, async () => {
    const seen = await look(id);
    const shows = isLater(tagValue(seen?.Tags, key)) || asked - taggedAt >= unseenMs + roundedMs;
    asked = time.now();
    return shows ? { done: { seen } } : { again: true };
  });
  if (end === 'aborted') throw new Aborted(`this process is ending: it is not known whether ${id} is there`);
  return end.done;
}
