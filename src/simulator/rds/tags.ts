import type {
  AddTagsToResourceMessage,
  ListTagsForResourceMessage,
  RemoveTagsFromResourceMessage,
  Tag,
} from '@aws-sdk/client-rds';
import { required } from '../ec2/select.ts';
import { type Operations, operation } from '../operation.ts';
import { TagSet } from '../tag-set.ts';
import type { World } from '../world.ts';
import { clusterArn, clusterEndpointArn, clusterSnapshotArn, databaseArn, snapshotArn } from './arns.ts';
import { clusterEndpointOf, named, snapshotNamed } from './find.ts';
import { clusterKind } from './kinds/cluster.ts';
import { instanceKind } from './kinds/instance.ts';
import { refusals } from './refusals.ts';
import { tagList } from './select.ts';

const mostTags = 50;
// Letters, digits, white space and these (the user guide's page on tagging RDS resources).
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

function checked(tags: readonly Tag[] | undefined): [string, string][] {
  const seen = new Set<string>();
  return (tags ?? []).map(({ Key, Value = '' }) => {
    const key = required(Key, 'Tag.Key');
    if (/^(aws|rds):/i.test(key)) throw refusals.value(`Tag keys beginning with aws: or rds: are reserved: ${key}`);
    if (key.length > 128 || Value.length > 256) throw refusals.value(`The tag ${key} is too long.`);
    if (!allowed.test(key) || !allowed.test(Value))
      throw refusals.value(`The tag ${key} holds characters that tags may not.`);
    if (seen.has(key)) throw refusals.value(`Duplicate tag key ${key}.`);
    seen.add(key);
    return [key, Value];
  });
}

function checkCount(keys: Iterable<string>): void {
  if ([...keys].filter((key) => !key.startsWith('aws:')).length > mostTags) {
    throw refusals.value(`A resource may have no more than ${mostTags} tags.`);
  }
}

/** The tags of a new resource: those given, or else those it takes over (moto#8320, seen on AWS), seen after the account's delay. */
export function newTags(world: World, given: readonly Tag[] | undefined, taken?: ReadonlyMap<string, string>): TagSet {
  const takenOver = [...(taken ?? [])].filter(([key]) => !key.startsWith('aws:'));
  const tags = new Map(given?.length ? checked(given) : takenOver);
  checkCount(tags.keys());
  if (world.visibilityDelayMs === 0) return new TagSet(tags);
  const set = new TagSet();
  set.change(world.visibleFrom, (now) => {
    for (const [key, value] of tags) now.set(key, value);
  });
  return set;
}

function resourceOf(world: World, arn: string | undefined): TagSet {
  const given = required(arn, 'ResourceName');
  if (given.startsWith(databaseArn(world, ''))) return named(world, instanceKind, given).tags;
  if (given.startsWith(snapshotArn(world, ''))) return snapshotNamed(world, instanceKind, given).tags;
  if (given.startsWith(clusterArn(world, ''))) return named(world, clusterKind, given).tags;
  if (given.startsWith(clusterSnapshotArn(world, ''))) return snapshotNamed(world, clusterKind, given).tags;
  if (given.startsWith(clusterEndpointArn(world, ''))) return clusterEndpointOf(world, given).tags;
  throw refusals.value(`Invalid resource name: ${given}`);
}

function addTags(world: World, input: AddTagsToResourceMessage): object {
  const held = resourceOf(world, input.ResourceName);
  const given = checked(required(input.Tags?.length ? input.Tags : undefined, 'Tags'));
  checkCount(new Set([...held.now.keys(), ...given.map(([key]) => key)]));
  held.change(world.visibleFrom, (now) => {
    for (const [key, value] of given) now.set(key, value);
  });
  return {};
}

function removeTags(world: World, input: RemoveTagsFromResourceMessage): object {
  const held = resourceOf(world, input.ResourceName);
  held.change(world.visibleFrom, (now) => {
    for (const key of required(input.TagKeys?.length ? input.TagKeys : undefined, 'TagKeys')) {
      if (!key.startsWith('aws:')) now.delete(key);
    }
  });
  return {};
}

export const tagOperations: Operations = {
  ListTagsForResource: operation<ListTagsForResourceMessage>(['ResourceName'], (world, input) => ({
    TagList: tagList(resourceOf(world, input.ResourceName), world.time),
  })),
  AddTagsToResource: operation<AddTagsToResourceMessage>(['ResourceName', 'Tags'], addTags),
  RemoveTagsFromResource: operation<RemoveTagsFromResourceMessage>(['ResourceName', 'TagKeys'], removeTags),
};
