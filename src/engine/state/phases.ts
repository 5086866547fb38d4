import type { Json } from '../../contract/json.ts';
import type { EffectDefinition, EffectOf, Hazard, Registry, StepCall } from '../../contract/step.ts';
import { isCurrent, type Phase, type PlanState } from './run-state.ts';

/** The effect definition of a phase; undefined for reads and verifications. */
export function effectOf<S>(registry: Registry<S>, phase: Phase): EffectDefinition<S, unknown, unknown> | undefined {
  const definition = registry.step(phase.uses);
  return definition?.kind === 'effect' ? definition : undefined;
}

/** The same where it has this hazard. */
export function effectWith<S, H extends Hazard>(
  registry: Registry<S>,
  phase: Phase,
  hazard: H,
): EffectOf<S, H> | undefined {
  const definition = effectOf(registry, phase);
  return definition?.hazard === hazard ? (definition as EffectOf<S, H>) : undefined;
}

/** The calls that take a phase back, by what it gave; null for one in doubt. */
export function undoOf<S>(registry: Registry<S>, phase: Phase, output: Json): readonly StepCall[] {
  const undo = effectOf(registry, phase)?.undo;
  return typeof undo === 'function' ? undo(phase.input, output, phase.before) : [];
}

/** Would AWS itself refuse this call while the target runs? */
export function refusedWhileRunning<S>(registry: Registry<S>, call: StepCall): boolean {
  const definition = registry.step(call.uses);
  if (definition?.kind !== 'effect' || definition.hazard !== 'disruptive') return false;
  const input = definition.input.safeParse(call.with);
  return input.success && definition.refusedWhileRunning?.(input.data) === true;
}

/** The phases that count now, oldest first; those of an undo only on request. */
export function currentPhases(state: PlanState, undo = false): Phase[] {
  return [...state.phases.values()]
    .filter((phase) => isCurrent(state, phase.key) && (undo || phase.key.undo === undefined))
    .sort((a, b) => a.order - b.order);
}

/** The original that a phase deletes; undefined for what deletes none. */
export function deletedBy<S>(registry: Registry<S>, phase: Phase): string | undefined {
  const deletes = effectWith(registry, phase, 'destructive')?.deletes ?? 'nothing';
  return deletes === 'nothing' ? undefined : deletes(phase.input);
}

/** The originals of which this run has seen its own delete come to its end: nothing brings them back. */
export function goneOriginals<S>(registry: Registry<S>, state: PlanState): string[] {
  return currentPhases(state).flatMap((phase) => {
    const whole = effectWith(registry, phase, 'destructive')?.deletesPart !== true;
    const original = whole && phase.end?.is === 'done' ? deletedBy(registry, phase) : undefined;
    return original === undefined ? [] : [original];
  });
}

/** The originals that this run has deleted, or may have. */
export function deletedOriginals<S>(registry: Registry<S>, state: PlanState): string[] {
  const deleted = currentPhases(state).flatMap((phase) => {
    const original = phase.sent > 0 && phase.end?.is !== 'failed' ? deletedBy(registry, phase) : undefined;
    return original === undefined ? [] : [original];
  });
  return [...new Set(deleted)];
}
