import { generateDataKey, type Sealed, seal, unseal, unwrap } from './bytes.ts';
import { Trail } from './cloudtrail/trail.ts';
import { type Content, contentBytes, contentOf, written } from './content.ts';
import { Credentials } from './credentials.ts';
import type { Address, Alias, Attachment, Instance, Key, SecurityGroup, Snapshot, Volume } from './model.ts';
import { Past } from './past.ts';
import { type Random, randomOf } from './random.ts';
import { emptyRds, type Rds, type RdsLimits } from './rds/model/model.ts';
import type { Secret } from './secretsmanager/model.ts';
import { Timeline } from './timeline.ts';
import { AwsError } from './wire/message.ts';

/** What the account allows; see docs/SIMULATOR.md. */
export interface Limits extends RdsLimits {
  readonly throttling: boolean;
  readonly snapshotCopies: number;
  readonly pendingSnapshotsPerVolume: number;
  readonly snapshotIntervalSeconds: number;
  readonly storageGiBPerType: number;
  readonly snapshots: number;
  /** Undefined, here and below: as much as is asked for. */
  readonly pendingSnapshots?: number | undefined;
  readonly volumes?: number | undefined;
  readonly iopsPerType?: number | undefined;
  readonly runningVCpus?: number | undefined;
  /** How far a request's date stamp may be from the account's time. */
  readonly requestAgeSeconds?: number | undefined;
}

export interface WorldOptions {
  readonly account: string;
  readonly region: string;
  readonly seed: number;
  readonly pace: number;
  readonly visibilityDelayMs: number;
  readonly viewLagMs: number;
  readonly limits: Limits;
  readonly runner: string;
  readonly now: () => number;
}

/** Everything that exists in the simulated account, and its time. */
export class World {
  readonly account: string;
  readonly region: string;
  readonly pace: number;
  readonly limits: Limits;
  readonly visibilityDelayMs: number;
  /** How long DescribeInstances shows an attachment as it was, after DescribeVolumes shows it as it is. */
  readonly viewLagMs: number;
  readonly keys = new Map<string, Key>();
  readonly aliases = new Map<string, Alias>();
  readonly instances = new Map<string, Instance>();
  readonly volumes = new Map<string, Volume>();
  readonly snapshots = new Map<string, Snapshot>();
  readonly addresses = new Map<string, Address>();
  readonly securityGroups = new Map<string, SecurityGroup>();
  readonly rds: Rds;
  /** In Secrets Manager, by ARN. */
  readonly secrets = new Map<string, Secret>();
  /** From where rekey connects to databases. */
  readonly runner: string;
  /** Client tokens of CreateVolume: what was asked for, what came of it, and when in ms. */
  readonly tokens = new Map<string, { readonly asked: object; readonly volumeId: string; readonly at: number }>();
  readonly ebs = { encryptionByDefault: false, defaultKey: 'alias/aws/ebs' };
  readonly credentials = new Credentials();
  /** The event history that CloudTrail keeps of the account. */
  readonly trail: Trail;
  readonly ids: Random;
  /** Undefined as long as no read is to be answered by an older view. */
  private past: Past<World> | undefined;
  private readonly durations: Random;
  private readonly crypto: Random;
  private readonly clock: () => number;
  private readonly timeline = new Timeline();
  private shift = 0;
  private instant: number;

  constructor(options: WorldOptions) {
    this.account = options.account;
    this.region = options.region;
    this.pace = options.pace;
    this.limits = options.limits;
    this.visibilityDelayMs = options.visibilityDelayMs;
    this.viewLagMs = options.viewLagMs;
    this.runner = options.runner;
    this.rds = emptyRds(options.seed);
    this.trail = new Trail(options.seed);
    this.ids = randomOf(options.seed, 'ids');
    this.durations = randomOf(options.seed, 'durations');
    this.crypto = randomOf(options.seed, 'crypto');
    this.clock = options.now;
    this.instant = options.now();
  }

  /** The account's time in ms: that of the event being carried out, never going back. */
  get time(): number {
    return this.instant;
  }

  advance(ms: number): void {
    this.shift += ms;
    this.settle();
  }

