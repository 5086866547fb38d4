import type { Json } from '../../contract/json.ts';
import type { Key } from '../../contract/record.ts';
import type { Observation, TargetType } from '../../contract/step.ts';
import type { PlanRun } from '../plan-run.ts';
import { retryRead } from '../retry.ts';
import { standstillMayBeOver, startedByUs } from '../state/cut-over.ts';
import { ownStep } from '../state/own-steps.ts';
import { activeSideOf, everyPairOf, pairsOf } from '../state/pairs.ts';
import { goneOriginals } from '../state/phases.ts';
import { hasLived, type TargetState } from './drift.ts';
import { claimedBy, provenBy, readsOf } from './reads.ts';

/** What a look has shown of the claims on the target and on its originals. */
export interface Claims {
  readonly foreign: readonly { readonly run: string; readonly on: string }[];
  /** What the run claims whose claim may be replaced. */
  readonly replaced: readonly string[];
  /** What does not carry the claim of this run. */
  readonly unclaimed: readonly string[];
}

/** What a look has shown. */
export interface Look {
  readonly state: TargetState;
  readonly claims: Claims;
}

/** Looks at the target, and records which originals others may write to. `ask`: how long it is tried. */
export async function lookAt<S>(
  run: PlanRun<S>,
  target: TargetType<S>,
  ask: Ask<S> = asLongAsItMayTake,
): Promise<Look> {
  const { registry, replaceClaim } = run.ports;
  const look = () =>
    target.observe(
      run.context(lookKey(run)),
      claimedBy(run),
      readsOf(run),
      provenBy(run),
      goneOriginals(registry, run.state),
    );
  const seen = await ask(run, look);
  const { observation, claims, missing, exposed = [], occupied = [], unsettled = [], unclaimed = [] } = seen;
  const { running, on, named } = target.serving(observation);
  const activeSide = activeSideOf(pairsOf(registry, run.state), on);
  const foreign = claims.filter((claim) => claim.run !== run.run.run && claim.run !== replaceClaim);
  const replaced = claims.flatMap((claim) => (claim.run === replaceClaim ? [claim.on] : []));
  await recordBegunAnew(run, target);
  await recordExposed(run, exposed);
  await recordOccupied(run, occupied);
  return {
    state: { observation, running, on, activeSide, missing, unsettled, ...(named !== undefined && { named }) },
    claims: { foreign, replaced, unclaimed },
  };
}

type Ask<S> = <T>(run: PlanRun<S>, look: () => Promise<T>) => Promise<T>;

function asLongAsItMayTake<S, T>(run: PlanRun<S>, look: () => Promise<T>): Promise<T> {
  const title = `look at ${run.plan.target.id}`;
  return retryRead(run.ports, title, look, run.asker(title));
}

/** From now on the target is expected to look like this. */
export function recordObservation<S>(run: PlanRun<S>, observation: Observation): Promise<void> {
  return run.append({ t: 'observed', plan: run.plan.name, observation, ...sightingsOf(run) });
}

/** What was seen is contradicted for longer than AWS shows the past: the next process has to know which of both is believed. */
async function recordBegunAnew<S>(run: PlanRun<S>, target: TargetType<S>): Promise<void> {
  for (const text of target.begunAnew?.(run.ports.aws, sighted(run)) ?? [])
    await run.append({ t: 'announced', plan: run.plan.name, step: ownStep.look, text, ...sightingsOf(run) });
}

/** The highest that was seen of the target, and of what was just made, as a record keeps it for the next process. */
export function sightingsOf<S>(run: PlanRun<S>, made: readonly string[] = []): { readonly sightings?: Json } {
  const { registry, aws } = run.ports;
  const sightings = registry.target(run.plan.target.type)?.sightings?.(aws, [...sighted(run), ...made]);
  return sightings === undefined ? {} : { sightings };
}

/** What the target is made of, or is to be. */
function sighted<S>(run: PlanRun<S>): readonly string[] {
  return [...claimedBy(run), ...everyPairOf(run.ports.registry, run.state).map((pair) => pair.replacement)];
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
  // On its way back an original is opened by this run itself; until then the plan may still be turned round, and deletes originals.
  const goesBack = run.state.unwinding?.over === false;
  if (goesBack && standstillMayBeOver(run.plan, run.ports.registry, run.state)) return;
  const made = pairsOf(run.ports.registry, run.state).map((pair) => pair.original);
  for (const { original, how } of exposed) {
    if (!made.includes(original) || run.state.stale.has(original)) continue;
    await run.append({ t: 'stale', plan: run.plan.name, original, findings: [how] });
  }
}

/** What others write on a replacement before they are let in is as good as what they write after: only the operator's word lets go of it. */
async function recordOccupied<S>(
  run: PlanRun<S>,
  occupied: readonly { readonly id: string; readonly how: string; readonly inPlace: boolean }[],
): Promise<void> {
  const { state, plan } = run;
  if (occupied.length === 0 || (state.unwinding?.over === false && state.unwinding.stop === null)) return;
  const [{ how } = { how: '' }] = occupied;
  const ids = occupied.map(({ id }) => id).filter((id) => !state.lived.has(id));
  const reason = `others were in, whom it had not let in yet: ${how}`;
  if (ids.length > 0) await run.append({ t: 'lived', plan: plan.name, ids, reason });
  // Who found it where it was made is no client: it is kept, and does not keep the target from being brought back.
  if (state.writePoint === undefined && occupied.some(({ inPlace }) => inPlace)) await recordWrites(run, reason);
}

/**
 * Puts on record what the target runs on, or has run on by somebody else's start: that it stands still later, or on something
 * else, does not undo what was written. Our own start opens the write point.
 */
export async function recordLived<S>(run: PlanRun<S>, seen: TargetState): Promise<void> {
  const { registry } = run.ports;
  if (!run.expected || startedByUs(registry, run.state)) return;
  const pairs = pairsOf(registry, run.state);
  const ids = pairs.map((pair) => pair.replacement).filter((id) => seen.on.includes(id) && !run.state.lived.has(id));
  if (!ids.length || !(seen.running || hasLived(run.expected, seen))) return;
  const reason = `${run.plan.target.id} was seen to have run on it, and this run had not started it`;
  await run.append({ t: 'lived', plan: run.plan.name, ids, reason });
}

/** The key in whose context the target is looked at; no record ever has it. */
export function lookKey<S>(run: PlanRun<S>): Key {
  return { plan: run.plan.name, step: ownStep.look, item: null, generation: 0 };
}
