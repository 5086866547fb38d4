import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { ClusterId } from './cluster-domain.ts';
import { SecurityGroupId } from './domain.ts';
import { isReplacement } from './found.ts';
import { towards } from './group-change.ts';
import { isGoing } from './status.ts';

/** Keeps clients out of the replacement, before a rollback takes its name away. */
export const fenceClusterReplacement = defineEffect({
  type: 'rds.fence-cluster-replacement',
  hazard: 'disruptive',
  call: 'rds:ModifyDBCluster',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:ModifyDBCluster', 'rds:DescribeDBClusters'],
  input: z.strictObject({ original: ClusterId, fence: SecurityGroupId }),
  output: z.strictObject({ original: ClusterId }),
  title: (input) => `keep clients out of what replaces ${input.original}`,
  async look(ctx, input) {
    const made = (await ctx.aws.sight.clusters()).filter(
      (one) => isReplacement(one, ctx.run, input.original) && !isGoing(one),
    );
    const hows = made.map((one) => towards(one, [input.fence]));
    const output = { original: input.original };
    if (hows.includes('not asked')) return { is: 'absent' };
    return hows.includes('on its way') ? { is: 'pending', output } : { is: 'done', output };
  },
  async run(ctx, input) {
    const open = ctx.aws.sight
      .lastSeenClusters()
      .find((one) => isReplacement(one, ctx.run, input.original) && towards(one, [input.fence]) === 'not asked');
    if (!open) return { original: input.original };
    await ctx.aws.rds.modifyDBCluster({
      DBClusterIdentifier: open.DBClusterIdentifier,
      VpcSecurityGroupIds: [input.fence],
      ApplyImmediately: true,
    });
    return undefined;
  },
  undo: 'unneeded',
  expect: (observation) => ({ ...observation, life: { ...observation.life, open: [] } }),
});
