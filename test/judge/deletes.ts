import type { Plan } from '../../src/contract/plan.ts';
import type { Command } from '../../src/engine/execute.ts';
import type { Account, Call } from '../../src/simulator/account.ts';
import type { Action } from '../../src/simulator/action.ts';
import type { Content } from '../../src/simulator/content.ts';
import type { Volume } from '../../src/simulator/model.ts';
import type { Comparisons } from './comparisons.ts';
import { type Copies, copiesIn, holdsAllOf, isSame } from './copies.ts';
import type { Holds } from './holds.ts';
import type { Kind } from './kinds.ts';
import type { Origin } from './origin.ts';

export type Judge = (kind: Kind, holds: boolean, told: () => string) => void;

// What others did so short a time ago the call on its way could not know.
const onItsWayMs = 1_000;

/** Where a volume is attached. */
interface Place {
  readonly instance: string;
  readonly device: string;
}

/** P1 and P2: judges every delete by the bytes. What is taken, what holds them besides, and who truly made it. */
export class Deletes {
  private readonly account: Account;
  private readonly judge: Judge;
  private readonly origin: Origin;
  /** What plans are about. */
  private readonly targets = new Set<string>();
  /** By run, whether it is about volumes alone: such a run finds each of them in no place. */
  private readonly ofVolumes = new Map<string, boolean>();
  /**
   * Where a volume was when it was first seen, or where a run has put what it made; of one that was nowhere, where a run has taken
   * a snapshot of it; else undefined.
   */
  private readonly places = new Map<string, Place | undefined>();
  /** The name under which a database or cluster was first seen, by its resource id; of what a run has made, that which it was given for good. */
  private readonly names = new Map<string, string>();
  /** How many writes volumes have from where nobody acknowledges them to the target, by id. */
  private readonly writtenElsewhere = new Map<string, number>();
  private before: Copies = new Map();
  private othersAt = Number.NEGATIVE_INFINITY;
  /** Somebody has given up by word what was written since a write point. */
  private givenUp = false;

  private readonly holds: Holds;
  private readonly comparisons: Comparisons;

  constructor(
    account: Account,
    { origin, holds, comparisons, judge }: { origin: Origin; holds: Holds; comparisons: Comparisons; judge: Judge },
  ) {
    this.account = account;
    this.judge = judge;
    this.origin = origin;
    this.holds = holds;
    this.comparisons = comparisons;
    this.notePlaces();
  }

  /** To be called when a process begins, with what it was told to do. */
  begin({ target }: Plan, run: string, command: Command): void {
    this.ofVolumes.set(run, (this.ofVolumes.get(run) ?? true) && target.type === 'ebs-volume');
    this.targets.add(target.id);
    this.givenUp ||= command.command === 'rollback' && command.discardWrites;
  }

  arrive(operation: string): void {
    this.notePlaces();
    if (operation.startsWith('Delete')) this.before = copiesIn(this.account);
  }

  /** To be called when others have done something. */
  meanwhile(action: Action): void {
    this.othersAt = this.account.world.time;
    if (action.do !== 'write-volume') return;
    this.writtenElsewhere.set(action.volume, (this.writtenElsewhere.get(action.volume) ?? 0) + (action.count ?? 1));
  }

  done(call: Call, run: string): void {
    const input = call.input as Readonly<Record<string, unknown>>;
    const text = (name: string) => (typeof input[name] === 'string' ? (input[name] as string) : undefined);
    switch (call.operation) {
      case 'DeleteSnapshot':
      case 'DeleteDBSnapshot':
      case 'DeleteDBClusterSnapshot': {
        const id = text('SnapshotId') ?? text('DBSnapshotIdentifier') ?? text('DBClusterSnapshotIdentifier') ?? '';
        this.snapshot(id, call, run);
        break;
      }
      case 'CreateSnapshot': {
        // What was nowhere, and was attached since: there it is found.
        const volume = this.account.world.volumes.get(text('VolumeId') ?? '');
        if (volume && this.places.get(volume.id) === undefined) this.places.set(volume.id, placeNow(volume));
        break;
      }
      case 'DeleteVolume':
        this.resource(text('VolumeId') ?? '', call, run);
        break;
      case 'DeleteDBInstance':
      case 'DeleteDBCluster': {
        const id = this.resourceIdOf(text('DBInstanceIdentifier'), text('DBClusterIdentifier'));
        if (id !== undefined) this.resource(id, call, run);
        break;
      }
    }
  }

  private snapshot(id: string, call: Call, run: string): void {
    const about = `${call.operation} ${id}`;
    this.judge('P2.not-ours', this.origin.isOf(run, id), () => `${about}, which no call of the run has made`);
    const taken = this.before.get(id);
    if (!taken || call.at - this.othersAt < onItsWayMs) return;
    const left = [...copiesIn(this.account)].filter(([other]) => other !== id);
    const elsewhere = left.some(([, content]) => holdsAllOf(content, taken));
    // Of an original of which that could not be proven, and is said, it may hold what went with it.
    const excused = this.origin.ancestorsOf(id).some((original) => this.comparisons.isExcused(original, run));
    this.judge('P1.last-copy', elsewhere || excused, () => `${about}: nothing that can be read holds ${told(taken)}`);
    const loading = this.loading().filter((volume) => this.origin.ancestorsOf(volume).includes(id));
    this.judge('P1.loading', loading.length === 0, () => `${about}: ${loading.join(', ')} still loads from it`);
  }

