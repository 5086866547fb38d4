import type { Plan, UseStep } from '../../contract/plan.ts';
import type { Key } from '../../contract/record.ts';
import { unseenMs } from '../../contract/settle.ts';
import type { Observation, Registry } from '../../contract/step.ts';
import { keyText } from './key.ts';
import { ownStep } from './own-steps.ts';
import { currentPhases, effectOf, effectWith } from './phases.ts';
import { isCurrent, type Phase, type PlanState } from './run-state.ts';

/** The position of the first and the last disruptive step of a plan; undefined when it has none. */
export function cutOverOf<S>(plan: Plan, registry: Registry<S>): { first: number; last: number } | undefined {
  const at = plan.steps.flatMap((step, index) => (isDisruptive(registry, step) ? [index] : []));
  const [first] = at;
  const last = at.at(-1);
  return first === undefined || last === undefined ? undefined : { first, last };
}

function isDisruptive<S>(registry: Registry<S>, step: Plan['steps'][number]): step is UseStep {
  if (step.kind !== 'use') return false;
  const definition = registry.step(step.uses);
  return definition?.kind === 'effect' && definition.hazard === 'disruptive';
}

/**
 * When the cut-over of this generation began, in ms: with its first disruptive step, even one that found its work done.
 * `but`: leaves one effect out, which has only been announced.
 */
export function cutOverBegunAt<S>(registry: Registry<S>, state: PlanState, but?: Key): number | undefined {
  const first = disruptivePhases(registry, state).find(
    (phase) =>
      (phase.sent > 0 || phase.end?.is === 'done') && (but === undefined || keyText(phase.key) !== keyText(but)),
  );
  return first && (first.sentAt ?? (first.end?.is === 'done' ? first.end.at : undefined));
}

/**
 * When what changed the target first in this generation was first sent, and when last, in ms: of a send without an answer nobody
 * knows whether it was the one. What was already so when it was found is not counted.
 */
function touchedAt<S>(registry: Registry<S>, state: PlanState): Sent | undefined {
  return sentOf(disruptivePhases(registry, state).find((phase) => phase.sent > 0));
}

interface Sent {
  readonly first: number;
  readonly last: number;
}

function sentOf(phase: Phase | undefined): Sent | undefined {
  const { firstSentAt, sentAt } = phase ?? {};
  return firstSentAt === undefined || sentAt === undefined ? undefined : { first: firstSentAt, last: sentAt };
}

function disruptivePhases<S>(registry: Registry<S>, state: PlanState): Phase[] {
  return currentPhases(state).filter(
    (phase) =>
      effectOf(registry, phase)?.hazard === 'disruptive' && !(phase.end?.is === 'failed' && phase.end.neverRan),
  );
}

/** Is the target somewhere between its first disruptive effect and serving again? */
export function insideCutOver<S>(plan: Plan, registry: Registry<S>, state: PlanState): boolean {
  if (cutOverBegunAt(registry, state) === undefined) return false;
  const last = plan.steps[cutOverOf(plan, registry)?.last ?? -1];
  if (last?.kind !== 'use') return false;
  const ends = currentPhases(state).filter((phase) => phase.key.step === last.id);
  return ends.length === 0 || ends.some((phase) => phase.end?.is !== 'done');
}

/** Since when a target is out of service. `shownUp`: a look that may be of the time before shows that it serves. */
export interface OutOfService extends Sent {
  readonly shownUp?: true;
}

/**
 * Since when the target is out of service because of this run, in ms: since its first disruptive call, or the halt of a rollback,
 * until it was seen to serve, and nothing that could take it down again was sent since. `serving`: by what is seen of it. `ordered`:
 * no look at it is of the past.
 */
export function outOfServiceSince<S>(
  plan: Plan,
  registry: Registry<S>,
  state: PlanState,
  { serving, ordered }: { readonly serving: (seen: Observation) => boolean; readonly ordered: boolean },
): OutOfService | undefined {
  const since = haltedAt(state) ?? (insideCutOver(plan, registry, state) ? touchedAt(registry, state) : undefined);
  if (since === undefined) return undefined;
  const { seen } = state;
  if (!seen || seen.at <= since.first || !serving(seen.observation)) return since;
  if (isTakenDownAfter(registry, state, seen.at)) return since;
  return !ordered && mayBeOfBefore(registry, state, seen.at) ? { ...since, shownUp: true } : undefined;
}

