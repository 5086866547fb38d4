import type { Invariant, Violation } from '../support/invariants.ts';
import type { Kind } from '../sweep/history.ts';
import type { SceneName } from './scenes.ts';

/** A way in which a promise is known to break today. */
export interface ExpectedFailure {
  /** A history that broke has judged nothing to its end: that is never expected. */
  readonly kind: Exclude<Invariant, 'BROKE'>;
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
    kind: 'P5.now-runs',
    says: /; no more so for \d+ s, by (others|another run); /,
    what: 'somebody has started or stopped the target, or let clients in or out: the line is made of what should be so after all that the run has done, not of what was seen',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 10_000_065 },
      { plan: 'rds-instance', seed: 10_000_210 },
      { plan: 'rds-cluster', seed: 10000103 },
    ],
  },
  {
    kind: 'P5.now-runs',
    says: /\): (interrupted, interrupted|unwind-failed, failed), unwinding; said stopped with originals, and down; truly running with originals, and serves: true; no more so for \d{1,3} s, by the run; /,
    after: /^stale before$/,
    what: 'a start on the way back that reads do not show yet is told as not having happened',
    issue: 11,
    witnesses: [{ plan: 'ec2-instance', seed: 9_000_057, staleMs: 120_000 }],
  },
  {
    kind: 'P5.now-runs',
    says: /\): verification-failed, failed; said running with replacements, and down; truly stopped with replacements, /,
    what: 'a replacement that fails its verification is not admitted, and counts as running: the write point is on record before the call',
    issue: 11,
    witnesses: [
      { plan: 'rds-instance', seed: 10000198 },
      { plan: 'rds-cluster', seed: 10_000_051 },
    ],
  },
  {
    kind: 'P5.now-runs',
    says: /, taken back; said running with originals; truly stopped with originals, .*"holds":\[\]/,
    after: /^(rename |delete-|both of a pair|somebody swaps|an owner terminates)/,
    what: 'somebody has renamed or deleted the original, or terminated the instance, while the run was at it, and nothing is the target any more',
    issue: 11,
    witnesses: [{ plan: 'rds-instance', seed: 10_000_266 }],
  },
  {
    kind: 'P5.now-holds',
    says: /; no more so for \d+ s, by others; |\): unwind-failed, failed, unwinding; said stopped with replacements, and down; truly stopped with originals, .*; no more so for \d+ s, by the run; /,
    what: 'the same, of what the target holds: somebody has taken something off, or swapped the names',
    issue: 11,
    witnesses: [
      { plan: 'rds-cluster', scene: 'the original is given its name again in the hold' },
      { plan: 'rds-instance', seed: 10_000_209 },
    ],
  },
  {
    kind: 'P5.now-holds',
    says: /; said stopped with \w+, and down; truly stopped with \w+, .*; no more so for \d{1,3} s, by the run; |\): aws-stopped, failed; said stopped with nothing, and down; truly stopped with replacements, .*; no more so for \d+ s, by the run; /,
    what: 'what a call has done when the process ends with its answer, or before it is looked for, is told the way it was before',
    issue: 11,
    witnesses: [
      { plan: 'rds-instance', seed: 9_000_030 },
      { plan: 'rds-cluster', seed: 10_000_037 },
      { plan: 'ec2-instance', seed: 7001493 },
    ],
  },
  {
    kind: 'P5.now-swap',
    says: /; said stopped with \w+, and down; truly stopped with \w+, .*; no more so for \d{1,3} s, by the run; /,
    what: 'the same, in the middle of the swap',
    issue: 11,
    witnesses: [{ plan: 'ec2-instance', seed: 7000080 }],
  },
  {
    kind: 'P5.now-swap',
    says: /; no more so for \d+ s, by others; /,
    what: 'somebody has taken off a part of what the target holds, opened the original beside its replacement, or swapped the names',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', scene: 'an original comes off again after it was put back' },
      { plan: 'rds-cluster', seed: 7400014 },
      { plan: 'rds-instance', seed: 10_000_034 },
    ],
  },
  {
    kind: 'P5.now-swap',
    says: /\): [a-z-]+, (failed|interrupted)(, unwinding)?; said stopped with \w+, and down; truly stopped with nothing, .*; no more so for \d+ s, by the run; /,
    what: 'a rename that was sent and not looked for, or whose end was not seen, is told as not having happened',
    issue: 11,
    witnesses: [
      { plan: 'rds-instance', seed: 9_000_004, staleMs: 60_000 },
      { plan: 'rds-cluster', seed: 10000161 },
    ],
  },
  {
    kind: 'P5.now-swap',
    says: /; truly running with mixture, and serves: true; /,
    after: /^(open-group|the fence is opened)/,
    what: 'the original can be reached beside its replacement, since somebody has opened the fence',
    issue: 11,
    witnesses: [{ plan: 'rds-instance', seed: 7000035 }],
  },
  {
    kind: 'P5.down',
    says: /; truly running with originals, and serves: true; never so; |, failed; said nothing, and down; truly running with originals, and serves: true; no more so for \d+ s, by the run; /,
    what: 'the first disruptive call was refused for good, or never sent, so that nothing has happened; it counts as begun',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', scene: 'credentials that end at the stop' },
      { plan: 'rds-instance', scene: 'credentials that end at the stop' },
      { plan: 'rds-cluster', scene: 'credentials that end at the stop' },
    ],
  },
  {
    kind: 'P5.down',
    says: /; truly running with mixture, and serves: true; /,
    after: /^(open-group|the fence is opened)/,
    what: 'the fence that somebody has opened lets clients in, and the target counts as down',
    issue: 11,
    witnesses: [
      { plan: 'rds-instance', seed: 2000001 },
      { plan: 'rds-cluster', seed: 4_009_272 },
    ],
  },
  {
    kind: 'P5.down-unwinding',
    says: /; no more so for \d+ s, by others; /,
    what: 'somebody has started the target or let its clients in, and it counts as down',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 10_000_241 },
      { plan: 'rds-cluster', seed: 2_001_852 },
    ],
  },
  {
    kind: 'P5.down-unwinding',
    says: /; truly running with originals, and serves: true; no more so for \d+ s, by the run; /,
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
    says: /\): (vol|snap)-\w+ \(taken by AWS\): (?!done)/,
    what: 'what AWS took back for want of the key is listed as made by this run and in AWS',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 7001309 },
      { plan: 'ebs-volume', seed: 7000019 },
    ],
  },
  {
    kind: 'P5.gone',
    says: /\(deleted by the run \d+ s ago\): (?!rolled-back)/,
    what: 'what a discard has deleted is listed as being in AWS, where its answer never came, or the look that was to see it gone was refused',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 7_000_015 },
      { plan: 'rds-cluster', seed: 10_000_802 },
      { plan: 'rds-instance', seed: 2_000_253 },
      { plan: 'ebs-volume', seed: 2_001_640 },
    ],
  },
  {
    kind: 'P5.there',
    says: /\): cluster-[A-Z0-9]+ \(without a member\): /,
    what: 'a cluster is told as deleted as soon as one of its members is',
    issue: 11,
    witnesses: [{ plan: 'rds-cluster', seed: 7000962 }],
  },
  {
    kind: 'P5.status-now',
    says: /; said stopped with \w+, and down; .*; no more so for \d{1,3} s, by the run; /,
    what: 'status says of a process that died in the middle of its work what its last record knew, as if it were now',
    issue: 11,
    witnesses: [{ plan: 'ec2-instance', seed: 10_000_094 }],
  },
  {
    kind: 'P5.status-now',
    says: /; said stopped with \w+, and down; .*; no more so for \d{1,4} s, by the run; /,
    what: 'the same, of databases, whose renames and groups take their time',
    issue: 11,
    witnesses: [
      { plan: 'rds-instance', seed: 7000011 },
      { plan: 'rds-cluster', seed: 10000134 },
    ],
  },
  {
    kind: 'P5.status-now',
    says: /; no more so for \d+ s, by others; /,
    what: 'the same, of what others have done since',
    issue: 11,
    witnesses: [
      { plan: 'rds-instance', seed: 9000011 },
      { plan: 'rds-cluster', seed: 2_000_452 },
      { plan: 'ec2-instance', seed: 7_001_309 },
    ],
  },
  {
    kind: 'P5.status-now',
    says: /\): died, interrupted, unwinding; said running with originals, and down; truly running with (mixture|nothing), .*; no more so for \d{1,3} s, by others; /,
    what: 'the same as P5.now-swap, of an original that somebody has taken off again',
    issue: 11,
    witnesses: [{ plan: 'ec2-instance', scene: 'an original comes off again, and the process dies' }],
  },
  {
    kind: 'P5.status-there',
    says: /\): cluster-[A-Z0-9]+ \(without a member\): died, /,
    what: 'the same as P5.there, of a process that died',
    issue: 11,
    witnesses: [{ plan: 'rds-cluster', scene: 'a process that dies between a member and its cluster' }],
  },
  {
    kind: 'P5.status-down',
    says: /\): died, interrupted, unwinding; .* truly running with originals, and serves: true; no more so for \d+ s, by (the run|others); /,
    what: 'the same as P5.down-unwinding, of a process that died',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 7000015 },
      { plan: 'rds-instance', seed: 10000094 },
      { plan: 'rds-cluster', seed: 7_400_022 },
    ],
  },
  {
    kind: 'P5.status-down',
    says: /\): died, interrupted; .*; no more so for \d+ s, by others; /,
    what: 'the same as P5.down-unwinding by others, of a process that died: somebody has let clients in',
    issue: 11,
    witnesses: [{ plan: 'rds-instance', seed: 9_000_011 }],
  },
  {
    kind: 'P5.status-down',
    says: /; truly running with originals, and serves: true; never so; |\): died, interrupted; said nothing, and down; truly running with originals, and serves: true; no more so for \d+ s, by the run; /,
    what: 'the same as P5.down, of a process that died before the first disruptive call of its generation had happened',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 7_000_126 },
      { plan: 'rds-instance', seed: 10000021 },
      { plan: 'rds-cluster', seed: 10000052 },
    ],
  },
  {
    kind: 'P5.status-down',
    says: /; truly running with replacements, and serves: true; no more so for \d{1,3} s, by the run; /,
    what: 'a process that died right after the call by which the target serves again: the last record knows nothing of it',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', scene: 'a process that dies when its target serves again, before that is on record' },
      { plan: 'rds-instance', scene: 'a process that dies when its target serves again, before that is on record' },
      { plan: 'rds-cluster', scene: 'a process that dies when its target serves again, before that is on record' },
    ],
  },
  {
    kind: 'P5.status-gone',
    says: /\): (vol|snap)-\w+ \(taken by AWS\): died, (?!done)/,
    what: 'the same as P5.gone, of a process that died: what AWS took back for want of the key',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 10_000_162 },
      { plan: 'ebs-volume', seed: 10_000_136 },
    ],
  },
  {
    kind: 'P5.status-gone',
    says: /\(deleted by the run \d+ s ago\): died, (?!done|rolled-back)/,
    what: 'a process died with a discard on its way, and status says nothing of that',
    issue: 11,
    witnesses: [
      { plan: 'ec2-instance', seed: 10_000_020 },
      { plan: 'ebs-volume', seed: 20_000_004 },
      { plan: 'rds-instance', seed: 10_000_046 },
      { plan: 'rds-cluster', seed: 10000177 },
    ],
  },
  {
    kind: 'P5.unnamed',
    says: /\): \S+ \(made \d+ s ago(, as a process died\): |\): (interrupted|effect-failed)$)/,
    what: 'the same, when the next process, or this one, which heard no answer, stops before it has seen what was sent',
    issue: 11,
    witnesses: [
      { plan: 'rds-instance', seed: 7_000_014 },
      { plan: 'rds-cluster', seed: 20_200_028 },
      { plan: 'ebs-volume', seed: 10_000_194 },
      { plan: 'ec2-instance', seed: 9_000_006, staleMs: 300_000 },
    ],
  },
  {
    kind: 'P5.status-unnamed',
    says: /\): \S+ \(made (\d{1,3} s ago|\d+ s ago, as a process died)\): /,
    what: 'a process died before it had the answer to a create, or while it looked for what came of one that was not answered, and status does not say that one was sent',
    issue: 11,
    witnesses: [
      { plan: 'rds-cluster', scene: 'a process that dies when it has restored a cluster' },
      { plan: 'ec2-instance', seed: 20_400_186 },
      { plan: 'ebs-volume', seed: 10_000_074 },
      { plan: 'rds-instance', seed: 7_000_014 },
    ],
  },
  {
    kind: 'P5.now-volume',
    says: /; said stopped with nothing; truly (stopped|running) with \w+, and serves: true; never so; /,
    what: 'of an unattached volume, which is one of its pair itself, it is said that it is stopped with none of these volumes, also when it is deleted',
    issue: 11,
    witnesses: [{ plan: 'ebs-volume', seed: 10_000_000 }],
  },
  {
    kind: 'P5.now-volume',
    says: /, taken back; said stopped with originals; .*; no more so for \d+ s, by others; /,
    what: 'a volume that was taken back, and that somebody has attached or deleted since it was put on record, is said to stand as it was',
    issue: 11,
    witnesses: [{ plan: 'ebs-volume', seed: 10_000_064 }],
  },
  {
    kind: 'P5.now-volume',
    says: /, taken back; said stopped with originals; .*; no more so for \d+ s, by another run; /,
    what: 'the same, of what another run has moved and deleted',
    issue: 11,
    witnesses: [{ plan: 'ebs-volume', seed: 20_000_002 }],
  },
  {
    kind: 'P5.now-volume',
    says: /, taken back; said (stopped|running) with originals; .*; no more so for \d+ s, by the run; /,
    after: /^a second plan of the run on the same thing$/,
    what: 'the same, of what another plan of the run has done with it',
    issue: 11,
    witnesses: [{ plan: 'ec2-instance', seed: 20_000_007 }],
  },
  {
    kind: 'P5.next',
    says: /already-finished$/,
    what: 'a rollback is named as next while one plan is open, and it is refused for the plans of the run that are done',
    issue: 11,
    witnesses: [{ plan: 'ec2-instance', scene: 'a rollback of a run of which one plan is done' }],
  },
  {
    kind: 'I10',
    says: /HttpEndpointEnabled/,
    after: /^the Data API of the (original|replacement) is switched on/,
    what: 'the Data API that somebody switches on after the read is not carried over, and not told',
    issue: 10,
    witnesses: [{ plan: 'rds-cluster', seed: 10000169 }],
  },
  {
    kind: 'P1.last-copy',
    after: /^both of a pair are deleted$/,
    what: 'both databases of a pair are gone, and the snapshots that are left of them are discarded: nothing looks whether they are there',
    issue: 10,
    witnesses: [{ plan: 'rds-instance', seed: 10_001_056 }],
  },
  {
    kind: 'P5.now-runs',
    says: /\): (effect-failed|target-refused), failed, taken back; said running with originals; truly stopped with originals, and serves: false; .*"holds":\[\]/,
    what: 'somebody has swapped the names of a cluster that was taken back, or while it was: it is told as serving under its own',
    issue: 11,
    witnesses: [{ plan: 'rds-cluster', seed: 10_000_114 }],
  },
  {
    kind: 'P5.now-runs',
    says: /\): (verification-failed|target-changed|effect-failed), failed, taken back; said stopped with originals; truly running with originals, and serves: true; no more so for \d+ s, by the run; /,
    what: 'a cluster that was taken back and serves again is told as stopped, as it was last seen',
    issue: 11,
    witnesses: [{ plan: 'rds-cluster', seed: 7_400_003 }],
  },
  {
    kind: 'P5.status-down',
    says: /\): died, interrupted; said nothing, and down; truly running with originals, and serves: true; no more so for \d+ s, by others; /,
    what: 'somebody has started the target again after the process that stopped it has died',
    issue: 11,
    witnesses: [{ plan: 'ec2-instance', seed: 10_000_279 }],
  },
  {
    kind: 'P5.down',
    says: /\): interrupted, interrupted; said nothing, and down; truly running with originals, and serves: true; no more so for \d+ s, by the run; /,
    what: 'the first disruptive call was sent, never arrived, and is told as done by a process that was interrupted',
    issue: 11,
    witnesses: [{ plan: 'ec2-instance', seed: 2_000_218 }],
  },
  {
    kind: 'P5.down',
    says: /\): (target-claimed|verification-failed), failed; said running with replacements, and down; truly running with replacements, and serves: true; no more so for \d+ s, by (others|the run); /,
    what: 'the target serves, since somebody has let clients in, and is told as down until the last step of the cut-over',
    issue: 11,
    witnesses: [
      { plan: 'rds-cluster', seed: 2_000_422, liveness: true },
      { plan: 'rds-instance', scene: 'a database is open to clients from birth' },
    ],
  },
  {
    kind: 'P5.now-swap',
    says: /\): (mixed-start|aws-unreachable|unwind-failed), failed(, unwinding)?; said stopped with originals, and down; truly stopped with (mixture|nothing), .*; no more so for \d+ s, by the run; /,
    what: 'a detach that was sent and whose end was not seen is told as not having happened',
    issue: 11,
    witnesses: [{ plan: 'ec2-instance', seed: 2_000_088, liveness: true }],
  },
  {
    kind: 'P5.now-volume',
    says: /\): rolled-back, rolled-back, taken back; said stopped with originals; truly stopped with replacements, and serves: true; never so; /,
    after: /^a second /,
    what: 'a volume whose plan was rolled back is told as being there, and another plan or run has replaced it',
    issue: 11,
    witnesses: [{ plan: 'ec2-instance', seed: 20_000_015 }],
  },
  {
    kind: 'P5.gone',
    says: /\): (vol|snap)-\w+ \(taken by AWS\): done, done/,
    what: 'a replacement that went with its instance, which somebody has terminated in the hold, is listed as being in AWS',
    issue: 11,
    witnesses: [{ plan: 'ec2-instance', scene: 'an instance is terminated in the hold' }],
  },
];

/** Does this entry of the list explain it, in a history in which this has struck? */
export function explains({ kind, says, after }: ExpectedFailure, one: Violation, struck: ReadonlySet<string>): boolean {
  return (
    kind === one.kind &&
    (says?.test(one.told) ?? true) &&
    (after === undefined || [...struck].some((name) => after.test(name)))
  );
}

/** Is this known to fail in histories of (all) these plans, in which this has struck? */
export function isExpected(violation: Violation, plans: ReadonlySet<string>, struck: ReadonlySet<string>): boolean {
  return expectedFailures.some(
    (one) => one.witnesses.some(({ plan }) => plans.has(plan)) && explains(one, violation, struck),
  );
}
