import type { GateStep, Plan } from '../contract/plan.ts';
import type { Stop } from '../contract/record.ts';
import type { Observation, Registry, Serving } from '../contract/step.ts';
import type { VerdictStatus } from '../contract/verdict.ts';
import { isPassed } from '../engine/gates/gates.ts';
import { nextBeginning } from '../engine/gates/window.ts';
import { itemsKnown } from '../engine/references.ts';
import { createdIn } from '../engine/state/created.ts';
import {
  cutOverBegunAt,
  cutOverOf,
  isChanging,
  isDownInDoubt,
  type OutOfService,
  outOfServiceSince,
} from '../engine/state/cut-over.ts';
import { keyText } from '../engine/state/key.ts';
import { type ActiveSide, activeSideOf, pairOf, pairsOf, verdictsOf } from '../engine/state/pairs.ts';
import { currentPhases, deletedBy, effectWith, undoOf } from '../engine/state/phases.ts';
import { type Phase, type PlanState, writtenSince } from '../engine/state/run-state.ts';
import { type HoldingCost, holdingCostsOf } from './holding-cost.ts';
import { type NextStep, nextSteps, type PlanProgress } from './next-steps.ts';

/** An original and its replacement, with the device they share and the last verdict about them; null where there is none. */
export interface PairStatus {
  readonly original: string;
  readonly replacement: string;
  /** The target serves without either. */
  readonly beside?: true;
  readonly device: string | null;
  readonly verdict: VerdictStatus | null;
}

/** Which of each pair a target holds, and whether it runs, or anyone could make it run. `nothing`: none of either. */
export interface TargetStatus {
  readonly holds: ActiveSide | 'nothing';
  readonly running: boolean;
  /** Somebody has opened its fence or its Data API: that lets clients in, and this run does not count it as service. */
  readonly byAccident?: true;
}

/** Something that the run has created, and the step that did. */
export interface Created {
  readonly id: string;
  readonly step: string;
}

/**
 * What is true of one plan, as its records tell it: the one answer that the last words of a process, `status`, the views and
 * `--json` put into words. Ids and times in ms, no sentences.
 */
export interface PlanStatus {
  readonly plan: string;
  /** Id of the target. */
  readonly target: string;
  /** What kind of target it is, as the plan names it: `ec2-instance`. */
  readonly targetType: string;
  readonly status: PlanProgress;
  /** The step that has begun and not ended, or the next one; absent when all are over. */
  readonly step?: string;
  /** The gate that holds it up, and when that opens; `Infinity` for one that never does. One of before now is open. */
  readonly waitsFor?: { readonly step: string; readonly kind: GateStep['gate']; readonly until: number };
  /** Since when the target is out of service because of this run; absent while it serves. */
  readonly downSince?: number;
  /** It may have been out of service only since then: the call was sent more than once, and one of them did it. */
  readonly downAtLatest?: number;
  /** It may serve: what came of the call that takes it out of service is not known, or a look that may be of the time before shows that it serves. */
  readonly downInDoubt?: true;
  /** While the plan is taken back: when the call was seen done that lets the target serve again. */
  readonly servesAgainSince?: number;
  /** Since when the target may have been written to on its replacements: going back would lose that. */
  readonly writePointAt?: number;
  /** It is being taken back, or was when its process ended. */
  readonly unwinding: boolean;
  /** While it is being taken back: each step that did something that can be, with how many of its items are taken back, and of how many. */
  readonly takingBack?: readonly { readonly step: string; readonly back: number; readonly of: number }[];
  /** Its verification failed and all was taken back: to go on takes the target out of service again. */
  readonly triesAgain?: true;
  /** The operator has asked for a rollback that has not come to its end: to go on is to roll back. */
  readonly rollsBack?: true;
  /** It failed, and all of it was taken back: the target is as it was. */
  readonly takenBack: boolean;
  /** The pairs of the generation that counts, those beside the target included. */
  readonly pairs: readonly PairStatus[];
  /** How the target was when it was last seen, in ms; absent before the first look. Somebody may have changed it since. */
  readonly lastSeen?: TargetStatus & { readonly at: number };
  /** What was sent to change the target was not seen to its end: it may be on its way from what was last seen to something else. */
  readonly changing?: true;
  /** Why the process that ended last could not tell how the target is, and when it tried, in ms. */
  readonly unseen?: { readonly at: number; readonly why: string };
  /**
   * What was sent and not seen to its end, and how many times: it may have come about, a create as many times as it was sent. A
   * delete among them names what it may have deleted.
   */
  readonly inDoubt: readonly { readonly step: string; readonly sends: number; readonly id?: string }[];
  /** What the run has created and not discarded. */
  readonly existing: readonly Created[];
  /** What the run has created and discarded. */
  readonly discarded: readonly string[];
  /** Originals that the run has deleted. */
  readonly deleted: readonly string[];
  /** Originals of which a delete was sent and has no outcome yet, or a part is deleted. */
  readonly deleting: readonly string[];
  /** What the originals beside their replacements cost, and until when. */
  readonly holdingCosts: readonly HoldingCost[];
  readonly announcements: readonly { readonly step: string; readonly text: string }[];
  /** What stopped it, until it is told to go on. */
  readonly stop?: Stop;
  /** What can be done next with this plan's run, were it the only one; `nextSteps` answers for several. */
  readonly nextSteps: readonly [NextStep, ...NextStep[]];
}

