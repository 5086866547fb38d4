import * as z from 'zod';
import type { AwsContext, AwsServices } from '../../aws/services.ts';
import { claimants, claimKey } from '../../aws/tags.ts';
import type { AdditiveEffect } from '../../contract/step.ts';
import { settleWithinMs } from '../deadlines.ts';
import { isReplacement } from './found.ts';
import { arnIn, type Described, idIn, isGoing, nameIn } from './status.ts';

/** What is claimed, and for which run. */
const input = z.strictObject({
  resources: z.array(z.string()).min(1).meta({ description: 'names and resource ids, of DB instances or DB clusters' }),
  run: z.string().optional().meta({ description: 'the run whose claim it is; this one when omitted' }),
});
const output = z.strictObject({ resources: z.array(z.string()) });

/** A step that claims or releases, but for its name. */
type Claiming = Omit<AdditiveEffect<AwsServices, z.infer<typeof input>, z.infer<typeof output>>, 'type'>;

/** What can be claimed: all there is of it, asked for or as it was seen last. */
interface Claimable {
  readonly describe: string;
  all(ctx: AwsContext): Promise<readonly Described[]>;
  lastSeen(ctx: AwsContext): readonly Described[];
}
export const databases: Claimable = {
  describe: 'rds:DescribeDBInstances',
  all: (ctx) => ctx.aws.sight.databases(),
  lastSeen: (ctx) => ctx.aws.sight.lastSeen(),
};
export const clusters: Claimable = {
  describe: 'rds:DescribeDBClusters',
  all: (ctx) => ctx.aws.sight.clusters(),
  lastSeen: (ctx) => ctx.aws.sight.lastSeenClusters(),
};

/** Of these those that the resources name, each once: a name and a resource id may mean the same one. */
function claimed(ctx: AwsContext, all: readonly Described[], resources: readonly string[]): readonly Described[] {
  const named = (one: Described, id: string) => idIn(one) === id || nameIn(one) === id;
  return all.filter(
    (one) => !isGoing(one) && resources.some((id) => named(one, id) || isReplacement(one, ctx.run, id)),
  );
}

/** The step that says "mine" on an original, by a tag whose key holds the run. What is made of it is born with the tag. */
export function claiming(release: string, of: Claimable): Claiming {
  return {
    hazard: 'additive',
    call: 'rds:AddTagsToResource',
    creates: 'nothing',
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.tags,
    permissions: ['rds:AddTagsToResource', of.describe],
    input,
    output,
    title: (input) => `claim ${input.resources.join(', ')}`,
    async look(ctx, input) {
      const found = claimed(ctx, await of.all(ctx), input.resources);
      if (found.length === 0) return { is: 'failed', reason: `${input.resources.join(', ')} is not there any more` };
      const ours = found.every((one) => claimants(one.TagList).includes(input.run ?? ctx.run));
      return ours ? { is: 'done', output: { resources: input.resources } } : { is: 'absent' };
    },
    async run(ctx, input) {
      const run = input.run ?? ctx.run;
      const seen = claimed(ctx, of.lastSeen(ctx), input.resources);
      // AddTagsToResource takes one resource. An ARN holds the name, so it is as good as the last look and no older.
      for (const one of seen.filter(({ TagList }) => !claimants(TagList).includes(run))) {
        const ResourceName = arnIn(one);
        if (ResourceName !== undefined)
          await ctx.aws.rds.addTagsToResource({ ResourceName, Tags: [{ Key: claimKey(run), Value: ctx.plan }] });
      }
      return { resources: input.resources };
    },
    undo: (input) => [{ uses: release, with: { ...input } }],
  };
}

/** The step that takes a claim off the original and what was made of it; what no longer exists counts as released. */
export function releasing(of: Claimable): Claiming {
  return {
    hazard: 'additive',
    call: 'rds:RemoveTagsFromResource',
    creates: 'nothing',
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.tags,
    permissions: ['rds:RemoveTagsFromResource', of.describe],
    input,
    output,
    title: (input) => `release ${input.resources.join(', ')}`,
    async look(ctx, input) {
      const there = claimed(ctx, await of.all(ctx), input.resources);
      const left = there.some(({ TagList }) => claimants(TagList).includes(input.run ?? ctx.run));
      // A claim made a moment ago may not show yet, so nothing counts as released that was not asked for.
      const asked = ctx.sentAt !== undefined || there.length === 0;
      return asked && !left ? { is: 'done', output: { resources: input.resources } } : { is: 'absent' };
    },
    async run(ctx, input) {
      const TagKeys = [claimKey(input.run ?? ctx.run)];
      // RemoveTagsFromResource takes one resource; what has not got the tag is no error.
      for (const one of claimed(ctx, of.lastSeen(ctx), input.resources)) {
        const ResourceName = arnIn(one);
        if (ResourceName !== undefined) await ctx.aws.rds.removeTagsFromResource({ ResourceName, TagKeys });
      }
      return { resources: input.resources };
    },
    undo: 'unneeded',
  };
}
