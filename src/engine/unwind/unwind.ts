import type { Stop } from '../../contract/record.ts';
import { unseenMs } from '../../contract/settle.ts';
import { problem } from '../../errors/index.ts';
import { isShownBy } from '../margin.ts';
import { perform } from '../perform.ts';
import type { PlanRun } from '../plan-run.ts';
import { cutOverOf, firstStart, haltsOf, insideCutOver } from '../state/cut-over.ts';
import { isOwnStep, ownStep } from '../state/own-steps.ts';
import { type Pair, pairsOf } from '../state/pairs.ts';
import { currentPhases, deletedOriginals, effectOf, undoOf } from '../state/phases.ts';
import type { Phase } from '../state/run-state.ts';
import { PlanStopped } from '../stops.ts';
import type { TargetState } from '../target/drift.ts';
import type { Guard } from '../target/guard.ts';
import { recordObservation, sightingsOf } from '../target/observe.ts';
import { originalsOf } from '../target/reads.ts';
import { unseenBeatMs, waitFor } from '../wait.ts';
import { confirmRestored } from './confirm-restored.ts';
import { discardLeftovers, discardOrKeep, isDiscard } from './discard.ts';
import { whatHappened } from './happened.ts';
import { retryPendingUndo } from './pending-undo.ts';
import { turnRound } from './turn.ts';
import { type Happened, takeBack, takeBackBy } from './undo.ts';

/** From where an unwinding sets out: why, and what a look has shown. */
interface Outset {
  /** Asked for by the operator, not by a plan that stopped. */
  readonly rollback: boolean;
  readonly because: string;
  readonly pastWritePoint: boolean;
  /** It serves on its replacements, so the way back begins with its halt. What serves on its originals is back. */
  readonly halts: boolean;
  readonly targetGone: boolean;
  /** Pairs of which somebody has deleted the original. */
  readonly lost: readonly Pair[];
  /** Originals that somebody else has deleted. */
  readonly gone: readonly string[];
}

/**
 * Takes back what this generation did, last first: the target's own effects before anything is discarded, so that it
 * serves as soon as it can. Idempotent: what has been taken back is not taken back again. `turned`: it can't come to its end, and
 * the plan goes forward. Throws PlanStopped when stuck.
 */
export async function unwind<S>(run: PlanRun<S>, guard: Guard<S>, stop: Stop | null): Promise<'over' | 'turned'> {
  const rollback = stop === null;
  // Without the operator's word nothing is unwound that a workload could have written on.
  const pastWritePoint = rollback && run.state.writePoint !== undefined;
  guard.forget();
  run.bringsBack = run.state.unwinding?.over === false || insideCutOver(run.plan, run.ports.registry, run.state);
  const seen = await lookAtStandstill(run, guard);
  const halts = pastWritePoint && (seen.running || haltsUnderWay(run).length > 0) && seen.activeSide !== 'originals';
  const outset = { rollback, because: stop?.message ?? 'rollback', pastWritePoint, halts, ...whatIsLeft(run, seen) };
  if (!rollback) refuseWritten(run, seen);
  const underWay = run.state.unwinding?.over === false;
  if (underWay && outset.lost.length && (await turnRound(run, guard))) return 'turned';
  if (outset.halts && seen.running && !outset.lost.length) await refuseHalt(run, guard);
  await settleHappened(run, stop, outset);
  const happened = (run.state.unwinding?.happened ?? []).flatMap(({ key, output }) => {
    const phase = run.phase(key);
    return phase ? [{ phase, output }] : [];
  });
  run.bringsBack = true;
  try {
    // It can't be brought back; that it is gone is what is told of it from now on.
    if (outset.targetGone) await recordObservation(run, seen.observation);
    else await restore(run, guard, happened, outset);
  } catch (error) {
    // What was there when it began may be gone by now.
    if (!(error instanceof PlanStopped) || !(await turnRound(run, guard))) throw error;
    return 'turned';
  }
  run.bringsBack = false;
  // What shows late first: it still needs what it was made from.
  if (!outset.gone.length && !(await guard.unreadable()).length) await discardLeftovers(run, guard);
  const made = happened.filter((each) => isDiscard(run, each) && (rollback || !isWarmUp(run, each.phase)));
  for (const one of made) await discardOrKeep(run, guard, one, outset);
  await retireAll(run, outset.because, rollback);
  await run.append({ t: 'unwound', plan: run.plan.name });
  return 'over';
}

