import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { DatabaseId, FencedDatabase, RestartedDatabase } from '../domain.ts';
import { nameOf } from '../found.ts';
import { instances } from '../kinds/instance.ts';
import { isSettled } from '../status.ts';
import { lastRestart } from './restarts.ts';

/** Restarts the original behind its fence, which ends the connections that the fence has left. In doubt RDS's events tell. */
export const dropSessions = defineEffect({
  type: 'rds.drop-sessions',
  hazard: 'disruptive',
  call: 'rds:RebootDBInstance',
  // Behind the fence one more restart disturbs nobody.
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: [
    'rds:RebootDBInstance',
    'rds:DescribeDBInstances',
    'rds:DescribeEvents',
    'kms:GenerateDataKeyWithoutPlaintext',
  ],
  input: z.strictObject({ database: DatabaseId, fence: FencedDatabase }),
  output: RestartedDatabase,
  title: (input) => `restart ${input.database} behind its fence`,
  async look(ctx, input) {
    // A restart of before the fence was whole would have let its sessions come back.
    if (ctx.sentAt === undefined) return { is: 'absent' };
    const instance = await ctx.aws.sight.database(input.database);
    if (!instance) return { is: 'failed', reason: `${input.database} is gone` };
    const output = { id: input.database, restartedAt: '' };
    if (instance.DBInstanceStatus === 'rebooting') return { is: 'pending', output };
    const at = await lastRestart(ctx, instance.DBInstanceIdentifier ?? '');
    const since = at !== null && (input.fence.lastRestart === null || at > input.fence.lastRestart);
    if (!since) return { is: 'absent' };
    return isSettled(instance) ? { is: 'done', output: { ...output, restartedAt: at } } : { is: 'pending', output };
  },
  async run(ctx, input) {
    await ctx.aws.rds.rebootDBInstance({ DBInstanceIdentifier: nameOf(ctx, instances, input.database) });
    return undefined;
  },
  undo: 'unneeded',
  restarts: (input) => input.database,
  expect: (observation) => observation,
});
