import type { Key } from '../contract/record.ts';
import { perform } from './perform.ts';
import type { PlanRun } from './plan-run.ts';
import { ownStep } from './state/own-steps.ts';
import { generationOf } from './state/run-state.ts';
import type { Guard } from './target/guard.ts';
import { claimedBy } from './target/reads.ts';

/** Says "mine" on the target and its originals, once, and makes sure that nobody else says so too. */
export async function claim<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
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

/** Takes the claim off again, if it was ever put on. */
export async function release<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  if (!run.phase(ownKey(run, 'claim'))?.sent) return;
  const key = ownKey(run, 'release');
  await perform(run, guard, { key, uses: guard.steps.release, input: { resources: claimedBy(run) } });
}

/** The key of one of the engine's own steps about the claim. */
export function ownKey<S>(run: PlanRun<S>, name: 'claim' | 'release' | 'replace'): Key {
  const step = ownStep[name];
  return { plan: run.plan.name, step, item: null, generation: generationOf(run.state, step, null) };
}