/** Says how a plan stands. `alive`: a runner is at it now. `older`: the run's journal is of an older format. `now`, in ms, says whether a window is open; without it none is told. */
export function planStatus<S>(
  plan: Plan,
  registry: Registry<S>,
  state: PlanState,
  options: {
    readonly run: string;
    readonly alive: boolean;
    readonly older: boolean;
    readonly profile?: string | undefined;
    readonly now?: number | undefined;
  },
): PlanStatus {
  const waitsFor = waitsForHold(plan, state) ?? waitsForWindow(plan, registry, state, options);
  const next = {
    status: statusOf(state, waitsFor !== undefined, options.alive),
    ...optional({
      waitsFor,
      writePointAt: writtenSince(state),
      triesAgain: triesAgain(plan, registry, state),
      rollsBack: rollsBack(state),
    }),
    ...goneOf(registry, state),
  };
  const inDoubt = inDoubtOf(registry, state);
  const down = downOf(plan, registry, state);
  const downSince = down?.first;
  return {
    plan: plan.name,
    target: plan.target.id,
    targetType: plan.target.type,
    ...next,
    unwinding: state.unwinding?.over === false,
    takenBack: state.unwinding?.over === true && cutOverBegunAt(registry, state) === undefined,
    pairs: pairStatusesOf(registry, state),
    existing: createdOf(registry, state).filter(
      ({ id }) => !next.discarded.includes(id) && !inDoubt.some((one) => one.id === id),
    ),
    inDoubt,
    holdingCosts: holdingCostsOf(registry, state, cutOverOf(plan, registry) !== undefined),
    announcements: announcementsOf(plan, registry, state),
    ...optional({
      step: state.finished ? undefined : (waitsFor?.step ?? stepOf(plan, state)),
      downSince,
      downAtLatest: down && down.last > down.first ? down.last : undefined,
      downInDoubt: down && isDownInDoubt(registry, state, down) ? true : undefined,
      servesAgainSince: servesAgainSince(registry, state),
      takingBack: takingBackOf(registry, state),
      lastSeen: lastSeenOf(plan, registry, state),
      changing: isChanging(registry, state) ? true : undefined,
      unseen: state.unseen,
      stop: state.stop,
    }),
    nextSteps: nextSteps(options.run, [next], options.alive, options),
  };
}

/** What a read announced would come of the move: of one that was rolled back, nothing has. */
function announcementsOf<S>(plan: Plan, registry: Registry<S>, { announcements, finished }: PlanState) {
  if (finished !== 'rolled-back') return [...announcements];
  const isRead = (id: string) =>
    plan.steps.some((step) => step.id === id && step.kind === 'use' && registry.step(step.uses)?.kind === 'read');
  return announcements.filter(({ step }) => !isRead(step));
}

function triesAgain<S>(plan: Plan, registry: Registry<S>, state: PlanState): true | undefined {
  const failed = state.unwinding?.over === true && state.unwinding.stop?.error === 'verification-failed';
  const open = !state.finished && cutOverBegunAt(registry, state) === undefined;
  return failed && open && cutOverOf(plan, registry) ? true : undefined;
}

