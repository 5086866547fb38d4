import type {
  AddTagsToResourceMessage,
  ListTagsForResourceMessage,
  RemoveTagsFromResourceMessage,
} from '@aws-sdk/client-rds';
import { required } from '../../ec2/select.ts';
import { type Operations, operation } from '../../operation.ts';
import type { TagSet } from '../../tag-set.ts';
import type { World } from '../../world.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { instanceKind } from '../kinds/instance.ts';
import { clusterArn, clusterEndpointArn, clusterSnapshotArn, databaseArn, snapshotArn } from '../naming/arns.ts';
import { clusterEndpointOf, named, snapshotNamed } from '../naming/find.ts';
import { tagList } from '../naming/select.ts';
import { checkCount, checkedTags } from '../rules/new-tags.ts';
import { refusals } from '../rules/refusals.ts';

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
  const given = checkedTags(required(input.Tags?.length ? input.Tags : undefined, 'Tags'));
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
