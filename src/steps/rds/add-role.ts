import * as z from 'zod';
import { defineEffect } from '../../aws/services.ts';
import { settleWithinMs } from '../deadlines.ts';
import { DatabaseId, DatabaseRole, MadeDatabase } from './domain.ts';
import { nameOf } from './found.ts';

/** Gives the replacement one of the IAM roles of the original. */
export const addRole = defineEffect({
  type: 'rds.add-role',
  hazard: 'additive',
  call: 'rds:AddRoleToDBInstance',
  creates: 'nothing',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:AddRoleToDBInstance', 'rds:DescribeDBInstances', 'iam:PassRole'],
  input: z.strictObject({ replacement: MadeDatabase, role: DatabaseRole }),
  output: z.strictObject({ database: DatabaseId }),
  title: (input) => `role ${input.role.role} of ${input.replacement.name}`,
  async look(ctx, { replacement, role }) {
    const instance = await ctx.aws.sight.database(replacement.id);
    if (!instance) return { is: 'failed', reason: `${replacement.id} is gone` };
    const found = instance.AssociatedRoles?.find(
      (one) => one.RoleArn === role.role && (one.FeatureName ?? '') === role.feature,
    );
    const output = { database: replacement.id };
    if (!found) return { is: 'absent' };
    if (found.Status === 'INVALID') return { is: 'failed', reason: `RDS can't assume ${role.role}` };
    return found.Status === 'ACTIVE' ? { is: 'done', output } : { is: 'pending', output };
  },
  async run(ctx, { replacement, role }) {
    await ctx.aws.rds.addRoleToDBInstance({
      DBInstanceIdentifier: nameOf(ctx, replacement.id),
      RoleArn: role.role,
      FeatureName: role.feature,
    });
    return undefined;
  },
  undo: 'unneeded',
});
