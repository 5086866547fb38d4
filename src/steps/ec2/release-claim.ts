import type { Tag } from '@aws-sdk/client-ec2';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import { claimants, claimKey } from '../../aws/tags.ts';
import { settleWithinMs } from '../deadlines.ts';
import { claimInput, claimOutput, tagsOf } from './claim-tags.ts';

/** Takes a claim off again; what no longer exists counts as released. */
export const releaseClaim = defineEffect({
  type: 'ec2.release-claim',
  hazard: 'additive',
  call: 'ec2:DeleteTags',
  creates: 'nothing',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.tags,
  permissions: ['ec2:DeleteTags', 'ec2:DescribeInstances', 'ec2:DescribeVolumes'],
  input: claimInput,
  output: claimOutput,
  title: (input) => `release ${input.resources.join(', ')}`,
  async look(ctx, input) {
    const there = await living(ctx, input.resources);
    const left = there.some(({ tags }) => claimants(tags).includes(input.run ?? ctx.run));
    // A claim made a moment ago may not show yet, so nothing counts as released that was not asked for.
    const asked = ctx.sentAt !== undefined || there.length === 0;
    return asked && !left ? { is: 'done', output: { resources: input.resources } } : { is: 'absent' };
  },
  async run(ctx, input) {
    // One id that is gone would fail the call for all.
    const Resources = (await living(ctx, input.resources)).map(({ id }) => id);
    const Tags = [{ Key: claimKey(input.run ?? ctx.run) }];
    if (Resources.length > 0) await ctx.aws.ec2.deleteTags({ Resources, Tags });
    return { resources: input.resources };
  },
  undo: 'unneeded',
});

async function living(ctx: AwsContext, ids: readonly string[]): Promise<{ id: string; tags: readonly Tag[] }[]> {
  const tagged = await Promise.all(ids.map(async (id) => ({ id, tags: await tagsOf(ctx, id) })));
  return tagged.flatMap(({ id, tags }) => (tags === undefined ? [] : [{ id, tags }]));
}
