import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { DatabaseId } from './domain.ts';
import { foreignTags, nameOf } from './found.ts';
import { isGoing } from './status.ts';

/** Removes a DB instance that this run made and no client was ever let in to. */
export const discardInstance = defineEffect({
  type: 'rds.discard-instance',
  hazard: 'discard',
  call: 'rds:DeleteDBInstance',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:DeleteDBInstance', 'rds:DescribeDBInstances'],
  input: z.strictObject({ database: DatabaseId }),
  output: z.strictObject({ database: DatabaseId }),
  title: (input) => `discard ${input.database}`,
  async look(ctx, input) {
    const instance = await ctx.aws.sight.database(input.database);
    if (!instance) return { is: 'done', output: { database: input.database } };
    if (isGoing(instance)) return { is: 'pending', output: { database: input.database } };
    const name = `${input.database} (${instance.DBInstanceIdentifier})`;
    const reason =
      foreignTags(ctx, name, instance.TagList) ??
      (instance.DBInstanceIdentifier === ctx.target.id ? `${name} holds the name of the target` : undefined);
    return reason === undefined ? { is: 'absent' } : { is: 'failed', reason: `${reason}: it is kept` };
  },
  async run(ctx, input) {
    await ctx.aws.rds.deleteDBInstance({
      DBInstanceIdentifier: nameOf(ctx, input.database),
      SkipFinalSnapshot: true,
      DeleteAutomatedBackups: true,
    });
    return undefined;
  },
  undo: 'impossible',
  discards: (input) => input.database,
});
