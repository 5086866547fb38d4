import type * as z from 'zod';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import { claimants, claimKey } from '../../aws/tags.ts';
import { settleWithinMs } from '../deadlines.ts';
import { claimInput, claimOutput, tagsOf } from './claim-tags.ts';

/** Takes a claim off again; what no longer exists counts as released. */
export const releaseClaim = defineEffect({
  type: 'ec2.release-claim',
  hazard: 'additive',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.tags,
  permissions: ['ec2:DeleteTags', 'ec2:DescribeInstances', 'ec2:DescribeVolumes'],
  input: claimInput,
  output: claimOutput,
  title: (input) => `release ${input.resources.join(', ')}`,
  async look(ctx, input) {
    const left = await claimed(ctx, input);
    return left.length === 0 ? { is: 'done', output: { resources: input.resources } } : { is: 'absent' };
  },
  async run(ctx, input) {
    // One id that is gone would fail the call for all.
    const Resources = await claimed(ctx, input);
    const Tags = [{ Key: claimKey(input.run ?? ctx.run) }];
    if (Resources.length > 0) await ctx.aws.ec2.deleteTags({ Resources, Tags });
    return { resources: input.resources };
  },
  undo: 'unneeded',
});

async function claimed(ctx: AwsContext, { resources, run }: z.infer<typeof claimInput>): Promise<string[]> {
  const tagged = await Promise.all(resources.map((id) => tagsOf(ctx, id)));
  return resources.filter((_id, index) => claimants(tagged[index]).includes(run ?? ctx.run));
}
