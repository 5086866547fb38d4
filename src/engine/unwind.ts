import { canonical, type Json, toJson } from '../contract/json.ts';
import type { Stop } from '../contract/record.ts';
import { unseenMs } from '../contract/settle.ts';
import { createdBy } from '../contract/step.ts';
import { problem, RekeyError } from '../errors/index.ts';
import { ask } from './ask.ts';
import { isCurrent, type Phase } from './fold.ts';
import { type Guard, originalsOf } from './guard.ts';
import { Interrupted, PlanStopped } from './outcome.ts';
import { setBackOwed } from './owed.ts';
import { isOwnStep, ownStep } from './own-steps.ts';
import { perform, unseenBeatMs } from './perform.ts';
import type { PlanRun } from './ports.ts';
import { itemsOf } from './resolve.ts';
import {
  currentPhases,
  cutOverOf,
  deletedOriginals,
  effectOf,
  effectWith,
  pairsOf,
  refusedWhileRunning,
  undoOf,
} from './standing.ts';
import { announce, backInPlace, type Happened, takeBack } from './take-back.ts';

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

/** Discards by name what this run made and nothing uses: duplicates AWS could not prevent, what failed generations and items that are gone have left. */
export async function discardLeftovers<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const made = [...run.state.phases.values()].filter((phase) => {
    const definition = effectOf(run.ports.registry, phase);
    return definition?.hazard === 'additive' && typeof definition.undo === 'function' && !isOwnStep(phase.key.step);
  });
  await Promise.all(made.map((phase) => findLate(run, phase)));
  for (const phase of made) {
    if (!isCurrent(run.state, phase.key) || !isListed(run, phase)) {
      const output = phase.end?.is === 'done' ? (phase.end.changed ? phase.end.output : undefined) : phase.answered;
      if (output !== undefined) await discard(run, guard, { phase, output });
    }
    for (const [index, output] of phase.surplus.entries()) {
      await discard(run, guard, { phase, output }, firstSurplus + index * 10);
    }
  }
}

/** Is the phase's item still one of those that its step goes over? */
function isListed<S>(run: PlanRun<S>, phase: Phase): boolean {
  const step = run.plan.steps.find((one) => one.id === phase.key.step);
  if (step?.kind !== 'use' || !step.each || run.state.unwinding?.over === false) return true;
  return itemsOf(run.plan, run.state, step).some((item) => item.id === phase.key.item);
}

// Undo calls of a surplus are numbered behind those of the thing itself.
const firstSurplus = 1_000;

/** A create that was sent more than once, or whose answer never came, may show after nobody looked any more. */
async function findLate<S>(run: PlanRun<S>, phase: Phase): Promise<void> {
  const definition = effectOf(run.ports.registry, phase);
  const unsure = phase.sent > 1 || (phase.sent === 1 && phase.answered === undefined && phase.end?.is !== 'done');
  if (!definition || !unsure || definition.repeat === 'convergent') return;
  const ours = phase.end?.is === 'done' ? phase.end.output : phase.answered;
  for (;;) {
    const askedAt = run.ports.clock.now();
    const seen = await ask(run.ports, definition.title(phase.input), () =>
      definition.look(run.context(phase.key), phase.input, undefined),
    );
    // "Failed" without a name says no more than "absent": what it was to be made from may be discarded by now.
    if (seen.is !== 'absent' && seen.output !== undefined) {
      const shown = [seen.output, ...(seen.is === 'failed' ? [] : (seen.surplus ?? []))];
      for (const one of shown.map(toJson)) await noteSurplus(run, phase, ours, one);
      return;
    }
    const certainAt = (phase.sentAt ?? 0) + unseenMs;
    if (ours !== undefined || askedAt >= certainAt) return;
    await run.ports.clock.sleepUntil(run.ports.clock.now() + unseenBeatMs, run.ports.signal);
    if (run.ports.signal.aborted) throw new Interrupted();
  }
}

async function noteSurplus<S>(run: PlanRun<S>, phase: Phase, ours: Json | undefined, one: Json): Promise<void> {
  const definition = effectOf(run.ports.registry, phase);
  if (!definition) return;
  const created = (output: Json) => canonical(createdBy(definition, output));
  const known = [...phase.surplus, ...(ours === undefined ? [] : [ours])].map(created);
  if (!known.includes(created(one))) await run.append({ t: 'surplus', key: phase.key, output: one });
}

/** What was made before the cut-over is kept for the next try: it is what makes that one short. */
function isWarmUp<S>(run: PlanRun<S>, phase: Phase): boolean {
  const first = cutOverOf(run.plan, run.ports.registry)?.first;
  const at = run.plan.steps.findIndex((step) => step.id === phase.key.step);
  return first !== undefined && at >= 0 && at < first;
}

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
async function whatHappened<S>(run: PlanRun<S>): Promise<Happened[]> {
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
    const seen = await ask(run.ports, definition.title(phase.input), () =>
      definition.look(run.context(phase.key), phase.input, undefined),
    );
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

/** Is taking it back nothing but discarding what it made? */
function isDiscard<S>(run: PlanRun<S>, one: Happened): boolean {
  if (effectOf(run.ports.registry, one.phase)?.hazard !== 'additive') return false;
  return undoOf(run.ports.registry, one.phase, one.output).every((call) => {
    const definition = run.ports.registry.step(call.uses);
    return definition?.kind === 'effect' && definition.hazard === 'discard';
  });
}

/** 1 for what the target serves without: it comes last, since the target would be down for as long as it takes. */
function waits<S>(run: PlanRun<S>, one: Happened): 0 | 1 {
  const calls = undoOf(run.ports.registry, one.phase, one.output).map(({ uses }) => run.ports.registry.step(uses));
  return calls.length > 0 &&
    calls.every((each) => each?.kind === 'effect' && each.hazard === 'disruptive' && each.servesWithout)
    ? 1
    : 0;
}

/** A discard that fails costs money, not data: it is reported and does not stand in the way of the rest. */
async function discard<S>(run: PlanRun<S>, guard: Guard<S>, one: Happened, from = 0): Promise<void> {
  if (one.phase.kept || !isDiscard(run, one)) return;
  for (const [index, call] of undoOf(run.ports.registry, one.phase, one.output).entries()) {
    const key = { ...one.phase.key, undo: from + index };
    if (run.phase(key)?.end?.is === 'done') continue;
    try {
      await perform(run, guard, { key, uses: call.uses, input: call.with });
    } catch (error) {
      if (!(error instanceof PlanStopped) || error.error.code !== 'effect-failed') throw error;
      await announce(run, one.phase, `left behind: ${error.message}`);
    }
  }
}

/** What must not be lost is never deleted by rekey: its tags and this line say what it is. */
async function keep<S>(run: PlanRun<S>, { phase, output }: Happened, reason: string): Promise<void> {
  const definition = effectOf(run.ports.registry, phase);
  if (phase.kept || !definition || output === null) return;
  for (const id of createdBy(definition, output)) {
    await run.append({ t: 'kept', key: phase.key, id, reason });
    await announce(run, phase, `kept: ${id}: ${reason}`);
  }
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
