import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import type { Proof } from '../../contract/step.ts';
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
  input: z.strictObject({ volume: VolumeId.meta({ description: 'a volume that this run has made' }) }),
  output: z.strictObject({
    volume: VolumeId,
    kept: z.literal(true).optional().meta({ description: 'it may be the last copy' }),
  }),
  title: (input) => `discard ${input.volume}`,
  async look(ctx, input) {
    return lookForDeletion(await ctx.aws.sight.volume(input.volume), { volume: input.volume });
  },
  async run(ctx, input) {
    await ctx.aws.ec2.deleteVolume({ VolumeId: input.volume });
    return undefined;
  },
  undo: 'impossible',
  discards: (input) => input.volume,
  prove: (ctx, input) => usedBy(ctx, input.volume),
  kept: ({ volume }) => ({ volume, kept: true }),
});

/** Who has attached it, as a server to look at or by its tags, may have written on it; what the target itself has, the engine keeps. */
async function usedBy(ctx: AwsContext, id: string): Promise<Proof> {
  const [attachment] = attachments(await ctx.aws.sight.volume(id));
  if (attachment) return { findings: [`${id} is attached to ${attachment.InstanceId}`], inUse: true };
  const others = ctx.aws.sightings.heldBy(id).filter((instance) => instance !== ctx.target.id);
  if (!others.length) return { findings: [] };
  return {
    findings: [`${id} was seen attached to ${others.join(', ')}, and may hold what was written there`],
    inUse: true,
  };
}
