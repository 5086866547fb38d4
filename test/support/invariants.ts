import type { JournalRecord } from '../../src/contract/record.ts';
import type { Verdict } from '../../src/contract/verdict.ts';
import type { Account, Call } from '../../src/simulator/account.ts';
import type { Action } from '../../src/simulator/action.ts';
import { isProof } from '../judge/comparisons.ts';
import { isExpected } from '../judge/expected-failures.ts';
import { PromiseJudge } from '../judge/judge.ts';
import { kinds } from '../judge/kinds.ts';
import { Origin } from '../judge/origin.ts';
import { RdsAudit } from './rds-audit.ts';
import { isRead } from './reads.ts';
import { type Attributes, Truth } from './truth.ts';

/** The invariants of the design (§11) that every history is judged by, after each effect. */
export const judged = {
  I1: 'no effect of ours removes the last complete readable copy',
  I2: 'no delete of an original without a SUCCESSFUL verdict and a proof that holds at that moment',
  I3: 'every resource made is in the journal or carries the tag of the run',
  I5: 'no KMS key is changed',
  I6: 'one writer per target',
  I7: 'no cut-over begins outside the window',
  I9: 'no effect on anything but the target, its originals and what the run made',
  I10: 'every attribute is carried, or the difference is announced',
  I12: 'no secret in journal or events',
  I13: 'after the write point nothing of ours discards a write without the typed word',
} as const;

/** All invariants: also those that one history can't tell by its effects, and that the sweep judges which compares, reads or waits. */
export const invariants = {
  ...judged,
  I4: 'a crash and a resume reach the end of a run without one, with no effect unreconciled',
  BROKE: 'a history is lived to its end: no test code and no simulated account throws in it',
  END: 'a history comes to a right end',
  I8: 'a command that only reads changes nothing',
  I11: 'once faults stop, the run ends or pauses naming whom it awaits',
  ...kinds,
} as const;
export type Invariant = keyof typeof invariants;

/** What a process is allowed, as the auditor has to know it. */
export interface Party {
  readonly run: string;
  records(): readonly JournalRecord[];
}

type Input = Readonly<Record<string, unknown>>;

/** A promise that was seen to break. */
export interface Violation {
  readonly kind: Invariant;
  readonly told: string;
}

/** Judges every effect on the account against its true state, not against what any journal believes. */
export class Auditor {
  readonly evaluations = new Map<Invariant, number>();
  /** All that broke, expected or not. */
  readonly found: Violation[] = [];
  /** What has happened besides: deeds, faults and variants by their names, some of which explain an expected failure. */
  readonly struck = new Set<string>();
  /** The shipped plans that processes have worked on, by name. */
  readonly plans = new Set<string>();
  readonly promises: PromiseJudge;
  /** When a cut-over may begin; always, when it is undefined. */
  windowOpen: ((now: number) => boolean) | undefined;
  private readonly account: Account;
  private readonly truth: Truth;
  private readonly rds: RdsAudit;
  private readonly origin: Origin;
  private readonly writers = new Map<string, string>();
  /** Originals as they were when the run last took something from them; what it made, as it left it. */
  private readonly lastSeen = new Map<string, Attributes>();
  /** Claims that another run has taken off, with what they were on. */
  private readonly takenOver = new Set<string>();
  private party: Party | undefined;
  private completeBefore = new Set<string>();
  private writtenBefore: ReadonlySet<string> = new Set();
  private attributesBefore: ReadonlyMap<string, Attributes> = new Map();

  constructor(account: Account) {
    this.account = account;
    this.truth = new Truth(account);
    this.origin = new Origin(account);
    this.rds = new RdsAudit(account, this.origin, (...verdict) => this.judge(...verdict));
    this.promises = new PromiseJudge(account, this.origin, (...verdict) => this.judge(...verdict));
  }

