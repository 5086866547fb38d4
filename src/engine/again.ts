import { canonical } from '../contract/json.ts';
import type { Plan } from '../contract/plan.ts';
import type { ReadDefinition } from '../contract/step.ts';
import { problem } from '../errors/index.ts';
import type { PlanRun } from './plan-run.ts';
import { cutOverBegunAt, cutOverOf } from './state/cut-over.ts';
import { badFindings } from './state/pairs.ts';
import { isCurrent, type Phase } from './state/run-state.ts';
import { PlanStopped } from './stops.ts';

/**
 * A verification has failed and all was taken back: before the target is taken out of service once more, something that it was
 * judged by has to be different, as far as it is read. Throws PlanStopped where nothing is.
 */
export function refuseAgain<S>(run: PlanRun<S>, step: Plan['steps'][number]): void {
  const { registry } = run.ports;
  const { unwinding } = run.state;
  if (unwinding?.stop?.error !== 'verification-failed' || cutOverBegunAt(registry, run.state) !== undefined) return;
  if (run.plan.steps.indexOf(step) !== cutOverOf(run.plan, registry)?.first) return;
  const failedAt = Math.max(...[...run.state.phases.values()].map((phase) => failedVerdictAt(run, phase)));
  const reads = [...run.state.phases.values()].flatMap((phase) => {
    const definition = registry.step(phase.uses);
    return definition?.kind === 'read' && isCurrent(run.state, phase.key) ? [{ phase, definition }] : [];
  });
  const same = reads.every(({ phase, definition }) => isAsBefore(run, definition, phase, failedAt));
  if (!reads.length || !same) return;
  const { message } = unwinding.stop;
  throw new PlanStopped(problem('nothing-changed', { run: run.run.run, target: run.plan.target.id, message }));
}

/** When a verdict that was not SUCCESSFUL came of it; nothing for all else. */
function failedVerdictAt<S>(run: PlanRun<S>, { uses, end }: Phase): number {
  const definition = run.ports.registry.step(uses);
  if (definition?.kind !== 'verify' || end?.is !== 'done') return Number.NEGATIVE_INFINITY;
  return badFindings(definition.verdicts(end.output)).length > 0 ? end.at : Number.NEGATIVE_INFINITY;
}

function isAsBefore<S>(
  run: PlanRun<S>,
  definition: ReadDefinition<S, unknown, unknown>,
  phase: Phase,
  failedAt: number,
): boolean {
  const decisive = ({ end }: Phase) =>
    end?.is === 'done' ? canonical(definition.lasting ? definition.lasting(end.output) : end.output) : undefined;
  const before = [...run.state.phases.values()].filter(
    ({ key, end }) => key.step === phase.key.step && end?.is === 'done' && end.at < failedAt,
  );
  const last = before.at(-1);
  return last !== undefined && decisive(last) === decisive(phase);
}
