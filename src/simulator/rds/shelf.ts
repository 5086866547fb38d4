import { unseal } from '../bytes.ts';
import { carryPasswords } from '../secretsmanager/passwords.ts';
import type { TagSet } from '../tag-set.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { writeUp } from './clients.ts';
import type { SnapshotOf, Storage } from './parts.ts';

/** Where snapshots of one kind are kept: those of DB instances, or those of clusters. */
export interface Shelf<S> {
  readonly held: Map<string, SnapshotOf<S>>;
  /** How many manual ones the account may have, and how many copies may be under way. */
  readonly room: number;
  readonly copiesAtOnce: number;
  exists(id: string): AwsError;
  state(message: string): AwsError;
  tell(snapshot: SnapshotOf<S>, message: string, category: string): void;
}

/** What a snapshot can be taken of. */
interface Source<S> {
  readonly resourceId: string;
  readonly identifier: string;
  readonly engine: string;
  readonly masterUsername: string;
  readonly created: number;
  readonly keyArn: string | undefined;
  readonly tags: TagSet;
  readonly settings: S;
  readonly storage: Storage;
}

// Unpublished [U]; what matters is that they follow the amount of data.
const snapshotMiBPerSecond = 80;
const copyMiBPerSecond = 60;

/** Throws when there is no room for one more manual snapshot of this name. */
export function checkNew<S>(shelf: Shelf<S>, id: string): void {
  if (shelf.held.has(id)) throw shelf.exists(id);
  const manual = [...shelf.held.values()].filter((one) => one.type === 'manual').length;
  if (manual >= shelf.room) {
    throw new AwsError('SnapshotQuotaExceeded', 'Cannot create more than the allowed number of manual snapshots.');
  }
}

function begun<S>(
  world: World,
  source: Source<S>,
  id: string,
  tags: TagSet,
  type: SnapshotOf<S>['type'],
): SnapshotOf<S> {
  return {
    id,
    databaseIdentifier: source.identifier,
    resourceId: source.resourceId,
    type,
    engine: source.engine,
    masterUsername: source.masterUsername,
    databaseCreated: source.created,
    keyArn: source.keyArn,
    visibleFrom: world.visibleFrom,
    tags,
    databaseTags: new Map(source.tags.now),
    copyOf: undefined,
    asked: world.time,
    began: world.time,
    endsAt: undefined,
    settings: source.settings,
    takenAt: undefined,
    createdAt: undefined,
    usedMiB: source.storage.usedMiB,
    inside: [],
    sharedWith: [],
    sealed: undefined,
    disk: undefined,
    status: 'creating',
  };
}

/** Takes a snapshot. The point in time comes some seconds after the call. */
export function take<S>(
  world: World,
  shelf: Shelf<S>,
  source: Source<S>,
  { id, tags, type = 'manual' }: { id: string; tags: TagSet; type?: SnapshotOf<S>['type'] },
): SnapshotOf<S> {
  const snapshot = begun(world, source, id, tags, type);
  shelf.held.set(id, snapshot);
  const earlier = [...shelf.held.values()].some(
    (one) => one.resourceId === source.resourceId && one.sealed && one.copyOf === undefined,
  );
  const { storage } = source;
  const pointMs = world.seconds(2, 12);
  const restMs =
    world.seconds(10, 25) +
    world.seconds(1, 1.2) * ((earlier ? storage.dirtyMiB : storage.usedMiB) / snapshotMiBPerSecond);
  snapshot.endsAt = Math.round(world.time + pointMs + restMs);
  const there = () => shelf.held.get(id) === snapshot && snapshot.status === 'creating';
  world.after(pointMs, () => {
    const { databases, clusters } = world.rds;
    if (!there() || !(databases.has(source.resourceId) || clusters.has(source.resourceId))) return;
    writeUp(world);
    Object.assign(snapshot, {
      takenAt: world.time,
      createdAt: world.time,
      sealed: storage.sealed,
      disk: storage.disk?.fork(),
      settings: source.settings,
      usedMiB: storage.usedMiB,
      inside: storage.inside.map((writer) => ({ ...writer })),
    });
    carryPasswords(world, storage, snapshot);
    storage.dirtyMiB = 0;
  });
  world.at(snapshot.endsAt, () => {
    if (!there()) return;
    snapshot.status = snapshot.sealed ? 'available' : 'failed';
    shelf.tell(snapshot, `${type === 'manual' ? 'Manual' : 'Automated'} snapshot created`, 'creation');
  });
  return snapshot;
}

