import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { VolumeAttributes, VolumeId } from '../domain.ts';

const output = z.strictObject({ volume: VolumeId });

/** Turns auto-enable-IO on for a replacement whose original has it: CreateVolume always leaves it off. */
export const setAutoEnableIO = defineEffect({
  type: 'ebs.set-auto-enable-io',
  hazard: 'additive',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.attachment,
  permissions: ['ec2:ModifyVolumeAttribute', 'ec2:DescribeVolumeAttribute'],
  input: z.strictObject({ volume: VolumeId, attributes: VolumeAttributes }),
  output,
  title: (input) => `auto-enable-IO of ${input.volume}`,
  async look(ctx, { volume, attributes }) {
    if (attributes.autoEnableIO !== true) return { is: 'done', output: { volume } };
    const answer = await ctx.aws.ec2.describeVolumeAttribute({ VolumeId: volume, Attribute: 'autoEnableIO' });
    return answer.AutoEnableIO?.Value ? { is: 'done', output: { volume } } : { is: 'absent' };
  },
  async run(ctx, { volume }) {
    await ctx.aws.ec2.modifyVolumeAttribute({ VolumeId: volume, AutoEnableIO: { Value: true } });
    return { volume };
  },
  undo: 'unneeded',
});
