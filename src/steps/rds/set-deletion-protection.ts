import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { DatabaseId } from './domain.ts';
import { nameOf } from './found.ts';

/** Protects a DB instance against deletion again. */
export const setDeletionProtection = defineEffect({
  type: 'rds.set-deletion-protection',
  hazard: 'additive',
  call: 'rds:ModifyDBInstance',
  creates: 'nothing',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:ModifyDBInstance', 'rds:DescribeDBInstances'],
  input: z.strictObject({ database: DatabaseId }),
  output: z.strictObject({ database: DatabaseId }),
  title: (input) => `protect ${input.database} against deletion`,
  async look(ctx, { database }) {
    const instance = await ctx.aws.sight.database(database);
    if (!instance) return { is: 'failed', reason: `${database} is gone` };
    return instance.DeletionProtection ? { is: 'done', output: { database } } : { is: 'absent' };
  },
  async run(ctx, { database }) {
    await ctx.aws.rds.modifyDBInstance({
      DBInstanceIdentifier: nameOf(ctx, database),
      DeletionProtection: true,
      ApplyImmediately: true,
    });
    return undefined;
  },
  undo: 'unneeded',
});
