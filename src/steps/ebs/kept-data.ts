import type { Volume } from '@aws-sdk/client-ec2';
import { classify } from '../../aws/outage.ts';
import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import { claimKey } from '../../aws/tags.ts';
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
  try {
    const Tags = [{ Key: claimKey(ctx.run), Value: ctx.plan }];
    await ctx.aws.ec2.createTags({ Resources: [original], Tags });
    return [];
  } catch (error) {
    const outage = classify(error);
    if (outage?.code === 'InvalidVolume.NotFound') return [`${original} is gone`];
    if (outage?.class !== 'permanent') throw error;
    return [`nothing proves that ${original} is there: ${printable(`${outage.code}: ${outage.message}`, 200)}`];
  }
}
