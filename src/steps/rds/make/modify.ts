import { defineEffect } from '../../../aws/services.ts';
import { canonical } from '../../../contract/json.ts';
import { settleWithinMs } from '../../deadlines.ts';
import { permissionsToCarry } from '../carry/table.ts';
import { nameOf } from '../found.ts';
import { byId, byOriginal, type Kind, type Original, originalOf, theId } from '../kinds/kind.ts';
import { brokenStatus, type Described, idIn, isSettled, pendingOf } from '../status.ts';

type Settings = Readonly<Record<string, unknown>>;

/** Gives the replacement, in one call, what a restore can't: only a modification sets it (facts §5.2, §5.3). */
export const modify = (kind: Kind) =>
  defineEffect({
    type: kind.steps.modify,
    hazard: 'additive',
    call: `rds:Modify${kind.resource}`,
    creates: 'nothing',
    repeat: 'convergent',
    settleWithinMs: settleWithinMs.databaseChange,
    permissions: [`rds:Modify${kind.resource}`, `rds:Describe${kind.resource}s`, ...permissionsToCarry(kind.modified)],
    input: byOriginal(kind, { replacement: kind.Made }),
    output: byId(kind, {}),
    title: (input) => `settings of ${input.replacement.name} that only a modification sets`,
    async look(ctx, input) {
      const { id } = input.replacement;
      const found = await kind.find(ctx, id);
      if (!found) return { is: 'failed', reason: `${id} is gone` };
      const broken = brokenStatus(found);
      if (broken !== undefined) return { is: 'failed', reason: broken };
      const output = theId(kind, id);
      if (!isSettled(found) || Object.keys(pendingOf(found)).length > 0) {
        return ctx.sentAt === undefined ? { is: 'absent' } : { is: 'pending', output };
      }
      const lacks = missing(kind, wantedOf(originalOf(kind, input)), found);
      return Object.keys(lacks).length === 0 ? { is: 'done', output } : { is: 'absent' };
    },
    async run(ctx, input) {
      const { id } = input.replacement;
      const wanted = wantedOf(originalOf(kind, input));
      const found = kind.lastSeen(ctx).find((one) => idIn(one) === id);
      const settings = found ? missing(kind, wanted, found) : wanted;
      const change = kind.changes(settings, wanted);
      await kind.modify(ctx, nameOf(ctx, kind, id), { ...change, ApplyImmediately: true });
      return undefined;
    },
    undo: 'unneeded',
  });

const wantedOf = ({ settings, moved }: Original): Settings => ({ ...settings, ...moved });

/** The settings that the replacement still lacks. What hangs on another goes with it. */
function missing(kind: Kind, wanted: Settings, found: Described): Settings {
  const has = kind.settings(found);
  const lacking = kind.modified.filter(
    (name) => wanted[name] !== undefined && canonical(wanted[name]) !== canonical(has[name]),
  );
  const names = new Set(lacking.flatMap((name) => kind.together.find((group) => group.includes(name)) ?? [name]));
  return Object.fromEntries(
    [...names].flatMap((name) => (wanted[name] === undefined ? [] : [[name, wanted[name]] as const])),
  );
}
