import type {
  CopyDBSnapshotMessage,
  CreateDBSnapshotMessage,
  DeleteDBSnapshotMessage,
  DescribeDBSnapshotsMessage,
} from '@aws-sdk/client-rds';
import { unseal } from '../bytes.ts';
import { required } from '../ec2/select.ts';
import { type Operations, operation } from '../operation.ts';
import { TagSet } from '../tag-set.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { writeUp } from './clients.ts';
import { tell, tellOfSnapshot } from './events.ts';
import {
  databaseArn,
  databaseOf,
  folded,
  markedPage,
  newIdentifier,
  passing,
  snapshotArn,
  snapshotOf,
} from './find.ts';
import { carryOut, requireFree } from './lifecycle.ts';
import type { Database, DbSnapshot } from './model.ts';
import { refusals } from './refusals.ts';
import { newTags } from './tags.ts';
import { dbSnapshotView } from './views.ts';

// Unpublished [U]; what matters is that they follow the amount of data.
const snapshotMiBPerSecond = 80;
const copyMiBPerSecond = 60;
const longestId = 255;

/** Throws when there is no room for one more manual snapshot of this name. */
function checkNew(world: World, id: string): void {
  if (world.rds.snapshots.has(id)) throw refusals.snapshotExists(id);
  const manual = [...world.rds.snapshots.values()].filter((one) => one.type === 'manual').length;
  if (manual >= world.limits.databaseSnapshots) {
    throw new AwsError('SnapshotQuotaExceeded', 'Cannot create more than the allowed number of manual snapshots.');
  }
}

function snapshotFrom(
  world: World,
  database: Database,
  id: string,
  tags: TagSet,
  type: DbSnapshot['type'],
): DbSnapshot {
  return {
    id,
    databaseIdentifier: database.identifier,
    resourceId: database.resourceId,
    type,
    engine: database.engine,
    masterUsername: database.masterUsername,
    databaseCreated: database.created,
    keyArn: database.keyArn,
    visibleFrom: world.visibleFrom,
    tags,
    databaseTags: new Map(database.tags.now),
    copyOf: undefined,
    asked: world.time,
    began: world.time,
    endsAt: undefined,
    settings: database.settings,
    takenAt: undefined,
    createdAt: undefined,
    usedMiB: database.usedMiB,
    inside: [],
    sealed: undefined,
    status: 'creating',
  };
}

/** Takes a snapshot. The point in time comes some seconds after the call. */
export function takeSnapshot(
  world: World,
  database: Database,
  id: string,
  tags: TagSet,
  type: DbSnapshot['type'] = 'manual',
): DbSnapshot {
  const snapshot = snapshotFrom(world, database, id, tags, type);
  world.rds.snapshots.set(id, snapshot);
  const earlier = [...world.rds.snapshots.values()].some(
    (one) => one.resourceId === database.resourceId && one.sealed && one.copyOf === undefined,
  );
  const pointMs = world.seconds(2, 12);
  const restMs =
    world.seconds(10, 25) +
    world.seconds(1, 1.2) * ((earlier ? database.dirtyMiB : database.usedMiB) / snapshotMiBPerSecond);
  snapshot.endsAt = Math.round(world.time + pointMs + restMs);
  const there = () => world.rds.snapshots.get(id) === snapshot && snapshot.status === 'creating';
  world.after(pointMs, () => {
    if (!there() || !world.rds.databases.has(database.resourceId)) return;
    writeUp(world);
    Object.assign(snapshot, {
      takenAt: world.time,
      createdAt: world.time,
      sealed: database.sealed,
      settings: database.settings,
      usedMiB: database.usedMiB,
      inside: database.inside.map((writer) => ({ ...writer })),
    });
    database.dirtyMiB = 0;
  });
  world.at(snapshot.endsAt, () => {
    if (!there()) return;
    snapshot.status = snapshot.sealed ? 'available' : 'failed';
    tellOfSnapshot(world, snapshot, `${type === 'manual' ? 'Manual' : 'Automated'} snapshot created`, 'creation');
  });
  return snapshot;
}

