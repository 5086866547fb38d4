import type {
  CopyDBClusterSnapshotMessage,
  CopyDBSnapshotMessage,
  CreateDBClusterSnapshotMessage,
  CreateDBSnapshotMessage,
  DeleteDBClusterSnapshotMessage,
  DeleteDBSnapshotMessage,
  DescribeDBClusterSnapshotAttributesMessage,
  DescribeDBClusterSnapshotsMessage,
  DescribeDBSnapshotAttributesMessage,
  DescribeDBSnapshotsMessage,
  Tag,
} from '@aws-sdk/client-rds';
import { type Operations, operation } from '../../operation.ts';
import type { World } from '../../world.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { instanceKind } from '../kinds/instance.ts';
import type { Kind } from '../kinds/kind.ts';
import { backUp } from '../life/backups.ts';
import { checkNew, copy, discard, take } from '../life/shelf.ts';
import type { Resource, SnapshotBy } from '../model/alike.ts';
import { named, snapshotNamed } from '../naming/find.ts';
import { folded, markedPage, newIdentifier, passing } from '../naming/select.ts';
import { newTags } from '../rules/new-tags.ts';
import { refusals } from '../rules/refusals.ts';

function create<T extends Resource>(
  world: World,
  kind: Kind<T>,
  asked: { id: string | undefined; of: string | undefined; tags: readonly Tag[] | undefined },
): object {
  const id = newIdentifier(asked.id, kind.parameters.snapshot, kind.snapshot.longestId);
  const one = named(world, kind, asked.of);
  checkNew(world, kind, id);
  kind.snapshot.refuse?.(one);
  kind.requireFree(world, one, 'backed up');
  const tags = newTags(world, asked.tags, one.settings.CopyTagsToSnapshot ? one.tags.now : undefined);
  const snapshot = take(world, kind, one, { id, tags });
  backUp(world, kind, one, snapshot);
  return kind.snapshot.view(world, snapshot);
}

interface CopyAsked<T extends Resource> {
  readonly from: string | undefined;
  readonly id: string | undefined;
  readonly key: string | undefined;
  readonly tags: readonly Tag[] | undefined;
  readonly copyTags: boolean | undefined;
  /** What the copy has other than its source. */
  readonly changed?: Partial<T['settings']>;
}

function copySnapshot<T extends Resource>(world: World, kind: Kind<T>, asked: CopyAsked<T>): object {
  const { snapshot: parameter } = kind.parameters;
  const source = snapshotNamed(world, kind, asked.from, `Source${parameter}`);
  const id = newIdentifier(asked.id, `Target${parameter}`, kind.snapshot.longestId);
  checkNew(world, kind, id);
  if (source.status !== 'available') {
    throw kind.refusals.snapshotState(`Cannot copy the snapshot ${source.id} because it is ${source.status}.`);
  }
  kind.snapshot.refuseKey?.(source, asked.key);
  const name = asked.key ?? source.keyArn;
  const key = name === undefined ? undefined : world.findKey(name);
  if (name !== undefined && !world.usable(key)) throw refusals.key(name);
  const made = copy(world, kind, source, {
    id,
    keyArn: key?.arn,
    tags: newTags(world, asked.tags, asked.copyTags ? source.tags.now : undefined),
    settings: asked.changed ? Object.assign({}, source.settings, asked.changed) : source.settings,
  });
  return kind.snapshot.view(world, made);
}

function remove<T extends Resource>(world: World, kind: Kind<T>, id: string | undefined): object {
  const snapshot = snapshotNamed(world, kind, id);
  discard(world, kind, snapshot);
  return { ...kind.snapshot.view(world, snapshot), Status: kind.snapshot.deletedShows };
}

function attributes({ sharedWith }: SnapshotBy<Resource>): object[] {
  return [{ AttributeName: 'restore', AttributeValues: [...sharedWith] }];
}

interface ListAsked extends Pick<DescribeDBSnapshotsMessage, 'Filters' | 'MaxRecords' | 'Marker' | 'SnapshotType'> {
  readonly id: string | undefined;
  readonly of: string | undefined;
  readonly resourceId: string | undefined;
}

function list<T extends Resource>(world: World, kind: Kind<T>, asked: ListAsked) {
  const test = passing<SnapshotBy<T>>(asked.Filters, {
    ...kind.snapshot.filters(world),
    'snapshot-type': (one) => one.type,
    engine: (one) => one.engine,
  });
  const listed = asked.id
    ? [snapshotNamed(world, kind, asked.id)]
    : [...kind.snapshots(world).values()].filter((one) => one.visibleFrom <= world.time);
  const chosen = listed.filter(
    (one) =>
      (asked.of === undefined || one.databaseIdentifier === folded(asked.of)) &&
      (asked.resourceId === undefined || one.resourceId === asked.resourceId) &&
      (asked.SnapshotType === undefined || one.type === asked.SnapshotType) &&
      test(one),
  );
  const { items, ...rest } = markedPage(chosen, asked, (one) => one.id);
  return { items: items.map((one) => kind.snapshot.view(world, one)), rest };
}