  /** Records whether an invariant held. For those that are judged from outside; the others are judged by the calls below. */
  judge(invariant: Invariant, holds: boolean, told: () => string): void {
    this.evaluations.set(invariant, (this.evaluations.get(invariant) ?? 0) + 1);
    if (!holds) this.found.push({ kind: invariant, told: `${invariant} (${invariants[invariant]}): ${told()}` });
  }

  /** What broke and does not stand in the list of expected failures. */
  get violations(): string[] {
    return this.found.filter((one) => !isExpected(one, this.plans, this.struck)).map(({ told }) => told);
  }

  /** What broke in a way that is known to break today. */
  get expected(): Violation[] {
    return this.found.filter((one) => isExpected(one, this.plans, this.struck));
  }

  /** To be called when a changing call of `party` arrives, before it is carried out. */
  before(party: Party): void {
    this.party = party;
    this.account.world.settle();
    this.completeBefore = this.truth.completeLines();
    this.writtenBefore = this.truth.written();
    this.attributesBefore = this.truth.attributes();
    this.rds.arrive();
  }

  /** To be called right before the account carries out a call. */
  arrive(operation: string): void {
    if (!isRead(operation)) this.promises.arrive(operation, this.party);
  }

  /** To be called before somebody else does something. */
  soon(): void {
    this.account.world.settle();
    this.promises.soon();
  }

  /** To be called when somebody else has done something: what that took away is not held against the call on its way. */
  meanwhile(action?: Action): void {
    if (action) this.promises.meanwhile(action);
    if (this.party) this.before(this.party);
  }

  /** To be called when the account has carried out a call, whatever becomes of the answer. */
  after(call: Call): void {
    const party = this.party;
    this.promises.called(call, party);
    if (!party) return;
    if (!isRead(call.operation) && call.outcome === 'done') this.judgeMarks(party);
    if (call.service === 'kms') {
      const harmless = isRead(call.operation) || call.outcome !== 'done';
      this.judge('I5', harmless, () => `${call.operation} on a key`);
      return;
    }
    if (call.service === 'rds' && !isRead(call.operation) && call.outcome === 'done')
      this.rds.done(call, party, this.windowOpen);
    if (call.service !== 'ec2' || isRead(call.operation) || call.outcome !== 'done') return;
    const input = call.input as Input;
    this.judgeCopies(call, party);
    this.judgeReach(call, input, party);
    if (call.operation === 'DeleteVolume') this.judgeDelete(String(input['VolumeId']), party);
    else this.see(call, input, party);
    if (call.operation === 'DetachVolume' || call.operation === 'DeleteVolume')
      this.judgeWrites(call.operation, String(input['VolumeId']), party);
    if (call.operation === 'StopInstances') this.judgeWindow(call, party);
    if (/^(Stop|Start)Instances$|^(Attach|Detach)Volume$/.test(call.operation)) this.judgeWriter(input, party);
  }

  /** To be called with everything a process wrote or said. */
  judgeSecrets(texts: readonly string[], secrets: readonly string[]): void {
    const found = secrets.filter((secret) => texts.some((text) => text.includes(secret)));
    this.judge('I12', found.length === 0, () => `a secret was written`);
  }

  private judgeCopies(call: Call, party: Party): void {
    // Of a snapshot that is judged by what it held (P1).
    if (call.operation === 'DeleteSnapshot') return;
    const complete = this.truth.completeLines();
    const { comparisons } = this.promises;
    for (const line of this.completeBefore) {
      if (call.operation === 'DeleteVolume' && comparisons.isExcused(line, party.run)) continue;
      this.judge(
        'I1',
        complete.has(line),
        () => `${call.operation} ${JSON.stringify(call.input)} took the last complete copy of ${line}`,
      );
    }
  }

