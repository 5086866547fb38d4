import type { Registry } from '../../contract/step.ts';
import { ownStep } from './own-steps.ts';
import type { Phase, PlanState, RunState } from './run-state.ts';

/**
 * The ids that the reads of a plan say must be claimed. What only an earlier reading found is let go of, unless it was claimed, or
 * may have been: before that nothing is done to it.
 */
export function foundIn<S>(registry: Registry<S>, state: PlanState): readonly string[] {
  const phases = [...state.phases.values()];
  const claimed = new Set(phases.filter(mayHaveClaimed).flatMap(({ input }) => resourcesIn(input)));
  const latest = new Map<string, readonly string[]>();
  const earlier: string[] = [];
  for (const { key, uses, end } of phases) {
    const definition = registry.step(uses);
    if (definition?.kind !== 'read' || !definition.claims || end?.is !== 'done') continue;
    const place = JSON.stringify([key.step, key.item]);
    earlier.push(...(latest.get(place) ?? []));
    latest.set(place, definition.claims(end.output));
  }
  return [...new Set([...earlier.filter((id) => claimed.has(id)), ...[...latest.values()].flat()])];
}

const mayHaveClaimed = ({ key, sent, end }: Phase) =>
  key.step === ownStep.claim && sent > 0 && !(end?.is === 'failed' && end.neverRan);

function resourcesIn(input: unknown): readonly string[] {
  return (input as { readonly resources?: readonly string[] } | null)?.resources ?? [];
}

/**
 * What each plan of a run has found, and so claims: to others the run is one, so its plans keep each other out by this. Told
 * before it is on record, since two plans may read side by side.
 */
export class FoundIndex<S> {
  private readonly finders = new Map<string, Set<string>>();
  private readonly run: RunState;

  constructor(registry: Registry<S>, run: RunState) {
    this.run = run;
    for (const plan of run.plans.values()) this.note(plan.name, foundIn(registry, plan));
  }

  /** Of these ids, those that other plans hold, with the plan. When there are none, all are `plan`'s from now on. */
  take(plan: string, ids: readonly string[]): { readonly on: string; readonly plan: string }[] {
    const held = ids.flatMap((on) =>
      [...(this.finders.get(on) ?? [])]
        .filter((other) => other !== plan && !this.run.plans.get(other)?.finished)
        .map((other) => ({ on, plan: other })),
    );
    if (held.length === 0) this.note(plan, ids);
    return held;
  }

  private note(plan: string, ids: readonly string[]): void {
    for (const id of ids) this.finders.set(id, (this.finders.get(id) ?? new Set()).add(plan));
  }
}
