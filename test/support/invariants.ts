import type { JournalRecord } from '../../src/contract/record.ts';
import type { Verdict } from '../../src/contract/verdict.ts';
import type { Account, Call } from '../../src/simulator/account.ts';
import { digestOf } from '../../src/simulator/bytes.ts';
import { contentBytes } from '../../src/simulator/content.ts';
import type { Volume } from '../../src/simulator/model.ts';
import { AwsError } from '../../src/simulator/wire/message.ts';

/** The invariants of the design (§11) that are judged while a history goes on, after every effect. */
export const judged = {
  I1: 'no effect of ours removes the last complete readable copy',
  I2: 'no delete of an original without a SUCCESSFUL verdict and a proof that holds at that moment',
  I3: 'every resource made is in the journal or carries the tag of the run',
  I5: 'no KMS key is changed',
  I6: 'one writer per target',
  I7: 'no cut-over begins outside the window',
  I9: 'no effect on anything but the target, its originals and what the run made',
  I12: 'no secret in journal or events',
  I13: 'after the write point nothing of ours discards a write without the typed word',
} as const;
export type Invariant = keyof typeof judged;

/** What a process is allowed, as the auditor has to know it. */
export interface Party {
  readonly run: string;
  records(): readonly JournalRecord[];
}

/** Judges every effect on the account against its true state, not against what any journal believes. */
export class Auditor {
  readonly evaluations = new Map<Invariant, number>();
  readonly violations: string[] = [];
  /** When a cut-over may begin; always, when it is undefined. */
  windowOpen: ((now: number) => boolean) | undefined;
  private readonly account: Account;
  private readonly preexisting: ReadonlySet<string>;
  private readonly looseDigests = new Map<string, string>();
  private readonly countsAtBirth = new Map<string, number>();
  private readonly writers = new Map<string, string>();
  private party: Party | undefined;
  private completeBefore = new Set<string>();
  private writtenBefore: ReadonlySet<string> = new Set();

  constructor(account: Account) {
    this.account = account;
    const { world } = account;
    this.preexisting = new Set([...world.volumes.keys(), ...world.snapshots.keys()]);
    for (const volume of world.volumes.values()) {
      if (volume.attachments.length === 0) this.looseDigests.set(volume.id, this.digest(volume) ?? '');
    }
  }

  /** To be called when a call of `party` arrives, before it is carried out. */
  before(party: Party): void {
    this.party = party;
    this.account.world.settle();
    this.completeBefore = this.completeLines();
    this.writtenBefore = new Set(
      [...this.account.world.volumes.values()].filter((one) => this.isWritten(one)).map((one) => one.id),
    );
  }

  /** To be called when the account has carried out a call, whatever becomes of the answer. */
  after(call: Call): void {
    const party = this.party;
    if (!party) return;
    if (call.service === 'kms') {
      this.judge('I5', /^(Describe|List|Get)/.test(call.operation), () => `${call.operation} on a key`);
      return;
    }
    if (call.service !== 'ec2' || /^(Describe|Get)/.test(call.operation) || call.outcome !== 'done') return;
    const input = call.input as Readonly<Record<string, unknown>>;
    this.judgeCopies(call);
    this.judgeReach(call, input, party);
    if (call.operation === 'DeleteVolume') this.judgeDelete(String(input['VolumeId']), party);
    if (/^Create(Snapshot|Volume)$|^CopySnapshot$/.test(call.operation)) this.judgeMarks(party);
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

  private judgeCopies(call: Call): void {
    const complete = this.completeLines();
    for (const line of this.completeBefore) {
      this.judge(
        'I1',
        complete.has(line),
        () => `${call.operation} ${JSON.stringify(call.input)} took the last complete copy of ${line}`,
      );
    }
  }

  private judgeReach(call: Call, input: Readonly<Record<string, unknown>>, party: Party): void {
    const claimed = party.records().flatMap((record) => {
      const intent =
        record.t === 'intent' && record.uses === 'ec2.claim' ? (record.input as { resources?: string[] }) : {};
      return intent.resources ?? [];
    });
    const ids = ['VolumeId', 'InstanceId', 'SnapshotId', 'InstanceIds', 'Resources', 'ResourceId'].flatMap((name) => {
      const value = input[name];
      return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);
    });
    for (const id of ids) {
      const ours = claimed.includes(id) || this.tagsOf(id)?.get('rekey:run') === party.run || !this.tagsOf(id);
      this.judge('I9', ours, () => `${call.operation} on ${id}, which is not the run's`);
    }
  }

