import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { iso } from '../../moment.ts';
import { DatabaseId, FencedDatabase, RestartedDatabase } from '../domain.ts';
import { nameOf } from '../found.ts';
import { instances } from '../kinds/instance.ts';
import { isGoing, isSettled } from '../status.ts';

// RDS keeps events for two weeks.
const keptMinutes = 14 * 24 * 60;
const said = /DB instance restarted/i;

/** When RDS last restarted the engine, by its own account, in ISO 8601; null when its events know of no restart. Dates are AWS's: our clock may differ. */
export async function lastRestart(ctx: AwsContext, name: string): Promise<string | null> {
  let last: string | null = null;
  let Marker: string | undefined;
  do {
    const answer = await ctx.aws.rds.describeEvents({
      SourceIdentifier: name,
      SourceType: 'db-instance',
      EventCategories: ['availability'],
      Duration: keptMinutes,
      ...(Marker && { Marker }),
    });
    for (const { Message, Date: at } of answer.Events ?? []) {
      if (said.test(Message ?? '') && at && (last === null || iso(at) > last)) last = iso(at);
    }
    Marker = answer.Marker;
  } while (Marker);
  return last;
}

/** Restarts the original behind its fence, which ends the connections that are still open. If AWS never answers, the events of RDS show whether it happened. */
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
  input: z.strictObject({
    database: DatabaseId.meta({ description: 'the DB instance to restart, by its resource id' }),
    fence: FencedDatabase,
  }),
  output: RestartedDatabase,
  title: (input) => `restart ${input.database} behind its fence`,
  async look(ctx, input) {
    // A restart of before the fence was whole would have let its sessions come back.
    if (ctx.sentAt === undefined && input.fence.scaled !== true) return { is: 'absent' };
    const instance = await ctx.aws.sight.database(input.database);
    // With it its sessions have gone.
    if (input.fence.scaled === true && (!instance || isGoing(instance)))
      return { is: 'done', output: { id: input.database, restartedAt: 'gone' } };
    if (ctx.sentAt === undefined) return { is: 'absent' };
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
