import type { UseStep } from '../contract/plan.ts';
import type { Key } from '../contract/record.ts';
import { unseenMs } from '../contract/settle.ts';
import { createdBy, type EffectDefinition, type Registry } from '../contract/step.ts';
import { problem } from '../errors/index.ts';
import { ask } from './ask.ts';
import { generationOf, type Phase } from './fold.ts';
import { passGate } from './gates.ts';
import { claimedBy, Guard } from './guard.ts';
import { Interrupted, PlanStopped, stopOf, toldAgain } from './outcome.ts';
import { setBackOwed } from './owed.ts';
import { isOwnStep, ownStep } from './own-steps.ts';
import { badFindings, perform, unseenBeatMs } from './perform.ts';
import type { PlanRun } from './ports.ts';
import { type Item, itemsOf, resolve } from './resolve.ts';
import {
  currentPhases,
  cutOverBegunAt,
  cutOverOf,
  deletedOriginals,
  effectOf,
  effectWith,
  inFlight,
  insideCutOver,
  pairsOf,
  refusedWhileRunning,
} from './standing.ts';
import { discardLeftovers, unwind } from './unwind.ts';

/** Takes a plan as far as it goes: through every step that has no outcome yet, in order. Throws where it stops. */
export async function walk<S>(run: PlanRun<S>): Promise<void> {
  if (run.state.finished) return;
  const guard = new Guard(run);
  try {
    const { unwinding } = run.state;
    if (unwinding && (!unwinding.over || unwinding.stop === null)) {
      await goOnUnwinding(run, guard);
      return;
    }
    if (cutOverBegunAt(run.ports.registry, run.state) === undefined) await setBackOwed(run, guard);
    await retireFailed(run);
    await forward(run, guard);
  } catch (error) {
    if (error instanceof PlanStopped && error.course === 'unwind') await comeBack(run, guard, error);
    if (error instanceof PlanStopped && error.error.code === 'target-claimed') await giveWay(run, guard);
    throw error;
  }
}

/** Takes the whole plan back and ends it for good. `discardWrites`: the operator's typed word that writes may go. */
export async function rollback<S>(run: PlanRun<S>, discardWrites: boolean): Promise<void> {
  if (run.state.finished) {
    throw new PlanStopped(problem('already-finished', { run: run.run.run, status: run.state.finished }));
  }
  const deleted = deletedOriginals(run.ports.registry, run.state);
  if (deleted.length) throw new PlanStopped(problem('originals-gone', { deleted }));
  const since = run.state.writePoint?.at;
  if (since !== undefined && !discardWrites) {
    throw new PlanStopped(problem('past-write-point', { since: new Date(since).toISOString() }));
  }
  const guard = new Guard(run);
  await unwind(run, guard, null);
  await endRollback(run, guard);
}

async function endRollback<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  await release(run, guard);
  await run.append({ t: 'finished', plan: run.plan.name, status: 'rolled-back' });
}

async function forward<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const { registry } = run.ports;
  if (insideCutOver(run.plan, registry, run.state) && !inFlight(registry, run.state))
    await guard.compare(await guard.look(), true);
  if (!run.expected) await observe(run, guard);
  for (const step of run.plan.steps) {
    if (step.kind === 'gate') {
      await passGate(run, step);
      continue;
    }
    if (registry.step(step.uses)?.kind === 'effect') await claim(run, guard);
    await through(run, guard, step);
    await openUse(run, step);
  }
  await discardLeftovers(run, guard);
  await release(run, guard);
  await run.append({ t: 'finished', plan: run.plan.name, status: 'done' });
}

/** Without a cut-over the owner may use a replacement as soon as it has been judged good: from then on it may hold writes. */
async function openUse<S>(run: PlanRun<S>, step: UseStep): Promise<void> {
  const { registry } = run.ports;
  if (run.state.writePoint || registry.step(step.uses)?.kind !== 'verify' || cutOverOf(run.plan, registry)) return;
  await run.append({
    t: 'write-point',
    plan: run.plan.name,
    key: null,
    reason: `${step.id}: its owner may use the replacement`,
  });
}

/** One step, for all its items. */
async function through<S>(run: PlanRun<S>, guard: Guard<S>, step: UseStep): Promise<void> {
  const items = itemsOf(run.plan, run.state, step);
  const ended = (item: Item) => run.phase(keyOf(run, step, item))?.end?.is === 'done';
  if (items.every(ended)) return;
  const { emit } = run.ports;
  emit({ type: 'step.started', plan: run.plan.name, step: step.id, uses: step.uses, items: items.length });
  const unsent = new Set(items.filter((item) => (run.phase(keyOf(run, step, item))?.sent ?? 0) === 0));
  const input = (item: Item) => resolve(run.plan, run.state, step, item);
  const one = (item: Item, onTaken?: () => void) =>
    perform(run, guard, {
      key: keyOf(run, step, item),
      uses: step.uses,
      input: input(item),
      ...(onTaken && { onTaken }),
      isLast: () => {
        unsent.delete(item);
        return [...unsent].every(ended);
      },
    });
  if (step.inOrder) for (const item of items) await one(item);
  else {
    const first = items.filter((item) =>
      refusedWhileRunning(run.ports.registry, { uses: step.uses, with: input(item) }),
    );
    await sideBySide(
      first,
      items.filter((item) => !first.includes(item)),
      one,
    );
  }
  emit({ type: 'step.finished', plan: run.plan.name, step: step.id });
}

