import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { VolumeId } from '../domain.ts';
import { attachments } from '../ec2/standing.ts';
import { lookForDeletion } from './deletion.ts';

/** Removes a volume that this run made and that is attached to nothing. */
export const discardVolume = defineEffect({
  type: 'ebs.discard-volume',
  hazard: 'discard',
  call: 'ec2:DeleteVolume',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.volume,
  permissions: ['ec2:DeleteVolume', 'ec2:DescribeVolumes'],
  input: z.strictObject({ volume: VolumeId }),
  output: z.strictObject({
    volume: VolumeId,
    kept: z.literal(true).optional().meta({ description: 'it may be the last copy' }),
  }),
  title: (input) => `discard ${input.volume}`,
  async look(ctx, input) {
    const volume = await ctx.aws.sight.volume(input.volume);
    const seen = lookForDeletion(volume, { volume: input.volume });
    if (seen.is !== 'absent') return seen;
    const [attachment] = attachments(volume);
    if (!attachment) return seen;
    return { is: 'failed', reason: `${input.volume} is attached to ${attachment.InstanceId}: it is kept` };
  },
  async run(ctx, input) {
    await ctx.aws.ec2.deleteVolume({ VolumeId: input.volume });
    return undefined;
  },
  undo: 'impossible',
  discards: (input) => input.volume,
  kept: ({ volume }) => ({ volume, kept: true }),
});
