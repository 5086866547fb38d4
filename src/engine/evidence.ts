import type { Key } from '../contract/record.ts';
import type { Evidence, StepCall } from '../contract/step.ts';
import type { EffectAct } from './act.ts';
import type { PlanRun } from './plan-run.ts';
import { keyText } from './state/key.ts';
import { ownStep } from './state/own-steps.ts';
import { generationOf } from './state/run-state.ts';

/** How long it counts, in ms: what it shows is of when it was made, and what happens since it does not show. */
export const freshMs = 10 * 60_000;

// One that took hours shows nothing of those; the next builds on it, and so is quick. Where all take long, one has to do.
const mostMade = 3;

/** Makes what a delete is to be proven by, or takes what was made just before; gives the output of the effect that makes it. */
export async function obtainEvidence<S>(
  { run, act, title, perform }: EffectAct<S>,
  original: string,
  { call, evidence }: { readonly call: StepCall; readonly evidence: Evidence<S, unknown> },
): Promise<unknown> {
  for (let made = 0; ; ) {
    const key = evidenceKey(run, original);
    const isNew = (run.phase(key)?.sent ?? 0) === 0;
    if (isNew) run.evidenceMade.add(keyText(key));
    const isOfBefore = !run.evidenceMade.has(keyText(key));
    const discarded = run.phase({ ...key, undo: 0 }) !== undefined;
    if (!discarded) {
      const output = await perform({ key, uses: call.uses, input: call.with });
      const takenAt = evidence.takenAt(output);
      if (!isOfBefore && nowOf(run) - takenAt < freshMs) return output;
      if (isNew) made++;
      if (made === mostMade) {
        const at = new Date(takenAt).toISOString();
        run
          .context(act.key)
          .announce(`${title}: what has happened to ${original} since ${at} does not show in its proof`);
        return output;
      }
    }
    const old = isOfBefore
      ? 'made by an earlier process: people have had the time to act'
      : 'too old to show anything of now';
    const reason = discarded ? 'discarded' : old;
    await run.append({ t: 'retired', plan: run.plan.name, step: ownStep.evidence, item: original, reason });
  }
}

function evidenceKey<S>(run: PlanRun<S>, original: string): Key {
  const step = ownStep.evidence;
  return { plan: run.plan.name, step, item: original, generation: generationOf(run.state, step, original) };
}

const nowOf = <S>({ ports }: PlanRun<S>) => ports.platformTime?.() ?? ports.clock.now();
