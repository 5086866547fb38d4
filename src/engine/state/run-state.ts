import type { Json } from '../../contract/json.ts';
import type { PlanSource } from '../../contract/plan.ts';
import type { Key, Owner, Stop } from '../../contract/record.ts';
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
  /** When its call was first sent, and when last, in ms. */
  firstSentAt: number | undefined;
  sentAt: number | undefined;
  /** The same by the clock of whoever was called, where that is known. */
  sentAtThere: number | undefined;
  /** Who last sent it, until it is on record which process came of it. */
  sentBy: Owner | undefined;
  /** When it was sent without an answer or a refusal that is known, in ms by the clock of whoever was called. */
  unanswered: readonly number[];
  answered: Json | undefined;
  surplus: Json[];
  kept: boolean;
  end:
    | undefined
    | { is: 'done'; output: Json; changed: boolean; at: number }
    | { is: 'failed'; reason: string; neverRan: boolean };
}

/** A command of the operator's that was started. */
export interface StartedCommand {
  readonly key: Key;
  readonly process: Owner;
  /** When it would be ended, in ms by the wall clock of its machine. */
  readonly until: number;
  /** The operator's word, for one that can not be looked at. */
  saidToHaveEnded: boolean;
}

/** One plan of a run, as its records tell it. */
export interface PlanState {
  readonly name: string;
  readonly phases: Map<string, Phase>;
  readonly generations: Map<string, number>;
  readonly gates: Map<string, { until: number; untilByAws?: number; passed: boolean }>;
  /** A rollback that the operator has asked for and that was neither begun nor refused yet. */
  rollbackAsked: undefined | { readonly discardWrites: boolean };
  /** The commands that were started for it, and of which it is not on record that they have ended. */
  commands: readonly StartedCommand[];
  readonly announcements: { readonly step: string; readonly text: string }[];
  expected: Observation | undefined;
  /** The highest that was seen of the target, in the platform's order. */
  sightings: Json;
  /**
   * How the target was seen last: by a look that is on record, or when what a step did was seen done. `wholeAt`: when a look last showed
   * all of it, in ms; a step shows its own part, and leaves the rest as it was expected.
   */
  seen: undefined | { at: number; observation: Observation; wholeAt: number };
  /** Why the last process that looked at it before it ended could not tell. */
  unseen: undefined | { at: number; why: string };
  writePoint: undefined | { at: number; key: Key | null };
  unwinding: undefined | { stop: Stop | null; over: boolean; happened: readonly { key: Key; output: Json }[] };
  /** Why the last unwinding was turned round: it goes forward, since no other set can come up. */
  turned: string | undefined;
  /** Originals that may hold what their replacements lack, with what was seen. */
  readonly stale: Map<string, readonly string[]>;
  /** What this run made and the target was seen to run on, with what was seen; nothing but a person lifts it. */
  readonly lived: Map<string, string>;
  /** Since when, in ms, for what has not been taken back since. */
  livedSince: number | undefined;
  /** What somebody was seen to have changed in the middle of the cut-over that is under way. */
  drift: readonly string[];
  finished: undefined | 'done' | 'rolled-back';
  stop: Stop | undefined;
  /** What had stopped it when the last command was given: a command that is refused leaves it as it was. */
  stopBefore: Stop | undefined;
}

/** A run, as its records tell it: what resume, status, rollback and report all start from. */
export interface RunState {
  run: string;
  version: string;
  /** The oldest format in which a part of its journal is written. */
  format: number;
  readonly sources: (PlanSource & { readonly hash: string })[];
  readonly plans: Map<string, PlanState>;
  startedAt: number | undefined;
  /** The operator has asked for a rollback, and typed that writes may go; each plan answers it by itself. */
  rollbackAsked: undefined | { readonly discardWrites: boolean };
  /** Who writes its journal now. */
  owner: Owner | undefined;
  /** The profile of the AWS configuration that the last command was given. */
  profile: string | undefined;
  /** When the run was last taken over from a runner of which nobody knew whether it still lived, in ms. */
  takenOverAt: number | undefined;
  /** A time by the clock of whoever is called that was not before it, in ms; undefined while nothing was sent since. */
  takenOverBy: number | undefined;
  records: number;
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
    rollbackAsked: state.rollbackAsked,
    commands: [],
    announcements: [],
    expected: undefined,
    sightings: null,
    seen: undefined,
    unseen: undefined,
    writePoint: undefined,
    unwinding: undefined,
    turned: undefined,
    stale: new Map(),
    lived: new Map(),
    livedSince: undefined,
    drift: [],
    finished: undefined,
    stop: undefined,
    stopBefore: undefined,
  };
  state.plans.set(name, made);
  return made;
}

/** Since when the target may have written on what this run made, in ms; undefined when it may not. */
export function writtenSince({ writePoint, livedSince }: PlanState): number | undefined {
  return writePoint?.at ?? livedSince;
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

export const retiredKey = (step: string, item: string | null) => (item === null ? step : `${step}/${item}`);

/** The phase of `key`, made when no record has named it yet; `order` is the number of that record. */
export function phaseOf(plan: PlanState, key: Key, uses: string, order: number): Phase {
  const text = keyText(key);
  const known = plan.phases.get(text);
  if (known) return known;
  const made: Phase = {
    key,
    uses,
    order,
    input: null,
    before: null,
    sent: 0,
    firstSentAt: undefined,
    sentAt: undefined,
    sentAtThere: undefined,
    sentBy: undefined,
    unanswered: [],
    answered: undefined,
    surplus: [],
    kept: false,
    end: undefined,
  };
  plan.phases.set(text, made);
  return made;
}
