import type { JournalRecord } from '../../src/contract/record.ts';
import { fold } from '../../src/engine/state/fold.ts';
import { currentPhases } from '../../src/engine/state/phases.ts';
import type { World } from './world.ts';

// What two histories with the same end differ in: the ids, tokens and times of what was made, and how much a workload has written meanwhile.
const idMade = /\b(?:(?:vol|snap|eni|i)-[0-9a-f]{17}|(?:db|cluster)-[A-Z0-9]{26})\b/g;
const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const moment = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?: ?(?:Z|GMT|UTC))?/g;
const volatile = new Set(['calls', 'events', 'faults', 'writes', 'grants']);

/** The end of a history as text, equal for equal ends. What was there in the beginning keeps its name. */
export function endOf(world: World, preexisting: ReadonlySet<string>): string {
  return JSON.stringify(plain(world.state()), null, 1);

  function plain(value: unknown): unknown {
    if (typeof value === 'string') {
      return value
        .replace(moment, '<time>')
        .replace(uuid, (id) => (preexisting.has(id) ? id : '<token>'))
        .replace(idMade, (id) => (preexisting.has(id) ? id : `<${id.slice(0, id.indexOf('-'))}>`));
    }
    if (Array.isArray(value)) return value.map(plain).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    if (value === null || typeof value !== 'object') return value;
    const used =
      'lost' in value ||
      'sessions' in value ||
      'writer' in value ||
      ('attachments' in value && Array.isArray(value.attachments) && value.attachments.length > 0);
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !volatile.has(name) && !(used && name === 'digest'))
        .map(([name, one]) => [name, plain(one)] as const)
        // Names come into the Domain Name System in any order.
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }
}

/** What is in the account now, by the ids of this simulation. */
export function idsIn(world: World): ReadonlySet<string> {
  const text = JSON.stringify(world.state());
  return new Set([...(text.match(idMade) ?? []), ...(text.match(uuid) ?? [])]);
}

/** Judges I4 of a history that died and was resumed, by the end of one that did not die. */
export function judgeEnd(
  world: World,
  how: { end: string; undisturbed: string; disk: readonly JournalRecord[]; about: string },
): void {
  const [is, was] = [how.end.split('\n'), how.undisturbed.split('\n')];
  const at = was.findIndex((line, number) => line !== is[number]);
  const open = unreconciled(how.disk);
  world.auditor.judge(
    'I4',
    how.end === how.undisturbed && open.length === 0,
    () => `${how.about}: ${open.join(', ')} ${is[at] ?? ''} instead of ${was[at] ?? ''}`,
  );
}

/** What a journal says was sent and never reconciled: no outcome, and not retired. */
export function unreconciled(records: readonly JournalRecord[]): string[] {
  return [...fold(records).plans.values()].flatMap((plan) =>
    currentPhases(plan, true)
      .filter((phase) => phase.sent > 0 && phase.end === undefined)
      .map((phase) => JSON.stringify(phase.key)),
  );
}
