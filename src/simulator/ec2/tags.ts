import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  Tag,
  TagSpecification,
} from '@aws-sdk/client-ec2';
import { type Operations, operation } from '../operation.ts';
import { TagSet } from '../tag-set.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { type Kind, kinds, matching, page, required } from './select.ts';

const mostTags = 50;
const mostResources = 1000;

function checked(tags: readonly Tag[]): [string, string][] {
  const seen = new Set<string>();
  return tags.map(({ Key, Value }) => {
    const key = required(Key, 'Tag.Key');
    const value = Value ?? '';
    if (key.startsWith('aws:')) {
      throw new AwsError('InvalidParameterValue', "Tag keys starting with 'aws:' are reserved for internal use");
    }
    if (key.length > 128)
      throw new AwsError('InvalidParameterValue', `Tag key exceeds the maximum length of 128 characters: ${key}`);
    if (value.length > 256)
      throw new AwsError('InvalidParameterValue', 'Tag value exceeds the maximum length of 256 characters');
    if (seen.has(key)) throw new AwsError('InvalidParameterValue', `Duplicate tag key '${key}' specified.`);
    seen.add(key);
    return [key, value];
  });
}

// System tags don't count.
function checkCount(tags: Iterable<string>): void {
  if ([...tags].filter((key) => !key.startsWith('aws:')).length > mostTags) {
    throw new AwsError('TagLimitExceeded', `The maximum number of tags for a resource is ${mostTags}.`);
  }
}

/** The tags that a create call gives to what it makes. */
export function tagsAtCreation(
  world: World,
  specifications: readonly TagSpecification[] | undefined,
  resourceType: 'volume' | 'snapshot',
): TagSet {
  const tags: [string, string][] = [];
  for (const { ResourceType, Tags } of specifications ?? []) {
    if (ResourceType !== resourceType) {
      throw new AwsError(
        'InvalidParameterValue',
        `'${ResourceType}' is not a valid taggable resource type for this operation.`,
      );
    }
    tags.push(...checked(Tags ?? []));
  }
  checkCount(tags.map(([key]) => key));
  const set = new TagSet(world.visibilityDelayMs > 0 ? [] : tags);
  if (world.visibilityDelayMs > 0) {
    set.change(world.visibleFrom, (now) => {
      for (const [key, value] of tags) now.set(key, value);
    });
  }
  return set;
}

interface Taggable {
  readonly id: string;
  readonly type: string;
  readonly tags: TagSet;
}

const typeNames: readonly [
  Kind,
  string,
  (world: World) => ReadonlyMap<string, { tags: TagSet; visibleFrom?: number }>,
][] = [
  [kinds.volume, 'volume', (world) => world.volumes],
  [kinds.snapshot, 'snapshot', (world) => world.snapshots],
  [kinds.instance, 'instance', (world) => world.instances],
  [kinds.address, 'elastic-ip', (world) => world.addresses],
];

function visible(world: World, resource: { visibleFrom?: number }): boolean {
  return (resource.visibleFrom ?? 0) <= world.time;
}

function taggable(world: World, id: string): Taggable {
  const found = typeNames.find(([kind]) => id.startsWith(`${kind.prefix}-`));
  if (!found) throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
  const [kind, type, resources] = found;
  const resource = resources(world).get(id);
  if (!resource || !visible(world, resource)) throw new AwsError(kind.notFound, kind.missing([id]));
  return { id, type, tags: resource.tags };
}

function resourcesOf(world: World, ids: readonly string[] | undefined): Taggable[] {
  const given = required(ids?.length ? ids : undefined, 'ResourceId');
  if (given.length > mostResources)
    throw new AwsError('InvalidParameterValue', `No more than ${mostResources} resources may be given.`);
  return given.map((id) => taggable(world, id));
}

/** Sets tags on resources, all or none. */
function createTags(world: World, ids: readonly string[] | undefined, tags: readonly Tag[] | undefined): void {
  const resources = resourcesOf(world, ids);
  const given = checked(required(tags?.length ? tags : undefined, 'Tag'));
  for (const { tags: held } of resources) checkCount(new Set([...held.now.keys(), ...given.map(([key]) => key)]));
  for (const { tags: held } of resources) {
    held.change(world.visibleFrom, (now) => {
      for (const [key, value] of given) now.set(key, value);
    });
  }
}

function deleteTags(world: World, input: DeleteTagsRequest): object {
  const named = input.Tags;
  for (const { tags } of resourcesOf(world, input.Resources)) {
    tags.change(world.visibleFrom, (now) => {
      for (const [key, value] of [...now]) {
        if (key.startsWith('aws:')) continue;
        // A tag with a value is deleted only if it has that value; no tags at all means every one.
        const meant =
          !named?.length || named.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value));
        if (meant) now.delete(key);
      }
    });
  }
  return {};
}

function describeTags(world: World, input: DescribeTagsRequest): object {
  const all = typeNames.flatMap(([, type, resources]) =>
    [...resources(world)]
      .filter(([, one]) => visible(world, one))
      .flatMap(([id, { tags }]) =>
        [...tags.seenAt(world.time)].map(([key, value]) => ({
          ResourceId: id,
          ResourceType: type,
          Key: key,
          Value: value,
        })),
      ),
  );
  const test = matching<(typeof all)[number]>(
    input.Filters?.filter((filter) => !filter.Name?.startsWith('tag:')),
    {
      key: (tag) => tag.Key,
      value: (tag) => tag.Value,
      'resource-id': (tag) => tag.ResourceId,
      'resource-type': (tag) => tag.ResourceType,
    },
  );
  const tagTests = (input.Filters ?? [])
    .filter((filter) => filter.Name?.startsWith('tag:'))
    .map((filter) => matching<(typeof all)[number]>([filter], {}, (tag) => new Map([[tag.Key, tag.Value]])));
  const chosen = all.filter((tag) => test(tag) && tagTests.every((one) => one(tag)));
  const { items, ...rest } = page(chosen, input, (tag) => `${tag.ResourceId} ${tag.Key}`);
  return { Tags: items, ...rest };
}

export const tagOperations: Operations = {
  CreateTags: operation<CreateTagsRequest>(['Resources', 'Tags'], (world, input) => {
    createTags(world, input.Resources, input.Tags);
    return {};
  }),
  DeleteTags: operation<DeleteTagsRequest>(['Resources', 'Tags'], deleteTags),
  DescribeTags: operation<DescribeTagsRequest>(['Filters', 'MaxResults', 'NextToken'], describeTags),
};
