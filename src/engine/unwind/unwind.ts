import type { Stop } from '../../contract/record.ts';
import { problem } from '../../errors/index.ts';
import { perform } from '../perform.ts';
import type { PlanRun } from '../plan-run.ts';
import { cutOverOf } from '../state/cut-over.ts';
import { isOwnStep, ownStep } from '../state/own-steps.ts';
import { pairsOf } from '../state/pairs.ts';
import { currentPhases, deletedOriginals, effectOf, effectWith, undoOf } from '../state/phases.ts';
import type { Phase } from '../state/run-state.ts';
import { PlanStopped } from '../stops.ts';
import type { Guard } from '../target/guard.ts';
import { originalsOf } from '../target/reads.ts';
import { backInPlace } from './confirm-restored.ts';
import { discard, discardLeftovers, isDiscard, keep } from './discard.ts';
import { whatHappened } from './happened.ts';
import { setBackOwed } from './pending-undo.ts';
import { type Happened, takeBack } from './undo.ts';

/**
 * Takes back what this generation did, last first: the target's own effects before anything is discarded, so that it
 * serves as soon as it can. Idempotent: what has been taken back is not taken back again. Throws PlanStopped when stuck.
 */
export async function unwind<S>(run: PlanRun<S>, guard: Guard<S>, stop: Stop | null): Promise<void> {
  const rollback = stop === null;
  const because = stop?.message ?? 'rollback';
  // Without the operator's word nothing is unwound that a workload could have written on.
  const pastWritePoint = rollback && run.state.writePoint !== undefined;
  guard.forget();
  const { missing, running, on } = await guard.look();
  const seenWritten = run.state.unwinding?.over === false && run.state.writePoint?.key === null;
  if (!rollback && seenWritten && cutOverOf(run.plan, run.ports.registry)) {
    const differences = ['what replaces the original was open while it was taken back, and may hold writes'];
    throw new PlanStopped(problem('target-in-pieces', { target: run.plan.target.id, on, differences }));
  }
  const targetGone = missing.includes(run.plan.target.id);
  const lost = pairsOf(run.ports.registry, run.state).filter((pair) => missing.includes(pair.original));
  const deleted = deletedOriginals(run.ports.registry, run.state);
  // Before there is a replacement a snapshot of ours may be all that is left of what somebody has deleted.
  const gone = originalsOf(run).filter((id) => missing.includes(id) && !deleted.includes(id));
  if (!run.state.unwinding || run.state.unwinding.over) {
    const happened = await whatHappened(run);
    if (lost.length && !targetGone && happened.some((one) => !isDiscard(run, one))) {
      // Nothing can be taken back: what was seen changed must not keep it from going forward, once that is put right.
      if (run.state.drift.length > 0) await run.append({ t: 'drifted', plan: run.plan.name, differences: [] });
      throw new PlanStopped(problem('original-gone', { pairs: lost }));
    }
    const settled = happened.map(({ phase, output }) => ({ key: phase.key, output }));
    await run.append({ t: 'unwinding', plan: run.plan.name, stop, happened: settled });
  }
  const happened = (run.state.unwinding?.happened ?? []).flatMap(({ key, output }) => {
    const phase = run.phase(key);
    return phase ? [{ phase, output }] : [];
  });
  if (!targetGone) {
    if (rollback && pastWritePoint && running) await halt(run, guard);
    const takenBack = happened.filter((each) => !isDiscard(run, each)).sort((a, b) => waits(run, a) - waits(run, b));
    for (const one of takenBack) await takeBack(run, guard, one, because);
    if (takenBack.length && !lost.length) await backInPlace(run, guard, takenBack, because);
    if (rollback) await setBackOwed(run, guard, true);
  }
  for (const one of happened.filter((each) => isDiscard(run, each) && (rollback || !isWarmUp(run, each.phase)))) {
    const made = effectWith(run.ports.registry, one.phase, 'additive');
    const pair = made?.belongs || made?.replaces?.(one.phase.input, one.output);
    // Asked anew before each: one discard can take minutes, and a key can be closed in any of them.
    const unreadable = pair ? await guard.unreadable() : [];
    if (gone.length) await keep(run, one, `${gone.join(', ')} is gone: this may be the last copy`);
    else if (pair && pastWritePoint) await keep(run, one, 'it may hold writes that the original lacks');
    else if (pair && unreadable.length)
      await keep(run, one, `it may be the last copy that can be read: ${unreadable.join('; ')}`);
    else await discard(run, guard, one);
  }
  if (!gone.length && !(await guard.unreadable()).length) await discardLeftovers(run, guard);
  await retireAll(run, because, rollback);
  await run.append({ t: 'unwound', plan: run.plan.name });
}

/** Past the write point somebody else may have started the target: before anything is taken from it, it stands still. */
async function halt<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const generation = run.run.records;
  for (const [undo, call] of guard.halt().entries()) {
    const key = { plan: run.plan.name, step: ownStep.halt, item: null, generation, undo };
    await perform(run, guard, { key, uses: call.uses, input: call.with });
  }
  guard.forget();
  const { observation } = await guard.look();
  await run.append({ t: 'observed', plan: run.plan.name, observation });
}

/** What was made before the cut-over is kept for the next try: it is what makes that one short. */
function isWarmUp<S>(run: PlanRun<S>, phase: Phase): boolean {
  const first = cutOverOf(run.plan, run.ports.registry)?.first;
  const at = run.plan.steps.findIndex((step) => step.id === phase.key.step);
  return first !== undefined && at >= 0 && at < first;
}

/** 1 for what the target serves without: it comes last, since the target would be down for as long as it takes. */
function waits<S>(run: PlanRun<S>, one: Happened): 0 | 1 {
  const calls = undoOf(run.ports.registry, one.phase, one.output).map(({ uses }) => run.ports.registry.step(uses));
  return calls.length > 0 &&
    calls.every((each) => each?.kind === 'effect' && each.hazard === 'disruptive' && each.servesWithout)
    ? 1
    : 0;
}

/** The next try starts a new generation of everything but the warm-up. */
async function retireAll<S>(run: PlanRun<S>, reason: string, everything: boolean): Promise<void> {
  const steps = new Set(
    currentPhases(run.state)
      .filter((phase) => !isOwnStep(phase.key.step))
      .filter((phase) => everything || !isKept(run, phase))
      .map((phase) => phase.key.step),
  );
  for (const step of steps) await run.append({ t: 'retired', plan: run.plan.name, step, item: null, reason });
}

function isKept<S>(run: PlanRun<S>, phase: Phase): boolean {
  return effectOf(run.ports.registry, phase)?.hazard === 'additive' && isWarmUp(run, phase) && phase.end?.is === 'done';
}
