import * as z from 'zod';
import { type AwsContext, defineEffect } from '../../../aws/services.ts';
import type { Seen } from '../../../contract/step.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { renamed } from '../claim/database-target.ts';
import { DatabaseId, DatabaseName } from '../domain.ts';
import { nameOf, surelyFound } from '../found.ts';
import { instances } from '../kinds/instance.ts';
import { brokenStatus, deadName, isSettled, pendingOf } from '../status.ts';

const input = z.strictObject({
  database: DatabaseId,
  from: DatabaseName,
  to: DatabaseName,
  ifThere: z.boolean().optional().meta({ description: 'going back: what is gone holds no name' }),
});
type Rename = z.infer<typeof input>;
const output = z.strictObject({ database: DatabaseId, name: DatabaseName });
type Renamed = z.infer<typeof output>;

/** Renames a DB instance, and waits until its endpoint has followed. */
export const renameInstance = defineEffect({
  type: 'rds.rename-instance',
  hazard: 'disruptive',
  call: 'rds:ModifyDBInstance',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:ModifyDBInstance', 'rds:DescribeDBInstances', 'kms:GenerateDataKeyWithoutPlaintext'],
  input,
  output,
  title: (input) => `rename ${input.from} to ${input.to}`,
  look: (ctx, input) => lookAtRename(ctx, input),
  async run(ctx, input) {
    await ctx.aws.rds.modifyDBInstance({
      DBInstanceIdentifier: nameOf(ctx, instances, input.database),
      NewDBInstanceIdentifier: input.to,
      ApplyImmediately: true,
    });
    return undefined;
  },
  restarts: (input) => input.database,
  undo: (input) => [
    { uses: 'rds.rename-instance', with: { database: input.database, from: input.to, to: input.from, ifThere: true } },
  ],
  expect: (observation, input) => renamed(observation, input.database, input.from, input.to),
});

/** How far a rename is. After the call it goes on being `available` under the old name, then is found under both names or none. */
export async function lookAtRename(ctx: AwsContext, input: Rename): Promise<Seen<Renamed>> {
  const { sight } = ctx.aws;
  const instance = await sight.database(input.database);
  const output = { database: input.database, name: input.to };
  if (!instance && input.ifThere && !(await surelyFound(ctx, input.database))) return { is: 'done', output };
  // Under no name for a moment: it is on its way, if anything was asked.
  if (!instance) return ctx.sentAt === undefined ? gone(input.database) : { is: 'pending', output };
  const { DBInstanceIdentifier: name, DBInstanceStatus: status, Endpoint } = instance;
  const asked = 'DBInstanceIdentifier' in pendingOf(instance) || status === 'renaming';
  if (asked) return { is: 'pending', output };
  if (name === input.to) {
    const followed = Endpoint?.Address?.startsWith(`${input.to}.`) === true;
    // What is broken does not settle by itself; what that means is for those to say who look at more than its name.
    const broken = brokenStatus(instance) !== undefined;
    return broken || (isSettled(instance) && followed) ? { is: 'done', output } : { is: 'pending', output };
  }
  if (name !== input.from)
    return { is: 'failed', reason: `${input.database} is named ${name} now, not ${input.from}: somebody renamed it` };
  const reason = deadName(instance, ctx.run, 'aws rds delete-db-instance --db-instance-identifier');
  return reason === undefined ? { is: 'absent' } : { is: 'failed', reason };
}

const gone = (id: string) => ({ is: 'failed', reason: `${id} is gone` }) as const;
