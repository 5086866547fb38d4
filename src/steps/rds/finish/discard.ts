import * as z from 'zod';
import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { DatabaseId } from '../domain.ts';
import { nameOf } from '../found.ts';
import { instances } from '../kinds/instance.ts';
import { byId, idOf, type Kind, theId } from '../kinds/kind.ts';
import { isGoing, nameIn } from '../status.ts';

const kept = z.literal(true).optional().meta({ description: 'it may be the last copy' });

/** Removes what this run made and no client was ever let in to. */
export const discard = (kind: Kind) =>
  defineEffect({
    type: kind.steps.discard,
    hazard: 'discard',
    call: `rds:Delete${kind.resource}`,
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [`rds:Delete${kind.resource}`, `rds:Describe${kind.resource}s`],
    input: byId(kind, {}),
    output: byId(kind, { kept }),
    title: (input) => `discard ${idOf(kind, input)}`,
    async look(ctx, input) {
      const id = idOf(kind, input);
      const found = await kind.find(ctx, id);
      if (!found) return { is: 'done', output: theId(kind, id) };
      if (isGoing(found)) return { is: 'pending', output: theId(kind, id) };
      if (nameIn(found) !== ctx.target.id) return { is: 'absent' };
      return { is: 'failed', reason: `${id} (${nameIn(found)}) holds the name of the target: it is kept` };
    },
    async run(ctx, input) {
      await kind.delete(ctx, nameOf(ctx, kind, idOf(kind, input)), {
        SkipFinalSnapshot: true,
        DeleteAutomatedBackups: true,
      });
      return undefined;
    },
    undo: 'impossible',
    discards: (input) => idOf(kind, input),
    kept: (input) => ({ ...theId(kind, idOf(kind, input)), kept: true }),
  });

/** Removes a snapshot that this run made. */
export const discardSnapshot = (kind: Kind) =>
  defineEffect({
    type: kind.steps.discardSnapshot,
    hazard: 'discard',
    call: `rds:Delete${kind.snapshot}`,
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [`rds:Delete${kind.snapshot}`, `rds:Describe${kind.snapshot}s`],
    input: z.strictObject({
      snapshot: kind.SnapshotName.meta({ description: 'a snapshot that this run has made' }),
    }),
    output: z.strictObject({ snapshot: kind.SnapshotName, kept }),
    title: (input) => `discard ${input.snapshot}`,
    async look(ctx, { snapshot }) {
      const found = await kind.findSnapshot(ctx, snapshot);
      if (!found) return { is: 'done', output: { snapshot } };
      if (found.Status === 'deleting') return { is: 'pending', output: { snapshot } };
      return { is: 'absent' };
    },
    async run(ctx, { snapshot }) {
      await kind.discardSnapshot(ctx, snapshot);
      return undefined;
    },
    undo: 'impossible',
    discards: (input) => input.snapshot,
    kept: ({ snapshot }) => ({ snapshot, kept: true }),
  });

/** Deletes a member that this run made, of a cluster to which no client was ever let in. */
export const discardMember = defineEffect({
  type: 'rds.discard-member',
  hazard: 'discard',
  call: 'rds:DeleteDBInstance',
  repeat: 'convergent',
  settleWithinMs: settleWithinMs.databaseChange,
  permissions: ['rds:DeleteDBInstance', 'rds:DescribeDBInstances'],
  input: z.strictObject({ member: DatabaseId.meta({ description: 'a member that this run has made' }) }),
  output: z.strictObject({ member: DatabaseId }),
  title: (input) => `discard ${input.member}`,
  async look(ctx, { member }) {
    const instance = await ctx.aws.sight.database(member);
    if (!instance) return { is: 'done', output: { member } };
    if (isGoing(instance)) return { is: 'pending', output: { member } };
    return { is: 'absent' };
  },
  async run(ctx, { member }) {
    await ctx.aws.rds.deleteDBInstance({
      DBInstanceIdentifier: nameOf(ctx, instances, member),
      SkipFinalSnapshot: true,
    });
    return undefined;
  },
  undo: 'impossible',
  discards: (input) => input.member,
});
