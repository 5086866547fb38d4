import type { Plan } from '../../src/contract/plan.ts';
import type { PlanStatus } from '../../src/report/plan-status.ts';
import type { Account, Call } from '../../src/simulator/account.ts';
import type { Action } from '../../src/simulator/action.ts';
import type { Attachment, Instance, Volume } from '../../src/simulator/model.ts';
import { type Comparisons, isProof } from '../judge/comparisons.ts';
import { type Copies, copiesIn, holdsAllOf } from '../judge/copies.ts';
import type { Origin } from '../judge/origin.ts';
import type { Deed, DeedKind, Pair, Situation } from './situation.ts';

/** What was asked for, and what would be said now. */
export interface Course {
  readonly rollback: boolean;
  readonly typed: boolean;
  readonly status: PlanStatus;
}

/** `busy` is a detach that waits for a file system of an instance that runs; of one that has stopped it only takes long. */
const isHeld = ({ state }: Attachment, instance: Instance | undefined) =>
  state !== 'detaching' && !(state === 'busy' && instance?.state === 'stopped');

/** What has been so of a target and its volumes, kept from the account's truth alone: what a look of now can't show any more. */
export class Facts {
  /** When others last changed an instance, a volume, a snapshot or a key. */
  othersAt = Number.NEGATIVE_INFINITY;
  /** Others have taken it apart, or what the run made. */
  meddled = false;
  private readonly account: Account;
  private readonly origin: Origin;
  private readonly comparisons: Comparisons;
  private readonly plan: Plan;
  private readonly run: string;
  /** What the run has taken snapshots of. Of each, whether the instance boots from it. */
  private readonly originals = new Map<string, boolean>();
  /** Those that it moves: what others have taken from the target before the cut-over is left out. */
  private moved: ReadonlySet<string> = new Set();
  /** What was made before all was taken back, and is not used again. */
  private readonly retired = new Set<string>();
  private wentBack = false;
  private readonly deletedByRun = new Set<string>();
  /** When a running instance was last seen to hold a volume. */
  private readonly heldWhileRunning = new Map<string, number>();
  /** When the run last took a snapshot of a volume. */
  private readonly takenAt = new Map<string, number>();
  /** How each volume was attached to the target, and how that was, when they were last seen. */
  private seen: { readonly state: string | undefined; readonly attached: ReadonlySet<string> } | undefined;
  /** Originals that others have detached. */
  private readonly detachedByOthers = new Set<string>();
  private everRan = false;
  private stoppedBy: 'run' | 'others' | undefined;
  private startedByOthers = false;
  private restoredAt = Number.NEGATIVE_INFINITY;
  private copies: Copies | undefined;

  constructor(
    account: Account,
    { origin, comparisons }: { readonly origin: Origin; readonly comparisons: Comparisons },
    plan: Plan,
    run: string,
  ) {
    this.account = account;
    this.origin = origin;
    this.comparisons = comparisons;
    this.plan = plan;
    this.run = run;
    this.look();
  }

  private get instance() {
    return this.account.world.instances.get(this.plan.target.id);
  }

  /** To be called whenever something may have changed. */
  look(): void {
    const { world } = this.account;
    this.noteUndone();
    this.everRan ||= this.instance?.state === 'running';
    for (const { id, attachments } of world.volumes.values()) {
      for (const { instanceId, state } of attachments) {
        const by = world.instances.get(instanceId)?.state;
        // It writes while it shuts down, too.
        if (state !== 'attaching' && (by === 'running' || by === 'stopping')) this.heldWhileRunning.set(id, world.time);
      }
    }
  }

  /** What AWS has accepted and lets come to nothing, an attachment or a start, is as little of the run as what others do. */
  private noteUndone(): void {
    const { world } = this.account;
    const { instance } = this;
    const held = instance ? world.attachmentsOf(instance) : [];
    const fellOff = [...(this.seen?.attached ?? [])].some((id) => !held.some(({ volume }) => volume.id === id));
    const fellBack = this.seen?.state === 'pending' && instance?.state === 'stopped';
    if (fellOff || fellBack) this.othersAt = world.time;
    const attached = held.filter(({ attachment }) => /^attach/.test(attachment.state)).map(({ volume }) => volume.id);
    this.seen = { state: instance?.state, attached: new Set(attached) };
  }