/** Was anything that could take it down sent after that, or is it on its way? */
function isTakenDownAfter<S>(registry: Registry<S>, state: PlanState, seenAt: number): boolean {
  return [...state.phases.values()].some((phase) => {
    const effect = effectWith(registry, phase, 'disruptive');
    const takesDown = effect !== undefined && !effect.serves && !effect.servesWithout;
    const underWay = phase.sent > 0 && !phase.end && isCurrent(state, phase.key);
    return takesDown && (underWay || (phase.sentAt ?? 0) > seenAt);
  });
}

/** May a look at it, taken then, show how it was before this run took it down, and has not let it serve again since? */
function mayBeOfBefore<S>(registry: Registry<S>, state: PlanState, seenAt: number): boolean {
  const ends = (serves: boolean) =>
    [...state.phases.values()].flatMap((phase) => {
      const effect = effectWith(registry, phase, 'disruptive');
      const counts = effect !== undefined && effect.servesWithout !== true && (effect.serves === true) === serves;
      return counts && phase.end?.is === 'done' && phase.end.changed ? [phase.end.at] : [];
    });
  const [down, up] = [Math.max(0, ...ends(false)), Math.max(0, ...ends(true))];
  return down > up && seenAt < down + unseenMs;
}

/** May it serve all the same? Nothing that could have taken it out of service was seen done, since AWS may answer long before; or it was shown up. */
export function isDownInDoubt<S>(registry: Registry<S>, state: PlanState, { first, shownUp }: OutOfService): boolean {
  if (shownUp) return true;
  return ![...state.phases.values()].some((phase) => {
    const effect = effectWith(registry, phase, 'disruptive');
    const happened = phase.end?.is === 'done' && phase.end.changed;
    return effect !== undefined && !effect.serves && (phase.firstSentAt ?? 0) >= first && happened;
  });
}

/** When the halt of the rollback that is under way was about to be sent. */
function haltedAt(state: PlanState): Sent | undefined {
  if (state.unwinding?.over !== false) return undefined;
  const halts = haltsOf(state);
  return sentOf(halts.find(({ key }) => key.generation === halts.at(-1)?.key.generation));
}

/** The calls that end a halt are numbered behind those that made it. */
export const firstStart = 100;

/** What a rollback past the write point has sent to halt the target, oldest first, unless AWS says that it came to nothing or that it stood already. */
export function haltsOf(state: PlanState): Phase[] {
  return [...state.phases.values()].filter(({ key, sent, end }) => {
    const stood = end?.is === 'done' ? !end.changed : end?.neverRan === true;
    return key.step === ownStep.halt && (key.undo ?? 0) < firstStart && sent > 0 && !stood;
  });
}

/** May what began the cut-over be taken back by now? Then the target may serve on its originals, and nothing goes forward on what was made before. */
export function standstillMayBeOver<S>(plan: Plan, registry: Registry<S>, state: PlanState): boolean {
  const first = plan.steps[cutOverOf(plan, registry)?.first ?? -1]?.id;
  return currentPhases(state, true).some(
    ({ key, sent, end }) => key.undo !== undefined && key.step === first && (sent > 0 || end !== undefined),
  );
}

/** Has this generation sent a start, or what else makes the target serve, that AWS does not say came to nothing? */
export function startedByUs<S>(registry: Registry<S>, state: PlanState): boolean {
  return currentPhases(state).some(
    (phase) =>
      effectWith(registry, phase, 'disruptive')?.serves &&
      phase.sent > 0 &&
      !(phase.end?.is === 'failed' && phase.end.neverRan),
  );
}

/** Is an effect on the target on its way? Then it can't be compared with what is expected of it. */
export function inFlight<S>(registry: Registry<S>, state: PlanState): boolean {
  return currentPhases(state).some(
    (phase) => effectOf(registry, phase)?.hazard === 'disruptive' && phase.sent > 0 && !phase.end,
  );
}

/** The same of whatever may be on its way, what takes something back included, since the whole target was last looked at. */
export function isChanging<S>(registry: Registry<S>, state: PlanState): boolean {
  const looked = state.seen?.wholeAt ?? 0;
  return currentPhases(state, true).some(
    (phase) =>
      effectOf(registry, phase)?.hazard === 'disruptive' &&
      phase.sent > 0 &&
      !phase.end &&
      (phase.sentAt ?? 0) > looked,
  );
}

/** Has an effect on the target failed without AWS's word that it never ran? Then it may have changed it. */
export function failedInDoubt<S>(registry: Registry<S>, state: PlanState): boolean {
  return currentPhases(state).some(
    (phase) =>
      effectOf(registry, phase)?.hazard === 'disruptive' &&
      phase.sent > 0 &&
      phase.end?.is === 'failed' &&
      !phase.end.neverRan,
  );
}
