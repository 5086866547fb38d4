import type { Json } from '../../contract/json.ts';
import type { PlanSource } from '../../contract/plan.ts';
import type { Entry, JournalRecord, Key, Stop } from '../../contract/record.ts';
import type { Observation } from '../../contract/step.ts';
import { keyText } from './key.ts';
import { ownStep } from './own-steps.ts';

/** What is known of one thing done. */
export interface Phase {
  readonly key: Key;
  readonly uses: string;
  /** Position of its first record: undo goes through phases last first. */
  readonly order: number;
  input: Json;
  before: Json;
  /** How often its call was sent, or may have been. */
  sent: number;
  sentAt: number | undefined;
  answered: Json | undefined;
  surplus: Json[];
  kept: boolean;
  end:
    | undefined
    | { is: 'done'; output: Json; changed: boolean; at: number }
    | { is: 'failed'; reason: string; neverRan: boolean };
}

/** One plan of a run, as its records tell it. */
export interface PlanState {
  readonly name: string;
  readonly phases: Map<string, Phase>;
  readonly generations: Map<string, number>;
  readonly gates: Map<string, { until: number; passed: boolean }>;
  readonly announcements: { readonly step: string; readonly text: string }[];
  expected: Observation | undefined;
  writePoint: undefined | { at: number; key: Key | null };
  unwinding: undefined | { stop: Stop | null; over: boolean; happened: readonly { key: Key; output: Json }[] };
  /** Originals that may hold what their replacements lack, with what was seen. */
  readonly stale: Map<string, readonly string[]>;
  /** What somebody was seen to have changed in the middle of the cut-over that is under way. */
  drift: readonly string[];
  finished: undefined | 'done' | 'rolled-back';
  stop: Stop | undefined;
}

/** A run, as its records tell it: what resume, status, rollback and report all start from. */
export interface RunState {
  run: string;
  version: string;
  readonly sources: (PlanSource & { readonly hash: string })[];
  readonly plans: Map<string, PlanState>;
  startedAt: number | undefined;
  records: number;
}

/** The state that these records add up to. Pure: the same records give the same state. */
export function fold(records: readonly JournalRecord[]): RunState {
  const state: RunState = { run: '', version: '', sources: [], plans: new Map(), startedAt: undefined, records: 0 };
  for (const record of records) apply(state, record, Date.parse(record.at));
  return state;
}

/** Takes one more record into the state. */
export function apply(state: RunState, entry: Entry, at: number): void {
  state.records++;
  state.startedAt ??= at;
  switch (entry.t) {
    case 'open':
    case 'interrupted':
      return;
    case 'submitted':
      state.run = entry.run;
      state.version = entry.version;
      state.sources.push(...entry.plans);
      return;
    case 'command':
      // What stopped a plan is history once somebody has told it to go on.
      for (const plan of state.plans.values()) plan.stop = undefined;
      return;
    case 'intent': {
      const phase = phaseOf(state, entry.key, entry.uses);
      phase.input = entry.input;
      phase.before = phase.sent === 0 ? entry.before : phase.before;
      phase.sent++;
      phase.sentAt = at;
      phase.end = undefined;
      return;
    }
    case 'answered':
      phaseOf(state, entry.key, '').answered = entry.output;
      return;
    case 'surplus':
      phaseOf(state, entry.key, '').surplus.push(entry.output);
      return;
    case 'kept':
      phaseOf(state, entry.key, '').kept = true;
      return;
    case 'reopened': {
      const phase = phaseOf(state, entry.key, '');
      if (entry.key.undo !== undefined) beginAnew(phase);
      phase.end = undefined;
      return;
    }
    case 'done': {
      const phase = phaseOf(state, entry.key, entry.uses);
      phase.input = entry.input;
      phase.end = { is: 'done', output: entry.output, changed: entry.changed, at };
      if (entry.expected) planOf(state, entry.key.plan).expected = entry.expected;
      return;
    }
    case 'failed': {
      const phase = phaseOf(state, entry.key, entry.uses);
      if (entry.key.undo !== undefined) beginAnew(phase);
      phase.end = { is: 'failed', reason: entry.reason, neverRan: entry.neverRan };
      const plan = planOf(state, entry.key.plan);
      const opener = plan.writePoint?.key;
      if (entry.neverRan && opener && keyText(opener) === keyText(entry.key)) plan.writePoint = undefined;
      return;
    }
    default:
      applyToPlan(planOf(state, entry.plan), entry, at);
  }
}

