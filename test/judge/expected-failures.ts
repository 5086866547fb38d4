import type { Invariant, Violation } from '../support/invariants.ts';
import type { Kind } from '../sweep/history.ts';
import type { SceneName } from './scenes.ts';

/** A way in which a promise is known to break today. */
export interface ExpectedFailure {
  readonly kind: Invariant;
  /** What it says; without it the whole kind is expected. */
  readonly says?: RegExp;
  /** Only after a deed, a fault or a variant of the plan of such a name. */
  readonly after?: RegExp;
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
export type Witness = { readonly plan: string } & ((Kind & { readonly seed: number }) | { readonly scene: SceneName });

/**
 * The one list of what fails today. A violation of a kind that stands here, in a plan that stands with it, is counted and fails
 * nothing; every other one is a failure. Who mends a kind strikes it. Nobody adds to it but with a new judgement.
 */
export const expectedFailures: readonly ExpectedFailure[] = [
  {
    kind: 'P1.last-copy',
    after: /^(disable-key|schedule-key-deletion|put-key-policy)$/,
    what: 'the new key is disabled after the verification, and the warm-up and final snapshots are discarded all the same: discards ask for no proof of now',
    issue: 9,
    witnesses: [
      { plan: 'ec2-instance', seed: 7100239 },
      { plan: 'ebs-volume', seed: 2000224, liveness: true },
    ],
  },
  {
    kind: 'P1.incomplete',
    after: /^(disable-key|schedule-key-deletion|put-key-policy)$/,
    what: 'the old key is disabled while the replacement still loads blocks under it, and the original goes: nothing proves that it is initialised',
    issue: 9,
    witnesses: [
      { plan: 'ec2-instance', seed: 7100700 },
      { plan: 'ebs-volume', seed: 10_001_834 },
    ],
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
    after: /^(disable-key|schedule-key-deletion|put-key-policy|fail after)$/,
    what: 'a start that AWS takes back unseen in an unwinding counts as done, and the next process takes the box for one that was found stopped',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 7001378 }],
  },
  {
    kind: 'P3.told-late',
    says: /\): \d{1,2} s: /,
    after: /^stale before$/,
    what: '`sentAt` is overwritten by a second StopInstances',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 7101277 }],
  },
  {
    kind: 'P3.untold',
    says: /: died, paused; .* being taken back; /,
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
    says: /\): (?!done, done;|paused, paused;)/,
    what: 'the line is made of the last observation that was expected, not of the last that was seen',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 7000091 },
      { plan: 'rds-instance', seed: 7000006 },
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
      { plan: 'rds-cluster', scene: 'the original is given its name again in the hold' },
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
    kind: 'P5.gone',
    says: /\): (db|cluster|rekey)-/,
    what: 'a replacement of which a discard was sent and never answered is listed as being in AWS',
    issue: 11,
    witnesses: [
      { plan: 'rds-cluster', seed: 10_000_802 },
      { plan: 'rds-instance', seed: 8_000_005 },
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
    after: /^open-group$/,
    what: 'a member is deleted 17 s after somebody has opened the fence, under looks of the past',
    issue: 10,
    witnesses: [{ plan: 'rds-cluster', seed: 7000962 }],
  },
  {
    kind: 'END',
    says: /did not come to its end: effect-failed/,
    after: /^the tags of a snapshot are stripped$/,
    what: "a discard refuses a snapshot of ours that has lost the run's tag, and every resume asks for it again, for ever",
    issue: 9,
    witnesses: [
      { plan: 'ebs-volume', seed: 10_000_106 },
      { plan: 'ec2-instance', seed: 10_000_099 },
    ],
  },
  {
    kind: 'END',
    says: /volumes were made and left behind/,
    after: /^the tags of a replacement are stripped$/,
    what: "an unwinding does not discard a replacement that has lost the run's tag, and does not name it as kept",
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 10_000_180 }],
  },
  {
    kind: 'I10',
    says: /place undefined, not /,
    after: /^somebody attaches (and detaches )?an original elsewhere$/,
    what: 'an original that somebody attached elsewhere while its snapshot was made, and detached again unseen, is deleted: it may have been written to',
    issue: 9,
    witnesses: [{ plan: 'ebs-volume', seed: 10_000_166 }],
  },
  {
    kind: 'END',
    says: /did not come to its end: original-gone/,
    after: /^a plan without auto-enable-io$/,
    what: 'the verification fails, and the run stops with the word that somebody has deleted an original, which no call and no deed has',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 10_000_271 }],
  },
  {
    kind: 'END',
    says: /did not come to its end: target-in-pieces/,
    after: /^stale before$/,
    what: 'with reads that are more than two minutes old a run takes its own start for one of somebody else, in the middle of the swap',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 9_000_001, staleMs: 300_000, people: false }],
  },
  {
    kind: 'END',
    says: /writes were lost/,
    after: /^the fence is opened and closed/,
    what: 'with no statements in the plan nothing notices what clients wrote to the original while its fence stood open between two looks',
    issue: 10,
    witnesses: [
      { plan: 'rds-cluster', seed: 10_000_105 },
      { plan: 'rds-instance', seed: 10_000_853 },
    ],
  },
  {
    kind: 'P2.not-ours',
    after: /^a copier copies snapshots with their tags$/,
    what: "a copy of somebody else's with copied tags is taken for a surplus of ours, and deleted",
    issue: 9,
    witnesses: [
      { plan: 'ec2-instance', seed: 10_000_055 },
      { plan: 'ebs-volume', seed: 10_002_680 },
    ],
  },
  {
    kind: 'P1.last-copy',
    after: /^(a cleaner deletes unattached volumes|both volumes of a pair are deleted)$/,
    what: 'both volumes of a pair are gone, and the snapshot that is left of them is discarded: nothing looks whether they are there',
    issue: 9,
    witnesses: [
      { plan: 'ebs-volume', seed: 10_000_016 },
      { plan: 'ec2-instance', seed: 10_000_655 },
    ],
  },
  {
    kind: 'P2.not-in-place',
    after: /^somebody swaps the names/,
    what: 'somebody has swapped the names, and the original, which serves again, is deleted under looks of the past',
    issue: 10,
    witnesses: [{ plan: 'rds-instance', seed: 10_000_089 }],
  },
  {
    kind: 'I2',
    after: /^somebody swaps the names/,
    what: 'the same, by the older judgement',
    issue: 10,
    witnesses: [{ plan: 'rds-instance', seed: 10_000_089 }],
  },
  {
    kind: 'P6.groups',
    after: /^a third group is added/,
    what: 'a security group that somebody added after the read is not carried over, and not told',
    issue: 10,
    witnesses: [{ plan: 'rds-instance', seed: 10_000_108 }],
  },
  {
    kind: 'P1.incomplete',
    after: /^the fence is opened and closed/,
    what: 'what clients wrote through a fence that was open between two looks is lost with the original',
    issue: 10,
    witnesses: [
      { plan: 'rds-cluster', seed: 10_000_001 },
      { plan: 'rds-instance', seed: 10_000_853 },
    ],
  },
  {
    kind: 'P3.over-and-down',
    says: /: rolled-back, rolled-back; /,
    what: 'a typed rollback that died while it retired its steps does not start the target that it stopped, when it is taken up again',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', scene: 'a typed rollback that dies while it retires' }],
  },
  {
    kind: 'P3.left-down',
    says: /it was started and is stopped again/,
    what: 'a start on the way back that came to nothing ends the next process, too, with the key usable again: the one after it starts anew',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 9_000_019, staleMs: 60_000 }],
  },
  {
    kind: 'P6.protection',
    after: /^(modify-database original|the protection of the original is taken away)/,
    what: 'deletion protection that somebody sets on the original, or takes from it, after it was read is not carried over, and not told',
    issue: 10,
    witnesses: [
      { plan: 'rds-instance', seed: 10_000_373 },
      { plan: 'rds-cluster', seed: 10_000_722 },
    ],
  },
  {
    kind: 'P1.last-copy',
    after: /^an owner terminates what stops$/,
    what: 'the owner has terminated the target, its volumes are gone with it, and the snapshot that is left of them is discarded',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 10_000_189 }],
  },
  {
    kind: 'P5.now-runs',
    says: /\): (done, done;|paused, paused;)/,
    after: /^(start-|stop-|an owner |fence |close-group|delete-|fail-|both of a pair|somebody swaps)/,
    what: 'the same at the end and in the hold: somebody has started or stopped the target, or fenced it, since it was last looked at',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 10_000_065 },
      { plan: 'rds-instance', seed: 7_000_010 },
    ],
  },
  {
    kind: 'O.forward-key-unusable',
    says: /\): stop \(StopInstances /,
    after: /^(disable-key|schedule-key-deletion|put-key-policy)$/,
    what: 'a key is closed while the warm-up snapshots are made, and the target is stopped all the same: the keys are tried in the first step only',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 115 }],
  },
  {
    kind: 'O.forward-unreadable',
    says: /\): (delete-original \(|discard-snapshot \(|the process ended done;)/,
    after: /^(disable-key|schedule-key-deletion|put-key-policy)$/,
    what: 'the same as P1.incomplete, P1.loading and P1.last-copy by the table: what replaces an original can not be read or still loads, and the original or its snapshots go',
    issue: 9,
    witnesses: [
      { plan: 'ec2-instance', seed: 119 },
      { plan: 'ebs-volume', seed: 2_000_224, liveness: true },
    ],
  },
  {
    kind: 'O.forward-unreadable',
    says: /\): (delete-original \(|discard-snapshot \(|the process ended done;).* unreadable loading/,
    what: 'the same as P1.loading by the table: nothing waits for `completed`',
    issue: 9,
    witnesses: [
      { plan: 'ec2-instance', seed: 10_000_135 },
      { plan: 'ebs-volume', seed: 10_000_340 },
    ],
  },
  {
    kind: 'O.terminated',
    says: /\): discard-snapshot \(/,
    after: /^an owner terminates what stops$/,
    what: 'the target was terminated, and with it an original that goes with it: the snapshots that are left of it are discarded, since nothing asks whether the originals outlived it',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 10_000_014 }],
  },
  {
    kind: 'O.forward-verified',
    says: /\): (delete-original \(|discard-snapshot \(|the process ended done;)/,
    after: /^(disable-key|schedule-key-deletion|put-key-policy|fail after)$/,
    what: 'the same as P3.over-and-down by the table: a target that the run has stopped is taken for one that was found stopped, and deleted from without a start',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 7_001_378 }],
  },
  {
    kind: 'O.back-originals-run',
    says: /\): stop \(StopInstances .*"typed":true/,
    what: 'the same as P3.over-and-down after a typed rollback by the table: taken up again it stops the target, which it has brought back already',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', scene: 'a typed rollback that dies while it retires' }],
  },
  {
    kind: 'O.forward-exposed',
    says: /\): (delete-original \(|discard-snapshot \(|the process ended done;)/,
    after: /^somebody attaches (and detaches )?an original elsewhere$/,
    what: 'the same as I10 by the table: an original that was used elsewhere for a while unseen is deleted',
    issue: 9,
    witnesses: [
      { plan: 'ebs-volume', seed: 10_000_166 },
      { plan: 'ec2-instance', seed: 10_002_489 },
    ],
  },
  {
    kind: 'P5.next',
    says: /already-finished$/,
    what: 'a rollback is named as next while one plan is open, and it is refused for the plans of the run that are done',
    issue: 11,
    witnesses: [{ plan: 'ec2-instance', scene: 'a rollback of a run of which one plan is done' }],
  },
  {
    kind: 'O.forward-originals-stand',
    says: /\): detach-original \(/,
    after: /^(delete-volume of a replacement|a cleaner deletes unattached volumes|both volumes of a pair are deleted)$/,
    what: 'a replacement was deleted after it was made, and the originals are taken out all the same: nothing looks again whether all are there',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 7_100_276 }],
  },
  {
    kind: 'I10',
    says: /HttpEndpointEnabled/,
    after: /^the Data API of the (original|replacement) is switched on/,
    what: 'the Data API that somebody switches on after the read is not carried over, and not told',
    issue: 10,
    witnesses: [{ plan: 'rds-cluster', seed: 10_000_862 }],
  },
  {
    kind: 'P2.held',
    says: /, one of \d+ plans,/,
    what: 'claims are those of a run: another plan of it moves an original that is held, and deletes it after a hold of its own',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', scene: 'an original that one plan holds is moved by another plan of the run' }],
  },
  {
    kind: 'O.back-originals-stand',
    says: /\): (discard-(snapshot|volume) \(|the process ended rolled-back;).*"typed":true/,
    what: 'the same as P3.over-and-down after a typed rollback by the table: taken up again it stops the target, which it has brought back already, and does not start it',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', scene: 'a typed rollback that dies when it has brought the original back' }],
  },
  {
    kind: 'P1.last-copy',
    after: /^both of a pair are deleted$/,
    what: 'both databases of a pair are gone, and the snapshots that are left of them are discarded: nothing looks whether they are there',
    issue: 10,
    witnesses: [{ plan: 'rds-instance', seed: 10_001_056 }],
  },
  {
    kind: 'P3.left-down',
    says: /: unwind-failed, failed; /,
    after: /^fail-volume of a replacement$/,
    what: 'a replacement fails, and taking it off is asked for by every resume, for ever, with the originals beside it',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 10_000_988 }],
  },
  {
    kind: 'END',
    says: /did not come to its end: aws-unreachable/,
    after: /^an owner terminates what stops$/,
    what: 'an instance that was terminated and shows no more is asked for a quarter of an hour by every resume, for ever',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 10_001_325 }],
  },
  {
    kind: 'END',
    says: /did not come to its end: unwind-failed/,
    after: /^error before$/,
    what: 'an attachment that AWS has refused with NotFound counts as gone for good, and every resume says so again',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 10_002_995 }],
  },
  {
    kind: 'P4.unnamed',
    says: /: snap-/,
    after: /^the tags of a snapshot are stripped$/,
    what: "a snapshot of ours that has lost the run's tag stays, and has no name in the report",
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 10_002_101 }],
  },
  {
    kind: 'I9',
    says: / on (i|vol)-\w+, which is not the run's$/,
    after: /^a run takes over the claim of the other$/,
    what: 'a run whose claim another has taken over goes on without one when the other has ended, also with --replace-claim: what was claimed once is not claimed again',
    issue: 9,
    witnesses: [
      { plan: 'ec2-instance', scene: 'a run goes on after another has taken over its claim and was rolled back' },
      { plan: 'ebs-volume', scene: 'a run goes on after another has taken over its claim and was rolled back' },
    ],
  },
  {
    kind: 'I9',
    says: /: \w+DB\w+ on \S+, not the run's$/,
    after: /^a run takes over the claim of the other$/,
    what: 'the same of databases',
    issue: 10,
    witnesses: [
      { plan: 'rds-instance', scene: 'a run goes on after another has taken over its claim and was rolled back' },
      { plan: 'rds-cluster', scene: 'a run goes on after another has taken over its claim and was rolled back' },
    ],
  },
  {
    kind: 'P2.not-in-place',
    says: /DeleteVolume /,
    after: /^a second plan of the run on the same thing$/,
    what: 'claims are those of a run: while one plan is in the middle of its swap another plan of the run moves an original that hangs nowhere, and deletes it',
    issue: 9,
    witnesses: [{ plan: 'ec2-instance', seed: 20_100_068 }],
  },
  {
    kind: 'P5.next',
    says: /past-write-point$/,
    after: /^a second plan of the run on the same thing$/,
    what: 'a rollback is named as next for one plan of the run, without the word that it asks for of another one that has passed its write point',
    issue: 11,
    witnesses: [{ plan: 'ec2-instance', seed: 20_100_163 }],
  },
];

/** Is this known to fail in histories of (all) these plans, in which this has struck? */
export function isExpected(
  { kind, told }: Violation,
  plans: ReadonlySet<string>,
  struck: ReadonlySet<string>,
): boolean {
  return expectedFailures.some(
    (one) =>
      one.kind === kind &&
      one.witnesses.some(({ plan }) => plans.has(plan)) &&
      (one.says?.test(told) ?? true) &&
      (one.after === undefined || [...struck].some((name) => one.after?.test(name))),
  );
}