  private judgeDelete(id: string, party: Party): void {
    if (this.tagsOf(id)?.get('rekey:run') === party.run) return;
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
  }

  private judgeMarks(party: Party): void {
    const { world } = this.account;
    for (const one of [...world.volumes.values(), ...world.snapshots.values()]) {
      if (this.preexisting.has(one.id)) continue;
      const named = party
        .records()
        .some((record) => 'output' in record && (record.output as { id?: string } | null)?.id === one.id);
      this.judge('I3', one.tags.now.has('rekey:run') || named, () => `${one.id} is nobody's`);
    }
  }

  private judgeWrites(operation: string, id: string, party: Party): void {
    if (this.tagsOf(id)?.get('rekey:run') !== party.run) return;
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

  private judgeWriter(input: Readonly<Record<string, unknown>>, party: Party): void {
    const target = String(input['InstanceId'] ?? (input['InstanceIds'] as string[] | undefined)?.[0] ?? '');
    const last = this.writers.get(target);
    const claim = last !== undefined && last !== party.run && this.tagsOf(target)?.has(`rekey:claim:${last}`);
    this.judge('I6', claim !== true, () => `run ${party.run} changed ${target} under the claim of ${last}`);
    this.writers.set(target, party.run);
  }

  /** The lines of data (a device with its acknowledged writes, a loose volume's first bytes) of which a complete copy can be read. */
  private completeLines(): Set<string> {
    const { world } = this.account;
    for (const instance of world.instances.values()) world.writeUp(instance);
    const digests = new Set(
      [...world.volumes.values()].filter((one) => one.state !== 'deleting').map((one) => this.digest(one)),
    );
    const complete = new Set<string>();
    for (const instance of world.instances.values()) {
      for (const [device, acknowledged] of instance.workload?.ledger ?? []) {
        if (digests.has(digestOf(contentBytes(acknowledged)))) complete.add(`${instance.id} ${device}`);
      }
    }
    for (const [id, digest] of this.looseDigests) {
      const original = world.volumes.get(id);
      // As long as it is there it says itself what is complete: its owner may go on writing on it.
      const now = original && original.state !== 'deleting' ? (this.digest(original) ?? digest) : digest;
      this.looseDigests.set(id, now);
      if (digests.has(now)) complete.add(id);
    }
    return complete;
  }

  private isWritten(volume: Volume): boolean {
    if (this.preexisting.has(volume.id)) return false;
    const count = this.read(volume, () => this.account.world.contentOf(volume).count);
    if (count === undefined) return false;
    const birth = this.countsAtBirth.get(volume.id) ?? count;
    this.countsAtBirth.set(volume.id, birth);
    return count > birth;
  }

  private digest(volume: Volume): string | undefined {
    return this.read(volume, () => digestOf(this.account.world.plaintextOf(volume)));
  }

  private read<T>(volume: Volume, reading: () => T): T | undefined {
    if (!volume.sealed) return undefined;
    try {
      return reading();
    } catch (error) {
      // Unreadable is an answer: its key is gone.
      if (error instanceof AwsError) return undefined;
      throw error;
    }
  }

  private tagsOf(id: string): ReadonlyMap<string, string> | undefined {
    const { world } = this.account;
    return (world.volumes.get(id) ?? world.snapshots.get(id) ?? world.instances.get(id))?.tags.now;
  }

  private judge(invariant: Invariant, holds: boolean, told: () => string): void {
    this.evaluations.set(invariant, (this.evaluations.get(invariant) ?? 0) + 1);
    if (!holds) this.violations.push(`${invariant} (${judged[invariant]}): ${told()}`);
  }
}
