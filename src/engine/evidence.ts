import type { Key } from '../contract/record.ts';
import type { Evidence, StepCall } from '../contract/step.ts';
import type { EffectAct } from './act.ts';
import type { PlanRun } from './plan-run.ts';
import { ownStep } from './state/own-steps.ts';
import { undoOf } from './state/phases.ts';
import { generationOf } from './state/run-state.ts';
import { failureOfStep } from './stops.ts';

// What an earlier try or process has made counts for so long; what this one makes counts as soon as it is there.
const freshMs = 10 * 60_000;

/** Makes what a delete is to be proven by, or takes what was made just before; gives the output of the effect that makes it. */
export async function obtainEvidence<S>(
  { run, perform }: EffectAct<S>,
  original: string,
  { call, evidence }: { readonly call: StepCall; readonly evidence: Evidence<S, unknown> },
): Promise<unknown> {
  for (;;) {
    const key = evidenceKey(run, original);
    const isNew = (run.phase(key)?.sent ?? 0) === 0;
    const discarded = run.phase({ ...key, undo: 0 }) !== undefined;
    if (!discarded) {
      const output = await perform({ key, uses: call.uses, input: call.with });
      if (isNew || nowOf(run) - evidence.takenAt(output) < freshMs) return output;
    }
    const reason = discarded ? 'discarded' : 'too old to show anything of now';
    await run.append({ t: 'retired', plan: run.plan.name, step: ownStep.evidence, item: original, reason });
  }
}

/** Discards it where no delete follows. What can't be discarded is named, and stands in the way of nothing. */
export async function discardEvidence<S>({ run, perform }: EffectAct<S>, original: string): Promise<void> {
  const key = evidenceKey(run, original);
  const phase = run.phase(key);
  if (phase?.end?.is !== 'done') return;
  for (const [undo, call] of undoOf(run.ports.registry, phase, phase.end.output).entries()) {
    try {
      await perform({ key: { ...key, undo }, uses: call.uses, input: call.with });
    } catch (met) {
      run.context(key).announce(`left behind: ${failureOfStep(met).message}`);
    }
  }
}

function evidenceKey<S>(run: PlanRun<S>, original: string): Key {
  const step = ownStep.evidence;
  return { plan: run.plan.name, step, item: original, generation: generationOf(run.state, step, original) };
}

const nowOf = <S>({ ports }: PlanRun<S>) => ports.platformTime?.() ?? ports.clock.now();
