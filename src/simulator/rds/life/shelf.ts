import { unseal } from '../../bytes.ts';
import { carryPasswords } from '../../secretsmanager/passwords.ts';
import type { TagSet } from '../../tag-set.ts';
import { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import { writeUp } from '../clients.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Resource, SnapshotBy } from '../model/alike.ts';

// Unpublished [U]; what matters is that they follow the amount of data.
const snapshotMiBPerSecond = 80;
const copyMiBPerSecond = 60;

/** Throws when there is no room for one more manual snapshot of this name. */
export function checkNew<T extends Resource>(world: World, kind: Kind<T>, id: string): void {
  const held = kind.snapshots(world);
  if (held.has(id)) throw kind.refusals.snapshotExists(id);
  const manual = [...held.values()].filter((one) => one.type === 'manual').length;
  if (manual >= kind.snapshot.limits(world).manual) {
    throw new AwsError('SnapshotQuotaExceeded', 'Cannot create more than the allowed number of manual snapshots.');
  }
}

function begun<T extends Resource>(
  world: World,
  source: T,
  id: string,
  tags: TagSet,
  type: SnapshotBy<T>['type'],
): SnapshotBy<T> {
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
export function take<T extends Resource>(
  world: World,
  kind: Kind<T>,
  source: T,
  { id, tags, type = 'manual' }: { id: string; tags: TagSet; type?: SnapshotBy<T>['type'] },
): SnapshotBy<T> {
  const snapshot = begun(world, source, id, tags, type);
  const held = kind.snapshots(world);
  held.set(id, snapshot);
  const earlier = [...held.values()].some(
    (one) => one.resourceId === source.resourceId && one.sealed && one.copyOf === undefined,
  );
  const { storage } = source;
  const pointMs = world.seconds(2, 12);
  const restMs =
    world.seconds(10, 25) +
    world.seconds(1, 1.2) * ((earlier ? storage.dirtyMiB : storage.usedMiB) / snapshotMiBPerSecond);
  snapshot.endsAt = Math.round(world.time + pointMs + restMs);
  const there = () => held.get(id) === snapshot && snapshot.status === 'creating';
  world.after(pointMs, () => {
    if (!there() || !kind.all(world).has(source.resourceId)) return;
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
    kind.tellOfSnapshot(world, snapshot, `${type === 'manual' ? 'Manual' : 'Automated'} snapshot created`, 'creation');
  });
  return snapshot;
}

function copying<T extends Resource>(world: World, kind: Kind<T>): SnapshotBy<T>[] {
  return [...kind.snapshots(world).values()].filter((one) => one.status === 'copying');
}

/** Puts a copy on the shelf, under another key if one is given, and begins with it when its turn comes. */
export function copy<T extends Resource>(
  world: World,
  kind: Kind<T>,
  source: SnapshotBy<T>,
  { id, keyArn, tags, settings }: { id: string; keyArn: string | undefined; tags: TagSet; settings: T['settings'] },
): SnapshotBy<T> {
  const { copiesAtOnce } = kind.snapshot.limits(world);
  if (copying(world, kind).length >= copiesAtOnce) {
    // Which code it is, is not established (facts §6.4).
    throw new AwsError(
      'SnapshotQuotaExceeded',
      `Cannot copy more than ${copiesAtOnce} snapshots across regions or in this region at once.`,
    );
  }
  const made: SnapshotBy<T> = {
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
  kind.snapshots(world).set(id, made);
  startNext(world, kind, made.resourceId);
  return made;
}

/** Begins the next copy: those of one instance's snapshots wait for one another (facts §6.4). */
function startNext<T extends Resource>(world: World, kind: Kind<T>, resourceId: string): void {
  const mine = copying(world, kind).filter((one) => one.resourceId === resourceId);
  if (mine.some((one) => one.began !== undefined)) return;
  const next = mine.sort((a, b) => a.asked - b.asked)[0];
  if (!next) return;
  next.began = world.time;
  next.endsAt = Math.round(
    world.time + world.seconds(20, 50) + world.seconds(1, 1.2) * (next.usedMiB / copyMiBPerSecond),
  );
  world.at(next.endsAt, () => {
    if (kind.snapshots(world).get(next.id) !== next || next.status !== 'copying') return;
    finishCopy(world, kind, next);
    startNext(world, kind, resourceId);
  });
}

function finishCopy<T extends Resource>(world: World, kind: Kind<T>, made: SnapshotBy<T>): void {
  const source = kind.snapshots(world).get(made.copyOf ?? '');
  const key = made.keyArn === undefined ? undefined : world.findKey(made.keyArn);
  try {
    // A source that is deleted meanwhile takes the copy with it.
    if (!source?.sealed || (made.keyArn !== undefined && !world.usable(key))) throw new AwsError('Failed', 'failed');
    made.sealed = world.sealed(unseal(source.sealed, world.dataKeyOf(source.sealed)), key, made.id);
    carryPasswords(world, source, made);
    made.status = 'available';
    kind.tellOfSnapshot(world, made, 'Finished copy of snapshot', 'notification');
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    made.status = 'failed';
    kind.tellOfSnapshot(world, made, 'Snapshot copy failed', 'notification');
  }
}

/** Deletes a manual snapshot. Throws the state that forbids it. */
export function discard<T extends Resource>(world: World, kind: Kind<T>, snapshot: SnapshotBy<T>): void {
  // Deleting a copy in progress ends it; anything else has to be there first (facts §1.4).
  if (snapshot.status === 'creating' || snapshot.status === 'deleting') {
    throw kind.refusals.snapshotState(
      `Cannot delete the snapshot because it is currently in the ${snapshot.status} state.`,
    );
  }
  if (snapshot.type === 'automated') throw kind.refusals.snapshotState('Only manual snapshots may be deleted.');
  snapshot.status = 'deleting';
  world.after(world.seconds(1, 15), () => {
    const held = kind.snapshots(world);
    if (held.get(snapshot.id) === snapshot) held.delete(snapshot.id);
    kind.tellOfSnapshot(world, snapshot, 'Deleted manual snapshot', 'notification');
    startNext(world, kind, snapshot.resourceId);
  });
}
