import type { Tag } from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../aws/services.ts';
import { claimants, claimKey } from '../../aws/tags.ts';
import { settleWithinMs } from '../deadlines.ts';
import { livingState } from './standing.ts';

const input = z.strictObject({
  resources: z.array(z.string()).min(1).meta({ description: 'instances and volumes' }),
  run: z.string().optional().meta({ description: 'the run whose claim it is; this one when omitted' }),
});
const output = z.strictObject({ resources: z.array(z.string()) });

/** Says "mine" on the target and its originals, by a tag whose key holds the run. */
export const claim = defineEffect({
  type: 'ec2.claim',
  hazard: 'additive',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.tags,
  permissions: ['ec2:CreateTags', 'ec2:DescribeInstances', 'ec2:DescribeVolumes'],
  input,
  output,
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

/** Takes a claim off again; what no longer exists counts as released. */
export const releaseClaim = defineEffect({
  type: 'ec2.release-claim',
  hazard: 'additive',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.tags,
  permissions: ['ec2:DeleteTags', 'ec2:DescribeInstances', 'ec2:DescribeVolumes'],
  input,
  output,
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

async function claimed(ctx: AwsContext, { resources, run }: z.infer<typeof input>): Promise<string[]> {
  const tagged = await Promise.all(resources.map((id) => tagsOf(ctx, id)));
  return resources.filter((_id, index) => claimants(tagged[index]).includes(run ?? ctx.run));
}

/** The tags of an instance or volume; undefined when it is gone. */
async function tagsOf(ctx: AwsContext, id: string): Promise<readonly Tag[] | undefined> {
  if (id.startsWith('i-')) {
    const instance = await ctx.aws.sight.instance(id);
    return livingState(instance) === undefined ? undefined : (instance?.Tags ?? []);
  }
  const volume = await ctx.aws.sight.volume(id);
  return volume && (volume.Tags ?? []);
}