  /** To be called right before a changing call of the run is carried out. */
  arrive(operation: string): void {
    this.look();
    const rare = this.state() === 'gone' || [...this.originals.keys()].some((id) => this.isGone(id));
    this.copies = rare && operation.startsWith('Delete') ? copiesIn(this.account) : undefined;
  }

  /** To be called when others have done something. */
  meanwhile(action: Action): void {
    this.look();
    if (!/-(instance|volume|snapshot|key|key-policy|key-deletion)$/.test(action.do)) return;
    this.othersAt = this.account.world.time;
    if (/^(detach|attach|delete|fail|terminate)-/.test(action.do)) this.meddled = true;
    if (action.do === 'detach-volume') this.detachedByOthers.add(action.volume);
    if (action.do === 'attach-volume') this.detachedByOthers.delete(action.volume);
    if (!('instance' in action) || action.instance !== this.plan.target.id) return;
    if (action.do === 'stop-instance') this.stoppedBy = 'others';
    if (action.do === 'start-instance') this.startedByOthers = true;
  }

  /** To be called when a changing call of the run has been carried out. `ran`: the target ran right before. */
  done(call: Call, ran: boolean): void {
    const input = call.input as Readonly<Record<string, unknown>>;
    const volume = String(input['VolumeId'] ?? '');
    switch (call.operation) {
      case 'CreateSnapshot':
        // What is only to be compared with it replaces nothing.
        if (isProof(call)) break;
        this.note(volume);
        this.takenAt.set(volume, call.at);
        break;
      case 'DeleteVolume':
        this.deletedByRun.add(volume);
        break;
      case 'StopInstances':
        if (!ran || !this.isTarget(input)) break;
        this.stoppedBy = 'run';
        this.startedByOthers = false;
        break;
      case 'AttachVolume':
        this.detachedByOthers.delete(volume);
        this.restoredAt = call.at;
        break;
      case 'StartInstances':
      case 'DetachVolume':
        this.restoredAt = call.at;
    }
    this.look();
  }

  /** To be called when all has been taken back: what the run had made by then is not used again. */
  retire(): void {
    // The plan of an unattached volume has no cut-over, by which it could be told that it has begun anew.
    if (this.plan.target.type === 'ebs-volume') return;
    for (const id of this.origin.madeBy(this.run)) this.retired.add(id);
  }

  /** To be called when another run, or another plan of the run, has done something: it is as any other. */
  doneByAnother({ operation, input }: Call): void {
    const { InstanceIds, InstanceId, VolumeId, SnapshotId } = input as Readonly<Record<string, unknown>>;
    const known = (id: unknown): id is string =>
      typeof id === 'string' &&
      (id === this.plan.target.id || this.originals.has(id) || this.originalOf(id) !== undefined);
    const named = Array.isArray(InstanceIds) ? InstanceIds : [InstanceId, VolumeId, SnapshotId];
    this.look();
    if (!named.some(known)) return;
    const [instance, volume, snapshot] = [String(named[0] ?? ''), String(VolumeId ?? ''), String(SnapshotId ?? '')];
    const actions: Readonly<Record<string, Action>> = {
      StopInstances: { do: 'stop-instance', instance },
      StartInstances: { do: 'start-instance', instance },
      DetachVolume: { do: 'detach-volume', volume },
      AttachVolume: { do: 'attach-volume', volume, instance: String(InstanceId), device: '' },
      DeleteVolume: { do: 'delete-volume', volume },
      DeleteSnapshot: { do: 'delete-snapshot', snapshot },
    };
    const action = actions[operation];
    if (action) this.meanwhile(action);
  }