function createSnapshot(world: World, input: CreateDBSnapshotMessage): object {
  const id = newIdentifier(input.DBSnapshotIdentifier, 'DBSnapshotIdentifier', longestId);
  const database = databaseOf(world, input.DBInstanceIdentifier);
  checkNew(world, id);
  requireFree(world, database, 'backed up');
  const copied = database.settings.CopyTagsToSnapshot ? database.tags.now : undefined;
  const tags = newTags(world, input.Tags, copied);
  const snapshot = takeSnapshot(world, database, id, tags);
  backUp(world, database, snapshot);
  return { DBSnapshot: dbSnapshotView(world, snapshot) };
}

// Until the snapshot is there the instance takes no other change; sessions don't notice.
function backUp(world: World, database: Database, snapshot: DbSnapshot): void {
  tell(world, database, 'Backing up DB instance', 'backup');
  database.status = 'backing-up';
  carryOut(world, database, [
    [
      (snapshot.endsAt ?? world.time) - world.time,
      () => {
        database.status = 'available';
        tell(world, database, 'Finished DB Instance backup', 'backup');
      },
    ],
  ]);
}

/** What RDS does once a day: a snapshot of its own, of which it keeps as many as the retention has days. */
export function takeAutomatedSnapshot(world: World, database: Database): void {
  const id = `rds:${database.identifier}-${new Date(world.time).toISOString().slice(0, 16).replace(/[T:]/g, '-')}`;
  const snapshot = takeSnapshot(world, database, id, new TagSet(), 'automated');
  backUp(world, database, snapshot);
  const own = [...world.rds.snapshots.values()].filter(
    (one) => one.type === 'automated' && one.resourceId === database.resourceId,
  );
  const kept = database.settings.BackupRetentionPeriod ?? 0;
  for (const one of own.sort((a, b) => b.asked - a.asked).slice(kept)) world.rds.snapshots.delete(one.id);
}

const copying = (world: World) => [...world.rds.snapshots.values()].filter((one) => one.status === 'copying');

function copySnapshot(world: World, input: CopyDBSnapshotMessage): object {
  const source = snapshotOf(world, input.SourceDBSnapshotIdentifier, 'SourceDBSnapshotIdentifier');
  const id = newIdentifier(input.TargetDBSnapshotIdentifier, 'TargetDBSnapshotIdentifier', longestId);
  checkNew(world, id);
  if (source.status !== 'available') {
    throw refusals.snapshotState(`Cannot copy the snapshot ${source.id} because it is ${source.status}.`);
  }
  const name = input.KmsKeyId ?? source.keyArn;
  const key = name === undefined ? undefined : world.findKey(name);
  if (name !== undefined && !world.usable(key)) throw refusals.key(name);
  if (copying(world).length >= world.limits.databaseSnapshotCopies) {
    // Which code it is, is not established (facts §6.4).
    throw new AwsError(
      'SnapshotQuotaExceeded',
      `Cannot copy more than ${world.limits.databaseSnapshotCopies} snapshots across regions or in this region at once.`,
    );
  }
  const copy: DbSnapshot = {
    ...source,
    id,
    type: 'manual',
    keyArn: key?.arn,
    visibleFrom: world.visibleFrom,
    tags: newTags(world, input.Tags, input.CopyTags ? source.tags.now : undefined),
    copyOf: source.id,
    asked: world.time,
    began: undefined,
    endsAt: undefined,
    createdAt: world.time,
    sealed: undefined,
    status: 'copying',
    settings: {
      ...source.settings,
      ...(input.OptionGroupName === undefined ? {} : { OptionGroup: input.OptionGroupName }),
    },
  };
  world.rds.snapshots.set(id, copy);
  startNext(world, copy.resourceId);
  return { DBSnapshot: dbSnapshotView(world, copy) };
}

// Copies of the same instance's snapshots wait for one another (facts §6.4).
function startNext(world: World, resourceId: string): void {
  const mine = copying(world).filter((one) => one.resourceId === resourceId);
  if (mine.some((one) => one.began !== undefined)) return;
  const next = mine.sort((a, b) => a.asked - b.asked)[0];
  if (!next) return;
  next.began = world.time;
  next.endsAt = Math.round(
    world.time + world.seconds(20, 50) + world.seconds(1, 1.2) * (next.usedMiB / copyMiBPerSecond),
  );
  world.at(next.endsAt, () => {
    if (world.rds.snapshots.get(next.id) !== next || next.status !== 'copying') return;
    finishCopy(world, next);
    startNext(world, resourceId);
  });
}

