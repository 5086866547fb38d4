import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { DatabaseId, SecurityGroupId } from './domain.ts';
import { isReplacement } from './found.ts';
import { towards } from './group-change.ts';
import { isGoing } from './status.ts';

/** Keeps clients out of the replacement, before a rollback takes its name away. */
export const fenceReplacement = defineEffect({
  type: 'rds.fence-replacement',
  hazard: 'disruptive',
  call: 'rds:ModifyDBInstance',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:ModifyDBInstance', 'rds:DescribeDBInstances'],
  input: z.strictObject({ original: DatabaseId, fence: SecurityGroupId }),
  output: z.strictObject({ original: DatabaseId }),
  title: (input) => `keep clients out of what replaces ${input.original}`,
  async look(ctx, input) {
    const made = (await ctx.aws.sight.databases()).filter(
      (one) => isReplacement(one, ctx.run, input.original) && !isGoing(one),
    );
    const hows = made.map((one) => towards(one, [input.fence]));
    const output = { original: input.original };
    if (hows.includes('not asked')) return { is: 'absent' };
    return hows.includes('on its way') ? { is: 'pending', output } : { is: 'done', output };
  },
  async run(ctx, input) {
    const open = ctx.aws.sight
      .lastSeen()
      .find((one) => isReplacement(one, ctx.run, input.original) && towards(one, [input.fence]) === 'not asked');
    if (!open) return { original: input.original };
    await ctx.aws.rds.modifyDBInstance({
      DBInstanceIdentifier: open.DBInstanceIdentifier,
      VpcSecurityGroupIds: [input.fence],
      ApplyImmediately: true,
    });
    return undefined;
  },
  undo: 'unneeded',
  expect: (observation) => ({ ...observation, life: { ...observation.life, open: [] } }),
});
