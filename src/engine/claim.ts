import type { Key } from '../contract/record.ts';
import { perform } from './perform.ts';
import type { PlanRun } from './plan-run.ts';
import { cutOverBegunAt } from './state/cut-over.ts';
import { ownStep } from './state/own-steps.ts';
import { deletedOriginals } from './state/phases.ts';
import { generationOf, type Phase } from './state/run-state.ts';
import type { Guard } from './target/guard.ts';
import { claimedBy } from './target/reads.ts';

/** Says "mine" on the target and its originals, once, and makes sure that nobody else says so too. What was claimed is looked after. */
export async function claim<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const key = ownKey(run, 'claim');
  const claimed = run.phase(key);
  if (claimed?.end?.is === 'done') return renew(run, guard, claimed.sentAt ?? claimed.end.at);
  // In a cut-over a claim is only put back, and what an effect finds of the target is for its own guard.
  const begun = cutOverBegunAt(run.ports.registry, run.state) !== undefined;
  if (!begun) await guard.compare(await guard.look(), false);
  const resources = standing(run, claimedBy(run));
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

/** Claims what was found since, and puts back what somebody has taken off. */
async function renew<S>(run: PlanRun<S>, guard: Guard<S>, claimedAt: number): Promise<void> {
  const before = new Set(
    claims(run).flatMap(({ input }) => (input as { resources?: string[] } | null)?.resources ?? []),
  );
  const later = claimedBy(run).filter((id) => !before.has(id));
  const lacking = later.length ? later : standing(run, guard.unclaimed(claimedAt));
  if (!lacking.length) return;
  const { plan, ports } = run;
  const step = ownStep.claim;
  if (!later.length) {
    const at = new Date(ports.clock.now()).toISOString();
    const text = `somebody has taken the claim of this run off ${lacking.join(', ')}: put back at ${at}`;
    await run.append({ t: 'announced', plan: plan.name, step, text });
  }
  const reason = `${lacking.join(', ')} ${later.length ? 'was found later' : 'had lost it'}`;
  await run.append({ t: 'retired', plan: plan.name, step, item: null, reason });
  const input = { resources: lacking };
  await perform(run, guard, { key: ownKey(run, 'claim'), uses: guard.steps.claim, input });
}

/** Without the originals that this run has deleted: what is not there can't be claimed. */
function standing<S>(run: PlanRun<S>, ids: readonly string[]): readonly string[] {
  const deleted = deletedOriginals(run.ports.registry, run.state);
  return ids.filter((id) => !deleted.includes(id));
}

/** Each time that it was claimed, or may have been. */
function claims<S>(run: PlanRun<S>): readonly Phase[] {
  return [...run.state.phases.values()].filter(({ key }) => key.step === ownStep.claim);
}

/** Takes the claim off again, if it was ever put on. */
export async function release<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  if (!claims(run).some(({ sent }) => sent > 0)) return;
  const key = ownKey(run, 'release');
  await perform(run, guard, { key, uses: guard.steps.release, input: { resources: claimedBy(run) } });
}

/** The key of one of the engine's own steps about the claim. */
export function ownKey<S>(run: PlanRun<S>, name: 'claim' | 'release' | 'replace'): Key {
  const step = ownStep[name];
  return { plan: run.plan.name, step, item: null, generation: generationOf(run.state, step, null) };
}