const listed = ['SnapshotType', 'Filters', 'MaxRecords', 'Marker', 'IncludeShared', 'IncludePublic'] as const;

const ofInstances: Operations = {
  CreateDBSnapshot: operation<CreateDBSnapshotMessage>(
    ['DBSnapshotIdentifier', 'DBInstanceIdentifier', 'Tags'],
    (world, { DBSnapshotIdentifier: id, DBInstanceIdentifier: of, Tags: tags }) => ({
      DBSnapshot: create(world, instanceKind, { id, of, tags }),
    }),
  ),
  CopyDBSnapshot: operation<CopyDBSnapshotMessage>(
    ['SourceDBSnapshotIdentifier', 'TargetDBSnapshotIdentifier', 'KmsKeyId', 'Tags', 'CopyTags', 'OptionGroupName'],
    (world, input) => ({
      DBSnapshot: copySnapshot(world, instanceKind, {
        from: input.SourceDBSnapshotIdentifier,
        id: input.TargetDBSnapshotIdentifier,
        key: input.KmsKeyId,
        tags: input.Tags,
        copyTags: input.CopyTags,
        // The copy of a cluster snapshot has no such parameter.
        ...(input.OptionGroupName === undefined ? {} : { changed: { OptionGroup: input.OptionGroupName } }),
      }),
    }),
  ),
  DeleteDBSnapshot: operation<DeleteDBSnapshotMessage>(['DBSnapshotIdentifier'], (world, input) => ({
    DBSnapshot: remove(world, instanceKind, input.DBSnapshotIdentifier),
  })),
  DescribeDBSnapshotAttributes: operation<DescribeDBSnapshotAttributesMessage>(
    ['DBSnapshotIdentifier'],
    (world, input) => {
      const snapshot = snapshotNamed(world, instanceKind, input.DBSnapshotIdentifier);
      return {
        DBSnapshotAttributesResult: {
          DBSnapshotIdentifier: snapshot.id,
          DBSnapshotAttributes: attributes(snapshot),
        },
      };
    },
  ),
  DescribeDBSnapshots: operation<DescribeDBSnapshotsMessage>(
    ['DBSnapshotIdentifier', 'DBInstanceIdentifier', 'DbiResourceId', ...listed],
    (world, input) => {
      const { DBSnapshotIdentifier: id, DBInstanceIdentifier: of, DbiResourceId: resourceId } = input;
      const { items, rest } = list(world, instanceKind, { ...input, id, of, resourceId });
      return { DBSnapshots: items, ...rest };
    },
  ),
};

const ofClusters: Operations = {
  CreateDBClusterSnapshot: operation<CreateDBClusterSnapshotMessage>(
    ['DBClusterSnapshotIdentifier', 'DBClusterIdentifier', 'Tags'],
    (world, { DBClusterSnapshotIdentifier: id, DBClusterIdentifier: of, Tags: tags }) => ({
      DBClusterSnapshot: create(world, clusterKind, { id, of, tags }),
    }),
  ),
  CopyDBClusterSnapshot: operation<CopyDBClusterSnapshotMessage>(
    ['SourceDBClusterSnapshotIdentifier', 'TargetDBClusterSnapshotIdentifier', 'KmsKeyId', 'Tags', 'CopyTags'],
    (world, input) => ({
      DBClusterSnapshot: copySnapshot(world, clusterKind, {
        from: input.SourceDBClusterSnapshotIdentifier,
        id: input.TargetDBClusterSnapshotIdentifier,
        key: input.KmsKeyId,
        tags: input.Tags,
        copyTags: input.CopyTags,
      }),
    }),
  ),
  DeleteDBClusterSnapshot: operation<DeleteDBClusterSnapshotMessage>(
    ['DBClusterSnapshotIdentifier'],
    (world, input) => ({ DBClusterSnapshot: remove(world, clusterKind, input.DBClusterSnapshotIdentifier) }),
  ),
  DescribeDBClusterSnapshotAttributes: operation<DescribeDBClusterSnapshotAttributesMessage>(
    ['DBClusterSnapshotIdentifier'],
    (world, input) => {
      const snapshot = snapshotNamed(world, clusterKind, input.DBClusterSnapshotIdentifier);
      return {
        DBClusterSnapshotAttributesResult: {
          DBClusterSnapshotIdentifier: snapshot.id,
          DBClusterSnapshotAttributes: attributes(snapshot),
        },
      };
    },
  ),
  DescribeDBClusterSnapshots: operation<DescribeDBClusterSnapshotsMessage>(
    ['DBClusterSnapshotIdentifier', 'DBClusterIdentifier', 'DbClusterResourceId', ...listed],
    (world, input) => {
      const { DBClusterSnapshotIdentifier: id, DBClusterIdentifier: of, DbClusterResourceId: resourceId } = input;
      const { items, rest } = list(world, clusterKind, { ...input, id, of, resourceId });
      return { DBClusterSnapshots: items, ...rest };
    },
  ),
};

/** The operations about snapshots, of instances and of clusters. */
export const snapshotOperations: Operations = { ...ofInstances, ...ofClusters };
