import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { opened } from './database-target.ts';
import { DatabaseId, SecurityGroupId } from './domain.ts';
import { nameOf } from './found.ts';
import { groupsBefore, towards } from './group-change.ts';
import { instances } from './kinds/instance.ts';
import { brokenStatus, nameIn, statusOf } from './status.ts';

/** Lets clients in again, by the security groups that the original had. With the replacement this is the write point. */
export const admitClients = defineEffect({
  type: 'rds.admit-clients',
  hazard: 'disruptive',
  call: 'rds:ModifyDBInstance',
  repeat: 'convergent',
  serves: true,
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:ModifyDBInstance', 'rds:DescribeDBInstances'],
  input: z.strictObject({
    database: DatabaseId,
    fence: SecurityGroupId,
    securityGroups: z.array(SecurityGroupId).min(1),
    deletionProtection: z
      .boolean()
      .optional()
      .meta({ description: 'set in the same call: what holds writes is protected as the original was' }),
  }),
  output: z.strictObject({ database: DatabaseId }),
  title: (input) => `let clients in to ${input.database}`,
  writePoint: () => true,
  async look(ctx, input) {
    const instance = await ctx.aws.sight.database(input.database);
    if (!instance) return { is: 'failed', reason: `${input.database} is gone` };
    const output = { database: input.database };
    const how = towards(instance, input.securityGroups);
    const unable =
      brokenStatus(instance) ?? (statusOf(instance) === 'stopped' ? `${nameIn(instance)} is stopped` : undefined);
    // It takes no change as long as it is so: to ask for one again and again would never end.
    if (how === 'not asked' && unable !== undefined) return { is: 'failed', reason: unable, neverRan: true };
    if (how === 'not asked') return { is: 'absent', before: groupsBefore(instance) };
    const guarded = !input.deletionProtection || instance.DeletionProtection === true;
    if (how === 'there' && !guarded) return { is: 'absent', before: groupsBefore(instance) };
    return how === 'there' ? { is: 'done', output } : { is: 'pending', output };
  },
  async run(ctx, input) {
    await ctx.aws.rds.modifyDBInstance({
      DBInstanceIdentifier: nameOf(ctx, instances, input.database),
      VpcSecurityGroupIds: input.securityGroups,
      ...(input.deletionProtection && { DeletionProtection: true }),
      ApplyImmediately: true,
    });
    return undefined;
  },
  undo: ({ database, fence, securityGroups }) => [
    { uses: 'rds.fence-instance', with: { database, fence, securityGroups } },
  ],
  expect: (observation, input) => opened(observation, input.database, true),
});
