import type { CreateAliasRequest, ListAliasesRequest, UpdateAliasRequest } from '@aws-sdk/client-kms';
import type { Key } from '../model.ts';
import { type Operations, operation } from '../operation.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { keyOf, kmsPage } from './keys.ts';

function checkedName(name: string | undefined): string {
  if (name === undefined || !/^alias\/[a-zA-Z0-9/_-]{1,250}$/.test(name)) {
    throw new AwsError(
      'InvalidAliasNameException',
      'Alias must start with the prefix "alias/" and hold letters, digits, slashes, dashes and underscores.',
    );
  }
  if (name.startsWith('alias/aws/')) throw new AwsError('NotAuthorizedException', 'The prefix alias/aws/ is reserved.');
  return name;
}

/** Gives a key a name. */
export function addAlias(world: World, name: string, key: Key): void {
  world.aliases.set(name, { name, keyId: key.id, created: world.time, updated: world.time });
}

function createAlias(world: World, input: CreateAliasRequest): object {
  const name = checkedName(input.AliasName);
  const key = keyOf(world, input.TargetKeyId);
  if (key.state === 'PendingDeletion')
    throw new AwsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
  if (world.aliases.has(name)) {
    throw new AwsError('AlreadyExistsException', `An alias with the name ${world.arn('kms', name)} already exists`);
  }
  addAlias(world, name, key);
  return {};
}

function updateAlias(world: World, input: UpdateAliasRequest): object {
  const name = checkedName(input.AliasName);
  const alias = world.aliases.get(name);
  if (!alias) throw new AwsError('NotFoundException', `Alias ${world.arn('kms', name)} is not found.`);
  const key = keyOf(world, input.TargetKeyId);
  // The key that loses the alias may be pending deletion, the one that gets it may not (facts §1.5).
  if (key.state === 'PendingDeletion')
    throw new AwsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
  const before = world.keys.get(alias.keyId);
  if (before && (before.spec !== key.spec || before.usage !== key.usage)) {
    throw new AwsError('ValidationException', 'The current and the new key must be of the same type and usage.');
  }
  alias.keyId = key.id;
  alias.updated = world.time;
  return {};
}

function listAliases(world: World, input: ListAliasesRequest): object {
  const key = input.KeyId === undefined ? undefined : keyOf(world, input.KeyId);
  const chosen = [...world.aliases.values()].filter((alias) => key === undefined || alias.keyId === key.id);
  const { items, ...rest } = kmsPage(chosen, input, { most: 100, default: 50 }, (alias) => alias.name);
  const Aliases = items.map((alias) => ({
    AliasName: alias.name,
    AliasArn: world.arn('kms', alias.name),
    TargetKeyId: alias.keyId,
    CreationDate: new Date(alias.created),
    LastUpdatedDate: new Date(alias.updated),
  }));
  return { Aliases, ...rest };
}

export const aliasOperations: Operations = {
  CreateAlias: operation<CreateAliasRequest>(['AliasName', 'TargetKeyId'], createAlias),
  UpdateAlias: operation<UpdateAliasRequest>(['AliasName', 'TargetKeyId'], updateAlias),
  ListAliases: operation<ListAliasesRequest>(['KeyId', 'Limit', 'Marker'], listAliases),
};
