import { defineEffect } from '../../../aws/services.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { permissionsToCarry } from '../carry/table.ts';
import { permissionsOfQuiet, quiet } from '../fence/quiet.ts';
import { askedOf } from '../in-report.ts';
import { byOriginal, type Kind, originalOf, theId } from '../kinds/kind.ts';
import { bornAmong, bornAs, bornClaimed, seenBorn, tagsNow, tagsOfMade } from './born.ts';

/** Makes the replacement from a snapshot of the original: fenced from birth, with every setting given, and without members. */
export const restore = (kind: Kind) =>
  defineEffect({
    type: kind.steps.restore,
    hazard: 'additive',
    call: kind.restoreCall,
    creates: (output) => [output.id],
    repeat: 'token',
    settleWithinMs: settleWithinMs.database,
    permissions: [
      kind.restoreCall,
      'rds:AddTagsToResource',
      `rds:Describe${kind.resource}s`,
      `rds:Describe${kind.snapshot}s`,
      'kms:CreateGrant',
      'kms:DescribeKey',
      ...permissionsToCarry(kind.restored),
      ...permissionsOfQuiet(kind),
    ],
    input: byOriginal(kind, { snapshot: kind.MadeSnapshot, ...kind.keyShape }),
    output: kind.Made,
    title: (input) => `restore ${originalOf(kind, input).name} under the new key`,
    // Who has come while the final snapshot was taken writes what that lacks.
    prove: (ctx, input) => quiet(ctx, kind, originalOf(kind, input), input.snapshot.position),
    async look(ctx, input, known) {
      const made = bornAmong(ctx, await kind.all(ctx), known);
      return made
        ? seenBorn(ctx, made, known, { original: originalOf(kind, input).id, accepted: 'the restore' })
        : { is: 'absent' };
    },
    async run(ctx, input) {
      const name = bornAs(ctx);
      const original = originalOf(kind, input);
      const { settings, moved } = original;
      const tags = tagsNow(kind.lastSeen(ctx), original);
      const source = input.snapshot.id;
      const id = await kind.restore(ctx, name, {
        settings: { ...settings, ...moved },
        snapshot: source,
        key: (input as { readonly key?: string }).key,
        fence: original.fence,
        // Nothing that AWS shows of either tells what it was restored from.
        tags: [...tagsOfMade(ctx, { original: original.id, tags, source }), bornClaimed(ctx)],
      });
      return id === undefined ? undefined : { id, original: original.id, name };
    },
    undo: (_input, output) => (output ? [{ uses: kind.steps.discard, with: theId(kind, output.id) }] : []),
    asked: (input) => askedOf(originalOf(kind, input)),
    replaces: (input, output) => ({ original: originalOf(kind, input).id, replacement: output.id }),
    keeps: (input) => kind.keeps(originalOf(kind, input), input.snapshot),
  });
