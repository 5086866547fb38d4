import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { opened } from './database-target.ts';
import { DatabaseId, FencedDatabase, SecurityGroupId } from './domain.ts';
import { nameOf } from './found.ts';
import { groupsBefore, towards } from './group-change.ts';
import { instances } from './kinds/instance.ts';
import { lastRestart } from './restarts.ts';

/** Keeps clients out by an isolation group. Connections that are open already are tracked, and stay until a restart. */
export const fenceInstance = defineEffect({
  type: 'rds.fence-instance',
  hazard: 'disruptive',
  call: 'rds:ModifyDBInstance',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:ModifyDBInstance', 'rds:DescribeDBInstances', 'rds:DescribeEvents'],
  input: z.strictObject({
    database: DatabaseId,
    fence: SecurityGroupId,
    securityGroups: z.array(SecurityGroupId).min(1).meta({ description: 'what it has without the fence' }),
  }),
  output: FencedDatabase,
  title: (input) => `keep clients out of ${input.database}`,
  async look(ctx, input) {
    const instance = await ctx.aws.sight.database(input.database);
    if (!instance) return { is: 'failed', reason: `${input.database} is gone` };
    const how = towards(instance, [input.fence]);
    if (how === 'not asked') return { is: 'absent', before: groupsBefore(instance) };
    const output = { id: input.database, lastRestart: null };
    if (how === 'on its way') return { is: 'pending', output };
    const name = instance.DBInstanceIdentifier ?? '';
    return { is: 'done', output: { ...output, lastRestart: await lastRestart(ctx, name) } };
  },
  async run(ctx, input) {
    await ctx.aws.rds.modifyDBInstance({
      DBInstanceIdentifier: nameOf(ctx, instances, input.database),
      VpcSecurityGroupIds: [input.fence],
      ApplyImmediately: true,
    });
    return undefined;
  },
  undo: (input) => [
    { uses: 'rds.start-instance', with: { database: input.database } },
    { uses: 'rds.admit-clients', with: { ...input } },
  ],
  expect: (observation, input) => opened(observation, input.database, false),
});