/**
 * A target that stands on what this run made may have been started on it, and stopped again, before this process began to watch: what
 * is taken off and discarded then would hold writes. So it is looked at until AWS can't hide that any more.
 */
async function lookAtStandstill<S>(run: PlanRun<S>, guard: Guard<S>): Promise<TargetState> {
  return waitFor<TargetState>(run.ports, unseenBeatMs, async (askedAt) => {
    const seen = await guard.look();
    const made = pairsOf(run.ports.registry, run.state).map((pair) => pair.replacement);
    const stands = !seen.running && run.state.writePoint === undefined && made.some((id) => seen.on.includes(id));
    if (!stands || isShownBy(run.ports, run.watchedSince, askedAt) || !guard.neverRan(seen)) return { done: seen };
    const certainAt = run.watchedSince.here + unseenMs;
    return { again: true, ...(askedAt < certainAt && { at: certainAt }) };
  });
}

function whatIsLeft<S>(run: PlanRun<S>, { missing }: TargetState) {
  const { registry } = run.ports;
  const deleted = deletedOriginals(registry, run.state);
  return {
    targetGone: missing.includes(run.plan.target.id),
    lost: pairsOf(registry, run.state).filter((pair) => missing.includes(pair.original)),
    // Before there is a replacement a snapshot of ours may be all that is left of what somebody has deleted.
    gone: originalsOf(run).filter((id) => missing.includes(id) && !deleted.includes(id)),
  };
}

/** What was seen to serve while it was taken back may hold writes: only the operator's typed word lets go of them. */
function refuseWritten<S>(run: PlanRun<S>, { on }: TargetState): void {
  const seenWritten = run.state.unwinding?.over === false && run.state.writePoint?.key === null;
  if (!seenWritten || !cutOverOf(run.plan, run.ports.registry)) return;
  const differences = ['what replaces the original was open while it was taken back, and may hold writes'];
  throw new PlanStopped(problem('target-in-pieces', { target: run.plan.target.id, on, differences }));
}

/** What serves is not halted for a way back that would stick: all that it needs is asked for before. */
async function refuseHalt<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const reasons = await guard.unrestorable();
  if (reasons.length) throw new PlanStopped(problem('rollback-refused', { target: run.plan.target.id, reasons }));
}

/** Puts on record, once, what is to be taken back. */
async function settleHappened<S>(run: PlanRun<S>, stop: Stop | null, { lost, targetGone }: Outset): Promise<void> {
  if (run.state.unwinding?.over === false) return;
  const happened = await whatHappened(run);
  if (lost.length && !targetGone && happened.some((one) => !isDiscard(run, one))) {
    // Nothing can be taken back: what was seen changed must not keep it from going forward, once that is put right.
    if (run.state.drift.length > 0) await run.append({ t: 'drifted', plan: run.plan.name, differences: [] });
    throw new PlanStopped(problem('original-gone', { pairs: lost }));
  }
  const settled = happened.map(({ phase, output }) => ({ key: phase.key, output }));
  // What others were seen to do with what is taken back, the next process has to know.
  await run.append({ t: 'unwinding', plan: run.plan.name, stop, happened: settled, ...sightingsOf(run) });
}

/** Takes back what was done to the target, until it is seen to hold its originals. */
async function restore<S>(
  run: PlanRun<S>,
  guard: Guard<S>,
  happened: readonly Happened[],
  { rollback, because, halts, lost }: Outset,
): Promise<void> {
  const takenBack = happened.filter((each) => !isDiscard(run, each)).sort((a, b) => waits(run, a) - waits(run, b));
  if (halts) await halt(run, guard);
  if (takenBack.length) await clearPlaces(run, guard, because);
  const later: Happened[] = [];
  for (const one of takenBack) {
    if (effectOf(run.ports.registry, one.phase)?.hazard === 'disruptive') await takeBack(run, guard, one, because);
    else if (!(await tryTakeBack(run, guard, one, because))) later.push(one);
  }
  if (rollback) await startAgain(run, guard, takenBack, because);
  if (takenBack.length && !lost.length) await confirmRestored(run, guard, takenBack, because);
  if (rollback) await retryPendingUndo(run, guard, { continueOnError: true });
  for (const one of later) await takeBack(run, guard, one, because);
}