  private judgeReach(call: Call, input: Input, party: Party): void {
    const claimed = party.records().flatMap((record) => {
      if (record.t !== 'intent') return [];
      const { resources = [], run } = record.input as { readonly resources?: string[]; readonly run?: string };
      // That of another run it takes off by its operator's word.
      const replaces = record.uses === 'ec2.release-claim' && run !== undefined;
      return record.uses === 'ec2.claim' || replaces ? resources : [];
    });
    const own = `rekey:claim:${party.run}`;
    const tags = ((input['Tags'] ?? []) as readonly { readonly Key?: string }[]).map(({ Key }) => Key ?? '');
    const isOwn = tags.length > 0 && tags.every((key) => key === own);
    for (const id of idsIn(input)) {
      // Under a claim that an earlier process has put on, whatever has become of its journal.
      const held = isOwn || this.truth.tagsOf(id)?.has(own) === true;
      const once = claimed.includes(id) && !this.takenOver.has(`${own} ${id}`);
      const tagsNow = this.truth.tagsOf(id);
      // Of what is only read the mark is enough: that it is a copy with our tags shows in what is made of it.
      const read = call.operation === 'CreateVolume' && tagsNow?.get('rekey:run') === party.run;
      const ours = held || once || read || this.isMade(id, party) || !tagsNow;
      this.judge('I9', ours, () => `${call.operation} on ${id}, which is not the run's`);
      for (const key of tags.filter((one) => one.startsWith('rekey:claim:'))) {
        if (call.operation === 'DeleteTags' && key !== own) this.takenOver.add(`${key} ${id}`);
        if (call.operation === 'CreateTags') this.takenOver.delete(`${key} ${id}`);
      }
    }
  }

  private judgeDelete(id: string, party: Party): void {
    if (this.isMade(id, party)) return;
    const { world } = this.account;
    const verdict = party
      .records()
      .flatMap((record) =>
        record.t === 'intent' && record.uses === 'ebs.delete-volume'
          ? [(record.input as unknown as { verdict: Verdict }).verdict]
          : [],
      )
      .find((one) => one.original === id);
    const replacement = world.volumes.get(verdict?.replacement ?? '');
    const place = (verdict as { place?: { instance: string } | null } | undefined)?.place;
    const serves = place
      ? replacement?.attachments.some((one) => one.instanceId === place.instance && one.state === 'attached')
      : true;
    const original = world.volumes.get(id);
    const good =
      verdict?.status === 'SUCCESSFUL' &&
      replacement !== undefined &&
      replacement.keyArn !== original?.keyArn &&
      serves === true &&
      (original?.attachments.length ?? 0) === 0;
    this.judge(
      'I2',
      good,
      () => `${id} was deleted (verdict ${verdict?.status}, replacement ${replacement?.id ?? 'gone'})`,
    );
    if (replacement) this.judgeCarried(id, replacement.id, party);
  }

  /** What somebody does to a replacement afterwards, or to an original that no longer serves, is not for the run to carry. */
  private see(call: Call, input: Input, party: Party): void {
    const { operation } = call;
    const now = this.truth.attributes();
    const taken = operation === 'CreateSnapshot' && !isProof(call);
    const takenFrom = taken || operation === 'DetachVolume' ? String(input['VolumeId']) : '';
    const before = this.attributesBefore.get(takenFrom);
    const original = this.truth.preexisting.has(takenFrom) || !this.isMade(takenFrom, party);
    if (before && original) this.lastSeen.set(takenFrom, before);
    // A tag that is put on once more, to see that a volume is there, makes nothing of it.
    const named = new Set(operation === 'CreateTags' ? [] : idsIn(input));
    for (const [id, attributes] of now) {
      if (this.truth.preexisting.has(id) || !this.isMade(id, party)) continue;
      const placed = operation === 'ModifyInstanceAttribute' && attributes['place'] !== undefined;
      if (named.has(id) || placed || !this.lastSeen.has(id)) this.lastSeen.set(id, attributes);
    }
  }