/** The rest goes out when AWS has taken all of the first, and not at all when it refuses one of them. */
async function sideBySide<T>(
  first: readonly T[],
  rest: readonly T[],
  one: (item: T, onTaken?: () => void) => Promise<unknown>,
): Promise<void> {
  const ends: Promise<unknown>[] = [];
  const taken = first.map(
    (item) =>
      new Promise<void>((resolve, reject) => {
        const end = one(item, resolve);
        ends.push(end);
        end.then(() => resolve(), reject);
      }),
  );
  const refused = (await Promise.allSettled(taken)).some(({ status }) => status === 'rejected');
  throwWorst(await Promise.allSettled([...ends, ...(refused ? [] : rest.map((item) => one(item)))]));
}

/** Of several items that stopped, one speaks: first one that forbids unwinding, then the first. */
function throwWorst(results: readonly PromiseSettledResult<unknown>[]): void {
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (!errors.length) return;
  throw errors.find((error) => !(error instanceof PlanStopped) || error.course === 'leave') ?? errors[0];
}

function keyOf<S>(run: PlanRun<S>, step: UseStep, item: Item): Key {
  return { plan: run.plan.name, step: step.id, item: item.id, generation: generationOf(run.state, step.id, item.id) };
}

/** How the target looks before anything is read, so that a change between two reads shows as one. */
async function observe<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const { observation } = await guard.look();
  await run.append({ t: 'observed', plan: run.plan.name, observation });
}

/** Says "mine" on the target and its originals, once, and makes sure that nobody else says so too. */
async function claim<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const key = ownKey(run, 'claim');
  if (run.phase(key)?.end?.is === 'done') return;
  await guard.compare(await guard.look(), false);
  const resources = claimedBy(run);
  const foreign = run.ports.replaceClaim;
  if (foreign !== undefined) {
    await perform(run, guard, {
      key: ownKey(run, 'replace'),
      uses: guard.steps.release,
      input: { resources, run: foreign },
    });
  }
  await perform(run, guard, { key, uses: guard.steps.claim, input: { resources } });
  await guard.look();
}

/** To another run that says "mine", too: one that has done nothing yet but claim takes its claim off again. */
async function giveWay<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const acted = currentPhases(run.state).some((phase) => phase.sent > 0 && !isOwnStep(phase.key.step));
  if (acted || !run.phase(ownKey(run, 'claim'))?.sent) return;
  await release(run, guard);
  const reason = 'given back to the run that had it';
  await run.append({ t: 'retired', plan: run.plan.name, step: ownStep.claim, item: null, reason });
}

async function release<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  if (!run.phase(ownKey(run, 'claim'))?.sent) return;
  const key = ownKey(run, 'release');
  await perform(run, guard, { key, uses: guard.steps.release, input: { resources: claimedBy(run) } });
}

function ownKey<S>(run: PlanRun<S>, name: 'claim' | 'release' | 'replace'): Key {
  const step = ownStep[name];
  return { plan: run.plan.name, step, item: null, generation: generationOf(run.state, step, null) };
}

/** A plan that stopped on its own comes back to where the target serves, if the write point still allows it. */
async function comeBack<S>(run: PlanRun<S>, guard: Guard<S>, stop: PlanStopped): Promise<void> {
  const { registry } = run.ports;
  // A cut-over that is complete is never taken back by itself, even where nobody has started the target yet.
  const complete = !insideCutOver(run.plan, registry, run.state);
  if (run.state.writePoint !== undefined && (complete || !(await neverServed(run, guard)))) return;
  const begun = cutOverBegunAt(registry, run.state) !== undefined;
  if (begun && (await guard.runsOnReplacements())) return;
  // What was built is stale when the target has changed since, even where nothing of the target was touched.
  const stale = stop.error.code === 'target-changed' || !cutOverOf(run.plan, registry);
  if (begun || (stale && stop.error.exit !== 1)) await unwind(run, guard, stopOf(stop.error));
}

/** Past the write point of a target found stopped: does AWS show that nobody has started it on the replacements? */
async function neverServed<S>(run: PlanRun<S>, guard: Guard<S>): Promise<boolean> {
  const { registry } = run.ports;
  // It was seen to run, or to have run, on its replacements: that it stands still now proves nothing any more.
  if (!cutOverOf(run.plan, registry) || run.state.writePoint?.key === null) return false;
  const started = currentPhases(run.state).some(
    (phase) =>
      effectWith(registry, phase, 'disruptive')?.serves &&
      phase.sent > 0 &&
      !(phase.end?.is === 'failed' && phase.end.neverRan),
  );
  return !started && guard.neverRan(await guard.look());
}

