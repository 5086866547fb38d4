import type { History, Kind } from './history.ts';

/** A way in which histories of the wider world break a promise today. */
export interface WideFailure {
  readonly plans: readonly string[];
  /** What its failures say. */
  readonly says: RegExp;
  /** Without this deed or variant of the plan it is another kind. */
  readonly after: RegExp;
  readonly cause: string;
  /** A history that shows it. */
  readonly witness: Kind & { readonly plan: string; readonly seed: number };
}

const ec2 = ['ec2-instance', 'ebs-volume'];
const rds = ['rds-instance', 'rds-cluster'];

/** What fails today. The list only shrinks: one whose witness shows nothing any more is struck. */
export const wideFailures: readonly WideFailure[] = [
  {
    plans: ec2,
    says: /did not come to its end: effect-failed/,
    after: /^the tags of a snapshot are stripped$/,
    cause:
      "a discard refuses a snapshot of ours that has lost the run's tag, and every resume asks for it again, for ever",
    witness: { plan: 'ebs-volume', seed: 10_000_106 },
  },
  {
    plans: ['ec2-instance'],
    says: /volumes were made and left behind/,
    after: /^the tags of a replacement are stripped$/,
    cause: "an unwinding does not discard a replacement that has lost the run's tag, and does not name it as kept",
    witness: { plan: 'ec2-instance', seed: 10_000_180 },
  },
  {
    plans: ['ebs-volume'],
    says: /^I10 .*place undefined, not /,
    after: /^somebody attaches (and detaches )?an original elsewhere$/,
    cause:
      'an original that somebody attached elsewhere while its snapshot was made, and detached again unseen, is deleted: it may have been written to',
    witness: { plan: 'ebs-volume', seed: 10_000_166 },
  },
  {
    plans: ['ec2-instance'],
    says: /did not come to its end: original-gone/,
    after: /^a plan without auto-enable-io$/,
    cause:
      'the verification fails, and the run stops with the word that somebody has deleted an original, which no call and no deed has',
    witness: { plan: 'ec2-instance', seed: 10_000_271 },
  },
  {
    plans: ['ec2-instance'],
    says: /did not come to its end: target-in-pieces/,
    after: /^stale before$/,
    cause:
      'with reads that are more than two minutes old a run takes its own start for one of somebody else, in the middle of the swap',
    witness: { plan: 'ec2-instance', seed: 9_000_001, staleMs: 300_000, people: false },
  },
  {
    plans: rds,
    says: /writes were lost/,
    after: /^the fence is opened and closed/,
    cause:
      'with no statements in the plan nothing notices what clients wrote to the original while its fence stood open between two looks',
    witness: { plan: 'rds-cluster', seed: 10_000_105 },
  },
];

/** Those failures of a history that no kind of the list explains. */
export function unexpected({ plan, faults, failures }: Pick<History, 'plan' | 'faults' | 'failures'>): string[] {
  const struck = [...faults.keys()];
  const explains = (one: WideFailure, text: string) =>
    one.plans.includes(plan) && one.says.test(text) && struck.some((name) => one.after.test(name));
  return failures.filter((text) => !wideFailures.some((one) => explains(one, text)));
}
