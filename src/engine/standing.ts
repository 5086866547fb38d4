import type { Json } from '../contract/json.ts';
import type { Plan, UseStep } from '../contract/plan.ts';
import type { Key } from '../contract/record.ts';
import type { EffectDefinition, EffectOf, Hazard, Observation, Registry, StepCall } from '../contract/step.ts';
import type { Verdict, VerdictStatus } from '../contract/verdict.ts';
import { isCurrent, type Phase, type PlanState } from './fold.ts';
import { keyText } from './key.ts';

/** An original and what was made to take its place. */
export interface Pair {
  readonly original: string;
  readonly replacement: string;
}

/** What the target holds of the volumes (databases) this run moves. */
export type Standing = 'originals' | 'replacements' | 'mixture';

/** The effect definition of a phase; undefined for reads and verifications. */
export function effectOf<S>(registry: Registry<S>, phase: Phase): EffectDefinition<S, unknown, unknown> | undefined {
  const definition = registry.step(phase.uses);
  return definition?.kind === 'effect' ? definition : undefined;
}

/** The same where it has this hazard. */
export function effectWith<S, H extends Hazard>(
  registry: Registry<S>,
  phase: Phase,
  hazard: H,
): EffectOf<S, H> | undefined {
  const definition = effectOf(registry, phase);
  return definition?.hazard === hazard ? (definition as EffectOf<S, H>) : undefined;
}

/** The calls that take a phase back, by what it gave; null for one in doubt. */
export function undoOf<S>(registry: Registry<S>, phase: Phase, output: Json): readonly StepCall[] {
  const undo = effectOf(registry, phase)?.undo;
  return typeof undo === 'function' ? undo(phase.input, output, phase.before) : [];
}

/** Would AWS itself refuse this call while the target runs? */
export function refusedWhileRunning<S>(registry: Registry<S>, call: StepCall): boolean {
  const definition = registry.step(call.uses);
  if (definition?.kind !== 'effect' || definition.hazard !== 'disruptive') return false;
  const input = definition.input.safeParse(call.with);
  return input.success && definition.refusedWhileRunning?.(input.data) === true;
}

/** The phases that count now, oldest first; those of an undo only on request. */
export function currentPhases(state: PlanState, undo = false): Phase[] {
  return [...state.phases.values()]
    .filter((phase) => isCurrent(state, phase.key) && (undo || phase.key.undo === undefined))
    .sort((a, b) => a.order - b.order);
}

/** The pairs of the target that this generation has made. */
export function pairsOf<S>(registry: Registry<S>, state: PlanState): Pair[] {
  return everyPairOf(registry, state).filter((pair) => !pair.beside);
}

/** Those that stand beside the target, too: about each of them there are verdicts, and each has an original to delete. */
export function everyPairOf<S>(registry: Registry<S>, state: PlanState): (Pair & { readonly beside?: true })[] {
  return currentPhases(state).flatMap((phase) => {
    const pair =
      phase.end?.is === 'done'
        ? effectWith(registry, phase, 'additive')?.replaces?.(phase.input, phase.end.output)
        : undefined;
    return pair ? [pair] : [];
  });
}

/** The last verdict about each original. */
export function verdictsOf<S>(registry: Registry<S>, state: PlanState): Map<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  for (const phase of currentPhases(state)) {
    const definition = registry.step(phase.uses);
    if (definition?.kind !== 'verify' || phase.end?.is !== 'done') continue;
    for (const verdict of definition.verdicts(phase.end.output)) verdicts.set(verdict.original, verdict);
  }
  return verdicts;
}

/** What became of each pair, for the last line of a run. */
export interface Replacement extends Pair {
  readonly verdict: VerdictStatus | null;
}
export function replacementsOf<S>(registry: Registry<S>, state: PlanState): Replacement[] {
  const verdicts = verdictsOf(registry, state);
  return pairsOf(registry, state).map((pair) => ({ ...pair, verdict: verdicts.get(pair.original)?.status ?? null }));
}

/** Which of each pair the target holds. Without pairs it can only hold originals. */
export function standingOf(pairs: readonly Pair[], on: readonly string[]): Standing {
  const replaced = pairs.filter((pair) => on.includes(pair.replacement)).length;
  const original = pairs.filter((pair) => on.includes(pair.original)).length;
  if (replaced === 0 && original === pairs.length) return 'originals';
  return original === 0 && replaced === pairs.length ? 'replacements' : 'mixture';
}

/** The original that a phase deletes; undefined for what deletes none. */
export function deletedBy<S>(registry: Registry<S>, phase: Phase): string | undefined {
  const deletes = effectWith(registry, phase, 'destructive')?.deletes ?? 'nothing';
  return deletes === 'nothing' ? undefined : deletes(phase.input);
}

/** The originals that this run has deleted, or may have. */
export function deletedOriginals<S>(registry: Registry<S>, state: PlanState): string[] {
  return currentPhases(state).flatMap((phase) => {
    const original = phase.sent > 0 && phase.end?.is !== 'failed' ? deletedBy(registry, phase) : undefined;
    return original === undefined ? [] : [original];
  });
}

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

/** Since when the target has been changed by this generation, in ms: what was already so when it was found is not counted. */
export function touchedAt<S>(registry: Registry<S>, state: PlanState): number | undefined {
  return disruptivePhases(registry, state).find((phase) => phase.sent > 0)?.sentAt;
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

/** Is an effect on the target on its way? Then it can't be compared with what is expected of it. */
export function inFlight<S>(registry: Registry<S>, state: PlanState): boolean {
  return currentPhases(state).some(
    (phase) => effectOf(registry, phase)?.hazard === 'disruptive' && phase.sent > 0 && !phase.end,
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

/** The differences between two observations, one sentence each; empty when they are equal. */
export function differences(expected: Observation, found: Observation, parts: readonly ('shape' | 'life')[]): string[] {
  return parts.flatMap((part) => {
    const names = new Set([...Object.keys(expected[part]), ...Object.keys(found[part])]);
    return [...names].sort().flatMap((name) => {
      const [was, is] = [expected[part][name], found[part][name]].map((value) => text(value));
      return was === is ? [] : [`${name}: expected ${was}, found ${is}`];
    });
  });
}

const text = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(sorted(value)));

function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