/** Was it refused for what it asks for, before it sent anything? Nothing of it is anywhere then. */
export function isRefused({ stop, phases, commands }: PlanState): boolean {
  const forWhatItIs = stop?.exit === 2 || stop?.exit === 5;
  return forWhatItIs && commands.length === 0 && [...phases.values()].every(({ sent }) => sent === 0);
}

function rollsBack({ finished, rollbackAsked, unwinding }: PlanState): true | undefined {
  const underWay = unwinding?.over === false && unwinding.stop === null;
  return !finished && (rollbackAsked !== undefined || underWay) ? true : undefined;
}

/** Leaves out what is undefined, so that a status read back from JSON is the same. */
function optional<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}

function statusOf(state: PlanState, waits: boolean, alive: boolean): PlanProgress {
  if (state.finished) return state.finished;
  if (isRefused(state)) return state.stop?.error === 'nothing-to-do' ? 'nothing-to-do' : 'refused';
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
  return itemsKnown(plan, state, step)?.length ?? 1;
}

/** A rollback that was asked for waits for no gate, nor does what is being taken back. */
function waitsForNoGate(state: PlanState): boolean {
  return state.finished !== undefined || state.rollbackAsked !== undefined || state.unwinding?.over === false;
}

function waitsForHold(plan: Plan, state: PlanState): PlanStatus['waitsFor'] {
  if (waitsForNoGate(state)) return undefined;
  for (const step of plan.steps) {
    if (step.kind !== 'gate') continue;
    const gate = state.gates.get(step.id);
    if (gate && !gate.passed) return { step: step.id, kind: step.gate, until: gate.until };
  }
  return undefined;
}

/** Of a window nothing is on record: whether it is open is a matter of the time, as long as the cut-over has not begun. */
function waitsForWindow<S>(
  plan: Plan,
  registry: Registry<S>,
  state: PlanState,
  { now, alive }: { readonly now?: number | undefined; readonly alive: boolean },
): PlanStatus['waitsFor'] {
  if (!plan.window || now === undefined || waitsForNoGate(state) || writtenSince(state) !== undefined) return undefined;
  if (cutOverBegunAt(registry, state) !== undefined) return undefined;
  const open = stepOf(plan, state);
  const at = plan.steps.findIndex(({ id }) => id === open);
  const gate = plan.steps.slice(0, Math.max(at, 0)).findLast((step) => step.kind === 'gate' && step.gate === 'window');
  const step = gate?.id ?? (at === cutOverOf(plan, registry)?.first ? open : undefined);
  const until = nextBeginning(plan.window, now);
  // Who is at it goes on when it is open.
  return step === undefined || (alive && until <= now) ? undefined : { step, kind: 'window', until };
}

function takingBackOf<S>(registry: Registry<S>, { unwinding, phases }: PlanState): PlanStatus['takingBack'] {
  if (unwinding?.over !== false) return undefined;
  const steps = new Map<string, { back: number; of: number }>();
  for (const { key, output } of unwinding.happened) {
    const phase = phases.get(keyText(key));
    const calls = phase ? undoOf(registry, phase, output) : [];
    if (!calls.length) continue;
    const isBack = calls.every((_, undo) => phases.get(keyText({ ...key, undo }))?.end?.is === 'done');
    const { back, of } = steps.get(key.step) ?? { back: 0, of: 0 };
    steps.set(key.step, { back: back + Number(isBack), of: of + 1 });
  }
  return [...steps].map(([step, counts]) => ({ step, ...counts }));
}

/** An undo that lets the target serve is its last: what comes after it the target serves without. */
function servesAgainSince<S>(registry: Registry<S>, state: PlanState): number | undefined {
  if (state.unwinding?.over !== false) return undefined;
  const starts = currentPhases(state, true).flatMap((phase) =>
    phase.key.undo !== undefined && phase.end?.is === 'done' && effectWith(registry, phase, 'disruptive')?.serves
      ? [phase.end.at]
      : [],
  );
  return starts.length ? Math.max(...starts) : undefined;
}

function pairStatusesOf<S>(registry: Registry<S>, state: PlanState): PairStatus[] {
  const verdicts = verdictsOf(registry, state);
  return currentPhases(state).flatMap((phase) => {
    const pair = pairOf(registry, phase);
    return pair ? [{ ...pair, device: deviceOf(phase), verdict: verdicts.get(pair.original)?.status ?? null }] : [];
  });
}