  /** The situation as it is now. */
  situation({ rollback, typed, status }: Course): Situation {
    const { world } = this.account;
    const back = rollback || status.unwinding;
    if (this.wentBack && !back) this.retire();
    this.wentBack = back;
    const known = [...this.originals].map(([original, root]) => this.pair(original, root, status));
    const pairs = known.filter(({ original }) => this.moved.has(original));
    const is = (holds: Pair['holds']) => pairs.every((pair) => pair.holds === holds);
    return {
      type: this.plan.target.type === 'ebs-volume' ? 'ebs-volume' : 'ec2-instance',
      direction: back ? 'back' : 'forward',
      typed: back && typed,
      holds: is('original') ? 'originals' : is('replacement') ? 'replacements' : is('neither') ? 'none' : 'mixed',
      state: this.state(),
      ran: this.ran(),
      stoppedByOthers: this.stoppedBy === 'others',
      verdict: this.verdict(status, pairs),
      keyUnusable: this.unusableKeys(pairs),
      replacements: this.replacements(),
      restoredForMs: world.time - this.restoredAt,
      pairs,
      left: known.filter((one) => !pairs.includes(one)),
    };
  }

  /** What a call of ours did, in the words of the table; undefined for one that did nothing, or is not about this target. */
  deed(call: Call, before: Situation): Deed | undefined {
    const input = call.input as Readonly<Record<string, unknown>>;
    const volume = typeof input['VolumeId'] === 'string' ? input['VolumeId'] : undefined;
    const id = volume ?? (typeof input['SnapshotId'] === 'string' ? input['SnapshotId'] : '');
    const original = this.originals.has(id) ? id : this.originalOf(id);
    const kind = this.kindOf(call.operation, { original, isOriginal: original === id, input, before });
    if (kind === undefined) return undefined;
    const pair = [...before.pairs, ...before.left].find((one) => one.replacement === id);
    return {
      kind,
      original,
      lastCopy: () => this.isLastCopy(id),
      lived: kind === 'discard-volume' && this.heldWhileRunning.has(id),
      placed: pair?.holds === 'replacement',
    };
  }

  private kindOf(
    operation: string,
    about: {
      readonly original: string | undefined;
      readonly isOriginal: boolean;
      readonly input: Readonly<Record<string, unknown>>;
      readonly before: Situation;
    },
  ): DeedKind | undefined {
    const { original, isOriginal, input, before } = about;
    const side = isOriginal ? 'original' : 'replacement';
    switch (operation) {
      case 'StopInstances':
        return this.isTarget(input) && before.state === 'runs' ? 'stop' : undefined;
      case 'StartInstances':
        return this.isTarget(input) && before.state === 'stands' ? 'start' : undefined;
      case 'DetachVolume':
        return original === undefined ? undefined : `detach-${side}`;
      case 'AttachVolume':
        return original === undefined || input['InstanceId'] !== this.plan.target.id ? undefined : `attach-${side}`;
      case 'DeleteVolume':
        return original === undefined ? undefined : isOriginal ? 'delete-original' : 'discard-volume';
      case 'DeleteSnapshot':
        return original === undefined ? undefined : 'discard-snapshot';
      default:
        return undefined;
    }
  }

  private isTarget(input: Readonly<Record<string, unknown>>): boolean {
    return (input['InstanceIds'] as readonly string[] | undefined)?.includes(this.plan.target.id) === true;
  }

  private note(volume: string): void {
    const { world } = this.account;
    if (this.origin.isOf(this.run, volume)) return;
    const taken = world.volumes.get(volume);
    const place = taken?.attachments.find((one) => one.instanceId === this.plan.target.id);
    const unattached = this.plan.target.type === 'ebs-volume';
    if (unattached ? volume !== this.plan.target.id : place === undefined) return;
    this.originals.set(volume, place !== undefined && place.device === this.instance?.rootDevice);
    const stays = (id: string) => {
      const one = world.volumes.get(id);
      return unattached || (one !== undefined && this.isPlaced(one));
    };
    // Snapshots are taken before anything is swapped: what is not in its place by then is not moved.
    this.moved = new Set([...this.originals.keys()].filter(stays));
  }

  private originalOf(id: string): string | undefined {
    if (!this.origin.isOf(this.run, id)) return undefined;
    return this.origin.ancestorsOf(id).find((one) => this.originals.has(one));
  }

