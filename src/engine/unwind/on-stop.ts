import { ownKey, release } from '../claim.ts';
import type { PlanRun } from '../plan-run.ts';
import { createdIn } from '../state/created.ts';
import { cutOverBegunAt, cutOverOf, insideCutOver, startedByUs } from '../state/cut-over.ts';
import { isOwnStep, ownStep } from '../state/own-steps.ts';
import { isCurrent, type Phase } from '../state/run-state.ts';
import { type PlanStopped, stopOf } from '../stops.ts';
import type { Guard } from '../target/guard.ts';
import { unwind } from './unwind.ts';

/** To another run that says "mine", too: one that has done nothing yet but claim takes its claim off again. */
export async function yieldClaim<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const acted = [...run.state.phases.values()].some((phase) => !isOwnStep(phase.key.step) && hasLeft(run, phase));
  if (acted || !run.phase(ownKey(run, 'claim'))?.sent) return;
  await release(run, guard);
  const reason = 'given back to the run that had it';
  await run.append({ t: 'retired', plan: run.plan.name, step: ownStep.claim, item: null, reason });
}

/** Has it done something that counts, or made something that is still there? */
function hasLeft<S>(run: PlanRun<S>, phase: Phase): boolean {
  const { key, sent } = phase;
  if (key.undo !== undefined || sent === 0) return false;
  if (isCurrent(run.state, key)) return true;
  return createdIn(run.ports.registry, phase).length > 0 && run.phase({ ...key, undo: 0 })?.end?.is !== 'done';
}

/** A plan that stopped on its own comes back to where the target serves, if the write point still allows it. */
export async function unwindAfterStop<S>(
  run: PlanRun<S>,
  guard: Guard<S>,
  stop: PlanStopped,
): Promise<'over' | 'turned'> {
  const { registry } = run.ports;
  // A cut-over that is complete is never taken back by itself, even where nobody has started the target yet.
  const complete = !insideCutOver(run.plan, registry, run.state);
  run.bringsBack = !complete;
  if (run.state.writePoint !== undefined && (complete || !(await neverServed(run, guard)))) return 'over';
  const begun = cutOverBegunAt(registry, run.state) !== undefined;
  if (begun && (await guard.runsOnReplacements())) return 'over';
  // What was built is stale when the target has changed since, even where nothing of the target was touched.
  const open = !cutOverOf(run.plan, registry);
  const stale = stop.error.code === 'target-changed' || open;
  if (begun || (stale && stop.error.exit !== 1)) return unwind(run, guard, stopOf(stop.error));
  return 'over';
}

/** Past the write point of a target found stopped: does AWS show that nobody has started it on the replacements? */
async function neverServed<S>(run: PlanRun<S>, guard: Guard<S>): Promise<boolean> {
  const { registry } = run.ports;
  // It was seen to run, or to have run, on its replacements: that it stands still now proves nothing any more.
  if (!cutOverOf(run.plan, registry) || run.state.writePoint?.key === null) return false;
  return !startedByUs(registry, run.state) && guard.neverRan(await guard.look());
}
