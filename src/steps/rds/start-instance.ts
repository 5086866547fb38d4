import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { DatabaseId } from './domain.ts';
import { nameOf } from './found.ts';

/** Starts an original that somebody has stopped meanwhile: stopped it could not be brought back to service. */
export const startDatabase = defineEffect({
  type: 'rds.start-instance',
  hazard: 'disruptive',
  call: 'rds:StartDBInstance',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:StartDBInstance', 'rds:DescribeDBInstances'],
  input: z.strictObject({ database: DatabaseId }),
  output: z.strictObject({ database: DatabaseId }),
  title: (input) => `see that ${input.database} is not stopped`,
  async look(ctx, input) {
    const instance = await ctx.aws.sight.database(input.database);
    if (!instance) return { is: 'failed', reason: `${input.database} is gone` };
    const output = { database: input.database };
    const status = instance.DBInstanceStatus ?? '';
    if (status === 'stopped') return { is: 'absent' };
    return ['stopping', 'starting'].includes(status) ? { is: 'pending', output } : { is: 'done', output };
  },
  async run(ctx, input) {
    await ctx.aws.rds.startDBInstance({ DBInstanceIdentifier: nameOf(ctx, input.database) });
    return undefined;
  },
  undo: 'unneeded',
  expect: (observation) => observation,
});
