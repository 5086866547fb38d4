import { canonical, type Json } from '../contract/json.ts';
import type { Stop } from '../contract/record.ts';
import type { StepCall } from '../contract/step.ts';
import { problem } from '../errors/index.ts';
import { ask } from './ask.ts';
import { isCurrent, type Phase } from './fold.ts';
import type { Guard } from './guard.ts';
import { PlanStopped } from './outcome.ts';
import { perform } from './perform.ts';
import type { PlanRun } from './ports.ts';
import { currentPhases, cutOverOf, effectOf } from './standing.ts';

/** A phase that has, or may have, happened, with what its undo needs. */
interface Happened {
  readonly phase: Phase;
  readonly output: Json;
}

/**
 * Takes back what this generation did, last first: the target's own effects before anything is discarded, so that it
 * serves as soon as it can. Idempotent: what has been taken back is not taken back again. Throws PlanStopped when stuck.
 */
export async function unwind<S>(run: PlanRun<S>, guard: Guard<S>, stop: Stop | null): Promise<void> {
  const { registry } = run.ports;
  if (!run.state.unwinding || run.state.unwinding.over) {
    await run.append({ t: 'unwinding', plan: run.plan.name, stop });
  }
  const rollback = stop === null;
  const because = stop?.message ?? 'rollback';
  const pastWritePoint = run.state.writePoint !== undefined;
  guard.forget();
  const happened = await whatHappened(run);
  const disruptive = happened.filter(({ phase }) => effectOf(registry, phase)?.hazard === 'disruptive');
  for (const one of disruptive) await takeBack(run, guard, one, because);
  const additive = happened.filter(({ phase }) => {
    const definition = effectOf(registry, phase);
    if (definition?.hazard !== 'additive') return false;
    return rollback || !isWarmUp(run, phase);
  });
  for (const one of additive) {
    const pair = effectOf(registry, one.phase)?.replaces?.(one.phase.input, one.output);
    if (pair && pastWritePoint) await keep(run, one.phase, pair.replacement);
    else await discard(run, guard, one);
  }
  await discardLeftovers(run, guard);
  await retireAll(run, because, rollback);
  await run.append({ t: 'unwound', plan: run.plan.name });
}

/** Discards by name what this run made and nothing uses: duplicates AWS could not prevent, and what failed generations left. */
export async function discardLeftovers<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const made = [...run.state.phases.values()].filter((phase) => {
    const definition = effectOf(run.ports.registry, phase);
    return (
      definition?.hazard === 'additive' && typeof definition.undo === 'function' && !phase.key.step.startsWith('@')
    );
  });
  await Promise.all(made.map((phase) => findLate(run, phase)));
  for (const phase of made) {
    if (!isCurrent(run.state, phase.key)) {
      const output = phase.end?.is === 'done' ? (phase.end.changed ? phase.end.output : undefined) : phase.answered;
      if (output !== undefined) await discard(run, guard, { phase, output });
    }
    for (const [index, output] of phase.surplus.entries()) {
      await discard(run, guard, { phase, output }, firstSurplus + index * 10);
    }
  }
}

// Undo calls of a surplus are numbered behind those of the thing itself.
const firstSurplus = 1_000;

/** A create that was sent more than once, or whose answer never came, may have happened after nobody looked any more. */
async function findLate<S>(run: PlanRun<S>, phase: Phase): Promise<void> {
  const definition = effectOf(run.ports.registry, phase);
  const unsure = phase.sent > 1 || (phase.sent === 1 && phase.answered === undefined && phase.end?.is !== 'done');
  if (!definition || !unsure || definition.repeat === 'convergent') return;
  await ask(run.ports, definition.title(phase.input), async () => {
    const seen = await definition.look(run.context(phase.key), phase.input, undefined);
    if (seen.is !== 'done' && seen.is !== 'pending') return;
    const ours = phase.end?.is === 'done' ? phase.end.output : phase.answered;
    for (const one of [seen.output, ...(seen.surplus ?? [])].map(toJson)) {
      if (canonicalId(one) === canonicalId(ours)) continue;
      if (phase.surplus.some((known) => canonicalId(known) === canonicalId(one))) continue;
      await run.append({ t: 'surplus', key: phase.key, output: one });
    }
  });
}

const canonicalId = (output: Json | undefined) => canonical((output as { id?: Json } | undefined)?.id ?? null);

/** What was made before the cut-over is kept for the next try: it is what makes that one short. */
function isWarmUp<S>(run: PlanRun<S>, phase: Phase): boolean {
  const first = cutOverOf(run.plan, run.ports.registry)?.first;
  const at = run.plan.steps.findIndex((step) => step.id === phase.key.step);
  return first !== undefined && at >= 0 && at < first;
}