  private isGone(id: string): boolean {
    const volume = this.account.world.volumes.get(id);
    return (volume === undefined || volume.state === 'deleting') && !this.deletedByRun.has(id);
  }

  private pair(original: string, root: boolean, status: PlanStatus): Pair {
    const { world } = this.account;
    const made = this.origin.descendantsOf(original, this.run);
    const volumes = made.flatMap((id) => world.volumes.get(id) ?? []);
    const placed = volumes.find((one) => this.isPlaced(one));
    const replacement = placed ?? volumes.find(({ id }) => !this.retired.has(id));
    const at = world.volumes.get(original);
    const taken = this.takenAt.get(original);
    const heldAt = this.heldWhileRunning.get(original) ?? Number.NEGATIVE_INFINITY;
    const settled = heldAt < this.comparisons.provenAt(original) || this.comparisons.isExcused(original, this.run);
    const stale = taken !== undefined && heldAt >= taken && !settled;
    const verified = status.pairs.some((one) => one.replacement === replacement?.id && one.verdict === 'SUCCESSFUL');
    const unattached = this.plan.target.type === 'ebs-volume';
    const original_ = unattached ? at !== undefined && !verified : at !== undefined && this.isPlaced(at);
    return {
      original,
      root,
      holds: original_ ? 'original' : (unattached ? verified : placed) ? 'replacement' : 'neither',
      replacement: replacement?.id,
      ready: replacement !== undefined && /^(available|in-use)$/.test(replacement.state) && !stale,
      stale: replacement !== undefined && stale,
      lived: replacement !== undefined && this.heldWhileRunning.has(replacement.id),
      unreadable: replacement !== undefined && !this.isReadable(replacement),
      loading: replacement !== undefined && replacement.initialisedAt > world.time,
      over: this.deletedByRun.has(original),
      originalGone: this.isGone(original),
      detachedByOthers: this.detachedByOthers.has(original),
      made,
    };
  }

  private replacements(): number {
    const ours = this.origin.madeBy(this.run).filter((id) => !this.retired.has(id));
    return ours.filter((id) => /^(available|in-use)$/.test(this.account.world.volumes.get(id)?.state ?? '')).length;
  }

  private isPlaced({ attachments }: Volume): boolean {
    return attachments.some((one) => one.instanceId === this.plan.target.id && isHeld(one, this.instance));
  }

  private isReadable({ keyArn, initialisedAt, state }: Volume): boolean {
    const { world } = this.account;
    return state !== 'error' && initialisedAt <= world.time && world.usable(world.findKey(keyArn ?? ''));
  }

  private state(): Situation['state'] {
    if (this.plan.target.type === 'ebs-volume') return 'stands';
    switch (this.instance?.state) {
      case 'running':
        return 'runs';
      case 'stopped':
        return 'stands';
      case 'pending':
      case 'stopping':
        return 'between';
      default:
        return 'gone';
    }
  }

  private ran(): boolean | undefined {
    if (this.plan.target.type === 'ebs-volume' || !this.everRan) return false;
    return this.stoppedBy === 'run' && !this.startedByOthers ? true : undefined;
  }

  private verdict(status: PlanStatus, pairs: readonly Pair[]): Situation['verdict'] {
    const asked = this.plan.steps.some((step) => step.kind === 'use' && /^ebs\.verify-/.test(step.uses));
    if (!asked) return 'unasked';
    const said = pairs.map((pair) => status.pairs.find((one) => one.replacement === pair.replacement)?.verdict ?? null);
    if (said.some((one) => one === 'FAILED')) return 'failed';
    return said.every((one) => one === 'SUCCESSFUL') ? 'verified' : 'none';
  }

  private unusableKeys(pairs: readonly Pair[]): boolean {
    const { world } = this.account;
    const held = pairs.flatMap(({ original }) => world.volumes.get(original)?.keyArn ?? []);
    return [...held, this.plan.keys.to].some((key) => !world.usable(world.findKey(key)));
  }

  private isLastCopy(id: string): boolean {
    const taken = this.copies?.get(id);
    if (!taken) return false;
    return ![...copiesIn(this.account)].some(([other, content]) => other !== id && holdsAllOf(content, taken));
  }
}
