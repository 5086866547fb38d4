import type { Key } from '../../contract/record.ts';
import type { Observation, TargetType } from '../../contract/step.ts';
import type { PlanRun } from '../plan-run.ts';
import { retryRead } from '../retry.ts';
import { ownStep } from '../state/own-steps.ts';
import { activeSideOf, pairsOf } from '../state/pairs.ts';
import type { TargetState } from './drift.ts';
import { claimedBy, readsOf } from './reads.ts';

/** What a look has shown: the target, and the claims of other runs on it or on its originals. */
export interface Look {
  readonly state: TargetState;
  readonly foreign: readonly { readonly run: string; readonly on: string }[];
  /** What does not carry the claim of this run. */
  readonly unclaimed: readonly string[];
}

/** Looks at the target, and records which originals others may write to. */
export async function lookAt<S>(run: PlanRun<S>, target: TargetType<S>): Promise<Look> {
  const { registry, replaceClaim } = run.ports;
  const seen = await retryRead(run.ports, `look at ${run.plan.target.id}`, () =>
    target.observe(run.context(lookKey(run)), claimedBy(run), readsOf(run)),
  );
  const { observation, claims, missing, exposed = [], unsettled = [], unclaimed = [] } = seen;
  const { running, on } = target.serving(observation);
  const activeSide = activeSideOf(pairsOf(registry, run.state), on);
  const foreign = claims.filter((claim) => claim.run !== run.run.run && claim.run !== replaceClaim);
  await recordExposed(run, exposed);
  return { state: { observation, running, on, activeSide, missing, unsettled }, foreign, unclaimed };
}

/** From now on the target is expected to look like this. */
export function recordObservation<S>(run: PlanRun<S>, observation: Observation): Promise<void> {
  return run.append({ t: 'observed', plan: run.plan.name, observation });
}

/** It was seen to serve on its replacements: that it stands still later proves nothing any more. */
export function recordWrites<S>(run: PlanRun<S>, reason: string): Promise<void> {
  return run.append({ t: 'write-point', plan: run.plan.name, key: null, reason });
}

/** Replacements were made from how the originals were before: by the time of the proof it may look as if nobody had got in. */
async function recordExposed<S>(
  run: PlanRun<S>,
  exposed: readonly { readonly original: string; readonly how: string }[],
): Promise<void> {
  if (run.state.unwinding?.over === false) return;
  const made = pairsOf(run.ports.registry, run.state).map((pair) => pair.original);
  for (const { original, how } of exposed) {
    if (!made.includes(original) || run.state.stale.has(original)) continue;
    await run.append({ t: 'stale', plan: run.plan.name, original, findings: [how] });
  }
}

/** The key in whose context the target is looked at; no record ever has it. */
export function lookKey<S>(run: PlanRun<S>): Key {
  return { plan: run.plan.name, step: ownStep.look, item: null, generation: 0 };
}
