import { canonical, type Json, toJson } from '../../contract/json.ts';
import { createdBy } from '../../contract/step.ts';
import type { Act } from '../act.ts';
import { isShownBy } from '../margin.ts';
import { perform } from '../perform.ts';
import type { PlanRun } from '../plan-run.ts';
import { itemsOf } from '../references.ts';
import { retryRead } from '../retry.ts';
import { isOwnStep, ownStep } from '../state/own-steps.ts';
import { effectOf, effectWith, undoOf } from '../state/phases.ts';
import { isCurrent, type Phase } from '../state/run-state.ts';
import { failureOfStep } from '../stops.ts';
import type { Guard } from '../target/guard.ts';
import { unseenBeatMs, waitFor } from '../wait.ts';
import { announce, type Happened } from './undo.ts';

/** Discards by name what this run made and nothing uses: duplicates AWS could not prevent, what failed generations and items that are gone have left. */
export async function discardLeftovers<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const made = [...run.state.phases.values()].filter((phase) => {
    const definition = effectOf(run.ports.registry, phase);
    const own = isOwnStep(phase.key.step) && !isEvidence(phase);
    return definition?.hazard === 'additive' && typeof definition.undo === 'function' && !own;
  });
  await Promise.all(made.map((phase) => findLate(run, phase)));
  const discardIn = async (phase: Phase) => {
    if (!isCurrent(run.state, phase.key) || !isListed(run, phase) || isEvidence(phase)) {
      const output = phase.end?.is === 'done' ? (phase.end.changed ? phase.end.output : undefined) : phase.answered;
      if (output !== undefined) await discard(run, guard, { phase, output });
    }
    for (const [index, output] of phase.surplus.entries()) {
      await discard(run, guard, { phase, output }, firstSurplus + index * 10);
    }
  };
  // There is some for each original, and what speaks for one of its discards is asked once for all.
  await Promise.all(made.filter(isEvidence).map(discardIn));
  // The last made first: it may have been made from another of them.
  for (const phase of made.filter((one) => !isEvidence(one)).reverse()) await discardIn(phase);
}

/** What was made for the proof of a delete is of no use to anything else. */
const isEvidence = ({ key }: Phase) => key.step === ownStep.evidence;

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
  const ours = phase.end?.is === 'done' ? phase.end.output : phase.answered;
  // What a look has found is of one of the sends that were never answered.
  const found = phase.end?.is === 'done' && phase.answered === undefined ? 1 : 0;
  const unsure = phase.unanswered.length > found;
  if (!definition || !unsure || definition.repeat === 'convergent') return;
  await waitFor(run.ports, unseenBeatMs, async (askedAt) => {
    const seen = await retryRead(run.ports, definition.title(phase.input), () =>
      definition.look(run.context(phase.key), phase.input, undefined),
    );
    await run.announced();
    // "Failed" without a name says no more than "absent": what it was to be made from may be discarded by now.
    if (seen.is !== 'absent' && seen.output !== undefined) {
      const shown = [seen.output, ...(seen.is === 'failed' ? [] : (seen.surplus ?? []))];
      for (const one of shown.map(toJson)) await noteSurplus(run, phase, ours, one);
      return { done: undefined };
    }
    const since = { here: phase.sentAt ?? 0, there: phase.sentAtThere };
    return ours !== undefined || isShownBy(run.ports, since, askedAt) ? { done: undefined } : { again: true };
  });
}

async function noteSurplus<S>(run: PlanRun<S>, phase: Phase, ours: Json | undefined, one: Json): Promise<void> {
  const definition = effectOf(run.ports.registry, phase);
  if (!definition) return;
  const created = (output: Json) => canonical(createdBy(definition, output));
  const known = [...phase.surplus, ...(ours === undefined ? [] : [ours])].map(created);
  if (!known.includes(created(one))) await run.append({ t: 'surplus', key: phase.key, output: one });
}

