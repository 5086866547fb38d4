import type { Tag, Volume } from '@aws-sdk/client-ec2';
import { classify } from '../../aws/outage.ts';
import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import { claimKey, marker } from '../../aws/tags.ts';
import type { Proof } from '../../contract/step.ts';
import { attachments, livingState } from '../ec2/standing.ts';
import { faultsOfKeys, keysOfPlan } from '../kms/key-use.ts';
import { gone } from './deletion.ts';

/**
 * What speaks against the data of these originals being there now, and staying: one sentence each. A look may be of the past,
 * and what is discarded next may be the last copy, so the claim is put on once more: EC2 answers a changing call of what is, not
 * of what was (assumed of CreateTags; facts §1.6 has it of Describe calls only).
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
  const answer = await answerOf(ctx, original, { Key: claimKey(ctx.run), Value: ctx.plan });
  if (answer === 'there') return [];
  return answer === 'gone' ? [`${original} is gone`] : [answer.unproven];
}

/**
 * Whether a replacement is there now, by the same kind of answer: what goes by a look at it may be the last of its data, and somebody
 * may have deleted it since. The tag that it is given is one that it was made with.
 */
export async function replacementByAnswer(ctx: AwsContext, replacement: string): Promise<Proof> {
  const answer = await answerOf(ctx, replacement, { Key: marker.run, Value: ctx.run });
  if (answer === 'there') return { findings: [] };
  if (answer === 'gone') return { findings: [`replacement ${replacement} is not there`], gone: true };
  return { findings: [answer.unproven] };
}

/** What EC2 answers to a tag that is put on a volume: something that is being deleted may still take one (assumed). */
async function answerOf(ctx: AwsContext, id: string, tag: Tag): Promise<'there' | 'gone' | { unproven: string }> {
  try {
    await ctx.aws.ec2.createTags({ Resources: [id], Tags: [tag] });
    return 'there';
  } catch (error) {
    const outage = classify(error);
    if (outage?.code === 'InvalidVolume.NotFound') return 'gone';
    if (outage?.class !== 'permanent') throw error;
    return { unproven: `nothing proves that ${id} is there: ${printable(`${outage.code}: ${outage.message}`, 200)}` };
  }
}
