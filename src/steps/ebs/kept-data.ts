import type { Tag, Volume } from '@aws-sdk/client-ec2';
import { classify } from '../../aws/outage.ts';
import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import { claimKey, marker, tagValue } from '../../aws/tags.ts';
import { unseenMs } from '../../contract/settle.ts';
import type { Proof } from '../../contract/step.ts';
import { Aborted, poll } from '../../contract/wait.ts';
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
    const shown = await faultsOfVolume(ctx, original, await ctx.aws.sight.volume(original));
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

async function faultsOfVolume(ctx: AwsContext, original: string, volume: Volume | undefined): Promise<string[]> {
  if (gone(volume)) return [`${original} is gone`];
  if (volume?.State === 'error') return [`${original} is in state error: its data is lost`];
  const leaving = attachments(volume).filter((one) => one.DeleteOnTermination);
  const instances = await Promise.all(leaving.map((one) => ctx.aws.sight.instance(one.InstanceId ?? '')));
  return leaving.flatMap(({ InstanceId }, index) =>
    livingState(instances[index]) === undefined
      ? [`${original} goes with ${InstanceId}, which is being terminated`]
      : [],
  );
}

async function faultsByAnswer(ctx: AwsContext, original: string): Promise<string[]> {
  const now = await seenNow(ctx, original, {
    Key: claimKey(ctx.run),
    Value: `${ctx.plan.slice(0, 150)}, ${stamp(ctx)}`,
  });
  return 'unproven' in now ? [now.unproven] : faultsOfVolume(ctx, original, now.volume);
}

/**
 * Whether a replacement is there now, by the same kind of look: what goes by a look at it may be the last of its data, and somebody
 * may have deleted it since.
 */
export async function replacementNow(ctx: AwsContext, replacement: string): Promise<Proof> {
  const now = await seenNow(ctx, replacement, { Key: marker.seen, Value: stamp(ctx) });
  if ('unproven' in now) return { findings: [now.unproven] };
  return dataLost(now.volume)
    ? { findings: [`replacement ${replacement} is not there`], gone: true }
    : { findings: [] };
}

/** What was tagged with the same one was tagged within a second or so of it: AWS's time is told to the second. */
const stamp = (ctx: AwsContext) => new Date(ctx.aws.time.now()).toISOString();

const pauseMs = 5_000;
// AWS tells its time in whole seconds.
const roundedMs = 2_000;

/**
 * A volume as it is now, not as it was: a tag with a new value is put on it, and it is looked at until a look shows that value. By
 * itself a tag that was taken proves little, since what is being deleted may still take one (assumed). What takes a tag off again
 * hides it no longer than AWS shows the past, by AWS's own clock.
 */
async function seenNow(
  ctx: AwsContext,
  id: string,
  tag: Tag & { readonly Key: string },
): Promise<{ readonly volume: Volume | undefined } | { readonly unproven: string }> {
  const { ec2, sight, time } = ctx.aws;
  try {
    await ec2.createTags({ Resources: [id], Tags: [tag] });
  } catch (error) {
    const outage = classify(error);
    if (outage?.code === 'InvalidVolume.NotFound') return { volume: undefined };
    if (outage?.class !== 'permanent') throw error;
    return { unproven: `nothing proves that ${id} is there: ${printable(`${outage.code}: ${outage.message}`, 200)}` };
  }
  const taggedAt = time.now();
  // Each question is asked later than the answer before it.
  let asked = taggedAt;
  const end = await poll<{ volume: Volume | undefined }>(ctx, pauseMs, async () => {
    const volume = await sight.volume(id);
    const shows = tagValue(volume?.Tags, tag.Key) === tag.Value || asked - taggedAt >= unseenMs + roundedMs;
    asked = time.now();
    return shows ? { done: { volume } } : { again: true };
  });
  if (end === 'aborted') throw new Aborted(`this process is ending: it is not known whether ${id} is there`);
  return end.done;
}
