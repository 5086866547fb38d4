import type { Invariant } from '../support/invariants.ts';
import type { SceneName } from './scenes.ts';

/** A way in which a promise is known to break today. */
export interface ExpectedFailure {
  readonly kind: Invariant;
  /** What happens, and the cause as far as it is known. */
  readonly what: string;
  /** The issue that mends it. */
  readonly issue: number;
  /**
   * One history of each plan in which it is seen; in any other plan it is a failure. The list only shrinks: a witness that shows
   * it no more is red until it is struck, or until another is named, where a change has only given its seed another life.
   */
  readonly witnesses: readonly Witness[];
}

/** A history that shows it: one that a seed decides, or a scene of `scenes.ts`. */
export type Witness = { readonly plan: string } & ({ readonly seed: number } | { readonly scene: SceneName });

/**
 * The one list of what fails today. A violation of a kind that stands here, in a plan that stands with it, is counted and fails
 * nothing; every other one is a failure. Who mends a kind strikes it. Nobody adds to it but with a new judgement.
 */
export const expectedFailures: readonly ExpectedFailure[] = [
  {
    kind: 'P1.last-copy',
    what: 'the new key is disabled after the verification, and the warm-up and final snapshots are discarded all the same: discards ask for no proof of now',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 7100239 }],
  },
  {
    kind: 'P1.incomplete',
    what: 'the old key is disabled while the replacement still loads blocks under it, and the original goes: nothing proves that it is initialised',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 7100700 }],
  },
  {
    kind: 'P1.loading',
    what: 'originals and snapshots go while the replacement still loads blocks under the old key: nothing waits for `completed`',
    issue: 9,
    witnesses: [
      { plan: 'ec2-instance', seed: 7100700 },
      { plan: 'ebs-volume', scene: 'a typed rollback past the write point' },
    ],
  },
  {
    kind: 'P3.over-and-down',
    what: 'a start that AWS takes back unseen in an unwinding counts as done, and the next process takes the box for one that was found stopped',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 7001378 }],
  },
  {
    kind: 'P3.told-late',
    what: '`sentAt` is overwritten by a second StopInstances',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 7101277 }],
  },
  {
    kind: 'P3.untold',
    what: 'a rollback past the write point is killed when it has stopped the target, and status says nothing of it',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', scene: 'a typed rollback that is killed when it has stopped the target' },
      { plan: 'rds-instance', scene: 'a typed rollback that is killed when it has stopped the target' },
      { plan: 'rds-cluster', scene: 'a typed rollback that is killed when it has stopped the target' },
    ],
  },
  {
    kind: 'P5.now-runs',
    what: 'the line is made of the last observation that was expected, not of the last that was seen',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 7000091 },
      { plan: 'rds-instance', seed: 7000010 },
      { plan: 'rds-cluster', seed: 7000752 },
    ],
  },
  {
    kind: 'P5.now-holds',
    what: 'the same, of what the target holds',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 7000199 },
      { plan: 'rds-instance', seed: 7000120 },
    ],
  },
  {
    kind: 'P5.now-swap',
    what: 'the same, in the middle of the swap, or beside an original that somebody has opened',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 7000080 },
      { plan: 'rds-cluster', seed: 7400014 },
      { plan: 'rds-instance', seed: 5007113 },
    ],
  },
  {
    kind: 'P5.down',
    what: 'the first disruptive call was refused for good, or never sent, so that nothing has happened; it counts as begun',
    issue: 11,
    witnesses: [
      { plan: 'rds-instance', seed: 7000047 },
      { plan: 'rds-cluster', seed: 7000056 },
      { plan: 'ec2-instance', scene: 'credentials that end at the stop' },
    ],
  },
  {
    kind: 'P5.down-unwinding',
    what: 'the original serves again, and the target counts as down until all is discarded',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 7000015 },
      { plan: 'rds-instance', seed: 7000028 },
      { plan: 'rds-cluster', seed: 7000049 },
    ],
  },
  {
    kind: 'P5.gone',
    what: 'what AWS took back for want of the key is listed as made by this run and in AWS',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 7000012 },
      { plan: 'ebs-volume', seed: 7000019 },
    ],
  },
  {
    kind: 'P5.there',
    what: 'a cluster is told as deleted as soon as one of its members is',
    issue: 11,
    witnesses: [{ plan: 'rds-cluster', seed: 7000962 }],
  },
  {
    kind: 'P5.status-now',
    what: 'status says of a process that died what its last record knew, as if it were now',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 7000021 },
      { plan: 'rds-instance', seed: 7000011 },
      { plan: 'rds-cluster', seed: 7000065 },
    ],
  },
  {
    kind: 'P5.status-down',
    what: 'the same, of what is down',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 7000015 },
      { plan: 'rds-instance', seed: 7000003 },
      { plan: 'rds-cluster', seed: 7000049 },
    ],
  },
  {
    kind: 'I2',
    what: 'a member is deleted 17 s after somebody has opened the fence, under looks of the past',
    issue: 10,
    witnesses: [{ plan: 'rds-cluster', seed: 7000962 }],
  },
];

/** Is this known to fail in histories of (all) these plans? */
export function isExpected(kind: Invariant, plans: ReadonlySet<string>): boolean {
  return expectedFailures.some((one) => one.kind === kind && one.witnesses.some(({ plan }) => plans.has(plan)));
}
