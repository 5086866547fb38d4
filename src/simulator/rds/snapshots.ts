import type {
  CopyDBSnapshotMessage,
  CreateDBSnapshotMessage,
  DeleteDBSnapshotMessage,
  DescribeDBSnapshotAttributesMessage,
  DescribeDBSnapshotsMessage,
} from '@aws-sdk/client-rds';
import { required } from '../ec2/select.ts';
import { type Operations, operation } from '../operation.ts';
import { TagSet } from '../tag-set.ts';
import type { World } from '../world.ts';
import { writeUp } from './clients.ts';
import { copySnapshot, startNext } from './copies.ts';
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
import { checkNewSnapshot, longestSnapshotId } from './quotas.ts';
import { refusals } from './refusals.ts';
import { newTags } from './tags.ts';
import { dbSnapshotView } from './views.ts';

// Unpublished [U]; what matters is that it follows the amount of data.
const snapshotMiBPerSecond = 80;

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
    usedMiB: database.storage.usedMiB,
    inside: [],
    sharedWith: [],
    sealed: undefined,
    disk: undefined,
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
    world.seconds(1, 1.2) * ((earlier ? database.storage.dirtyMiB : database.storage.usedMiB) / snapshotMiBPerSecond);
  snapshot.endsAt = Math.round(world.time + pointMs + restMs);
  const there = () => world.rds.snapshots.get(id) === snapshot && snapshot.status === 'creating';
  world.after(pointMs, () => {
    if (!there() || !world.rds.databases.has(database.resourceId)) return;
    writeUp(world);
    Object.assign(snapshot, {
      takenAt: world.time,
      createdAt: world.time,
      sealed: database.storage.sealed,
      disk: database.storage.disk?.fork(),
      settings: database.settings,
      usedMiB: database.storage.usedMiB,
      inside: database.storage.inside.map((writer) => ({ ...writer })),
    });
    database.storage.dirtyMiB = 0;
  });
  world.at(snapshot.endsAt, () => {
    if (!there()) return;
    snapshot.status = snapshot.sealed ? 'available' : 'failed';
    tellOfSnapshot(world, snapshot, `${type === 'manual' ? 'Manual' : 'Automated'} snapshot created`, 'creation');
  });
  return snapshot;
}

function createSnapshot(world: World, input: CreateDBSnapshotMessage): object {
  const id = newIdentifier(input.DBSnapshotIdentifier, 'DBSnapshotIdentifier', longestSnapshotId);
  const database = databaseOf(world, input.DBInstanceIdentifier);
  checkNewSnapshot(world, id);
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

function describeAttributes(world: World, input: DescribeDBSnapshotAttributesMessage): object {
  const snapshot = snapshotOf(world, input.DBSnapshotIdentifier);
  return {
    DBSnapshotAttributesResult: {
      DBSnapshotIdentifier: snapshot.id,
      DBSnapshotAttributes: [{ AttributeName: 'restore', AttributeValues: [...snapshot.sharedWith] }],
    },
  };
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
  DescribeDBSnapshotAttributes: operation<DescribeDBSnapshotAttributesMessage>(
    ['DBSnapshotIdentifier'],
    describeAttributes,
  ),
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
  const id = newIdentifier(required(name, 'FinalDBSnapshotIdentifier'), 'FinalDBSnapshotIdentifier', longestSnapshotId);
  checkNewSnapshot(world, id);
  return id;
}