  /** A volume, a database or a cluster. What holds nothing of its own (a member, a replica) goes with what does. */
  private resource(id: string, call: Call, run: string): void {
    if (this.origin.isOf(run, id)) return;
    const database = this.account.world.rds.databases.get(id);
    if (database?.member !== undefined) return;
    const about = `${call.operation} ${id}`;
    this.holds.deleted(id, call.at, about);
    const replacements = this.origin.descendantsOf(id, run).filter((one) => !this.isSnapshot(one));
    const replaced = replacements.length > 0 || database?.replicaOf !== undefined;
    this.judge('P2.not-ours', replaced, () => `${about}, which the run has neither made nor replaced`);
    if (!replaced || database?.replicaOf !== undefined) return;
    const place = this.placeFor(run, id);
    const serving = replacements.find((one) => this.isInPlaceOf(id, place, one));
    this.judge(
      'P2.not-in-place',
      serving !== undefined,
      () => `${about}: none of ${replacements.join(', ')} is in its place`,
    );
    if (serving === undefined || call.at - this.othersAt < onItsWayMs) return;
    const held = copiesIn(this.account).get(serving);
    const acknowledged = this.givenUp ? undefined : this.acknowledged(id, place);
    const wanted = acknowledged ?? this.before.get(id);
    const elsewhere = this.writtenElsewhere.get(id) ?? 0;
    // The ledger of the target knows nothing of those, so that its hash says nothing either.
    const andElsewhere = (one: Content, taken: Content) =>
      one.data === taken.data && one.count >= taken.count + elsewhere;
    const exact = acknowledged && elsewhere > 0 ? andElsewhere : isSame;
    const all = this.givenUp ? holdsAllOf : exact;
    this.judge(
      'P1.incomplete',
      held !== undefined && (wanted === undefined || all(held, wanted) || this.comparisons.isExcused(id, run)),
      () =>
        `${about}: ${serving} holds ${held ? told(held) : 'nothing to read'}, and ${wanted?.count} were acknowledged`,
    );
    const loading = this.loading();
    this.judge('P1.loading', !loading.includes(serving), () => `${about}: ${serving} still loads under the old key`);
  }

  /**
   * Where a volume was when a run found it: nowhere, if the run is about volumes alone, or if the instance is gone that it was
   * of and a plan is about the volume alone.
   */
  private placeFor(run: string, id: string): Place | undefined {
    const place = this.places.get(id);
    if (this.ofVolumes.get(run)) return undefined;
    const instance = this.account.world.instances.get(place?.instance ?? '');
    const outlived = instance === undefined || instance.state === 'terminated';
    return outlived && this.targets.has(id) ? undefined : place;
  }

  private isInPlaceOf(original: string, place: Place | undefined, replacement: string): boolean {
    const { world } = this.account;
    const volume = world.volumes.get(replacement);
    if (volume) {
      if (!place) return true;
      return volume.attachments.some(
        ({ instanceId, device, state }) =>
          instanceId === place.instance && device === place.device && state === 'attached',
      );
    }
    const thing = world.rds.databases.get(replacement) ?? world.rds.clusters.get(replacement);
    return thing !== undefined && thing.identifier === this.names.get(original);
  }

  /** What was acknowledged to whoever writes by way of what is deleted; undefined where nobody does. */
  private acknowledged(id: string, place: Place | undefined): Content | undefined {
    const { world } = this.account;
    if (place) return world.instances.get(place.instance)?.workload?.ledger.get(place.device);
    const name = this.names.get(id);
    return name === undefined
      ? undefined
      : world.rds.clients.find((one) => !one.reads && one.identifier === name)?.ledger;
  }

  /** Volumes of which some blocks can't be had without the key of the snapshot. */
  private loading(): string[] {
    const { world } = this.account;
    return [...world.volumes.values()]
      .filter(
        (one) =>
          one.state !== 'deleting' &&
          one.initialisedAt > world.time &&
          one.loadsUnder !== undefined &&
          one.loadsUnder !== one.keyArn,
      )
      .map(({ id }) => id);
  }

  private resourceIdOf(database: string | undefined, cluster: string | undefined): string | undefined {
    const { databases, clusters } = this.account.world.rds;
    const from: Iterable<{ identifier: string; resourceId: string }> =
      database === undefined ? clusters.values() : databases.values();
    return [...from].find((one) => one.identifier === (database ?? cluster))?.resourceId;
  }

  private isSnapshot(id: string): boolean {
    const { snapshots, rds } = this.account.world;
    return snapshots.has(id) || rds.snapshots.has(id) || rds.clusterSnapshots.has(id);
  }

  private notePlaces(): void {
    const { volumes, rds } = this.account.world;
    for (const volume of volumes.values()) {
      const { id } = volume;
      // What a run has made gets its place later.
      const isNew = !this.places.has(id) || (this.origin.isMade(id) && this.places.get(id) === undefined);
      if (isNew) this.places.set(id, placeNow(volume));
    }
    for (const { resourceId, identifier } of [...rds.databases.values(), ...rds.clusters.values()])
      if (this.names.get(resourceId)?.startsWith('rekey-') !== false) this.names.set(resourceId, identifier);
  }
}

const placeNow = ({ attachments: [held] }: Pick<Volume, 'attachments'>): Place | undefined =>
  held && { instance: held.instanceId, device: held.device };

const told = (content: Content) => `${content.count} writes on ${JSON.stringify(content.data)}`;
