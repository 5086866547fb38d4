import type {
  CopyDBClusterSnapshotMessage,
  CreateDBClusterSnapshotMessage,
  DeleteDBClusterSnapshotMessage,
  DescribeDBClusterSnapshotAttributesMessage,
  DescribeDBClusterSnapshotsMessage,
} from '@aws-sdk/client-rds';
import { required } from '../../ec2/select.ts';
import { type Operations, operation } from '../../operation.ts';
import { TagSet } from '../../tag-set.ts';
import type { World } from '../../world.ts';
import { clusterArn, clusterSnapshotArn } from '../arns.ts';
import { tellOfCluster, tellOfClusterSnapshot } from '../events.ts';
import { named, snapshotNamed } from '../find.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { carryOut } from '../lifecycle.ts';
import { refusals } from '../refusals.ts';
import { folded, markedPage, newIdentifier, passing } from '../select.ts';
import { checkNew, copy, discard, type Shelf, take } from '../shelf.ts';
import { newTags } from '../tags.ts';
import { requireFreeCluster } from './lifecycle.ts';
import type { Cluster, ClusterSettings, ClusterSnapshot } from './model.ts';
import { clusterSnapshotView } from './views.ts';

const longestId = 63;

function clusterShelf(world: World): Shelf<ClusterSettings> {
  return {
    held: world.rds.clusterSnapshots,
    room: world.limits.clusterSnapshots,
    copiesAtOnce: world.limits.clusterSnapshotCopies,
    exists: refusals.clusterSnapshotExists,
    state: refusals.clusterSnapshotState,
    tell: (snapshot, message, category) => tellOfClusterSnapshot(world, snapshot, message, category),
  };
}

/** Takes a snapshot of a cluster. The point in time comes some seconds after the call. */
export function takeClusterSnapshot(
  world: World,
  cluster: Cluster,
  id: string,
  tags: TagSet,
  type: ClusterSnapshot['type'] = 'manual',
): ClusterSnapshot {
  return take(world, clusterShelf(world), cluster, { id, tags, type });
}

/** Throws when a final snapshot of this name can't be made. */
export function finalClusterSnapshotId(world: World, name: string | undefined): string {
  const id = newIdentifier(required(name, 'FinalDBSnapshotIdentifier'), 'FinalDBSnapshotIdentifier', longestId);
  checkNew(clusterShelf(world), id);
  return id;
}

// Until the snapshot is there the cluster takes no other change; its members don't notice.
function backUp(world: World, cluster: Cluster, snapshot: ClusterSnapshot): void {
  cluster.status = 'backing-up';
  tellOfCluster(world, cluster, 'Backing up DB cluster', 'backup');
  carryOut(world, cluster, [
    [
      (snapshot.endsAt ?? world.time) - world.time,
      () => {
        cluster.status = 'available';
        tellOfCluster(world, cluster, 'Finished DB cluster backup', 'backup');
      },
    ],
  ]);
}

/** What Aurora does once a day: a snapshot of its own, of which it keeps as many as the retention has days. */
export function takeAutomatedClusterSnapshot(world: World, cluster: Cluster): void {
  const id = `rds:${cluster.identifier}-${new Date(world.time).toISOString().slice(0, 16).replace(/[T:]/g, '-')}`;
  backUp(world, cluster, takeClusterSnapshot(world, cluster, id, new TagSet(), 'automated'));
  const own = [...world.rds.clusterSnapshots.values()].filter(
    (one) => one.type === 'automated' && one.resourceId === cluster.resourceId,
  );
  const kept = cluster.settings.BackupRetentionPeriod ?? 1;
  for (const one of own.sort((a, b) => b.asked - a.asked).slice(kept)) world.rds.clusterSnapshots.delete(one.id);
}

function create(world: World, input: CreateDBClusterSnapshotMessage): object {
  const id = newIdentifier(input.DBClusterSnapshotIdentifier, 'DBClusterSnapshotIdentifier', longestId);
  const cluster = named(world, clusterKind, input.DBClusterIdentifier);
  checkNew(clusterShelf(world), id);
  requireFreeCluster(cluster, 'backed up');
  const tags = newTags(world, input.Tags, cluster.settings.CopyTagsToSnapshot ? cluster.tags.now : undefined);
  const snapshot = takeClusterSnapshot(world, cluster, id, tags);
  backUp(world, cluster, snapshot);
  return { DBClusterSnapshot: clusterSnapshotView(world, snapshot) };
}

