import { createdBy, type Registry } from '../../contract/step.ts';
import { effectOf } from './phases.ts';
import type { Phase, RunState } from './run-state.ts';

/** The ids of all that a phase has created: what its answer, its outcome and its duplicates tell. */
export function createdIn<S>(registry: Registry<S>, phase: Phase): readonly string[] {
  const definition = effectOf(registry, phase);
  if (!definition || phase.sent === 0) return [];
  const outputs = [
    ...(phase.answered === undefined ? [] : [phase.answered]),
    ...(phase.end?.is === 'done' ? [phase.end.output] : []),
    ...phase.surplus,
  ];
  return outputs.flatMap((output) => createdBy(definition, output));
}

/** What a run has created, by id: a discard asks for one id among the phases of ten thousand plans. */
export class CreatedIndex<S> {
  private readonly registry: Registry<S>;
  private readonly creators = new Map<string, Set<Phase>>();

  constructor(registry: Registry<S>, run: RunState) {
    this.registry = registry;
    for (const plan of run.plans.values()) for (const phase of plan.phases.values()) this.note(phase);
  }

  /** Takes in what a record has added to `phase`. What was created once stays so: no record takes an id back. */
  note(phase: Phase): void {
    for (const id of createdIn(this.registry, phase)) {
      const known = this.creators.get(id);
      if (known) known.add(phase);
      else this.creators.set(id, new Set([phase]));
    }
  }

  /** The effects of this run, of any plan and generation, that created `id`. */
  creatorsOf(id: string): readonly Phase[] {
    return [...(this.creators.get(id) ?? [])];
  }
}
