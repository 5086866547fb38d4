import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { SecurityGroupId } from '../domain.ts';
import { isReplacement } from '../found.ts';
import type { Kind } from '../kinds/kind.ts';
import { isGoing, nameIn } from '../status.ts';
import { towards } from './group-change.ts';

/** Keeps clients out of the replacement, before a rollback takes its name away. */
export const fenceReplacement = (kind: Kind) =>
  defineEffect({
    type: kind.steps.fenceReplacement,
    hazard: 'disruptive',
    call: `rds:Modify${kind.resource}`,
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [`rds:Modify${kind.resource}`, `rds:Describe${kind.resource}s`],
    input: z.strictObject({ original: kind.Id, fence: SecurityGroupId }),
    output: z.strictObject({ original: kind.Id }),
    title: (input) => `keep clients out of what replaces ${input.original}`,
    async look(ctx, input) {
      const made = (await kind.all(ctx)).filter((one) => isReplacement(one, ctx.run, input.original) && !isGoing(one));
      const hows = made.map((one) => towards(one, [input.fence]));
      const output = { original: input.original };
      if (hows.includes('not asked')) return { is: 'absent' };
      return hows.includes('on its way') ? { is: 'pending', output } : { is: 'done', output };
    },
    async run(ctx, input) {
      const open = kind
        .lastSeen(ctx)
        .find((one) => isReplacement(one, ctx.run, input.original) && towards(one, [input.fence]) === 'not asked');
      if (!open) return { original: input.original };
      await kind.modify(ctx, nameIn(open), { VpcSecurityGroupIds: [input.fence], ApplyImmediately: true });
      return undefined;
    },
    undo: 'unneeded',
    expect: (observation) => ({ ...observation, life: { ...observation.life, open: [] } }),
  });
