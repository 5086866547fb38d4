import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { DatabaseId, MadeDatabase } from '../domain.ts';
import { nameOf } from '../found.ts';
import { instances } from '../kinds/instance.ts';
import { brokenStatus, clusterParametersPend, isSettled, parametersPend, pendingOf } from '../status.ts';

/** Restarts the replacement if parameters of its group wait for that; otherwise there is nothing to do. */
export const rebootInstance = defineEffect({
  type: 'rds.reboot-instance',
  hazard: 'additive',
  call: 'rds:RebootDBInstance',
  creates: 'nothing',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:RebootDBInstance', 'rds:DescribeDBInstances', 'rds:DescribeDBClusters'],
  input: z.strictObject({ replacement: MadeDatabase }),
  output: z.strictObject({ database: DatabaseId }),
  title: (input) => `parameters of ${input.replacement.name} in force`,
  async look(ctx, input) {
    const instance = await ctx.aws.sight.database(input.replacement.id);
    if (!instance) return { is: 'failed', reason: `${input.replacement.id} is gone` };
    const broken = brokenStatus(instance);
    if (broken !== undefined) return { is: 'failed', reason: broken };
    const output = { database: input.replacement.id };
    if (!isSettled(instance)) return ctx.sentAt === undefined ? { is: 'absent' } : { is: 'pending', output };
    const pending = Object.keys(pendingOf(instance));
    if (pending.length > 0)
      return {
        is: 'failed',
        reason: `changes of ${pending.join(', ')} wait on the replacement, which nobody asked for`,
      };
    const { DBClusterIdentifier: of } = instance;
    const cluster = of === undefined ? undefined : await ctx.aws.sight.clusterNamed(of);
    return parametersPend(instance) || clusterParametersPend(cluster, instance)
      ? { is: 'absent' }
      : { is: 'done', output };
  },
  async run(ctx, input) {
    await ctx.aws.rds.rebootDBInstance({ DBInstanceIdentifier: nameOf(ctx, instances, input.replacement.id) });
    return undefined;
  },
  undo: 'unneeded',
});
