import * as z from 'zod';
import { defineRead } from '../../aws/services.ts';
import { problem } from '../../errors/index.ts';
import { Accept, CheckedKeys, Surroundings, VolumeAttributes, VolumeId } from '../domain.ts';
import { attachments } from '../ec2/standing.ts';
import { Refusals } from '../refusals.ts';
import { originalOf } from './in-report.ts';
import { factsOfOriginal } from './volume-facts.ts';
import { attributesOf, identityLoss, refuseVolume, VolumeOverride } from './volume-reading.ts';

/** Reads a volume that is attached to nothing, and refuses one that can't be moved. */
export const readVolume = defineRead({
  type: 'ebs.read-volume',
  permissions: [
    'ec2:DescribeVolumes',
    'ec2:DescribeVolumeAttribute',
    'ec2:DescribeVolumeStatus',
    'ec2:DescribeVolumesModifications',
  ],
  input: z.strictObject({
    volume: VolumeId.meta({ description: 'the volume to read, as target.id' }),
    keys: CheckedKeys,
    accept: Accept,
    override: VolumeOverride.optional(),
  }),
  output: z
    .strictObject({ id: VolumeId, attributes: VolumeAttributes, surroundings: Surroundings.optional() })
    .meta({ id: 'UnattachedVolume' }),
  title: (input) => `read ${input.volume}`,
  async read(ctx, input) {
    const { keys } = input;
    const refusals = new Refusals(input.accept, ctx.announce);
    const volume = await ctx.aws.sight.volume(input.volume);
    if (!volume) throw notFound(input.volume, ctx.aws.region);
    for (const { InstanceId } of attachments(volume)) {
      refusals.refuse(
        `${input.volume} is attached to ${InstanceId}`,
        'use a plan whose target is the instance, or detach it',
      );
    }
    const under = volume.KmsKeyId ?? 'no key';
    if (under === keys.to) refusals.nothingToDo(`${input.volume} is under ${under} already`);
    else if (keys.from !== undefined && under !== keys.from)
      refusals.refuse(`${input.volume} is under ${under}, not under ${keys.from}`, 'correct keys.from, or the target');
    refuseVolume(ctx, volume, refusals);
    const [attributes] = await attributesOf(ctx, [{ volume, override: input.override }], refusals);
    refusals.throwIfAny(input.volume);
    if (!attributes) throw notFound(input.volume, ctx.aws.region);
    ctx.announce(identityLoss);
    return { id: input.volume, attributes, surroundings: factsOfOriginal(input.volume, volume) };
  },
  surroundings: {
    of: ({ surroundings }) => surroundings,
    async look(ctx, { volume: id }, _read, { deleted }) {
      if (deleted.includes(id)) return { decides: {}, told: {} };
      return factsOfOriginal(id, await ctx.aws.sight.volume(id));
    },
  },
  claims: (output) => [output.id],
  originals: ({ keys, override }, read) => ({
    [read.id]: originalOf(read, { from: keys.from, override, surroundings: read.surroundings }),
  }),
});

function notFound(volume: string, region: string) {
  const why = `${volume} does not exist in ${region}`;
  return problem('target-refused', { target: volume, reasons: [{ why, wayOut: 'check the id, account and region' }] });
}