const copying = <S>(shelf: Shelf<S>) => [...shelf.held.values()].filter((one) => one.status === 'copying');

/** Puts a copy on the shelf, under another key if one is given, and begins with it when its turn comes. */
export function copy<S>(
  world: World,
  shelf: Shelf<S>,
  source: SnapshotOf<S>,
  { id, keyArn, tags, settings }: { id: string; keyArn: string | undefined; tags: TagSet; settings: S },
): SnapshotOf<S> {
  if (copying(shelf).length >= shelf.copiesAtOnce) {
    // Which code it is, is not established (facts §6.4).
    throw new AwsError(
      'SnapshotQuotaExceeded',
      `Cannot copy more than ${shelf.copiesAtOnce} snapshots across regions or in this region at once.`,
    );
  }
  const made: SnapshotOf<S> = {
    ...source,
    id,
    type: 'manual',
    keyArn,
    visibleFrom: world.visibleFrom,
    tags,
    copyOf: source.id,
    asked: world.time,
    began: undefined,
    endsAt: undefined,
    createdAt: world.time,
    sharedWith: [],
    sealed: undefined,
    status: 'copying',
    settings,
  };
  shelf.held.set(id, made);
  startNext(world, shelf, made.resourceId);
  return made;
}

/** Begins the next copy: those of one instance's snapshots wait for one another (facts §6.4). */
function startNext<S>(world: World, shelf: Shelf<S>, resourceId: string): void {
  const mine = copying(shelf).filter((one) => one.resourceId === resourceId);
  if (mine.some((one) => one.began !== undefined)) return;
  const next = mine.sort((a, b) => a.asked - b.asked)[0];
  if (!next) return;
  next.began = world.time;
  next.endsAt = Math.round(
    world.time + world.seconds(20, 50) + world.seconds(1, 1.2) * (next.usedMiB / copyMiBPerSecond),
  );
  world.at(next.endsAt, () => {
    if (shelf.held.get(next.id) !== next || next.status !== 'copying') return;
    finishCopy(world, shelf, next);
    startNext(world, shelf, resourceId);
  });
}

function finishCopy<S>(world: World, shelf: Shelf<S>, made: SnapshotOf<S>): void {
  const source = shelf.held.get(made.copyOf ?? '');
  const key = made.keyArn === undefined ? undefined : world.findKey(made.keyArn);
  try {
    // A source that is deleted meanwhile takes the copy with it.
    if (!source?.sealed || (made.keyArn !== undefined && !world.usable(key))) throw new AwsError('Failed', 'failed');
    made.sealed = world.sealed(unseal(source.sealed, world.dataKeyOf(source.sealed)), key, made.id);
    carryPasswords(world, source, made);
    made.status = 'available';
    shelf.tell(made, 'Finished copy of snapshot', 'notification');
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    made.status = 'failed';
    shelf.tell(made, 'Snapshot copy failed', 'notification');
  }
}

/** Deletes a manual snapshot. Throws the state that forbids it. */
export function discard<S>(world: World, shelf: Shelf<S>, snapshot: SnapshotOf<S>): void {
  // Deleting a copy in progress ends it; anything else has to be there first (facts §1.4).
  if (snapshot.status === 'creating' || snapshot.status === 'deleting') {
    throw shelf.state(`Cannot delete the snapshot because it is currently in the ${snapshot.status} state.`);
  }
  if (snapshot.type === 'automated') throw shelf.state('Only manual snapshots may be deleted.');
  snapshot.status = 'deleting';
  world.after(world.seconds(1, 15), () => {
    if (shelf.held.get(snapshot.id) === snapshot) shelf.held.delete(snapshot.id);
    shelf.tell(snapshot, 'Deleted manual snapshot', 'notification');
    startNext(world, shelf, snapshot.resourceId);
  });
}
