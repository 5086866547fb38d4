import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { VolumeId, VolumePlace } from '../domain.ts';
import { mappings } from '../ec2/standing.ts';
import { withDevice } from './device-shape.ts';

const output = z.strictObject({ volume: VolumeId });

/** Sets DeleteOnTermination of a place to what it was: AttachVolume always leaves it off. */
export const setDeleteOnTermination = defineEffect({
  type: 'ebs.set-delete-on-termination',
  hazard: 'disruptive',
  call: 'ec2:ModifyInstanceAttribute',
  servesWithout: true,
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.attachment,
  permissions: ['ec2:ModifyInstanceAttribute', 'ec2:DescribeInstances'],
  input: z.strictObject({
    volume: VolumeId.meta({ description: 'the attached volume to set it for' }),
    place: VolumePlace,
  }),
  output,
  title: (input) => `DeleteOnTermination of ${input.volume} to ${input.place.deleteOnTermination}`,
  async look(ctx, { volume, place }) {
    const mapped = mappings(await ctx.aws.sight.instance(place.instance)).get(place.device);
    if (mapped?.VolumeId !== volume) return { is: 'failed', reason: `${volume} is not attached at ${place.device}` };
    const is = (mapped.DeleteOnTermination ?? false) === place.deleteOnTermination;
    return is ? { is: 'done', output: { volume } } : { is: 'absent' };
  },
  async run(ctx, { volume, place }) {
    await ctx.aws.ec2.modifyInstanceAttribute({
      InstanceId: place.instance,
      BlockDeviceMappings: [
        { DeviceName: place.device, Ebs: { VolumeId: volume, DeleteOnTermination: place.deleteOnTermination } },
      ],
    });
    return { volume };
  },
  // It belongs to the attachment, and goes with it.
  undo: 'unneeded',
  expect: (observation, { volume, place }) => withDevice(observation, { ...place, volume }),
});