async function goOnUnwinding<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const stop = run.state.unwinding?.stop ?? null;
  if (!run.state.unwinding?.over) await unwind(run, guard, stop);
  // It has been taken back by now.
  if (stop) throw new PlanStopped(toldAgain(stop), 'leave');
  await endRollback(run, guard);
}

/**
 * On resume: what failed is tried anew in a generation of its own, and what may have happened to the target although it failed
 * is looked for again; before the cut-over what was read is read again.
 */
async function retireFailed<S>(run: PlanRun<S>): Promise<void> {
  const { registry } = run.ports;
  const phases = currentPhases(run.state);
  const failed = phases.filter((phase) => {
    if (phase.end?.is === 'failed') return true;
    const definition = registry.step(phase.uses);
    return (
      definition?.kind === 'verify' &&
      phase.end?.is === 'done' &&
      badFindings(definition.verdicts(phase.end.output)).length > 0
    );
  });
  // Who died between such a verdict and the unwinding it asks for: what it was judged by may look right again by now.
  for (const phase of cutOverOf(run.plan, registry) || run.state.writePoint ? [] : failed) {
    const definition = registry.step(phase.uses);
    if (definition?.kind !== 'verify' || phase.end?.is !== 'done') continue;
    const findings = badFindings(definition.verdicts(phase.end.output));
    const title = definition.title(phase.input);
    throw new PlanStopped(problem('verification-failed', { title, findings }));
  }
  const retire = (key: Key, reason: string) =>
    run.append({ t: 'retired', plan: run.plan.name, step: key.step, item: key.item, reason });
  for (const phase of failed) {
    if (mayHaveHappened(registry, phase)) await run.append({ t: 'reopened', key: phase.key });
    else await retire(phase.key, 'failed');
  }
  for (const phase of await goneSources(run, failed)) await retire(phase.key, 'gone');
  const untouched = cutOverBegunAt(registry, run.state) === undefined && !pairsOf(registry, run.state).length;
  if (!untouched) return;
  for (const phase of phases.filter((one) => registry.step(one.uses)?.kind === 'read'))
    await retire(phase.key, 'read again');
  if (run.expected) await observe(run, new Guard(run));
}

/**
 * A new generation would find it there, take it for what was there before, and not take it back. A start that fell back is
 * sent anew: that it is over is certain, and what may have been written since is the write point's affair.
 */
function mayHaveHappened<S>(registry: Registry<S>, phase: Phase): boolean {
  const definition = effectOf(registry, phase);
  if (definition?.hazard !== 'disruptive' || definition.repeat !== 'convergent') return false;
  const takenBack = typeof definition.undo === 'function' && !definition.serves;
  return takenBack && phase.end?.is === 'failed' && !phase.end.neverRan && phase.sent > 0;
}

/**
 * What this run made, what failed was to be made from or done to, and is not there any more: somebody has deleted it, or AWS
 * has left it failed. Without a new one no try comes to more.
 */
async function goneSources<S>(run: PlanRun<S>, failed: readonly Phase[]): Promise<Phase[]> {
  const { registry } = run.ports;
  const making = (phase: Phase) => {
    const definition = effectOf(registry, phase);
    return definition?.hazard === 'additive' && definition.repeat !== 'convergent' ? definition : undefined;
  };
  // Nothing has been moved to it, and nobody may have written on it.
  const unused = cutOverBegunAt(registry, run.state) === undefined && run.state.writePoint === undefined;
  const needs = (phase: Phase) =>
    making(phase) !== undefined || (unused && effectOf(registry, phase)?.hazard === 'additive');
  const inputs = failed.filter(needs).map((phase) => JSON.stringify(phase.input));
  const gone: Phase[] = [];
  for (const phase of currentPhases(run.state)) {
    const definition = making(phase);
    const output = phase.end?.is === 'done' ? phase.end.output : null;
    if (!definition || output === null) continue;
    const isInput = (id: string) => inputs.some((input) => input.includes(JSON.stringify(id)));
    if (!createdBy(definition, output).some(isInput)) continue;
    if (await isGone(run, phase, definition, output)) gone.push(phase);
  }
  return gone;
}

/** A NotFound counts only when it goes on for as long as AWS may show the past. */
async function isGone<S>(
  run: PlanRun<S>,
  phase: Phase,
  definition: EffectDefinition<S, unknown, unknown>,
  output: unknown,
): Promise<boolean> {
  const { clock, signal } = run.ports;
  const certainAt = clock.now() + unseenMs;
  for (;;) {
    const askedAt = clock.now();
    const seen = await ask(run.ports, definition.title(phase.input), () =>
      definition.look(run.context(phase.key), phase.input, output),
    );
    if (seen.is !== 'absent') return seen.is === 'failed';
    if (askedAt >= certainAt) return true;
    await clock.sleepUntil(clock.now() + unseenBeatMs, signal);
    if (signal.aborted) throw new Interrupted();
  }
}
