import type { Registry } from '../../contract/step.ts';
import type { PlanState, RunState } from './run-state.ts';

/** The ids that the reads of a plan say must be claimed. */
export function foundIn<S>(registry: Registry<S>, state: PlanState): readonly string[] {
  const ids = new Set<string>();
  for (const phase of state.phases.values()) {
    const definition = registry.step(phase.uses);
    if (definition?.kind !== 'read' || !definition.claims || phase.end?.is !== 'done') continue;
    for (const id of definition.claims(phase.end.output)) ids.add(id);
  }
  return [...ids];
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
