import { canonical, toJson } from '../contract/json.ts';
import type { UseStep } from '../contract/plan.ts';
import type { EffectDefinition, StepCall } from '../contract/step.ts';
import { RekeyError } from '../errors/index.ts';
import type { PlanRun } from './plan-run.ts';
import { retryRead } from './retry.ts';
import { undoOf } from './state/phases.ts';
import { generationOf, isCurrent, type Phase } from './state/run-state.ts';
import { PlanStopped } from './stops.ts';
import type { Guard } from './target/guard.ts';
import { takeBack } from './unwind/undo.ts';

/**
 * A command of the operator's has no token, and AWS knows nothing of it: one that was started in any generation, and that nothing
 * has taken back, may be in effect. It is looked for; what nobody can tell is taken back, before it is started again. `input`: of
 * an item that is to be performed now, so that what is in effect already is not started again. Throws PlanStopped where nobody can
 * tell, and nothing takes it back.
 */
export async function settleDoubt<S>(
  run: PlanRun<S>,
  guard: Guard<S>,
  step: UseStep,
  input?: (item: string | null) => unknown,
): Promise<void> {
  const definition = run.ports.registry.step(step.uses);
  if (definition?.kind !== 'effect' || definition.call !== 'none') return;
  for (const last of lastStarts(run, step.id)) {
    const doubt = await doubtOf(run, definition, last);
    if (!doubt) continue;
    if (last.end?.is === 'done') {
      const asked = input?.(last.key.item);
      const same = asked !== undefined && canonical(toJson(definition.input.parse(asked))) === canonical(last.input);
      if (same) await adopt(run, last, last.end.output);
    } else {
      if (takesBack(run, last).length === 0) throw doubt;
      await clear(run, guard, last, definition.title(last.input));
    }
  }
}

/** Of each item the last time that it was started and may have taken effect, unless that was taken back since, or its end is known. */
function lastStarts<S>(run: PlanRun<S>, step: string): Phase[] {
  const starts = new Map<string | null, Phase>();
  for (const phase of run.state.phases.values()) {
    const { key, sent, end } = phase;
    const mayHaveHappened = sent > 0 && !(end?.is === 'failed' && end.neverRan);
    if (key.step !== step || key.undo !== undefined || !mayHaveHappened) continue;
    if (key.generation >= (starts.get(key.item)?.key.generation ?? 0)) starts.set(key.item, phase);
  }
  return [...starts.values()].filter((phase) => {
    const endIsKnown = phase.end?.is === 'done' || (!phase.end && phase.answered !== undefined);
    return !isTakenBack(run, phase) && !(isCurrent(run.state, phase.key) && endIsKnown);
  });
}

function takesBack<S>(run: PlanRun<S>, phase: Phase): readonly StepCall[] {
  return undoOf(run.ports.registry, phase, phase.answered ?? null);
}

function isTakenBack<S>(run: PlanRun<S>, phase: Phase): boolean {
  const calls = takesBack(run, phase);
  return calls.length > 0 && calls.every((_call, undo) => run.phase({ ...phase.key, undo })?.end?.is === 'done');
}

/** Why nobody can tell whether it has taken effect; undefined when a look does, or when it may be started whatever it has done. */
async function doubtOf<S>(
  run: PlanRun<S>,
  definition: EffectDefinition<S, unknown, unknown>,
  last: Phase,
): Promise<PlanStopped | undefined> {
  const title = definition.title(last.input);
  try {
    const look = () => definition.look(run.context(last.key), last.input, undefined);
    await retryRead(run.ports, title, look, run.asker(title, definition));
    return undefined;
  } catch (error) {
    if (error instanceof RekeyError && error.code === 'command-in-doubt') return new PlanStopped(error);
    throw error;
  }
}

/** It has ended well, and nothing has taken it back: the same command is in effect. */
async function adopt<S>(run: PlanRun<S>, { key, uses, input }: Phase, output: Phase['input']): Promise<void> {
  const generation = generationOf(run.state, key.step, key.item);
  await run.append({ t: 'done', key: { ...key, generation }, uses, input, output, changed: false });
}

async function clear<S>(run: PlanRun<S>, guard: Guard<S>, last: Phase, title: string): Promise<void> {
  const reason = `nobody knows whether it took effect: ${title}`;
  try {
    await takeBack(run, guard, { phase: last, output: last.answered ?? null }, reason);
  } catch (error) {
    // In the cut-over the way back tries it again, and the target does not wait for it.
    throw error instanceof PlanStopped && error.error.code === 'unwind-failed'
      ? new PlanStopped(error.error, 'unwind')
      : error;
  }
  if (!isCurrent(run.state, last.key)) return;
  const { step, item } = last.key;
  await run.append({ t: 'retired', plan: run.plan.name, step, item, reason });
}