function copySnapshot(world: World, input: CopyDBClusterSnapshotMessage): object {
  const source = snapshotNamed(
    world,
    clusterKind,
    input.SourceDBClusterSnapshotIdentifier,
    'SourceDBClusterSnapshotIdentifier',
  );
  const id = newIdentifier(input.TargetDBClusterSnapshotIdentifier, 'TargetDBClusterSnapshotIdentifier', longestId);
  const shelf = clusterShelf(world);
  checkNew(shelf, id);
  if (source.status !== 'available') {
    throw refusals.clusterSnapshotState(`Cannot copy the snapshot ${source.id} because it is ${source.status}.`);
  }
  // An unencrypted cluster snapshot can't be copied into an encrypted one, as a DB snapshot can (facts §3.2).
  if (source.keyArn === undefined && input.KmsKeyId !== undefined) {
    throw refusals.combination('A KMS key can not be given for the copy of an unencrypted DB cluster snapshot.');
  }
  const name = input.KmsKeyId ?? source.keyArn;
  const key = name === undefined ? undefined : world.findKey(name);
  if (name !== undefined && !world.usable(key)) throw refusals.key(name);
  const made = copy(world, shelf, source, {
    id,
    keyArn: key?.arn,
    tags: newTags(world, input.Tags, input.CopyTags ? source.tags.now : undefined),
    settings: source.settings,
  });
  return { DBClusterSnapshot: clusterSnapshotView(world, made) };
}

function remove(world: World, input: DeleteDBClusterSnapshotMessage): object {
  const snapshot = snapshotNamed(world, clusterKind, input.DBClusterSnapshotIdentifier);
  discard(world, clusterShelf(world), snapshot);
  // Other than a DB snapshot (the examples of the AWS CLI for both).
  return { DBClusterSnapshot: { ...clusterSnapshotView(world, snapshot), Status: 'available' } };
}

function describeAttributes(world: World, input: DescribeDBClusterSnapshotAttributesMessage): object {
  const snapshot = snapshotNamed(world, clusterKind, input.DBClusterSnapshotIdentifier);
  return {
    DBClusterSnapshotAttributesResult: {
      DBClusterSnapshotIdentifier: snapshot.id,
      DBClusterSnapshotAttributes: [{ AttributeName: 'restore', AttributeValues: [...snapshot.sharedWith] }],
    },
  };
}

function describe(world: World, input: DescribeDBClusterSnapshotsMessage): object {
  const test = passing<ClusterSnapshot>(input.Filters, {
    'db-cluster-snapshot-id': (one) => [one.id, clusterSnapshotArn(world, one.id)],
    'db-cluster-id': (one) => [one.databaseIdentifier, clusterArn(world, one.databaseIdentifier)],
    'snapshot-type': (one) => one.type,
    engine: (one) => one.engine,
  });
  const listed = input.DBClusterSnapshotIdentifier
    ? [snapshotNamed(world, clusterKind, input.DBClusterSnapshotIdentifier)]
    : [...world.rds.clusterSnapshots.values()].filter((one) => one.visibleFrom <= world.time);
  const chosen = listed.filter(
    (one) =>
      (input.DBClusterIdentifier === undefined || one.databaseIdentifier === folded(input.DBClusterIdentifier)) &&
      (input.DbClusterResourceId === undefined || one.resourceId === input.DbClusterResourceId) &&
      (input.SnapshotType === undefined || one.type === input.SnapshotType) &&
      test(one),
  );
  const { items, ...rest } = markedPage(chosen, input, (one) => one.id);
  return { DBClusterSnapshots: items.map((one) => clusterSnapshotView(world, one)), ...rest };
}

export const clusterSnapshotOperations: Operations = {
  CreateDBClusterSnapshot: operation<CreateDBClusterSnapshotMessage>(
    ['DBClusterSnapshotIdentifier', 'DBClusterIdentifier', 'Tags'],
    create,
  ),
  CopyDBClusterSnapshot: operation<CopyDBClusterSnapshotMessage>(
    ['SourceDBClusterSnapshotIdentifier', 'TargetDBClusterSnapshotIdentifier', 'KmsKeyId', 'Tags', 'CopyTags'],
    copySnapshot,
  ),
  DeleteDBClusterSnapshot: operation<DeleteDBClusterSnapshotMessage>(['DBClusterSnapshotIdentifier'], remove),
  DescribeDBClusterSnapshotAttributes: operation<DescribeDBClusterSnapshotAttributesMessage>(
    ['DBClusterSnapshotIdentifier'],
    describeAttributes,
  ),
  DescribeDBClusterSnapshots: operation<DescribeDBClusterSnapshotsMessage>(
    [
      'DBClusterSnapshotIdentifier',
      'DBClusterIdentifier',
      'DbClusterResourceId',
      'SnapshotType',
      'Filters',
      'MaxRecords',
      'Marker',
      'IncludeShared',
      'IncludePublic',
    ],
    describe,
  ),
};
