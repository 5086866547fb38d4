import { problem } from '../../errors/index.ts';
import { perform } from '../perform.ts';
import type { PlanRun } from '../plan-run.ts';
import { effectWith, undoOf } from '../state/phases.ts';
import { isCurrent, type Phase } from '../state/run-state.ts';
import { failureOfStep, PlanStopped } from '../stops.ts';
import type { Guard } from '../target/guard.ts';

/** What earlier unwindings could not set back, since the target serves without it. */
function pendingUndo<S>(run: PlanRun<S>): Phase[] {
  return [...run.state.phases.values()].filter(
    (phase) =>
      phase.key.undo !== undefined &&
      phase.end?.is !== 'done' &&
      !isCurrent(run.state, phase.key) &&
      effectWith(run.ports.registry, phase, 'disruptive')?.servesWithout === true,
  );
}

/**
 * Sets back what the last unwinding could not. Until then nothing is read again: what is missing would be taken for what
 * was never there, and not carried over. Throws PlanStopped while it can't be, unless told to continue.
 */
export async function retryPendingUndo<S>(
  run: PlanRun<S>,
  guard: Guard<S>,
  { continueOnError = false } = {},
): Promise<void> {
  for (const { key } of pendingUndo(run)) {
    const { undo = 0, ...forward } = key;
    const undone = run.phase(forward);
    const output = undone?.end?.is === 'done' ? undone.end.output : (undone?.answered ?? null);
    const call = undone && undoOf(run.ports.registry, undone, output)[undo];
    if (!call) continue;
    try {
      await perform(run, guard, { key, uses: call.uses, input: call.with });
    } catch (met) {
      const error = failureOfStep(met);
      if (continueOnError) continue;
      const because = run.state.unwinding?.stop?.message ?? 'rollback';
      const told = { title: call.uses, reason: error.message, because };
      throw new PlanStopped(problem('unwind-failed', told, error));
    }
  }
}
