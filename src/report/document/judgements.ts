import type { Json } from '../../contract/json.ts';
import type { Registry } from '../../contract/step.ts';
import type { Verdict } from '../../contract/verdict.ts';
import type { PlanState } from '../../engine/state/run-state.ts';
import type { Judgement } from './schema.ts';
import { isoOf } from './words.ts';

/** A verdict with when and by what it was given. */
export interface Judged {
  readonly judgement: Judgement;
  readonly verdict: Verdict;
}

/** All verdicts of a plan by their original, oldest first. */
export function judgementsOf<S>(registry: Registry<S>, state: PlanState): ReadonlyMap<string, readonly Judged[]> {
  const all = new Map<string, Judged[]>();
  for (const { uses, key, input, end } of [...state.phases.values()].sort((a, b) => a.order - b.order)) {
    const definition = registry.step(uses);
    if (definition?.kind !== 'verify' || end?.is !== 'done') continue;
    const asked = askedIn(input);
    for (const verdict of definition.verdicts(end.output)) {
      const { status, findings } = verdict;
      const judgement = { step: key.step, uses, at: isoOf(end.at), status, findings: [...findings], asked };
      all.set(verdict.original, [...(all.get(verdict.original) ?? []), { judgement, verdict }]);
    }
  }
  return all;
}

/** The statements and the commands of the plan that a verification was given. */
function askedIn(input: Json): string[] {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) return [];
  const { statements, probes } = input as { readonly statements?: Json; readonly probes?: Json };
  return [...(Array.isArray(statements) ? statements : []), ...(Array.isArray(probes) ? probes : [])].map((one) =>
    Array.isArray(one) ? one.join(' ') : String(one),
  );
}
