import type { JournalRecord } from '../../contract/record.ts';
import type { Registry } from '../../contract/step.ts';
import { keyText } from '../../engine/state/key.ts';
import { ownStep } from '../../engine/state/own-steps.ts';
import type { Phase, PlanState } from '../../engine/state/run-state.ts';
import type { Times } from './journal-walk.ts';
import type { Row } from './schema.ts';
import { isoOf, isoOrNull } from './words.ts';

/** The steps, gates and unwindings of a plan, each with when it began and ended, in the order in which they began. */
export function timelineOf<S>(
  registry: Registry<S>,
  state: PlanState,
  times: ReadonlyMap<string, Times>,
  records: readonly JournalRecord[],
): Row[] {
  const rows = [
    ...stepRows(registry, state, times),
    ...gateRows(state.name, records),
    ...unwindingRows(state.name, records),
  ];
  return rows.sort((a, b) => a.begunAt.localeCompare(b.begunAt));
}

interface Gathered {
  readonly first: Phase;
  readonly phases: { readonly phase: Phase; readonly times: Times }[];
}

function stepRows<S>(registry: Registry<S>, state: PlanState, times: ReadonlyMap<string, Times>): Row[] {
  const groups = new Map<string, Gathered>();
  for (const phase of state.phases.values()) {
    const known = times.get(keyText(phase.key));
    if (!known) continue;
    const { step, generation, undo } = phase.key;
    const name = JSON.stringify([step, generation, undo !== undefined, phase.uses]);
    const group = groups.get(name) ?? { first: phase, phases: [] };
    groups.set(name, group);
    group.phases.push({ phase, times: known });
  }
  return [...groups.values()].map((group) => rowOf(registry, group));
}

function rowOf<S>(registry: Registry<S>, { first, phases }: Gathered): Row {
  const open = phases.some(({ phase }) => !phase.end);
  const failed = phases.some(({ phase }) => phase.end?.is === 'failed');
  return {
    step: first.key.step,
    uses: first.uses,
    kind: kindOf(registry, first),
    generation: first.key.generation,
    items: phases.filter(({ phase }) => phase.key.item !== null).length,
    calls: phases.reduce((sum, { times }) => sum + times.sends.length, 0),
    begunAt: isoOf(Math.min(...phases.map(({ times }) => times.begunAt))),
    endedAt: open ? null : isoOf(Math.max(...phases.map(({ times }) => times.lastAt))),
    outcome: failed ? 'failed' : open ? 'open' : 'done',
  };
}

function kindOf<S>(registry: Registry<S>, { uses, key }: Phase): Row['kind'] {
  if (key.undo !== undefined || key.step === ownStep.halt) return 'undo';
  const definition = registry.step(uses);
  return definition?.kind === 'effect' ? definition.hazard : (definition?.kind ?? 'read');
}

const bare = { uses: null, generation: 0, items: 0, calls: 0 } as const;

function gateRows(plan: string, records: readonly JournalRecord[]): Row[] {
  const rows: Row[] = [];
  const waiting = new Map<string, Row>();
  for (const record of records) {
    if (!('plan' in record) || record.plan !== plan) continue;
    if (record.t === 'gate') {
      const until = isoOrNull(record.until);
      const open = {
        ...bare,
        step: record.step,
        kind: 'gate',
        begunAt: record.at,
        endedAt: null,
        outcome: 'open',
        until,
      } as const;
      waiting.set(record.step, open);
    }
    const open = 'step' in record ? waiting.get(record.step) : undefined;
    if (!open || (record.t !== 'passed' && record.t !== 'retired')) continue;
    waiting.delete(open.step);
    rows.push({ ...open, endedAt: record.at, outcome: record.t === 'passed' ? 'passed' : 'failed' });
  }
  return [...rows, ...waiting.values()];
}

function unwindingRows(plan: string, records: readonly JournalRecord[]): Row[] {
  const rows: Row[] = [];
  let begun: string | undefined;
  const row = (begunAt: string, ended: Pick<Row, 'endedAt' | 'outcome'>): Row => ({
    ...bare,
    step: 'unwinding',
    kind: 'unwinding',
    begunAt,
    ...ended,
  });
  for (const record of records) {
    if (record.t === 'unwinding' && record.plan === plan) begun ??= record.at;
    if (record.t !== 'unwound' || record.plan !== plan || begun === undefined) continue;
    rows.push(row(begun, { endedAt: record.at, outcome: record.turned === undefined ? 'done' : 'turned' }));
    begun = undefined;
  }
  return begun === undefined ? rows : [...rows, row(begun, { endedAt: null, outcome: 'open' })];
}
