import type { Json } from '../../contract/json.ts';
import type { Key } from '../../contract/record.ts';
import type { StepCall } from '../../contract/step.ts';
import { problem } from '../../errors/index.ts';
import { perform } from '../perform.ts';
import type { PlanRun } from '../plan-run.ts';
import { undoOf } from '../state/phases.ts';
import type { Phase } from '../state/run-state.ts';
import { failureOfStep, PlanStopped } from '../stops.ts';
import type { Guard } from '../target/guard.ts';

/** A phase that has, or may have, happened, with what its undo needs. */
export interface Happened {
  readonly phase: Phase;
  readonly output: Json;
}

/** Performs the calls that take a phase back. What the target serves without holds nothing up when it can't be set back. */
export async function takeBack<S>(run: PlanRun<S>, guard: Guard<S>, one: Happened, because: string): Promise<void> {
  for (const [undo, call] of undoOf(run.ports.registry, one.phase, one.output).entries()) {
    const failed = await takeBackBy(run, guard, { ...one.phase.key, undo }, call, because);
    if (failed) await announce(run, one.phase, `not set back: ${failed}`);
  }
}

/** Performs one of them. Gives why it failed where the target serves without it; throws PlanStopped where it does not. */
export async function takeBackBy<S>(
  run: PlanRun<S>,
  guard: Guard<S>,
  key: Key,
  call: StepCall,
  because: string,
): Promise<string | undefined> {
  try {
    await perform(run, guard, { key, uses: call.uses, input: call.with });
    return undefined;
  } catch (met) {
    const error = failureOfStep(met);
    const definition = run.ports.registry.step(call.uses);
    if (definition?.kind === 'effect' && definition.hazard === 'disruptive' && definition.servesWithout)
      return error.message;
    const told = { title: call.uses, reason: error.message, because };
    throw new PlanStopped(problem('unwind-failed', told, error));
  }
}

/** Tells the operator, once. */
export async function announce<S>(run: PlanRun<S>, { key }: Pick<Phase, 'key'>, text: string): Promise<void> {
  if (run.state.announcements.some((one) => one.text === text)) return;
  await run.append({ t: 'announced', plan: run.plan.name, step: key.step, text });
}
