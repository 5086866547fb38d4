import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { nameOf } from '../found.ts';
import { byId, type Kind, theId } from '../kinds/kind.ts';

/** Gives the replacement one of the IAM roles of the original. */
export const addRole = (kind: Kind) =>
  defineEffect({
    type: kind.steps.addRole,
    hazard: 'additive',
    call: `rds:AddRoleTo${kind.resource}`,
    creates: 'nothing',
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [`rds:AddRoleTo${kind.resource}`, `rds:Describe${kind.resource}s`, 'iam:PassRole'],
    input: z.strictObject({ replacement: kind.Made, role: kind.Role }),
    output: byId(kind, {}),
    title: (input) => `role ${input.role.role} of ${input.replacement.name}`,
    async look(ctx, { replacement, role }) {
      const described = await kind.find(ctx, replacement.id);
      if (!described) return { is: 'failed', reason: `${replacement.id} is gone` };
      const found = described.AssociatedRoles?.find(
        (one) => one.RoleArn === role.role && (one.FeatureName ?? '') === role.feature,
      );
      const output = theId(kind, replacement.id);
      if (!found) return { is: 'absent' };
      if (found.Status === 'INVALID') return { is: 'failed', reason: `RDS can't assume ${role.role}` };
      return found.Status === 'ACTIVE' ? { is: 'done', output } : { is: 'pending', output };
    },
    async run(ctx, { replacement, role }) {
      await kind.addRole(ctx, nameOf(ctx, kind, replacement.id), role);
      return undefined;
    },
    undo: 'unneeded',
  });
