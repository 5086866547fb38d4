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
import { databaseArn, snapshotArn } from './arns.ts';
import { tell, tellOfSnapshot } from './events.ts';
import { named, snapshotNamed } from './find.ts';
import { instanceKind } from './kinds/instance.ts';
import { carryOut, requireFree } from './lifecycle.ts';
import type { Database, DbSnapshot, Settings } from './model.ts';
import { longestSnapshotId } from './quotas.ts';
import { refusals } from './refusals.ts';
import { folded, markedPage, newIdentifier, passing } from './select.ts';
import { checkNew, copy, discard, type Shelf, take } from './shelf.ts';
import { newTags } from './tags.ts';
import { dbSnapshotView } from './views.ts';

/** The DB snapshots of the account. */
function instanceShelf(world: World): Shelf<Settings> {
  return {
    held: world.rds.snapshots,
    room: world.limits.databaseSnapshots,
    copiesAtOnce: world.limits.databaseSnapshotCopies,
    exists: refusals.snapshotExists,
    state: refusals.snapshotState,
    tell: (snapshot, message, category) => tellOfSnapshot(world, snapshot, message, category),
  };
}

/** Takes a snapshot of an instance. The point in time comes some seconds after the call. */
export function takeSnapshot(
  world: World,
  database: Database,
  id: string,
  tags: TagSet,
  type: DbSnapshot['type'] = 'manual',
): DbSnapshot {
  return take(world, instanceShelf(world), database, { id, tags, type });
}

function createSnapshot(world: World, input: CreateDBSnapshotMessage): object {
  const id = newIdentifier(input.DBSnapshotIdentifier, 'DBSnapshotIdentifier', longestSnapshotId);
  const database = named(world, instanceKind, input.DBInstanceIdentifier);
  checkNew(instanceShelf(world), id);
  if (database.member) {
    throw refusals.value(
      'The specified instance is a member of a cluster and a snapshot cannot be created directly. Please use the CreateDBClusterSnapshot API instead.',
    );
  }
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

function copySnapshot(world: World, input: CopyDBSnapshotMessage): object {
  const source = snapshotNamed(world, instanceKind, input.SourceDBSnapshotIdentifier, 'SourceDBSnapshotIdentifier');
  const id = newIdentifier(input.TargetDBSnapshotIdentifier, 'TargetDBSnapshotIdentifier', longestSnapshotId);
  const shelf = instanceShelf(world);
  checkNew(shelf, id);
  if (source.status !== 'available') {
    throw refusals.snapshotState(`Cannot copy the snapshot ${source.id} because it is ${source.status}.`);
  }
  const name = input.KmsKeyId ?? source.keyArn;
  const key = name === undefined ? undefined : world.findKey(name);
  if (name !== undefined && !world.usable(key)) throw refusals.key(name);
  const { OptionGroupName } = input;
  const made = copy(world, shelf, source, {
    id,
    keyArn: key?.arn,
    tags: newTags(world, input.Tags, input.CopyTags ? source.tags.now : undefined),
    settings: OptionGroupName === undefined ? source.settings : { ...source.settings, OptionGroup: OptionGroupName },
  });
  return { DBSnapshot: dbSnapshotView(world, made) };
}

function deleteSnapshot(world: World, input: DeleteDBSnapshotMessage): object {
  const snapshot = snapshotNamed(world, instanceKind, input.DBSnapshotIdentifier);
  discard(world, instanceShelf(world), snapshot);
  return { DBSnapshot: { ...dbSnapshotView(world, snapshot), Status: 'deleted' } };
}

function describeAttributes(world: World, input: DescribeDBSnapshotAttributesMessage): object {
  const snapshot = snapshotNamed(world, instanceKind, input.DBSnapshotIdentifier);
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
    ? [snapshotNamed(world, instanceKind, input.DBSnapshotIdentifier)]
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
  checkNew(instanceShelf(world), id);
  return id;
}
