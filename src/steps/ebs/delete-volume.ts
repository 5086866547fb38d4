import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import type { Proof } from '../../contract/step.ts';
import { settleWithinMs } from '../deadlines.ts';
import { FinalVerdict, VolumeId } from '../domain.ts';
import { attachments, standsAt } from '../ec2/standing.ts';
import { faultsOfKey } from '../kms/key-use.ts';
import { lastDifferences } from './comparison.ts';
import { lookForDeletion } from './deletion.ts';

/** Deletes an original, by the verdict about it and its replacement. */
export const deleteVolume = defineEffect({
  type: 'ebs.delete-volume',
  hazard: 'destructive',
  call: 'ec2:DeleteVolume',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.volume,
  permissions: [
    'ec2:DeleteVolume',
    'ec2:DescribeVolumes',
    'ec2:DescribeInstances',
    'kms:DescribeKey',
    'kms:GenerateDataKeyWithoutPlaintext',
  ],
  input: z.strictObject({ verdict: FinalVerdict }),
  output: z.strictObject({ volume: VolumeId }),
  title: (input) => `delete original ${input.verdict.original}`,
  async look(ctx, { verdict }) {
    return lookForDeletion(await ctx.aws.sight.volume(verdict.original), { volume: verdict.original });
  },
  async run(ctx, { verdict }) {
    await ctx.aws.ec2.deleteVolume({ VolumeId: verdict.original });
    return undefined;
  },
  undo: 'impossible',
  verdict: (input) => input.verdict,
  deletes: (input) => input.verdict.original,
  prove: (ctx, { verdict }) => faultsOfProof(ctx, verdict),
});

async function faultsOfProof(ctx: AwsContext, verdict: FinalVerdict): Promise<Proof> {
  const { sight } = ctx.aws;
  const { place, key } = verdict;
  const [original, replacement, instance, described, unusable] = await Promise.all([
    sight.volume(verdict.original),
    sight.volume(verdict.replacement),
    place ? sight.instance(place.instance) : undefined,
    ctx.aws.kms.describeKey({ KeyId: key }),
    faultsOfKey(ctx, key, verdict.keyTried),
  ]);
  const faults: string[] = [];
  // A running instance holds the data key in memory: a disabled key shows only when it is too late (facts §3.1).
  const keyState = described.KeyMetadata?.KeyState;
  if (keyState !== 'Enabled')
    faults.push(`the key ${key} is ${keyState ?? 'unknown'}: the replacement can't be read again without it`);
  else faults.push(...unusable);
  if (verdict.status !== 'SUCCESSFUL') faults.push(`the verdict is ${verdict.status}`);
  if (verdict.original === verdict.replacement) faults.push('original and replacement are the same volume');
  if (!original) faults.push(`original ${verdict.original} is not there`);
  const stale = attachments(original).length > 0;
  for (const { InstanceId, Device } of attachments(original)) {
    faults.push(`original ${verdict.original} is attached to ${InstanceId} at ${Device} again`);
  }
  if (!replacement) return { findings: [...faults, `replacement ${verdict.replacement} is not there`], stale };
  if (replacement.KmsKeyId !== key) {
    faults.push(`replacement ${verdict.replacement} is under ${replacement.KmsKeyId ?? 'no key'}, not under ${key}`);
  }
  if (replacement.State !== 'available' && replacement.State !== 'in-use') {
    faults.push(`replacement ${verdict.replacement} is ${replacement.State}`);
  }
  if (original) for (const difference of lastDifferences(original, replacement)) ctx.announce(difference);
  if (!place) return { findings: faults, stale };
  if (standsAt(place, replacement, instance) !== 'attached') {
    faults.push(`replacement ${verdict.replacement} is not attached to ${place.instance} at ${place.device}`);
  }
  if (place.running && instance?.State?.Name !== 'running') {
    faults.push(`${place.instance} ran before and is ${instance?.State?.Name ?? 'gone'}`);
  }
  return { findings: faults, stale };
}
