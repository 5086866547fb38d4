import type { Plan } from '../contract/plan.ts';
import type { Stop } from '../contract/record.ts';
import type { Registry } from '../contract/step.ts';
import type { VerdictStatus } from '../contract/verdict.ts';
import { isPassed } from '../engine/gates/gates.ts';
import { itemsOf } from '../engine/references.ts';
import { createdIn } from '../engine/state/created.ts';
import { cutOverBegunAt, cutOverOf, downSinceOf } from '../engine/state/cut-over.ts';
import { activeSideOf, pairsOf, verdictsOf } from '../engine/state/pairs.ts';
import { currentPhases, deletedBy, effectWith } from '../engine/state/phases.ts';
import { type Phase, type PlanState, planOf, type RunState } from '../engine/state/run-state.ts';
import { type Kept, keptOf } from './upkeep.ts';

/** Something this run made and has not discarded. */
export interface Made {
  readonly id: string;
  readonly step: string;
}

/** How one plan stands, from its records alone: what `status` and the closing words tell. */
export interface PlanStory {
  readonly plan: string;
  readonly target: string;
  readonly status: 'done' | 'rolled-back' | 'failed' | 'paused' | 'running' | 'interrupted';
  /** The step that has begun and not ended, or the next one. */
  readonly step?: string;
  readonly gate?: { readonly step: string; readonly until: number };
  /** Since when the target is out of service because of this run, in ms. */
  readonly downSince?: number;
  readonly writePointAt?: number;
  readonly unwinding: boolean;
  /** It failed, and all of it was taken back: the target is as it was. */
  readonly takenBack: boolean;
  readonly replacements: readonly {
    readonly original: string;
    readonly replacement: string;
    readonly device: string | null;
    readonly verdict: VerdictStatus | null;
  }[];
  /** What the target holds now of each pair, and whether it runs; absent before the first look. */
  readonly serving?: { readonly by: 'originals' | 'replacements' | 'mixture' | 'nothing'; readonly running: boolean };
  /** Originals beside their replacements, and what they cost by the hour. */
  readonly kept: readonly Kept[];
  readonly made: readonly Made[];
  readonly discarded: readonly string[];
  readonly deleted: readonly string[];
  readonly announcements: readonly string[];
  readonly stop?: Stop;
}

/** Tells how a plan stands. `alive`: a runner is at it now. */
export function storyOf<S>(plan: Plan, registry: Registry<S>, run: RunState, alive: boolean): PlanStory {
  const state = planOf(run, plan.name);
  const downSince = downSinceOf(plan, registry, state);
  const step = state.finished ? undefined : stepOf(plan, state);
  const gate = gateOf(plan, state);
  const serving = servingOf(plan, registry, state);
  const gone = goneOf(registry, state);
  return {
    plan: plan.name,
    target: plan.target.id,
    status: statusOf(state, gate !== undefined, alive),
    unwinding: state.unwinding !== undefined && !state.unwinding.over,
    takenBack: state.unwinding?.over === true && cutOverBegunAt(registry, state) === undefined,
    replacements: replacementsOf(registry, state),
    kept: keptOf(registry, state, cutOverOf(plan, registry) !== undefined),
    made: madeOf(registry, state).filter(({ id }) => !gone.discarded.includes(id)),
    ...gone,
    announcements: state.announcements.map(({ step, text }) => `${step}: ${text}`),
    ...(step === undefined ? {} : { step }),
    ...(gate === undefined ? {} : { gate }),
    ...(downSince === undefined ? {} : { downSince }),
    ...(state.writePoint === undefined ? {} : { writePointAt: state.writePoint.at }),
    ...(serving === undefined ? {} : { serving }),
    ...(state.stop === undefined ? {} : { stop: state.stop }),
  };
}

function statusOf(state: PlanState, waits: boolean, alive: boolean): PlanStory['status'] {
  if (state.finished) return state.finished;
  if (state.stop) return 'failed';
  if (alive) return 'running';
  return waits ? 'paused' : 'interrupted';
}

/** Every step before this one is over; undefined when all are. */
function stepOf(plan: Plan, state: PlanState): string | undefined {
  const open = plan.steps.find((step) => {
    if (step.kind === 'gate') return !isPassed(state, step);
    const phases = currentPhases(state).filter((phase) => phase.key.step === step.id);
    if (phases.some((phase) => phase.end?.is !== 'done')) return true;
    // The items of a step are known only once the step that lists them has ended, and then every earlier one is over.
    return phases.length < (phases.length === 0 && !step.each ? 1 : itemCount(plan, state, step));
  });
  return open?.id;
}

function itemCount(plan: Plan, state: PlanState, step: Plan['steps'][number] & { kind: 'use' }): number {
  const from = step.each?.[0] === 'steps' ? step.each[1] : undefined;
  const listed =
    from === undefined || currentPhases(state).some((one) => one.key.step === from && one.end?.is === 'done');
  return listed ? itemsOf(plan, state, step).length : 1;
}

function gateOf(plan: Plan, state: PlanState): PlanStory['gate'] {
  if (state.finished) return undefined;
  for (const step of plan.steps) {
    const gate = step.kind === 'gate' ? state.gates.get(step.id) : undefined;
    if (gate && !gate.passed) return { step: step.id, until: gate.until };
  }
  return undefined;
}

function replacementsOf<S>(registry: Registry<S>, state: PlanState): PlanStory['replacements'] {
  const verdicts = verdictsOf(registry, state);
  return currentPhases(state).flatMap((phase) => {
    const pair =
      phase.end?.is === 'done'
        ? effectWith(registry, phase, 'additive')?.replaces?.(phase.input, phase.end.output)
        : undefined;
    if (!pair) return [];
    return [{ ...pair, device: deviceOf(phase), verdict: verdicts.get(pair.original)?.status ?? null }];
  });
}

function deviceOf(phase: Phase): string | null {
  const place = member(phase.input, 'place');
  const device = member(place, 'device');
  return typeof device === 'string' ? device : null;
}

function servingOf<S>(plan: Plan, registry: Registry<S>, state: PlanState): PlanStory['serving'] {
  const target = registry.target(plan.target.type);
  if (!state.expected || !target) return undefined;
  const { running, on } = target.serving(state.expected);
  const pairs = pairsOf(registry, state);
  const holds = pairs.some(({ original, replacement }) => on.includes(original) || on.includes(replacement));
  return { by: pairs.length && !holds ? 'nothing' : activeSideOf(pairs, on), running };
}

/** Every id that an effect of this run gave birth to, of any generation. */
function madeOf<S>(registry: Registry<S>, state: PlanState): Made[] {
  const made = new Map<string, Made>();
  for (const phase of state.phases.values()) {
    for (const id of createdIn(registry, phase)) made.set(id, { id, step: phase.key.step });
  }
  return [...made.values()];
}

function goneOf<S>(registry: Registry<S>, state: PlanState): { discarded: string[]; deleted: string[] } {
  const discarded: string[] = [];
  const deleted: string[] = [];
  for (const phase of state.phases.values()) {
    if (phase.end?.is !== 'done') continue;
    const id = effectWith(registry, phase, 'discard')?.discards(phase.input);
    if (id !== undefined) discarded.push(id);
    const original = deletedBy(registry, phase);
    if (original !== undefined) deleted.push(original);
  }
  return { discarded, deleted };
}

function member(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, name)
    ? (value as { readonly [name: string]: unknown })[name]
    : undefined;
}