  /** Lets everything happen that is due by now, in order, each thing at its own time. */
  settle(): void {
    const now = Math.max(this.instant, this.clock() + this.shift);
    for (let due = this.timeline.take(now); due; due = this.timeline.take(now)) {
      this.instant = Math.max(this.instant, due.at);
      due.act();
      this.past?.keep();
    }
    this.instant = now;
  }

  /** Remembers from now on what was there up to `ms` ago. */
  remember(ms: number): void {
    this.past ??= new Past<World>(this);
    this.past.reach(ms);
  }

  /** To be called after every change that does not happen by itself. */
  changed(): void {
    this.past?.keep();
  }

  /** What a replica shows that is so far behind; it must not be changed. */
  ago(ms: number): World {
    return this.past?.ago(ms) ?? this;
  }

  /** This world, its time set: only for copies of what has been. */
  standingAt(time: number): this {
    this.instant = time;
    return this;
  }

  /** When the next thing happens by itself, or undefined: a test's clock may jump there. */
  nextAt(): number | undefined {
    const at = this.timeline.nextAt();
    return at === undefined ? undefined : at - this.shift;
  }

  at(time: number, act: () => void): void {
    this.timeline.add(time, act);
  }

  after(ms: number, act: () => void): void {
    this.timeline.add(this.instant + ms, act);
  }

  /** A duration in ms between so many seconds, at the account's pace. */
  seconds(from: number, to: number): number {
    return Math.round(this.durations.between(from, to) * 1000 * this.pace);
  }

  id(prefix: string): string {
    return `${prefix}-${this.ids.hex(17)}`;
  }