  private judgeCarried(original: string, replacement: string, party: Party): void {
    const [was, is] = [this.lastSeen.get(original), this.lastSeen.get(replacement)];
    if (!was || !is) return;
    const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => was[name] !== is[name]);
    // Unattached in the first place, it is put nowhere.
    // Nor is it where its owner has had it for a while elsewhere: that it was not used there is proven, or it is said that it is not.
    const { comparisons } = this.promises;
    const elsewhere = !this.isOnTarget(was['place'], party);
    const settled = comparisons.provenAt(original) > 0 || comparisons.isExcused(original, party.run);
    const lost = names.filter((name) => name !== 'place' || (was['place'] !== undefined && !(elsewhere && settled)));
    const told = party
      .records()
      .some((record) => record.t === 'announced' && [original, replacement].some((id) => record.text.includes(id)));
    this.judge(
      'I10',
      lost.length === 0 || told || asksForOthers(party),
      () =>
        `${replacement} differs from ${original} without a word: ${lost.map((name) => `${name} ${is[name]}, not ${was[name]}`).join('; ')}`,
    );
  }

  /** Is this a place on an instance that the run has claimed? */
  private isOnTarget(place: string | undefined, party: Party): boolean {
    const instance = place?.split(' ')[0] ?? '';
    return this.truth.tagsOf(instance)?.has(`rekey:claim:${party.run}`) === true;
  }

  private judgeMarks(party: Party): void {
    for (const id of this.origin.madeLast) {
      const marked = this.truth.tagsOf(id)?.has('rekey:run') === true;
      // A last snapshot that AWS takes with a delete has no tags, and its name from the call.
      const isNamed = (record: JournalRecord) =>
        ('output' in record && (record.output as { id?: string } | null)?.id === id) ||
        (record.t === 'intent' && JSON.stringify(record.input).includes(JSON.stringify(id)));
      this.judge('I3', marked || party.records().some(isNamed), () => `${id} is nobody's`);
    }
  }

  private judgeWrites(operation: string, id: string, party: Party): void {
    if (!this.isMade(id, party)) return;
    const typed = party.records().some((record) => record.t === 'unwinding' && record.stop === null);
    const allowed = operation === 'DetachVolume' && typed;
    this.judge(
      'I13',
      allowed || !this.writtenBefore.has(id),
      () => `${operation} ${id}, on which a workload has written`,
    );
  }

  private judgeWindow(call: Call, party: Party): void {
    const undo = party.records().findLast((record) => record.t === 'intent');
    if (!this.windowOpen || (undo?.t === 'intent' && undo.key.undo !== undefined)) return;
    this.judge('I7', this.windowOpen(call.at), () => `a cut-over began at ${new Date(call.at).toISOString()}`);
  }

  private judgeWriter(input: Input, party: Party): void {
    const target = String(input['InstanceId'] ?? (input['InstanceIds'] as string[] | undefined)?.[0] ?? '');
    const last = this.writers.get(target);
    const claim = last !== undefined && last !== party.run && this.truth.tagsOf(target)?.has(`rekey:claim:${last}`);
    this.judge('I6', claim !== true, () => `run ${party.run} changed ${target} under the claim of ${last}`);
    this.writers.set(target, party.run);
  }

  private isMade(id: string, party: Party): boolean {
    return this.origin.isOf(party.run, id);
  }
}

function idsIn(input: Input): string[] {
  return ['VolumeId', 'InstanceId', 'SnapshotId', 'InstanceIds', 'Resources', 'ResourceId'].flatMap((name) => {
    const value = input[name];
    return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);
  });
}

/** Whether the frozen plan itself asks for replacements with other attributes. */
function asksForOthers(party: Party): boolean {
  return party
    .records()
    .some(
      (record) =>
        record.t === 'submitted' &&
        record.plans.some(
          ({ text, sets }) => /override: \{ *[^ }]/.test(text) || sets.some((one) => one.includes('.override')),
        ),
    );
}
