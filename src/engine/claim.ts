import type { Key } from '../contract/record.ts';
import { isShownBy } from './margin.ts';
import { perform } from './perform.ts';
import type { PlanRun } from './plan-run.ts';
import { cutOverBegunAt } from './state/cut-over.ts';
import { ownStep } from './state/own-steps.ts';
import { deletedOriginals } from './state/phases.ts';
import { generationOf, type Phase } from './state/run-state.ts';
import { failureOfStep } from './stops.ts';
import type { TargetState } from './target/drift.ts';
import type { Guard } from './target/guard.ts';
import { claimedBy } from './target/reads.ts';

/** Says "mine" on the target and its originals, and makes sure that nobody else says so too. What was claimed is looked after. */
export async function claim<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const key = ownKey(run, 'claim');
  if (run.phase(key)?.end?.is === 'done') {
    await renewClaim(run, guard);
    return;
  }
  // In a cut-over a claim is only put back, and what an effect finds of the target is for its own guard.
  const begun = cutOverBegunAt(run.ports.registry, run.state) !== undefined;
  if (!begun) await guard.compare(await guard.look(), false);
  await replace(run, guard);
  await putOn(run, guard, standing(run, claimedBy(run)));
  await guard.look();
}

/**
 * Claims what was found since, and puts back what does not stand any more: who has taken it over may have ended, and then the
 * target is this run's again, and says so. Gives what was seen after that; undefined where the claim stands.
 */
export async function renewClaim<S>(run: PlanRun<S>, guard: Guard<S>): Promise<TargetState | undefined> {
  const { plan, ports } = run;
  const claimed = run.phase(ownKey(run, 'claim'));
  if (claimed?.end?.is !== 'done' || run.phase(ownKey(run, 'release'))?.sent) return undefined;
  const claimedAt = claimed.sentAt ?? claimed.end.at;
  const before = new Set(
    claims(run).flatMap(({ input }) => (input as { resources?: string[] } | null)?.resources ?? []),
  );
  const later = claimedBy(run).filter((id) => !before.has(id));
  const seen = await guard.claims();
  // Another run's claim stands: the guard's next look says so, and stops.
  if (seen.foreign.length) return undefined;
  const certain = isShownBy(ports, { here: claimedAt, there: claimed.sentAtThere }, seen.at);
  const lost = standing(run, seen.unclaimed).filter((id) => !later.includes(id));
  const replaces = certain && seen.replaced.length > 0;
  const lacking = [...new Set([...standing(run, later), ...lost, ...(replaces ? standing(run, claimedBy(run)) : [])])];
  if (!lacking.length) return undefined;
  const step = ownStep.claim;
  if (lost.length) {
    const at = new Date(ports.clock.now()).toISOString();
    // Shortly after it was put on, an answer of the past looks the same.
    const why = certain ? 'somebody has taken the claim of this run off' : 'the claim of this run does not show on';
    await run.append({ t: 'announced', plan: plan.name, step, text: `${why} ${lost.join(', ')}: put back at ${at}` });
  }
  const reason = `${lacking.join(', ')} ${lost.length ? 'had lost it' : 'was found later'}`;
  await run.append({ t: 'retired', plan: plan.name, step, item: null, reason });
  try {
    // Its own first: at no time is what it has begun with nobody's.
    await putOn(run, guard, lacking);
    if (replaces) await replace(run, guard);
    return await guard.look();
  } catch (error) {
    // The way back does not wait for a tag.
    if (run.state.unwinding?.over !== false) throw error;
    const text = `the claim of this run could not be put back on ${lacking.join(', ')}: ${failureOfStep(error).message}`;
    await run.append({ t: 'announced', plan: plan.name, step, text });
    return undefined;
  }
}

function putOn<S>(run: PlanRun<S>, guard: Guard<S>, resources: readonly string[]): Promise<unknown> {
  return perform(run, guard, { key: ownKey(run, 'claim'), uses: guard.steps.claim, input: { resources } });
}

/** Takes another run's claim off, by the operator's word. */
async function replace<S>(run: PlanRun<S>, guard: Guard<S>): Promise<void> {
  const { replaceClaim } = run.ports;
  if (replaceClaim === undefined) return;
  const input = { resources: standing(run, claimedBy(run)), run: replaceClaim };
  await perform(run, guard, { key: ownKey(run, 'replace'), uses: guard.steps.release, input });
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
