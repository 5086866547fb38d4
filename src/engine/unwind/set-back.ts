import type { PlanRun } from '../plan-run.ts';
import { currentPhases, deletedOriginals, effectWith } from '../state/phases.ts';
import type { Phase } from '../state/run-state.ts';
import { failureOfStep } from '../stops.ts';
import type { Guard } from '../target/guard.ts';
import { announce, takeBack } from './undo.ts';

/**
 * Puts back what was taken off an original so that it could be deleted, where it stays after all: its protection. The next walk takes it
 * off anew. What can't be put back is told, and hides nothing of why the plan stopped.
 */
export async function setBackWhatIsKept<S>(run: PlanRun<S>, guard: Guard<S>, because: string): Promise<void> {
  const { registry } = run.ports;
  const deleted = deletedOriginals(registry, run.state);
  for (const phase of currentPhases(run.state)) {
    const definition = effectWith(registry, phase, 'destructive');
    if (definition?.deletes !== 'nothing' || !mayHaveHappened(phase)) continue;
    const { original } = definition.verdict(definition.input.parse(phase.input));
    if (deleted.includes(original)) continue;
    const output = phase.end?.is === 'done' ? phase.end.output : (phase.answered ?? null);
    try {
      await takeBack(run, guard, { phase, output }, because);
    } catch (met) {
      await announce(run, phase, `not set back: ${definition.title(phase.input)}: ${failureOfStep(met).message}`);
      continue;
    }
    const { plan, step, item } = phase.key;
    await run.append({ t: 'retired', plan, step, item, reason: `${original} was not deleted` });
  }
}

/** What was so before this run is left as it is. */
function mayHaveHappened({ sent, end }: Phase): boolean {
  if (end?.is === 'done') return end.changed;
  return sent > 0 && !(end?.is === 'failed' && end.neverRan);
}
