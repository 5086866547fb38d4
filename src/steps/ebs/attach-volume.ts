import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { VolumeId, VolumePlace } from '../domain.ts';
import { besides, mappings, standsAt } from '../ec2/standing.ts';
import { withDevice } from './device-shape.ts';

const output = z.strictObject({ volume: VolumeId });

/** Puts a volume at a place. Once the last volume is attached, anyone can start the instance on the new volumes: this may be the write point. */
export const attachVolume = defineEffect({
  type: 'ebs.attach-volume',
  hazard: 'disruptive',
  call: 'ec2:AttachVolume',
  repeat: 'convergent',
  ordered: true,
  settleWithinMs: settleWithinMs.attachment,
  permissions: ['ec2:AttachVolume', 'ec2:DescribeVolumes', 'ec2:DescribeInstances', 'kms:CreateGrant'],
  input: z.strictObject({ volume: VolumeId.meta({ description: 'the volume to attach' }), place: VolumePlace }),
  output,
  title: (input) => `attach ${input.volume} at ${input.place.device}`,
  writePoint: (input) => !input.place.running,
  async look(ctx, input) {
    const { sight } = ctx.aws;
    const [volume, instance] = await Promise.all([sight.volume(input.volume), sight.instance(input.place.instance)]);
    if (!volume) return { is: 'failed', reason: `${input.volume} is gone` };
    switch (standsAt(input.place, volume, instance)) {
      case 'attached':
        return { is: 'done', output: { volume: input.volume } };
      case 'between':
        return { is: 'pending', output: { volume: input.volume } };
      case 'elsewhere':
        return { is: 'failed', wants: 'part', reason: `${besides(input.place, volume)}: detach it there` };
      case 'nowhere': {
        if (volume.State === 'error') return { is: 'failed', reason: `${input.volume} is in state error` };
        const { instance: of, device } = input.place;
        const taken = mappings(instance).get(device)?.VolumeId;
        return { is: 'absent', ...(taken && { hindered: `${device} of ${of} is taken by ${taken}: detach that` }) };
      }
    }
  },
  async run(ctx, { volume, place }) {
    await ctx.aws.ec2.attachVolume({
      VolumeId: volume,
      InstanceId: place.instance,
      Device: place.device,
      ...(place.ebsCardIndex !== undefined && { EbsCardIndex: place.ebsCardIndex }),
    });
    return undefined;
  },
  undo: (input) => [{ uses: 'ebs.detach-volume', with: { ...input } }],
  // AttachVolume always leaves DeleteOnTermination off.
  expect: (observation, { volume, place }) => withDevice(observation, { ...place, volume, deleteOnTermination: false }),
});
