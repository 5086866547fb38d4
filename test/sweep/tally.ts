import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Invariant } from '../support/invariants.ts';

const inAnyHistory: readonly Invariant[] = ['I1', 'I2', 'I3', 'I5', 'I6', 'I9', 'I10', 'I12'];

/** A sweep: whether it has to visit every shipped plan, and the invariants without which it has proved nothing. */
export interface Kind {
  readonly everyPlan: boolean;
  readonly judges: readonly Invariant[];
}

/** The sweeps of the closing table. */
export const sweeps = {
  crash: { everyPlan: true, judges: [...inAnyHistory, 'I4'] },
  'crash-twice': { everyPlan: true, judges: [...inAnyHistory, 'I4'] },
  failure: { everyPlan: true, judges: [...inAnyHistory, 'I13'] },
  repeat: { everyPlan: true, judges: [...inAnyHistory, 'I13'] },
  next: { everyPlan: true, judges: [...inAnyHistory, 'P5.next'] },
  truncation: { everyPlan: true, judges: inAnyHistory },
  'read-only': { everyPlan: true, judges: ['I8'] },
  lying: { everyPlan: false, judges: inAnyHistory },
  // Its processes are judged by what they send; what they write stands in real journals.
  runners: { everyPlan: false, judges: inAnyHistory.filter((one) => one !== 'I12') },
  clock: { everyPlan: true, judges: [...inAnyHistory, 'I7'] },
  hell: { everyPlan: false, judges: ['I1', 'I3', 'I9', 'I12'] },
  random: { everyPlan: true, judges: [...inAnyHistory, 'I11', 'I13', 'BROKE'] },
} as const satisfies Readonly<Record<string, Kind>>;
export type SweepName = keyof typeof sweeps;

export type Counts = Readonly<Record<string, number>>;

/** What a sweep adds to the closing table. What is left out counts as nothing. */
export interface Figures {
  readonly sweep: SweepName;
  /** The shipped plan; empty, to say no more than that the sweep has been loaded. */
  readonly plan: string;
  readonly histories?: number;
  readonly processes?: number;
  readonly calls?: number;
  /** Processes that died where they were to die. */
  readonly crashes?: number;
  /** How often each kind of `faultKinds` struck; other names are listed as they are. */
  readonly faults?: Counts;
  /** How often each error code struck: `CODE on Operation`. */
  readonly codes?: Counts;
  readonly evaluations?: Counts;
  readonly failures?: number;
}

/** Adds figures to those of all test processes, when REKEY_TALLY names a folder for them. */
export function tally(figures: Figures): void {
  const folder = process.env['REKEY_TALLY'];
  if (folder) appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(figures)}\n`);
}