/** Is taking it back nothing but discarding what it made? */
export function isDiscard<S>(run: PlanRun<S>, one: Happened): boolean {
  if (effectOf(run.ports.registry, one.phase)?.hazard !== 'additive') return false;
  return undoOf(run.ports.registry, one.phase, one.output).every((call) => {
    const definition = run.ports.registry.step(call.uses);
    return definition?.kind === 'effect' && definition.hazard === 'discard';
  });
}

/** Why what this run made is not discarded, though all else is taken back; undefined when it is. `pair`: it stands for an original, or is a part of what does. */
export function reasonToKeep(made: {
  readonly pair: boolean;
  readonly pastWritePoint: boolean;
  /** Originals that somebody else has deleted. */
  readonly gone: readonly string[];
  /** What speaks against the originals being readable. */
  readonly unreadable: readonly string[];
}): string | undefined {
  const { pair, pastWritePoint, gone, unreadable } = made;
  if (gone.length) return `${gone.join(', ')} is gone: this may be the last copy`;
  if (pair && pastWritePoint) return 'it may hold writes that the original lacks';
  if (pair && unreadable.length) return `it may be the last copy that can be read: ${unreadable.join('; ')}`;
  return undefined;
}

/** Discards what this run made, or keeps it where it may be all that is left. */
export async function discardOrKeep<S>(
  run: PlanRun<S>,
  guard: Guard<S>,
  one: Happened,
  seen: { readonly pastWritePoint: boolean; readonly gone: readonly string[] },
): Promise<void> {
  const made = effectWith(run.ports.registry, one.phase, 'additive');
  const pair = made?.belongs === true || made?.replaces?.(one.phase.input, one.output) !== undefined;
  // Of a copy the proof asks both, right before the call. Anew before each: one discard can take minutes, and a key can be closed in any of them.
  const proven = made?.copies !== undefined;
  const unreadable = pair && !proven ? await guard.unreadable() : [];
  const reason = reasonToKeep({ ...seen, pair, unreadable, gone: proven ? [] : seen.gone });
  if (reason === undefined) await discard(run, guard, one);
  else await keep(run, one, reason);
}

/** A discard that fails costs money, not data: it is reported and does not stand in the way of the rest. */
export async function performDiscard<S>(run: PlanRun<S>, guard: Guard<S>, act: Act): Promise<void> {
  try {
    await perform(run, guard, act);
  } catch (error) {
    const { message } = failureOfStep(error);
    const definition = run.ports.registry.step(act.uses);
    const id = definition?.kind === 'effect' && definition.hazard === 'discard' ? definition.discards(act.input) : '';
    await announce(run, act, `left behind: ${message.includes(id) ? message : `${id}: ${message}`}`);
  }
}

async function discard<S>(run: PlanRun<S>, guard: Guard<S>, one: Happened, from = 0): Promise<void> {
  if (one.phase.kept || !isDiscard(run, one)) return;
  const lived = createdOf(run, one).find((id) => run.state.lived.has(id));
  if (lived !== undefined) return keep(run, one, `it may hold writes: ${run.state.lived.get(lived)}`);
  for (const [index, call] of undoOf(run.ports.registry, one.phase, one.output).entries()) {
    const key = { ...one.phase.key, undo: from + index };
    if (run.phase(key)?.end?.is === 'done') continue;
    await performDiscard(run, guard, { key, uses: call.uses, input: call.with });
  }
}

/** What must not be lost is never deleted by rekey: its tags and this line say what it is. */
async function keep<S>(run: PlanRun<S>, { phase, output }: Happened, reason: string): Promise<void> {
  if (phase.kept) return;
  for (const id of createdOf(run, { phase, output })) {
    await run.append({ t: 'kept', key: phase.key, id, reason });
    await announce(run, phase, `kept: ${id}: ${reason}`);
  }
}

function createdOf<S>(run: PlanRun<S>, { phase, output }: Happened): readonly string[] {
  const definition = effectOf(run.ports.registry, phase);
  return definition && output !== null ? createdBy(definition, output) : [];
}
