import type { UseStep } from '../contract/plan.ts';
import type { Key } from '../contract/record.ts';
import { problem, RekeyError } from '../errors/index.ts';
import { refuseAgain } from './again.ts';
import { claim, release, renewClaim } from './claim.ts';
import { settleDoubt } from './doubt.ts';
import { passGate } from './gates/gates.ts';
import { perform } from './perform.ts';
import type { PlanRun } from './plan-run.ts';
import { type Item, inputOf, itemsOf } from './references.ts';
import { retryRead } from './retry.ts';
import { retireFailed } from './retry-failed.ts';
import { cutOverBegunAt, cutOverOf, inFlight, insideCutOver } from './state/cut-over.ts';
import { refusedWhileRunning } from './state/phases.ts';
import { generationOf } from './state/run-state.ts';
import { asKnown, PlanStopped, ReadAgain } from './stops.ts';
import type { TargetState } from './target/drift.ts';
import { Guard } from './target/guard.ts';
import { recordObservation } from './target/observe.ts';
import { changesSeen, tell } from './target/surroundings.ts';
import { discardLeftovers, performDiscard } from './unwind/discard.ts';
import { unwindAfterStop, yieldClaim } from './unwind/on-stop.ts';
import { retryPendingUndo } from './unwind/pending-undo.ts';
import { continueUnwind, rollback } from './unwind/rollback.ts';
import { setBackWhatIsKept } from './unwind/set-back.ts';

/** Takes a plan as far as it goes: through every step that has no outcome yet, in order. Throws where it stops. */
export async function walk<S>(run: PlanRun<S>, again: boolean): Promise<void> {
  if (run.state.finished) return;
  // Its process died before it was begun or refused: it is what the operator has asked for.
  if (run.state.rollbackAsked) return rollback(run, run.state.rollbackAsked.discardWrites);
  const guard = new Guard(run, (one) => renewClaim(run, one));
  try {
    const { unwinding } = run.state;
    const goesBack = unwinding && (!unwinding.over || (unwinding.stop === null && run.state.turned === undefined));
    if (goesBack && (await continueUnwind(run, guard)) === 'over') return;
    if (cutOverBegunAt(run.ports.registry, run.state) === undefined) await retryPendingUndo(run, guard);
    await retireFailed(run);
    await forward(run, guard, again);
  } catch (met) {
    if (met instanceof ReadAgain) return walk(run, again);
    const known = asKnown(met);
    const error = known instanceof RekeyError && known.course === 'unwind' ? new PlanStopped(known) : known;
    const unwinds = error instanceof PlanStopped && error.course === 'unwind';
    if (unwinds && (await unwindAfterStop(run, guard, error)) === 'turned') return walk(run, again);
    if (error instanceof PlanStopped && error.error.code === 'target-claimed') await yieldClaim(run, guard);
    else if (error instanceof PlanStopped) await setBackWhatIsKept(run, guard, error.message);
    throw error;
  }
}

async function forward<S>(run: PlanRun<S>, guard: Guard<S>, again: boolean): Promise<void> {
  const { registry } = run.ports;
  if (insideCutOver(run.plan, registry, run.state) && !inFlight(registry, run.state))
    await guard.compare(await guard.look(), true);
  // How it looks before anything is read, so that a change between two reads shows as one.
  if (!run.expected) await recordObservation(run, (await guard.look()).observation);
  for (const step of run.plan.steps) {
    if (step.kind === 'gate') {
      await passGate(run, step, () => lookInWait(run, guard));
      continue;
    }
    if (!again) refuseAgain(run, step);
    // For what could not go on the target is not taken out of service.
    for (const later of beginsCutOver(run, step) ? run.plan.steps : []) {
      if (later.kind !== 'use') continue;
      await settleDoubt(run, guard, later);
      await rehearse(run, later);
    }
    if (registry.step(step.uses)?.kind === 'effect') await claim(run, guard);
    await runStep(run, guard, step);
  }
  await discardLeftovers(run, guard);
  await release(run, guard);
  await run.append({ t: 'finished', plan: run.plan.name, status: 'done' });
}

/** Who waits keeps its claim, and says nothing yet of another run's. */
async function lookInWait<S>(run: PlanRun<S>, guard: Guard<S>): Promise<TargetState> {
  const seen = await guard.seen();
  return (await renewClaim(run, guard)) ?? seen;
}

/** Before a proof that is taken after the cut-over, what has changed since all was read is told. */
async function tellChanges<S>(run: PlanRun<S>, step: UseStep): Promise<void> {
  const { registry } = run.ports;
  const definition = registry.step(step.uses);
  const proves =
    definition?.kind === 'verify' || (definition?.kind === 'effect' && definition.hazard === 'destructive');
  const last = cutOverOf(run.plan, registry)?.last ?? -1;
  if (proves && run.plan.steps.indexOf(step) > last) await tell(run, await changesSeen(run, false));
}

/** Is it about to be taken out of service by this step? */
function beginsCutOver<S>(run: PlanRun<S>, step: UseStep): boolean {
  const { registry } = run.ports;
  const first = cutOverOf(run.plan, registry)?.first;
  return run.plan.steps.indexOf(step) === first && cutOverBegunAt(registry, run.state) === undefined;
}

/** What is asked in a cut-over is tried before it. Throws PlanStopped where it would be refused. */
async function rehearse<S>(run: PlanRun<S>, step: UseStep): Promise<void> {
  const definition = run.ports.registry.step(step.uses);
  if (definition?.kind !== 'verify' || !definition.rehearse || step.each) return;
  const whole: Item = { id: null, value: null };
  const context = run.context(keyOf(run, step, whole));
  const known = inputOf(run.plan, run.state, step, whole);
  const reasons = await retryRead(run.ports, `try ${step.id}`, async () => definition.rehearse?.(context, known) ?? []);
  await run.announced();
  if (reasons.length > 0) throw new PlanStopped(problem('target-refused', { target: run.plan.target.id, reasons }));
}

/** One step, for all its items. */
async function runStep<S>(run: PlanRun<S>, guard: Guard<S>, step: UseStep): Promise<void> {
  const items = itemsOf(run.plan, run.state, step);
  const ended = (item: Item) => run.phase(keyOf(run, step, item))?.end?.is === 'done';
  if (items.every(ended)) return;
  await tellChanges(run, step);
  await settleDoubt(run, guard, step, (id) => {
    const item = items.find((one) => one.id === id);
    return item && inputOf(run.plan, run.state, step, item);
  });
  const { emit } = run.ports;
  emit({ type: 'step.started', plan: run.plan.name, step: step.id, uses: step.uses, items: items.length });
  const unsent = new Set(items.filter((item) => (run.phase(keyOf(run, step, item))?.sent ?? 0) === 0));
  const input = (item: Item) => inputOf(run.plan, run.state, step, item);
  const definition = run.ports.registry.step(step.uses);
  const discards = definition?.kind === 'effect' && definition.hazard === 'discard';
  const one = (item: Item, onTaken?: () => void): Promise<unknown> =>
    (discards ? performDiscard : perform)(run, guard, {
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
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [asKnown(result.reason)] : []));
  if (!errors.length) return;
  throw errors.find((error) => !(error instanceof PlanStopped) || error.course === 'leave') ?? errors[0];
}

function keyOf<S>(run: PlanRun<S>, step: UseStep, item: Item): Key {
  return { plan: run.plan.name, step: step.id, item: item.id, generation: generationOf(run.state, step.id, item.id) };
}
