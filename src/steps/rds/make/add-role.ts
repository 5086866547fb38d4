import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { nameOf } from '../found.ts';
import { byId, type Kind, theId } from '../kinds/kind.ts';

/** Gives the replacement one of the IAM roles of the original, by the verdict that it can take its place: until then it has none. */
export const addRole = (kind: Kind) =>
  defineEffect({
    type: kind.steps.addRole,
    hazard: 'additive',
    call: `rds:AddRoleTo${kind.resource}`,
    creates: 'nothing',
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [`rds:AddRoleTo${kind.resource}`, `rds:Describe${kind.resource}s`, 'iam:PassRole'],
    input: z.strictObject({ verdict: kind.PlacedVerdict, role: kind.Role }),
    output: byId(kind, {}),
    title: (input) => `role ${input.role.role} of ${input.verdict.name}`,
    async look(ctx, { verdict: { replacement }, role }) {
      const described = await kind.find(ctx, replacement);
      if (!described) return { is: 'failed', reason: `${replacement} is gone` };
      const found = described.AssociatedRoles?.find(
        (one) => one.RoleArn === role.role && (one.FeatureName ?? '') === role.feature,
      );
      const output = theId(kind, replacement);
      if (!found) return { is: 'absent' };
      if (found.Status === 'INVALID') return { is: 'failed', reason: `RDS can't assume ${role.role}` };
      return found.Status === 'ACTIVE' ? { is: 'done', output } : { is: 'pending', output };
    },
    async run(ctx, { verdict, role }) {
      await kind.addRole(ctx, nameOf(ctx, kind, verdict.replacement), role);
      return undefined;
    },
    undo: 'unneeded',
  });
