import { defineEffect } from '../../aws/services.ts';
import { claimants, claimKey } from '../../aws/tags.ts';
import { settleWithinMs } from '../deadlines.ts';
import { claimed, claimInput, claimOutput } from './claim-tags.ts';

/** Says "mine" on the original, by a tag whose key holds the run. What is made of it is born with the tag. */
export const claim = defineEffect({
  type: 'rds.claim',
  hazard: 'additive',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.tags,
  permissions: ['rds:AddTagsToResource', 'rds:DescribeDBInstances'],
  input: claimInput,
  output: claimOutput,
  title: (input) => `claim ${input.resources.join(', ')}`,
  async look(ctx, input) {
    const found = claimed(ctx, await ctx.aws.sight.databases(), input.resources);
    if (found.length === 0) return { is: 'failed', reason: `${input.resources.join(', ')} is not there any more` };
    const ours = found.every((one) => claimants(one.TagList).includes(input.run ?? ctx.run));
    return ours ? { is: 'done', output: { resources: input.resources } } : { is: 'absent' };
  },
  async run(ctx, input) {
    const run = input.run ?? ctx.run;
    const seen = claimed(ctx, ctx.aws.sight.lastSeen(), input.resources);
    const [first] = seen.filter((one) => !claimants(one.TagList).includes(run));
    // An ARN holds the name, so it is as good as the last look and no older.
    const ResourceName = first?.DBInstanceArn;
    if (ResourceName !== undefined) {
      await ctx.aws.rds.addTagsToResource({ ResourceName, Tags: [{ Key: claimKey(run), Value: ctx.plan }] });
    }
    return { resources: input.resources };
  },
  undo: (input) => [{ uses: 'rds.release-claim', with: { ...input } }],
});