  uuid(): string {
    const hex = this.ids.hex(32);
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  arn(service: string, resource: string): string {
    return `arn:aws:${service}:${this.region}:${this.account}:${resource}`;
  }

  get visibleFrom(): number {
    return this.instant + this.visibilityDelayMs;
  }

  /** The key that an id, ARN, alias or alias ARN names, or undefined. */
  findKey(name: string): Key | undefined {
    const prefix = this.arn('kms', '');
    const local = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    if (local.startsWith('alias/')) return this.keys.get(this.aliases.get(local)?.keyId ?? '');
    return this.keys.get(local.startsWith('key/') ? local.slice('key/'.length) : local);
  }

  /** Whether EBS can use the key now: it is there, enabled, symmetric, for encryption, and its policy allows it. */
  usable(key: Key | undefined): key is Key {
    return (
      key?.state === 'Enabled' && key.allowsEbs && key.spec === 'SYMMETRIC_DEFAULT' && key.usage === 'ENCRYPT_DECRYPT'
    );
  }

  /** Changes a key, and with it whether the blocks of volumes that are still loaded under it go on coming. */
  changeKey(key: Key, change: () => void): void {
    const loading = [...this.volumes.values()].filter(
      (volume) => volume.loadsUnder === key.arn && volume.initialisedAt > this.instant,
    );
    for (const { instanceId } of loading.flatMap((volume) => volume.attachments)) {
      const instance = this.instances.get(instanceId);
      if (instance) this.writeUp(instance);
    }
    change();
    const comes = this.usable(this.keys.get(key.id));
    for (const volume of loading) {
      if (comes && volume.stalledMs !== undefined) {
        volume.initialisedAt = this.instant + volume.stalledMs;
        volume.stalledMs = undefined;
      } else if (!comes && volume.stalledMs === undefined) {
        volume.stalledMs = volume.initialisedAt - this.instant;
        volume.initialisedAt = Number.POSITIVE_INFINITY;
      }
    }
  }

  /** The data key of encrypted bytes, in the clear; undefined for bytes that aren't encrypted. Throws when the KMS key can't be used. */
  dataKeyOf(sealed: Sealed): Uint8Array | undefined {
    if (!sealed.dataKey) return undefined;
    const key = this.findKey(sealed.dataKey.keyArn);
    if (!this.usable(key)) {
      throw new AwsError('CustomerKeyHasBeenRevoked', `${sealed.dataKey.keyArn} is not usable.`);
    }
    return unwrap(key, sealed.dataKey);
  }

  /** `content` encrypted under `key`, bound to the resource `context`; as it is without a key. */
  sealed(content: Uint8Array, key: Key | undefined, context: string): Sealed {
    return seal(content, key && generateDataKey(key, context, this.crypto), this.crypto);
  }

  /** Other content under the data key that `held` is encrypted under, which the host has in the clear. */
  resealed(held: Sealed, content: Uint8Array, dataKey: Uint8Array | undefined): Sealed {
    return seal(content, held.dataKey && dataKey && { plain: dataKey, stored: held.dataKey }, this.crypto);
  }

  /** The plaintext of a volume by way of the host it is attached to, else by way of KMS. Throws when neither can. */
  plaintextOf(volume: Volume): Uint8Array {
    if (!volume.sealed) throw new Error(`${volume.id} holds nothing yet`);
    if (volume.stalledMs !== undefined) {
      throw new AwsError('CustomerKeyHasBeenRevoked', `${volume.id} waits for blocks under ${volume.loadsUnder}.`);
    }
    const held = volume.attachments.find((attachment) => attachment.dataKey !== undefined);
    return unseal(volume.sealed, held?.dataKey ?? this.dataKeyOf(volume.sealed));
  }

  /** What is attached to an instance, or becoming so, or ceasing to be. */
  attachmentsOf(instance: Instance): { volume: Volume; attachment: Attachment }[] {
    return [...instance.volumeIds].flatMap((id) => {
      const volume = this.volumes.get(id);
      const attachment = volume?.attachments.find((one) => one.instanceId === instance.id);
      return volume && attachment ? [{ volume, attachment }] : [];
    });
  }

  /** Lets the workload of an instance make all writes that are due by now; call it before anything that it could notice. */
  writeUp(instance: Instance): void {
    const { workload } = instance;
    if (!workload || !writes(instance) || workload.nextAt > this.instant) return;
    const count = Math.floor((this.instant - workload.nextAt) / workload.everyMs) + 1;
    this.write(instance, workload.nextAt, count);
    workload.nextAt += count * workload.everyMs;
  }

  /** What an operating system still flushes while it shuts down: a snapshot taken before `stopped` does not hold it. */
  flush(instance: Instance): void {
    this.writeUp(instance);
    this.write(instance, this.instant, 1);
  }

  /** Lets an instance that has no workload of its own write on what it holds. Throws IncorrectState where none that runs holds it. */
  writeBy(volume: Volume, count: number): void {
    const held = volume.attachments.find(({ state, instanceId }) => {
      const instance = this.instances.get(instanceId);
      return state === 'attached' && instance?.state === 'running' && !instance.workload;
    });
    if (!held || !volume.sealed || volume.stalledMs !== undefined || volume.ioDisabled)
      throw new AwsError('IncorrectState', `Nobody can write on '${volume.id}'.`);
    const content = contentOf(unseal(volume.sealed, held.dataKey));
    const first = { sequence: content.count + 1, at: this.instant, by: held.instanceId };
    const plain = contentBytes(written(content, first, count, 0));
    volume.sealed = this.resealed(volume.sealed, plain, held.dataKey);
    volume.dirtyMiB = Math.min(volume.usedMiB, volume.dirtyMiB + count);
  }

  private write(instance: Instance, at: number, count: number): void {
    const { workload } = instance;
    if (!workload) return;
    const first = { sequence: workload.sequence + 1, at, by: instance.id };
    for (const { volume, attachment } of this.attachmentsOf(instance)) {
      // What can't be read can't be written either, and so nothing is acknowledged.
      if (attachment.state !== 'attached' || !volume.sealed || volume.stalledMs !== undefined || volume.ioDisabled)
        continue;
      const held = contentOf(unseal(volume.sealed, attachment.dataKey));
      const acknowledged = workload.ledger.get(attachment.device) ?? held;
      const plain = contentBytes(written(held, first, count, workload.everyMs));
      volume.sealed = this.resealed(volume.sealed, plain, attachment.dataKey);
      volume.dirtyMiB = Math.min(volume.usedMiB, volume.dirtyMiB + count);
      workload.ledger.set(attachment.device, written(acknowledged, first, count, workload.everyMs));
    }
    workload.sequence += count;
  }

  contentOf(volume: Volume): Content {
    return contentOf(this.plaintextOf(volume));
  }
}

/** An instance writes while it runs, and while it shuts down. */
function writes(instance: Instance): boolean {
  return instance.state === 'running' || instance.state === 'stopping';
}
