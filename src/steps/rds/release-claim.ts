import { defineEffect } from '../../aws/services.ts';
import { claimants, claimKey } from '../../aws/tags.ts';
import { settleWithinMs } from '../deadlines.ts';
import { claimed, claimInput, claimOutput } from './claim-tags.ts';

/** Takes a claim off the original and what was made of it; what no longer exists counts as released. */
export const releaseClaim = defineEffect({
  type: 'rds.release-claim',
  hazard: 'additive',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.tags,
  permissions: ['rds:RemoveTagsFromResource', 'rds:DescribeDBInstances'],
  input: claimInput,
  output: claimOutput,
  title: (input) => `release ${input.resources.join(', ')}`,
  async look(ctx, input) {
    const there = claimed(ctx, await ctx.aws.sight.databases(), input.resources);
    const left = there.some(({ TagList }) => claimants(TagList).includes(input.run ?? ctx.run));
    // A claim made a moment ago may not show yet, so nothing counts as released that was not asked for.
    const asked = ctx.sentAt !== undefined || there.length === 0;
    return asked && !left ? { is: 'done', output: { resources: input.resources } } : { is: 'absent' };
  },
  async run(ctx, input) {
    const TagKeys = [claimKey(input.run ?? ctx.run)];
    // RemoveTagsFromResource takes one resource; what has not got the tag is no error.
    for (const { DBInstanceArn: ResourceName } of claimed(ctx, ctx.aws.sight.lastSeen(), input.resources)) {
      if (ResourceName !== undefined) await ctx.aws.rds.removeTagsFromResource({ ResourceName, TagKeys });
    }
    return { resources: input.resources };
  },
  undo: 'unneeded',
});
