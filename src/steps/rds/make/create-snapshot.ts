import { type AwsContext, defineEffect } from '../../../aws/services.ts';
import { asTags, markers } from '../../../aws/tags.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { permissionsOfQuiet, quiet } from '../fence/quiet.ts';
import { nameOf } from '../found.ts';
import { byOriginal, type Kind, originalOf } from '../kinds/kind.ts';
import { bornAs, snapshotSeen } from './born.ts';

/** Snapshots an original. It holds the database as it was at a moment between the call and its end. */
export const createSnapshot = (kind: Kind) =>
  defineEffect({
    type: kind.steps.createSnapshot,
    hazard: 'additive',
    call: `rds:Create${kind.snapshot}`,
    creates: (output) => [output.id],
    copies: (input) => ({ original: originalOf(kind, input).id }),
    repeat: 'token',
    settleWithinMs: settleWithinMs.snapshot,
    permissions: [
      `rds:Create${kind.snapshot}`,
      'rds:AddTagsToResource',
      `rds:Describe${kind.snapshot}s`,
      ...permissionsOfQuiet(kind),
    ],
    input: byOriginal(kind, { after: kind.After }),
    output: kind.MadeSnapshot,
    title: (input) => `${input.after ? 'final snapshot' : 'snapshot'} of ${originalOf(kind, input).name}`,
    prove: async (ctx, input) =>
      input.after ? quiet(ctx, kind, originalOf(kind, input), input.after.position) : { findings: [] },
    async look(ctx, input, known) {
      const { id, name } = originalOf(kind, input);
      const snapshot = await kind.findSnapshot(ctx, bornAs(ctx));
      const made = kind.madeSnapshot(bornAs(ctx), id, input.after, snapshot);
      const seen = snapshotSeen(ctx, snapshot, made, known);
      if (seen.is !== 'absent' || ctx.sentAt === undefined) return seen;
      return (await kind.find(ctx, id)) ? seen : { is: 'failed', reason: `${name} (${id}) is gone` };
    },
    async run(ctx, input) {
      const { id } = originalOf(kind, input);
      await kind.createSnapshot(ctx, nameOf(ctx, kind, id), bornAs(ctx), tagsOf(ctx, id));
      return kind.madeSnapshot(bornAs(ctx), id, input.after, undefined);
    },
    undo: (_input, output) => (output ? [{ uses: kind.steps.discardSnapshot, with: { snapshot: output.id } }] : []),
  });

const tagsOf = (ctx: AwsContext, original: string) => [...asTags(ctx.tags), ...markers(ctx, { original })];
