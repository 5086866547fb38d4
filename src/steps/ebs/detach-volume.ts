import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { VolumeId, VolumePlace } from '../domain.ts';
import { attachments, besides, mappings, standsAt } from '../ec2/standing.ts';
import { withoutDevice } from './device-shape.ts';

const output = z.strictObject({ volume: VolumeId });

/** Takes a volume from its place. Its undo puts it back, with the DeleteOnTermination it had. */
export const detachVolume = defineEffect({
  type: 'ebs.detach-volume',
  hazard: 'disruptive',
  call: 'ec2:DetachVolume',
  repeat: 'convergent',
  ordered: true,
  settleWithinMs: settleWithinMs.attachment,
  permissions: ['ec2:DetachVolume', 'ec2:DescribeVolumes', 'ec2:DescribeInstances'],
  input: z.strictObject({ volume: VolumeId.meta({ description: 'the volume to detach' }), place: VolumePlace }),
  output,
  title: (input) => `detach ${input.volume} from ${input.place.device}`,
  async look(ctx, input) {
    const { sight } = ctx.aws;
    const [volume, instance] = await Promise.all([sight.volume(input.volume), sight.instance(input.place.instance)]);
    if (!volume) {
      const held = [...mappings(instance).values()].some(({ VolumeId }) => VolumeId === input.volume);
      // What is gone is attached to nothing.
      if (!held) return { is: 'done', output: { volume: input.volume } };
      return { is: 'failed', reason: `${input.volume} is gone` };
    }
    const standing = standsAt(input.place, volume, instance);
    const output = { volume: input.volume };
    if (standing === 'elsewhere') {
      const { instance: of } = input.place;
      // On another instance it is not in its place any more, which is all that was asked for.
      if (!attachments(volume).some((one) => one.InstanceId === of)) return { is: 'done', output };
      return { is: 'failed', reason: `${besides(input.place, volume)}: detach it there` };
    }
    if (standing === 'attached') return { is: 'absent' };
    // One that has failed is attached to nothing either.
    const away = standing === 'nowhere' && volume.State !== 'in-use';
    return away ? { is: 'done', output } : { is: 'pending', output };
  },
  async run(ctx, input) {
    const { instance, device } = input.place;
    await ctx.aws.ec2.detachVolume({ VolumeId: input.volume, InstanceId: instance, Device: device });
    return undefined;
  },
  // OperationNotPermitted, of the root of an instance that is not stopped (facts §8.9); and without its root nobody can
  // start it any more.
  refusedWhileRunning: (input) => input.place.root,
  undo: (input) => [
    { uses: 'ebs.attach-volume', with: { ...input } },
    { uses: 'ebs.set-delete-on-termination', with: { ...input } },
  ],
  expect: (observation, input) => withoutDevice(observation, input.place.device),
});
