import type { Registry } from '../../contract/step.ts';
import { createdIn } from '../../engine/state/created.ts';
import { keyText } from '../../engine/state/key.ts';
import { deletedBy, effectOf, effectWith } from '../../engine/state/phases.ts';
import type { Phase, PlanState } from '../../engine/state/run-state.ts';
import type { Times } from './journal-walk.ts';
import type { Calls, InDoubt } from './schema.ts';
import { isoOf } from './words.ts';

type Counts = { -readonly [K in keyof Calls]: Calls[K] };

/** The calls that were sent, by operation, as their intents tell: what only looks or reads is not on record. */
export function callsOf<S>(
  registry: Registry<S>,
  states: Iterable<PlanState>,
  times: ReadonlyMap<string, Times>,
): Calls[] {
  const counts = new Map<string, Counts>();
  for (const state of states)
    for (const phase of state.phases.values()) {
      const { sends = [], answers = 0 } = times.get(keyText(phase.key)) ?? {};
      if (sends.length === 0) continue;
      const operation = operationOf(registry, phase);
      const count = counts.get(operation) ?? { operation, sent: 0, answered: 0, refused: 0, inDoubt: 0 };
      counts.set(operation, count);
      count.sent += sends.length;
      count.answered += answers;
      count.refused += sends.filter(({ afterRefusal }) => afterRefusal).length;
      if (isInDoubt(phase)) count.inDoubt++;
    }
  return [...counts.values()].sort((a, b) => a.operation.localeCompare(b.operation));
}

const isInDoubt = ({ sent, end }: Phase) => sent > 0 && !end;

function operationOf<S>(registry: Registry<S>, phase: Phase): string {
  const call = effectOf(registry, phase)?.call ?? 'none';
  return call === 'none' ? phase.uses : call;
}

/** What was sent and not seen to its end. */
export function inDoubtOf<S>(
  registry: Registry<S>,
  states: Iterable<PlanState>,
  times: ReadonlyMap<string, Times>,
): InDoubt[] {
  return [...states].flatMap((state) =>
    [...state.phases.values()].filter(isInDoubt).flatMap((phase): InDoubt[] => {
      const { plan, step, item } = phase.key;
      const sends = times.get(keyText(phase.key))?.sends ?? [];
      const [first, last] = [sends[0], sends.at(-1)];
      if (!first || !last) return [];
      const sent = { firstSentAt: isoOf(first.at), lastSentAt: isoOf(last.at), sends: sends.length };
      return [{ plan, step, item, operation: operationOf(registry, phase), ...sent, may: mayHave(registry, phase) }];
    }),
  );
}

function mayHave<S>(registry: Registry<S>, phase: Phase): string {
  const gone = deletedBy(registry, phase) ?? effectWith(registry, phase, 'discard')?.discards(phase.input);
  if (gone !== undefined) return `may have deleted ${gone}`;
  const creates = effectWith(registry, phase, 'additive')?.creates ?? 'nothing';
  if (creates === 'nothing') return 'may have changed what it is about';
  const made = createdIn(registry, phase);
  return made.length > 0 ? `has made ${made.join(', ')}, which was not seen to its end` : 'may have created something';
}
