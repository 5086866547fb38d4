import * as z from 'zod';
import { type AwsContext, defineVerify } from '../../aws/services.ts';
import type { VerdictStatus } from '../../contract/verdict.ts';
import { settleWithinMs } from '../deadlines.ts';
import {
  KeyArn,
  KeyTried,
  MadeSnapshot,
  StoppedInstance,
  VolumeAttributes,
  VolumeId,
  VolumePlace,
  VolumeVerdict,
} from '../domain.ts';
import { attachments, attachTimeOf, mappings, standsAt } from '../ec2/standing.ts';
import { faultsOfKey } from '../kms/key-use.ts';
import { iso } from '../moment.ts';
import { changesOf, faultsOf, goneOriginal } from './comparison.ts';

const input = z.strictObject({
  original: VolumeId.meta({ description: 'the volume that is replaced' }),
  attributes: VolumeAttributes,
  place: VolumePlace,
  replacement: VolumeId.meta({ description: 'the volume that replaces it, as `steps.<create-volume>.id`' }),
  snapshot: MadeSnapshot.meta({ description: 'the final snapshot, as the step that took it yields it' }),
  stop: StoppedInstance.meta({ description: 'the stop during which it was taken, as `steps.<stop-instance>`' }),
  key: KeyArn.meta({ description: 'the key to move to, as `steps.<check-key>.to`' }),
  keyTried: KeyTried,
});
type Input = z.infer<typeof input>;

/** Judges a pair before the write point: key, every attribute, place, and lineage with no start in between. */
export const verifyVolume = defineVerify({
  type: 'ebs.verify-volume',
  settleWithinMs: settleWithinMs.attachment,
  permissions: [
    'ec2:DescribeVolumes',
    'ec2:DescribeSnapshots',
    'ec2:DescribeInstances',
    'ec2:DescribeVolumeAttribute',
    'kms:GenerateDataKeyWithoutPlaintext',
  ],
  input,
  output: VolumeVerdict,
  title: (input) => `verify ${input.replacement} against ${input.original}`,
  async check(ctx, input) {
    const [faults, place, refused] = await Promise.all([
      faultsOf(ctx, input),
      seenInPlace(ctx, input),
      faultsOfKey(ctx, input.key, input.keyTried),
    ]);
    const shown = [...faults, ...place.faults];
    const findings = [...shown, ...refused];
    const status: VerdictStatus = findings.length === 0 ? 'SUCCESSFUL' : 'FAILED';
    const { attachedAt } = place;
    const exposed = attachedAnew(ctx, input);
    return {
      is: 'done',
      // Flags and tags have no order; what KMS answers is no look's word.
      lags: shown.length > 0 && refused.length === 0,
      output: { ...pair(input), status, findings, ...(attachedAt && { attachedAt }), ...(exposed && { exposed }) },
    };
  },
  conclude: (input, status, reason) => ({ ...pair(input), status, findings: [reason] }),
  verdicts: (output) => [output],
});

const pair = ({ original, replacement, snapshot, key, keyTried, place }: Input) => ({
  id: original,
  original,
  replacement,
  key,
  keyTried,
  place,
  snapshot: snapshot.source ?? snapshot.id,
});

/** The original was attached after its last snapshot was begun, and not by this run: what has used it meanwhile nobody has seen. */
function attachedAnew(ctx: AwsContext, { original, place, snapshot }: Input): string | undefined {
  const at = ctx.aws.sightings.attachedByOthers(original, place.instance);
  if (at === undefined || at <= Date.parse(snapshot.startTime)) return undefined;
  const when = new Date(at).toISOString();
  return `${original} was attached again at ${when}, after ${snapshot.id} was begun: somebody had detached it, and may have used it elsewhere`;
}

/** What is wrong with the place of the replacement, and since when it is there. */
async function seenInPlace(
  ctx: AwsContext,
  input: Input,
): Promise<{ readonly faults: readonly string[]; readonly attachedAt: string | undefined }> {
  const { sight } = ctx.aws;
  const { place, stop } = input;
  const [replacement, original, instance] = await Promise.all([
    sight.volume(input.replacement),
    sight.volume(input.original),
    sight.instance(place.instance),
  ]);
  const faults: string[] = [];
  if (!original) ctx.announce(goneOriginal(input));
  for (const change of changesOf(input.attributes, original)) ctx.announce(`${input.original}: ${change}`);
  for (const { InstanceId, Device } of attachments(original)) {
    faults.push(`original ${input.original} is still attached to ${InstanceId} at ${Device}`);
  }
  if (standsAt(place, replacement, instance) !== 'attached') {
    faults.push(`${input.replacement} is not attached to ${place.instance} at ${place.device}`);
  }
  const mapped = mappings(instance).get(place.device);
  if (mapped && (mapped.DeleteOnTermination ?? false) !== place.deleteOnTermination) {
    faults.push(
      `DeleteOnTermination at ${place.device} is ${mapped.DeleteOnTermination}, it was ${place.deleteOnTermination}`,
    );
  }
  const card = attachments(replacement).find((one) => one.InstanceId === place.instance)?.EbsCardIndex;
  if ((card ?? 0) !== (place.ebsCardIndex ?? 0)) {
    faults.push(`${input.replacement} is on EBS card ${card ?? 0}, the original was on ${place.ebsCardIndex ?? 0}`);
  }
  const attachTime = attachments(replacement).find((one) => one.InstanceId === place.instance)?.AttachTime;
  faults.push(...standstillFaults(input, stop, { launchTime: instance?.LaunchTime, attachTime }));
  return { faults, attachedAt: attachTimeOf(replacement, place) };
}

/**
 * The snapshot counts only if nobody started the instance on the original after the stop. A start after the replacement
 * was put in its place is no such thing: the original had to be detached first.
 */
function standstillFaults(
  { snapshot, place }: Input,
  stop: StoppedInstance,
  { launchTime, attachTime }: { launchTime: Date | undefined; attachTime: Date | undefined },
): string[] {
  const faults: string[] = [];
  if (stop.instance !== place.instance) faults.push(`${stop.instance} was stopped, not ${place.instance}`);
  if (snapshot.after?.instance !== stop.instance || snapshot.after.launchTime !== stop.launchTime) {
    faults.push(`${snapshot.id} was not taken during the stop of ${stop.instance}`);
  }
  const since = launchTime && attachTime && launchTime.getTime() > attachTime.getTime();
  if (iso(launchTime) !== stop.launchTime && !since) {
    faults.push(
      `${place.instance} was started at ${iso(launchTime) || 'an unknown time'}, after ${snapshot.id} was due`,
    );
  }
  return faults;
}