/** Steps last first. Items that went side by side have no order of their own, so they come back in the list's: root first. */
function lastFirst<S>(run: PlanRun<S>): Phase[] {
  const at = (phase: Phase) => run.plan.steps.findIndex((step) => step.id === phase.key.step);
  const inOrder = (phase: Phase) =>
    run.plan.steps.some((step) => step.id === phase.key.step && step.kind === 'use' && step.inOrder);
  return currentPhases(run.state).sort((a, b) => at(b) - at(a) || (inOrder(a) ? b.order - a.order : a.order - b.order));
}

/** The phases with an effect on the world, last first; those without an outcome are looked at. */
async function whatHappened<S>(run: PlanRun<S>): Promise<Happened[]> {
  const happened: Happened[] = [];
  for (const phase of lastFirst(run)) {
    const definition = effectOf(run.ports.registry, phase);
    if (!definition || phase.key.step.startsWith('@') || phase.sent === 0) continue;
    if (phase.end?.is === 'done') {
      if (phase.end.changed) happened.push({ phase, output: phase.end.output });
      continue;
    }
    const seen = await ask(run.ports, definition.title(phase.input), () =>
      definition.look(run.context(phase.key), phase.input, phase.answered),
    );
    if (seen.is === 'done' || seen.is === 'pending') {
      const output = toJson(seen.output);
      // Only what the journal says this run made is ever discarded.
      if (phase.answered === undefined) await run.append({ t: 'answered', key: phase.key, output });
      happened.push({ phase, output });
    } else if (phase.answered !== undefined) happened.push({ phase, output: phase.answered });
  }
  return happened;
}

async function takeBack<S>(run: PlanRun<S>, guard: Guard<S>, one: Happened, because: string): Promise<void> {
  for (const [index, call] of undoOf(run, one).entries()) {
    try {
      await perform(run, guard, { key: { ...one.phase.key, undo: index }, uses: call.uses, input: call.with });
    } catch (error) {
      if (!(error instanceof PlanStopped) || error.error.code !== 'effect-failed') throw error;
      const told = { title: call.uses, reason: error.message, because };
      throw new PlanStopped(problem('unwind-failed', told, error), 'leave');
    }
  }
}

/** A discard that fails costs money, not data: it is reported and does not stand in the way of the rest. */
async function discard<S>(run: PlanRun<S>, guard: Guard<S>, one: Happened, from = 0): Promise<void> {
  for (const [index, call] of undoOf(run, one).entries()) {
    const key = { ...one.phase.key, undo: from + index };
    if (run.phase(key)?.end?.is === 'done') continue;
    try {
      await perform(run, guard, { key, uses: call.uses, input: call.with });
    } catch (error) {
      if (!(error instanceof PlanStopped) || error.error.code !== 'effect-failed') throw error;
      const text = `left behind: ${error.message}`;
      if (run.state.announcements.some((one) => one.text === text)) continue;
      await run.append({ t: 'announced', plan: run.plan.name, step: one.phase.key.step, text });
    }
  }
}

/** A replacement that a workload may have written is never deleted by rekey: its tags and this line say what it is. */
async function keep<S>(run: PlanRun<S>, phase: Phase, replacement: string): Promise<void> {
  const text = `kept: ${replacement} may hold writes that the original lacks`;
  await run.append({ t: 'announced', plan: run.plan.name, step: phase.key.step, text });
}

function undoOf<S>(run: PlanRun<S>, one: Happened): readonly StepCall[] {
  const undo = effectOf(run.ports.registry, one.phase)?.undo;
  return typeof undo === 'function' ? undo(one.phase.input, one.output, one.phase.before) : [];
}

/** The next try starts a new generation of everything but the warm-up. */
async function retireAll<S>(run: PlanRun<S>, reason: string, everything: boolean): Promise<void> {
  const steps = new Set(
    currentPhases(run.state)
      .filter((phase) => !phase.key.step.startsWith('@'))
      .filter((phase) => everything || !isKept(run, phase))
      .map((phase) => phase.key.step),
  );
  for (const step of steps) await run.append({ t: 'retired', plan: run.plan.name, step, item: null, reason });
}

function isKept<S>(run: PlanRun<S>, phase: Phase): boolean {
  return effectOf(run.ports.registry, phase)?.hazard === 'additive' && isWarmUp(run, phase) && phase.end?.is === 'done';
}

const toJson = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json;
