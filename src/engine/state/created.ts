import { createdBy, type Registry } from '../../contract/step.ts';
import type { PlanRun } from '../plan-run.ts';
import type { Phase } from './fold.ts';
import { effectOf } from './phases.ts';

/** Did an effect of this run, of any generation, give birth to `id`? */
export function madeByThisRun<S>(run: PlanRun<S>, id: string): boolean {
  return birthsOf(run, id).length > 0;
}

/** When `id` was last asked for, in ms; long ago when this run does not know it. */
export function madeAt<S>(run: PlanRun<S>, id: string): number {
  return Math.max(0, ...birthsOf(run, id).map((phase) => phase.sentAt ?? 0));
}

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

function birthsOf<S>(run: PlanRun<S>, id: string): Phase[] {
  return [...run.run.plans.values()].flatMap((plan) =>
    [...plan.phases.values()].filter((phase) => createdIn(run.ports.registry, phase).includes(id)),
  );
}