/** A command of the operator's that can't be taken back now does not keep the target down: it is tried again when that is back. */
async function tryTakeBack<S>(run: PlanRun<S>, guard: Guard<S>, one: Happened, because: string): Promise<boolean> {
  try {
    await takeBack(run, guard, one, because);
    return true;
  } catch (error) {
    if (error instanceof PlanStopped && error.error.code === 'unwind-failed') return false;
    throw error;
  }
}

/** Past the write point somebody else may have started the target: before anything is taken from it, it stands still. */
async function halt<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const generation = run.run.records;
  const underWay = haltsUnderWay(run);
  for (const [undo, call] of guard.halt().entries()) {
    const begun = underWay.find((phase) => phase.key.undo === undo);
    const key = begun?.key ?? { plan: run.plan.name, step: ownStep.halt, item: null, generation, undo };
    await perform(run, guard, { key, uses: call.uses, input: call.with });
  }
  guard.forget();
  const { observation } = await guard.look();
  await recordObservation(run, observation);
}

/** The halts of which an earlier process did not see the end: that the target stands still by now is their doing, and nobody else's. */
function haltsUnderWay<S>(run: PlanRun<S>): readonly Phase[] {
  return haltsOf(run.state).filter(({ end }) => !end);
}

/** What of a pair stands at a wrong place of the target is ours to move while that stands still: it would be in the way of itself. */
async function clearPlaces<S>(run: PlanRun<S>, guard: Guard<S>, because: string): Promise<void> {
  guard.forget();
  if ((await guard.look()).running) return;
  const generation = run.run.records;
  for (const [undo, call] of (await guard.misplaced()).entries()) {
    const key = { plan: run.plan.name, step: ownStep.clear, item: null, generation, undo };
    await takeBackBy(run, guard, key, call, because);
  }
}

/** What this run has halted runs again, also where nothing that was taken back starts it: a target that was found stopped, and that its owner has started since. */
async function startAgain<S>(
  run: PlanRun<S>,
  guard: Guard<S>,
  takenBack: readonly Happened[],
  because: string,
): Promise<void> {
  const starting = ({ phase, output }: Happened) =>
    undoOf(run.ports.registry, phase, output).filter(({ uses }) => {
      const definition = run.ports.registry.step(uses);
      return definition?.kind === 'effect' && definition.hazard === 'disruptive' && definition.serves === true;
    });
  if (takenBack.flatMap(starting).length) return;
  for (const phase of run.state.phases.values()) {
    const { step, undo = 0 } = phase.key;
    const stood = phase.sent === 0 || (phase.end?.is === 'done' && !phase.end.changed);
    if (step !== ownStep.halt || undo >= firstStart || stood) continue;
    const output = phase.end?.is === 'done' ? phase.end.output : null;
    for (const [index, call] of starting({ phase, output }).entries())
      await takeBackBy(run, guard, { ...phase.key, undo: firstStart * (undo + 1) + index }, call, because);
  }
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
      .filter((phase) => everything || !survivesUnwind(run, phase))
      .map((phase) => phase.key.step),
  );
  for (const step of steps) await run.append({ t: 'retired', plan: run.plan.name, step, item: null, reason });
}

/** What was made before the cut-over, and is still there: what was taken back, as a command, is done anew. */
function survivesUnwind<S>(run: PlanRun<S>, phase: Phase): boolean {
  const made = effectOf(run.ports.registry, phase)?.hazard === 'additive' && isWarmUp(run, phase);
  return made && phase.end?.is === 'done' && isDiscard(run, { phase, output: phase.end.output });
}
