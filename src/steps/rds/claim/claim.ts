import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../../aws/services.ts';
import { claimants, claimKey } from '../../../aws/tags.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { isReplacement } from '../found.ts';
import type { Kind } from '../kinds/kind.ts';
import { arnIn, type Described, idIn, isGoing, nameIn } from '../status.ts';

/** What is claimed, and for which run. */
const input = z.strictObject({
  resources: z.array(z.string()).min(1).meta({ description: 'names and resource ids, of DB instances or DB clusters' }),
  run: z.string().optional().meta({ description: 'the run whose claim it is; left out: this run' }),
});
const output = z.strictObject({ resources: z.array(z.string()) });

/** Of these those that the resources name, each once: a name and a resource id may mean the same one. */
function claimed(ctx: AwsContext, all: readonly Described[], resources: readonly string[]): readonly Described[] {
  const named = (one: Described, id: string) => idIn(one) === id || nameIn(one) === id;
  return all.filter(
    (one) => !isGoing(one) && resources.some((id) => named(one, id) || isReplacement(one, ctx.run, id)),
  );
}

/** The step that says "mine" on an original, by a tag whose key holds the run. What is made of it is born with the tag. */
export const claim = (kind: Kind) =>
  defineEffect({
    type: kind.steps.claim,
    hazard: 'additive',
    call: 'rds:AddTagsToResource',
    creates: 'nothing',
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.tags,
    permissions: ['rds:AddTagsToResource', `rds:Describe${kind.resource}s`],
    input,
    output,
    title: (input) => `claim ${input.resources.join(', ')}`,
    async look(ctx, input) {
      // Found later, a member is claimed by then with its cluster.
      if (input.resources.every(kind.isPart)) return { is: 'done', output: { resources: input.resources } };
      const found = claimed(ctx, await kind.all(ctx), input.resources);
      if (found.length === 0) return { is: 'failed', reason: `${input.resources.join(', ')} is not there any more` };
      const ours = found.every((one) => claimants(one.TagList).includes(input.run ?? ctx.run));
      return ours ? { is: 'done', output: { resources: input.resources } } : { is: 'absent' };
    },
    async run(ctx, input) {
      const run = input.run ?? ctx.run;
      const seen = claimed(ctx, kind.lastSeen(ctx), input.resources);
      // AddTagsToResource takes one resource. An ARN holds the name, so it is as good as the last look and no older.
      for (const one of seen.filter(({ TagList }) => !claimants(TagList).includes(run))) {
        const ResourceName = arnIn(one);
        if (ResourceName !== undefined)
          await ctx.aws.rds.addTagsToResource({ ResourceName, Tags: [{ Key: claimKey(run), Value: ctx.plan }] });
      }
      return { resources: input.resources };
    },
    undo: (input) => [{ uses: kind.steps.release, with: { ...input } }],
  });

/** The step that takes a claim off the original and what was made of it; what no longer exists counts as released. */
export const release = (kind: Kind) =>
  defineEffect({
    type: kind.steps.release,
    hazard: 'additive',
    call: 'rds:RemoveTagsFromResource',
    creates: 'nothing',
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.tags,
    permissions: ['rds:RemoveTagsFromResource', `rds:Describe${kind.resource}s`],
    input,
    output,
    title: (input) => `release ${input.resources.join(', ')}`,
    async look(ctx, input) {
      const there = claimed(ctx, await kind.all(ctx), input.resources);
      const left = there.some(({ TagList }) => claimants(TagList).includes(input.run ?? ctx.run));
      // A claim made a moment ago may not show yet, so nothing counts as released that was not asked for.
      const asked = ctx.sentAt !== undefined || there.length === 0;
      return asked && !left ? { is: 'done', output: { resources: input.resources } } : { is: 'absent' };
    },
    async run(ctx, input) {
      const TagKeys = [claimKey(input.run ?? ctx.run)];
      // RemoveTagsFromResource takes one resource; what has not got the tag is no error.
      for (const one of claimed(ctx, kind.lastSeen(ctx), input.resources)) {
        const ResourceName = arnIn(one);
        if (ResourceName !== undefined) await ctx.aws.rds.removeTagsFromResource({ ResourceName, TagKeys });
      }
      return { resources: input.resources };
    },
    undo: 'unneeded',
  });