function deviceOf(phase: Phase): string | null {
  const device = member(member(phase.input, 'place'), 'device');
  return typeof device === 'string' ? device : null;
}

function member(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, name)
    ? (value as { readonly [name: string]: unknown })[name]
    : undefined;
}

/** Since when its target is out of service because of this run, in ms; undefined while it serves. */
export function downOf<S>(plan: Plan, registry: Registry<S>, state: PlanState): OutOfService | undefined {
  const target = registry.target(plan.target.type);
  const pairs = pairsOf(registry, state);
  const serving = (seen: Observation) => {
    if (!target) return false;
    const { running, on, byAccident = false } = byName(target.serving(seen));
    // What runs with a piece missing serves nobody.
    return running && !byAccident && pairs.every((pair) => on.includes(pair.original) || on.includes(pair.replacement));
  };
  // Where AWS gives an order, no answer of the past is taken for a look.
  return outOfServiceSince(plan, registry, state, { serving, ordered: target?.sightings !== undefined });
}

function lastSeenOf<S>(plan: Plan, registry: Registry<S>, state: PlanState): PlanStatus['lastSeen'] {
  const seen = targetStatus(plan, registry, state, state.seen?.observation);
  return seen && state.seen ? { at: state.seen.at, ...seen } : undefined;
}

function targetStatus<S>(
  plan: Plan,
  registry: Registry<S>,
  state: PlanState,
  observation: Observation | undefined,
): TargetStatus | undefined {
  const target = registry.target(plan.target.type);
  if (!observation || !target) return undefined;
  const { running, on, byAccident } = byName(target.serving(observation));
  const pairs = pairsOf(registry, state);
  const holdsAny = pairs.some(({ original, replacement }) => on.includes(original) || on.includes(replacement));
  const holds = pairs.length && !holdsAny ? 'nothing' : activeSideOf(pairs, on);
  return { holds, running, ...(byAccident && { byAccident }) };
}

/** What was sent and has no outcome: creates of which nobody knows the id, and what may be deleted. */
function inDoubtOf<S>(registry: Registry<S>, state: PlanState): PlanStatus['inDoubt'] {
  return [...state.phases.values()].flatMap((phase) => {
    if (phase.sent === 0 || phase.end) return [];
    const { step } = phase.key;
    const discarded = effectWith(registry, phase, 'discard')?.discards(phase.input);
    if (discarded !== undefined) return [{ step, sends: phase.sent, id: discarded }];
    const creates = (effectWith(registry, phase, 'additive')?.creates ?? 'nothing') !== 'nothing';
    return creates && createdIn(registry, phase).length === 0 ? [{ step, sends: phase.sent }] : [];
  });
}

/** What clients find by the name of the target, which others may have given to something else. */
function byName({ named, ...seen }: Serving): Omit<Serving, 'named'> {
  if (named === undefined) return seen;
  const running = named !== null && seen.running && seen.on.includes(named);
  return { ...seen, running, on: named === null ? [] : [named] };
}

/** Every id that an effect of this run has created, of any generation. */
function createdOf<S>(registry: Registry<S>, state: PlanState): Created[] {
  const created = new Map<string, Created>();
  for (const phase of state.phases.values()) {
    for (const id of createdIn(registry, phase)) created.set(id, { id, step: phase.key.step });
  }
  return [...created.values()];
}

function goneOf<S>(
  registry: Registry<S>,
  state: PlanState,
): { discarded: string[]; deleted: string[]; deleting: string[] } {
  const gone = { discarded: [] as string[], deleted: [] as string[], deleting: [] as string[] };
  for (const phase of state.phases.values()) {
    const original = deletedBy(registry, phase);
    const part = effectWith(registry, phase, 'destructive')?.deletesPart === true;
    const begun = phase.end ? part && phase.end.is === 'done' : phase.sent > 0;
    if (original !== undefined && begun) gone.deleting.push(original);
    if (phase.end?.is !== 'done') continue;
    const id = effectWith(registry, phase, 'discard')?.discards(phase.input);
    if (id !== undefined && member(phase.end.output, 'kept') !== true) gone.discarded.push(id);
    if (original !== undefined && !part) gone.deleted.push(original);
  }
  return { ...gone, deleting: gone.deleting.filter((id) => !gone.deleted.includes(id)) };
}
