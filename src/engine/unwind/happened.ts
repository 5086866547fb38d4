import { toJson } from '../../contract/json.ts';
import { RekeyError } from '../../errors/index.ts';
import type { PlanRun } from '../plan-run.ts';
import { retryRead } from '../retry.ts';
import { isOwnStep } from '../state/own-steps.ts';
import { currentPhases, effectOf, refusedWhileRunning, undoOf } from '../state/phases.ts';
import type { Phase } from '../state/run-state.ts';
import type { Happened } from './undo.ts';

/**
 * Steps last first. Items that went side by side have no order of their own, so they come back in the list's: root first.
 * Before them goes what AWS itself would not take from a target that runs.
 */
function lastFirst<S>(run: PlanRun<S>): Phase[] {
  const at = (phase: Phase) => run.plan.steps.findIndex((step) => step.id === phase.key.step);
  const inOrder = (phase: Phase) =>
    run.plan.steps.some((step) => step.id === phase.key.step && step.kind === 'use' && step.inOrder);
  // What never went out has no input, and nothing to take back.
  const { registry } = run.ports;
  const held = (phase: Phase) =>
    Number(phase.sent > 0 && undoOf(registry, phase, null).some((call) => refusedWhileRunning(registry, call)));
  return currentPhases(run.state).sort(
    (a, b) => at(b) - at(a) || held(b) - held(a) || (inOrder(a) ? b.order - a.order : a.order - b.order),
  );
}

/**
 * The phases that have, or may have, had an effect, last first. A disruptive one in doubt counts as happened: what takes
 * it back converges, and a look can't tell "not" from "not yet".
 */
export async function whatHappened<S>(run: PlanRun<S>): Promise<Happened[]> {
  const happened: Happened[] = [];
  for (const phase of lastFirst(run)) {
    const definition = effectOf(run.ports.registry, phase);
    if (!definition || isOwnStep(phase.key.step) || phase.sent === 0) continue;
    if (phase.end?.is === 'done') {
      if (phase.end.changed) happened.push({ phase, output: phase.end.output });
    } else if (phase.end?.is === 'failed' && phase.end.neverRan) {
      // Refused: nothing to take back.
    } else if (definition.hazard === 'disruptive' || phase.answered !== undefined) {
      happened.push({ phase, output: phase.answered ?? null });
    } else {
      happened.push(...(await seenOf(run, phase)));
    }
  }
  return happened;
}

/** An additive effect whose answer never came: what a look shows of it. */
async function seenOf<S>(run: PlanRun<S>, phase: Phase): Promise<Happened[]> {
  const definition = effectOf(run.ports.registry, phase);
  if (!definition) return [];
  try {
    const title = definition.title(phase.input);
    const look = () => definition.look(run.context(phase.key), phase.input, undefined);
    // The target is down until it is known what there is to be taken back.
    const seen = await retryRead(run.ports, title, look, run.asker(title));
    await run.announced();
    if (seen.is !== 'done' && seen.is !== 'pending') return [];
    const output = toJson(seen.output);
    // Only what the journal says this run made is ever discarded.
    await run.append({ t: 'answered', key: phase.key, output });
    return [{ phase, output }];
  } catch (error) {
    // Nobody can say whether the command ran: then what takes it back has to.
    if (error instanceof RekeyError && error.code === 'command-in-doubt') return [{ phase, output: null }];
    throw error;
  }
}
