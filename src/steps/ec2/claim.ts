import { defineEffect } from '../../aws/services.ts';
import { claimants, claimKey } from '../../aws/tags.ts';
import { settleWithinMs } from '../deadlines.ts';
import { claimInput, claimOutput, tagsOf } from './claim-tags.ts';

/** Claims the target and its originals by a tag whose key holds the run id. */
export const claim = defineEffect({
  type: 'ec2.claim',
  hazard: 'additive',
  call: 'ec2:CreateTags',
  creates: 'nothing',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.tags,
  permissions: ['ec2:CreateTags', 'ec2:DescribeInstances', 'ec2:DescribeVolumes'],
  input: claimInput,
  output: claimOutput,
  title: (input) => `claim ${input.resources.join(', ')}`,
  async look(ctx, input) {
    const tagged = await Promise.all(input.resources.map((id) => tagsOf(ctx, id)));
    const gone = input.resources.filter((_id, index) => tagged[index] === undefined);
    if (gone.length > 0) return { is: 'failed', reason: `${gone.join(', ')} can't be claimed: not there any more` };
    const ours = tagged.every((tags) => claimants(tags).includes(input.run ?? ctx.run));
    return ours ? { is: 'done', output: { resources: input.resources } } : { is: 'absent' };
  },
  async run(ctx, input) {
    const Tags = [{ Key: claimKey(input.run ?? ctx.run), Value: ctx.plan }];
    await ctx.aws.ec2.createTags({ Resources: input.resources, Tags });
    return { resources: input.resources };
  },
  undo: (input) => [{ uses: 'ec2.release-claim', with: { ...input } }],
});