function finishCopy(world: World, copy: DbSnapshot): void {
  const source = world.rds.snapshots.get(copy.copyOf ?? '');
  const key = copy.keyArn === undefined ? undefined : world.findKey(copy.keyArn);
  try {
    // A source that is deleted meanwhile takes the copy with it.
    if (!source?.sealed || (copy.keyArn !== undefined && !world.usable(key))) throw new AwsError('Failed', 'failed');
    copy.sealed = world.sealed(unseal(source.sealed, world.dataKeyOf(source.sealed)), key, copy.id);
    copy.status = 'available';
    tellOfSnapshot(world, copy, 'Finished copy of snapshot', 'notification');
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    copy.status = 'failed';
    tellOfSnapshot(world, copy, 'Snapshot copy failed', 'notification');
  }
}

function deleteSnapshot(world: World, input: DeleteDBSnapshotMessage): object {
  const snapshot = snapshotOf(world, input.DBSnapshotIdentifier);
  // Deleting a copy in progress ends it; anything else has to be there first (facts §1.4).
  if (snapshot.status === 'creating' || snapshot.status === 'deleting') {
    throw refusals.snapshotState(`Cannot delete the snapshot because it is currently in the ${snapshot.status} state.`);
  }
  if (snapshot.type === 'automated') {
    throw refusals.snapshotState('Only manual snapshots may be deleted.');
  }
  snapshot.status = 'deleting';
  world.after(world.seconds(1, 15), () => {
    if (world.rds.snapshots.get(snapshot.id) === snapshot) world.rds.snapshots.delete(snapshot.id);
    tellOfSnapshot(world, snapshot, 'Deleted manual snapshot', 'notification');
    startNext(world, snapshot.resourceId);
  });
  return { DBSnapshot: { ...dbSnapshotView(world, snapshot), Status: 'deleted' } };
}

function describeSnapshots(world: World, input: DescribeDBSnapshotsMessage): object {
  const test = passing<DbSnapshot>(input.Filters, {
    'db-snapshot-id': (one) => [one.id, snapshotArn(world, one.id)],
    'db-instance-id': (one) => [one.databaseIdentifier, databaseArn(world, one.databaseIdentifier)],
    'dbi-resource-id': (one) => one.resourceId,
    'snapshot-type': (one) => one.type,
    engine: (one) => one.engine,
  });
  const listed = input.DBSnapshotIdentifier
    ? [snapshotOf(world, input.DBSnapshotIdentifier)]
    : [...world.rds.snapshots.values()].filter((one) => one.visibleFrom <= world.time);
  const chosen = listed.filter(
    (one) =>
      (input.DBInstanceIdentifier === undefined || one.databaseIdentifier === folded(input.DBInstanceIdentifier)) &&
      (input.DbiResourceId === undefined || one.resourceId === input.DbiResourceId) &&
      (input.SnapshotType === undefined || one.type === input.SnapshotType) &&
      test(one),
  );
  const { items, ...rest } = markedPage(chosen, input, (one) => one.id);
  return { DBSnapshots: items.map((one) => dbSnapshotView(world, one)), ...rest };
}

export const snapshotOperations: Operations = {
  CreateDBSnapshot: operation<CreateDBSnapshotMessage>(
    ['DBSnapshotIdentifier', 'DBInstanceIdentifier', 'Tags'],
    createSnapshot,
  ),
  CopyDBSnapshot: operation<CopyDBSnapshotMessage>(
    ['SourceDBSnapshotIdentifier', 'TargetDBSnapshotIdentifier', 'KmsKeyId', 'Tags', 'CopyTags', 'OptionGroupName'],
    copySnapshot,
  ),
  DeleteDBSnapshot: operation<DeleteDBSnapshotMessage>(['DBSnapshotIdentifier'], deleteSnapshot),
  DescribeDBSnapshots: operation<DescribeDBSnapshotsMessage>(
    [
      'DBSnapshotIdentifier',
      'DBInstanceIdentifier',
      'DbiResourceId',
      'SnapshotType',
      'Filters',
      'MaxRecords',
      'Marker',
      'IncludeShared',
      'IncludePublic',
    ],
    describeSnapshots,
  ),
};

/** Throws when a final snapshot of this name can't be made. */
export function finalSnapshotId(world: World, name: string | undefined): string {
  const id = newIdentifier(required(name, 'FinalDBSnapshotIdentifier'), 'FinalDBSnapshotIdentifier', longestId);
  checkNew(world, id);
  return id;
}
