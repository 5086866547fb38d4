import type { JournalRecord } from '../../src/contract/record.ts';
import type { FaultRule } from '../../src/simulator/faults.ts';
import type { Crash, World } from '../support/world.ts';
import type { Choices } from './choices.ts';
import type { People } from './deeds/people.ts';
import type { Varied, Wide } from './wide.ts';

/** Somebody else at work: what it is called, whether it may take apart what the run works on, and the deed. */
export interface Deed {
  readonly name: string;
  readonly hostile: boolean;
  act(world: World): void;
}

/** How a history ended: the error of its last process or its status, what somebody else has done, and what the run has announced. */
export interface End {
  readonly end: string;
  readonly hostile: boolean;
  /** By their names, those that the account did not refuse. */
  readonly deeds: ReadonlySet<string>;
  readonly told: readonly string[];
}

/** The fault of an end in which an instance that ran is down, and nobody else has stopped it. */
export const boxDown = 'the instance is down, and nobody else has stopped it';

/** The account that a seed begins in, and what hangs on how it began. */
export interface Scene {
  readonly scenario: string;
  /** Given to the plan besides what its stage gives. */
  readonly sets?: readonly string[];
  /** What an operator does who reads why a run stopped. */
  mend(world: World, disk: readonly JournalRecord[]): void;
  /** What is wrong with how it ended, one sentence each. */
  faultsOfEnd(world: World, end: End): readonly string[];
}

/** How far a run goes, so that anything can happen anywhere in it. */
export interface Reach {
  /** API calls and journal records of a process. */
  readonly calls: number;
  readonly records: number;
  /** Until when other people come, half of them soon, and until when a process is interrupted. */
  readonly soonMs: number;
  readonly lateMs: number;
  readonly interruptMs: number;
}

/**
 * What random histories of a kind of target are made of. What a named seed means hangs on the order of draws and of the
 * lists they are drawn from: those that there are stay as they are, and what comes later comes by `more`.
 */
export interface Grammar {
  scene(choices: Choices): Scene;
  fault(choices: Choices): FaultRule;
  deed(choices: Choices): Deed;
  /** By a source of its own. `early`: as it was for the first seeds (`firstLateSeed`). */
  moreFaults(choices: Choices, seed: number, early: boolean): readonly FaultRule[];
  moreDeed(choices: Choices): Deed;
  /** By a source of its own, and only for seeds from `firstWideSeed` on. */
  wide(choices: Choices): Wide;
  /** What the account does not allow, and the run can do without: by a source of its own, for seeds from `firstWideSeed` on. */
  closed?(choices: Choices): readonly FaultRule[];
  /** By a source of its own, and only for seeds from `firstVariedSeed` on. */
  varied(choices: Choices): Varied;
  /** By a source of its own, and only for seeds from `firstPeopleSeed` on. */
  people?(choices: Choices): People;
  /** How many of ten histories in turn are of it: those that cost much have less. */
  readonly share: number;
  readonly reach: Reach;
}

/** Seeds from here on choose among all plans that ship; those before mean what they meant when only EC2 and EBS had plans. */
export const firstLateSeed = 2_000_000;

/** Seeds from here on live in a wider world, see wide.ts; those before live what they lived. */
export const firstWideSeed = 10_000_000;

/** Seeds from here on may have a second run on the target, or a second plan on the same thing, see beside.ts. */
export const firstBesideSeed = 20_000_000;

/** Seeds from here on have one run again, and plans in more variants, see varied.ts. */
export const firstVariedSeed = 20_200_000;

/** Seeds from here on have people who are less kind besides, see deeds/people.ts. */
export const firstPeopleSeed = 20_400_000;

/** Where a process dies, if it does. */
export function crashOf(choices: Choices, { calls, records }: Reach): Crash | undefined {
  if (choices.chance(0.35)) return undefined;
  if (choices.chance(0.3))
    return {
      record: { number: 2 + choices.below(records), when: choices.one(['crash-before', 'crash-after'] as const) },
    };
  return { call: { number: 1 + choices.below(calls), when: choices.one(['before', 'after', 'answered'] as const) } };
}
