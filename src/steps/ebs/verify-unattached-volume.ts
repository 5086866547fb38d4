import * as z from 'zod';
import { defineVerify } from '../../aws/services.ts';
import type { VerdictStatus } from '../../contract/verdict.ts';
import { settleWithinMs } from '../deadlines.ts';
import { FinalVerdict, KeyArn, KeyTried, MadeSnapshot, VolumeAttributes, VolumeId } from '../domain.ts';
import { attachments } from '../ec2/standing.ts';
import { faultsOfKey } from '../kms/key-use.ts';
import { changesOf, faultsOf, goneOriginal } from './comparison.ts';
import { stillStandsIn } from './stand-in.ts';

const input = z.strictObject({
  original: VolumeId.meta({ description: 'the volume that is replaced' }),
  attributes: VolumeAttributes,
  replacement: VolumeId.meta({ description: 'the volume that replaces it, as `steps.<create-volume>.id`' }),
  snapshot: MadeSnapshot.meta({ description: 'the final snapshot, as the step that took it yields it' }),
  key: KeyArn.meta({ description: 'the key to move to, as `steps.<check-key>.to`' }),
  keyTried: KeyTried,
});

/** Judges a pair that is attached to nothing. No later step judges it again, so this verdict allows a delete. */
export const verifyUnattachedVolume = defineVerify({
  type: 'ebs.verify-unattached-volume',
  settleWithinMs: settleWithinMs.attachment,
  permissions: [
    'ec2:DescribeVolumes',
    'ec2:DescribeSnapshots',
    'ec2:DescribeVolumeAttribute',
    'ec2:DescribeVolumeStatus',
    'kms:DescribeKey',
    'kms:GenerateDataKeyWithoutPlaintext',
  ],
  input,
  output: FinalVerdict,
  title: (input) => `verify ${input.replacement} against ${input.original}`,
  async check(ctx, input) {
    const { sight, sightings } = ctx.aws;
    const [original, replacement] = await Promise.all([sight.volume(input.original), sight.volume(input.replacement)]);
    const shown = await faultsOf(ctx, input);
    const findings = [...shown, ...(await faultsOfKey(ctx, input.key, input.keyTried))];
    if (!original) ctx.announce(goneOriginal(input));
    for (const change of changesOf(input.attributes, original)) ctx.announce(`${input.original}: ${change}`);
    for (const { VolumeId: id, InstanceId } of [...attachments(original), ...attachments(replacement)]) {
      findings.push(`${id} is attached to ${InstanceId}: what is written there is in one of the two only`);
    }
    for (const instance of sightings.heldSince(input.original, Date.parse(input.snapshot.startTime))) {
      if (attachments(original).some(({ InstanceId }) => InstanceId === instance)) continue;
      findings.push(
        `${input.original} was seen attached to ${instance} after ${input.snapshot.id} was begun: ${input.replacement} lacks what was written there`,
      );
    }
    const status: VerdictStatus = findings.length === 0 ? 'SUCCESSFUL' : 'FAILED';
    // Flags and tags have no order; that it was seen in use counts at once.
    const lags = shown.length > 0 && findings.length === shown.length;
    return { is: 'done', lags, output: { ...pair(input), status, findings } };
  },
  conclude: (input, status, reason) => ({ ...pair(input), status, findings: [reason] }),
  verdicts: (output) => [output],
  still: { pair: stillStandsIn },
});

const pair = ({ original, replacement, snapshot, key, keyTried }: z.infer<typeof input>) => ({
  id: original,
  original,
  replacement,
  key,
  keyTried,
  place: null,
  snapshot: snapshot.source ?? snapshot.id,
});