/**
 * The first moment counts: writes since then are what going back would lose. That it was seen to serve counts more than that a
 * start of ours was about to go out: what becomes of that start does not undo it.
 */
function passed(known: PlanState['writePoint'], now: { at: number; key: Key | null }): PlanState['writePoint'] {
  if (!known) return now;
  return now.key === null ? { at: known.at, key: null } : known;
}

/** What takes something back has no next generation: tried again, it begins anew. */
function beginAnew(phase: Phase): void {
  phase.sent = 0;
  phase.sentAt = undefined;
  phase.answered = undefined;
}

type PlanEntry = Exclude<
  Entry,
  {
    t:
      | 'open'
      | 'interrupted'
      | 'submitted'
      | 'command'
      | 'intent'
      | 'answered'
      | 'surplus'
      | 'kept'
      | 'reopened'
      | 'done'
      | 'failed';
  }
>;

function applyToPlan(plan: PlanState, entry: PlanEntry, at: number): void {
  switch (entry.t) {
    case 'observed':
      plan.expected = entry.observation;
      return;
    case 'retired': {
      const of = retiredKey(entry.step, entry.item);
      plan.generations.set(of, (plan.generations.get(of) ?? 0) + 1);
      if (entry.item === null) plan.gates.delete(entry.step);
      return;
    }
    case 'gate':
      plan.gates.set(entry.step, { until: entry.until, passed: false });
      return;
    case 'passed':
      plan.gates.set(entry.step, { until: plan.gates.get(entry.step)?.until ?? at, passed: true });
      return;
    case 'announced':
      plan.announcements.push({ step: entry.step, text: entry.text });
      return;
    case 'write-point':
      plan.writePoint = passed(plan.writePoint, { at, key: entry.key });
      return;
    case 'unwinding':
      plan.unwinding = { stop: entry.stop, over: false, happened: entry.happened };
      plan.drift = [];
      plan.stale.clear();
      // Nobody unwinds past a write point but by the operator's typed word.
      if (entry.stop) plan.writePoint = undefined;
      return;
    case 'unwound':
      if (plan.unwinding) plan.unwinding.over = true;
      plan.writePoint = undefined;
      return;
    case 'stale':
      plan.stale.set(entry.original, entry.findings);
      return;
    case 'drifted':
      plan.drift = entry.differences;
      return;
    case 'stopped':
      plan.stop = entry.stop;
      return;
    case 'finished':
      plan.finished = entry.status;
  }
}

/** The plan's state, made empty when no record has named it yet. */
export function planOf(state: RunState, name: string): PlanState {
  const known = state.plans.get(name);
  if (known) return known;
  const made: PlanState = {
    name,
    phases: new Map(),
    generations: new Map(),
    gates: new Map(),
    announcements: [],
    expected: undefined,
    writePoint: undefined,
    unwinding: undefined,
    stale: new Map(),
    drift: [],
    finished: undefined,
    stop: undefined,
  };
  state.plans.set(name, made);
  return made;
}

/** The generation in which a step's item is now: 0, and one more for each time it or its whole step was retired. */
export function generationOf(plan: PlanState, step: string, item: string | null): number {
  const retired = (of: string) => plan.generations.get(of) ?? 0;
  const whole = retired(retiredKey(step, null));
  if (item !== null) return whole + retired(retiredKey(step, item));
  // A claim that is made again has to be released again.
  return step === ownStep.release || step === ownStep.replace
    ? whole + retired(retiredKey(ownStep.claim, null))
    : whole;
}

/** Is this phase of the generation that counts? */
export function isCurrent(plan: PlanState, key: Key): boolean {
  return key.generation === generationOf(plan, key.step, key.item);
}

const retiredKey = (step: string, item: string | null) => (item === null ? step : `${step}/${item}`);

function phaseOf(state: RunState, key: Key, uses: string): Phase {
  const plan = planOf(state, key.plan);
  const text = keyText(key);
  const known = plan.phases.get(text);
  if (known) return known;
  const made: Phase = {
    key,
    uses,
    order: state.records,
    input: null,
    before: null,
    sent: 0,
    sentAt: undefined,
    answered: undefined,
    surplus: [],
    kept: false,
    end: undefined,
  };
  plan.phases.set(text, made);
  return made;
}
