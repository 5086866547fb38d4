import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { VolumeAttributes, VolumeId } from '../domain.ts';

const output = z.strictObject({ volume: VolumeId });

/** Turns auto-enable-IO on for a replacement whose original has it: CreateVolume always leaves it off. */
export const setAutoEnableIO = defineEffect({
  type: 'ebs.set-auto-enable-io',
  hazard: 'additive',
  call: 'ec2:ModifyVolumeAttribute',
  creates: 'nothing',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.attachment,
  permissions: ['ec2:ModifyVolumeAttribute', 'ec2:DescribeVolumeAttribute'],
  input: z.strictObject({
    volume: VolumeId.meta({ description: 'the replacement to set it for' }),
    attributes: VolumeAttributes,
  }),
  output,
  title: (input) => `auto-enable-IO of ${input.volume}`,
  async look(ctx, { volume, attributes }) {
    if (attributes.autoEnableIO !== true) return { is: 'done', output: { volume } };
    const done = { is: 'done', output: { volume } } as const;
    try {
      const answer = await ctx.aws.ec2.describeVolumeAttribute({ VolumeId: volume, Attribute: 'autoEnableIO' });
      return answer.AutoEnableIO?.Value ? done : { is: 'absent' };
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'InvalidVolume.NotFound') throw error;
      // Just made and not shown yet, or deleted by somebody: then its time runs out, and another one is made.
      return { ...done, is: 'pending' };
    }
  },
  async run(ctx, { volume }) {
    await ctx.aws.ec2.modifyVolumeAttribute({ VolumeId: volume, AutoEnableIO: { Value: true } });
    return { volume };
  },
  undo: 'unneeded',
});
