import type {
  CancelKeyDeletionRequest,
  CreateKeyRequest,
  DescribeKeyRequest,
  DisableKeyRequest,
  EnableKeyRequest,
  GetKeyPolicyRequest,
  KeyMetadata,
  ListGrantsRequest,
  ListKeysRequest,
  ListResourceTagsRequest,
  PutKeyPolicyRequest,
  ScheduleKeyDeletionRequest,
} from '@aws-sdk/client-kms';
import type { Key } from '../model.ts';
import { type Operations, operation } from '../operation.ts';
import { noticeLater } from '../rds/life/key-reaction.ts';
import { TagSet } from '../tag-set.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { allowsEbs, checkPolicy, defaultPolicy } from './policy.ts';

const dayMs = 86_400_000;

function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined || value === '')
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
    );
  return value;
}

/** The key that a KMS call names. Aliases are understood by some operations only. */
export function keyOf(world: World, keyId: string | undefined, aliases: 'aliases' | 'no aliases' = 'no aliases'): Key {
  const name = needed(keyId, 'keyId');
  const isArn = name.startsWith('arn:');
  if (isArn && !name.startsWith(world.arn('kms', '')))
    throw new AwsError('NotFoundException', `Invalid arn ${name.split(':')[3] ?? ''}`);
  const isAlias = /(?:^|:)alias\//.test(name);
  if (isAlias && aliases === 'no aliases')
    throw new AwsError('InvalidArnException', `${name} is not a valid key id or key ARN for this operation`);
  const key = world.findKey(name);
  if (key) return key;
  if (isAlias) {
    const arn = isArn ? name : world.arn('kms', name);
    throw new AwsError('NotFoundException', `Alias ${arn} is not found.`);
  }
  throw new AwsError('NotFoundException', `Key '${isArn ? name : world.arn('kms', `key/${name}`)}' does not exist`);
}

// The table of facts §2.1: what a key in one of these states refuses.
function refuseStates(key: Key, states: readonly Key['state'][]): void {
  if (!states.includes(key.state)) return;
  const words: Partial<Record<Key['state'], string>> = {
    PendingDeletion: 'is pending deletion',
    PendingImport: 'is pending import',
    Disabled: 'is disabled',
    Enabled: 'is not pending deletion',
    Creating: 'is creating',
    Updating: 'is updating',
  };
  throw new AwsError('KMSInvalidStateException', `${key.arn} ${words[key.state] ?? `is ${key.state}`}.`);
}

/** Refuses the use of a key that isn't usable: DisabledException, or KMSInvalidStateException in any other state (facts §2.1). */
export function refuseUse(key: Key): void {
  if (key.state === 'Disabled') throw new AwsError('DisabledException', `${key.arn} is disabled.`);
  refuseStates(key, ['PendingDeletion', 'PendingImport', 'Creating']);
}

function refuseManaged(key: Key): void {
  if (key.manager === 'AWS') throw new AwsError('AccessDeniedException', `${key.arn} is managed by AWS.`);
}

function metadataView(world: World, key: Key): KeyMetadata {
  return {
    AWSAccountId: world.account,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: new Date(key.created),
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: key.state,
    DeletionDate: key.deletionAt === undefined ? undefined : new Date(key.deletionAt),
    Origin: key.state === 'PendingImport' ? 'EXTERNAL' : 'AWS_KMS',
    KeyManager: key.manager,
    KeySpec: key.spec,
    CustomerMasterKeySpec: key.spec as NonNullable<KeyMetadata['CustomerMasterKeySpec']>,
    ...(key.usage === 'ENCRYPT_DECRYPT' && key.spec === 'SYMMETRIC_DEFAULT'
      ? { EncryptionAlgorithms: ['SYMMETRIC_DEFAULT' as const] }
      : {}),
    MultiRegion: key.multiRegion,
  };
}

/** A new key in the account. */
export function addKey(world: World, wanted: Partial<Key> & { readonly tags?: TagSet } = {}): Key {
  const id = wanted.id ?? world.uuid();
  const policy = wanted.policy ?? defaultPolicy(world.account);
  const key: Key = {
    description: '',
    manager: 'CUSTOMER',
    spec: 'SYMMETRIC_DEFAULT',
    usage: 'ENCRYPT_DECRYPT',
    multiRegion: false,
    created: world.time,
    tags: new TagSet(),
    state: 'Enabled',
    ...wanted,
    policy,
    allowsEbs: allowsEbs(policy),
    id,
    arn: world.arn('kms', `key/${id}`),
    secret: world.ids.bytes(32),
    grants: new Map(),
  };
  world.keys.set(id, key);
  return key;
}

const specs: readonly string[] = [
  'SYMMETRIC_DEFAULT',
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'HMAC_256',
];
const usages: readonly string[] = ['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'GENERATE_VERIFY_MAC'];
const origins: readonly string[] = ['AWS_KMS', 'EXTERNAL'];

function oneOf(value: string | undefined, allowed: readonly string[], name: string): void {
  if (value !== undefined && !allowed.includes(value)) {
    throw new AwsError('ValidationException', `Value '${value}' at '${name}' must be one of ${allowed.join(', ')}`);
  }
}

function createKey(world: World, input: CreateKeyRequest): object {
  oneOf(input.KeySpec, specs, 'keySpec');
  oneOf(input.KeyUsage, usages, 'keyUsage');
  oneOf(input.Origin, origins, 'origin');
  const tags = (input.Tags ?? []).map(({ TagKey, TagValue }) => [needed(TagKey, 'tagKey'), TagValue ?? ''] as const);
  if (tags.some(([name]) => name.startsWith('aws:')))
    throw new AwsError('TagException', 'Tag keys can not begin with aws:');
  if (input.Policy !== undefined) checkPolicy(input.Policy, input.BypassPolicyLockoutSafetyCheck);
  const key = addKey(world, {
    description: input.Description ?? '',
    spec: input.KeySpec ?? 'SYMMETRIC_DEFAULT',
    usage: input.KeyUsage ?? 'ENCRYPT_DECRYPT',
    multiRegion: input.MultiRegion ?? false,
    ...(input.Policy === undefined ? {} : { policy: input.Policy }),
    tags: new TagSet(tags),
    state: input.Origin === 'EXTERNAL' ? 'PendingImport' : 'Enabled',
  });
  return { KeyMetadata: metadataView(world, key) };
}

/** Makes the key unusable, as DisableKey does. */
function disableKey(world: World, key: Key): void {
  refuseManaged(key);
  refuseStates(key, ['PendingDeletion', 'PendingImport', 'Creating', 'Updating']);
  setState(world, key, 'Disabled');
}

/** Makes the key usable again, as EnableKey does. */
function enableKey(world: World, key: Key): void {
  refuseManaged(key);
  refuseStates(key, ['PendingDeletion', 'PendingImport', 'Creating', 'Updating']);
  setState(world, key, 'Enabled');
}

function setState(world: World, key: Key, state: Key['state']): void {
  world.changeKey(key, () => {
    key.state = state;
  });
  noticeLater(world, key);
}

function scheduleDeletion(world: World, input: ScheduleKeyDeletionRequest): object {
  const key = keyOf(world, input.KeyId);
  refuseManaged(key);
  refuseStates(key, ['PendingDeletion', 'Updating']);
  const days = input.PendingWindowInDays ?? 30;
  if (days < 7 || days > 30) throw new AwsError('ValidationException', 'PendingWindowInDays must be between 7 and 30.');
  setState(world, key, 'PendingDeletion');
  const at = world.time + days * dayMs;
  key.deletionAt = at;
  world.at(at, () => {
    // From here on nothing encrypted under it can be read again, ever.
    if (key.state === 'PendingDeletion' && key.deletionAt === at) removeKey(world, key);
  });
  return { KeyId: key.arn, DeletionDate: new Date(at), KeyState: key.state, PendingWindowInDays: days };
}

function removeKey(world: World, key: Key): void {
  world.keys.delete(key.id);
  for (const [name, alias] of world.aliases) if (alias.keyId === key.id) world.aliases.delete(name);
}

function cancelDeletion(world: World, input: CancelKeyDeletionRequest): object {
  const key = keyOf(world, input.KeyId);
  if (key.state !== 'PendingDeletion')
    throw new AwsError('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
  setState(world, key, 'Disabled');
  key.deletionAt = undefined;
  return { KeyId: key.arn };
}

function putKeyPolicy(world: World, input: PutKeyPolicyRequest): object {
  const key = keyOf(world, input.KeyId);
  refuseManaged(key);
  if ((input.PolicyName ?? 'default') !== 'default')
    throw new AwsError('ValidationException', 'The only policy is default.');
  const policy = needed(input.Policy, 'policy');
  checkPolicy(policy, input.BypassPolicyLockoutSafetyCheck);
  world.changeKey(key, () => {
    key.policy = policy;
    key.allowsEbs = allowsEbs(policy);
  });
  noticeLater(world, key);
  return {};
}

/** One page of a KMS list. */
export function kmsPage<T>(
  items: readonly T[],
  asked: { Limit?: number | undefined; Marker?: string | undefined },
  size: { most: number; default: number },
  idOf: (item: T) => string,
): { items: T[]; Truncated: boolean; NextMarker?: string } {
  const limit = asked.Limit ?? size.default;
  if (limit < 1 || limit > size.most)
    throw new AwsError('ValidationException', `Limit must be between 1 and ${size.most}.`);
  const after = asked.Marker === undefined ? '' : Buffer.from(asked.Marker, 'base64url').toString();
  if (asked.Marker !== undefined && !after.startsWith('after:'))
    throw new AwsError('InvalidMarkerException', 'The marker is not valid.');
  const left = items
    .map((item) => ({ id: `after:${idOf(item)}`, item }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .filter(({ id }) => id > after);
  const taken = left.slice(0, limit);
  const last = taken.at(-1);
  const rest =
    last && left.length > limit
      ? { Truncated: true, NextMarker: Buffer.from(last.id).toString('base64url') }
      : { Truncated: false };
  return { items: taken.map(({ item }) => item), ...rest };
}

function listGrants(world: World, input: ListGrantsRequest): object {
  const key = keyOf(world, input.KeyId);
  const chosen = [...key.grants.values()].filter(
    (grant) => (input.GrantId ?? grant.id) === grant.id && (input.GranteePrincipal ?? grant.grantee) === grant.grantee,
  );
  const { items, ...rest } = kmsPage(chosen, input, { most: 100, default: 50 }, (grant) => grant.id);
  const Grants = items.map((grant) => ({
    KeyId: key.arn,
    GrantId: grant.id,
    GranteePrincipal: grant.grantee,
    IssuingAccount: `arn:aws:iam::${world.account}:root`,
    CreationDate: new Date(grant.created),
    Operations: ['Decrypt'],
    Constraints: { EncryptionContextSubset: { 'aws:ebs:id': grant.context } },
  }));
  return { Grants, ...rest };
}

function listResourceTags(world: World, input: ListResourceTagsRequest): object {
  const key = keyOf(world, input.KeyId);
  const { items, ...rest } = kmsPage(
    [...key.tags.seenAt(world.time)],
    input,
    { most: 50, default: 50 },
    ([name]) => name,
  );
  return { Tags: items.map(([TagKey, TagValue]) => ({ TagKey, TagValue })), ...rest };
}

export const keyOperations: Operations = {
  DescribeKey: operation<DescribeKeyRequest>(['KeyId'], (world, input) => ({
    KeyMetadata: metadataView(world, keyOf(world, input.KeyId, 'aliases')),
  })),
  CreateKey: operation<CreateKeyRequest>(
    ['BypassPolicyLockoutSafetyCheck', 'Description', 'KeySpec', 'KeyUsage', 'MultiRegion', 'Origin', 'Policy', 'Tags'],
    createKey,
  ),
  ListKeys: operation<ListKeysRequest>(['Limit', 'Marker'], (world, input) => {
    const { items, ...rest } = kmsPage([...world.keys.values()], input, { most: 1000, default: 100 }, (key) => key.id);
    return { Keys: items.map((key) => ({ KeyId: key.id, KeyArn: key.arn })), ...rest };
  }),
  ListGrants: operation<ListGrantsRequest>(['KeyId', 'Limit', 'Marker', 'GrantId', 'GranteePrincipal'], listGrants),
  ListResourceTags: operation<ListResourceTagsRequest>(['KeyId', 'Limit', 'Marker'], listResourceTags),
  EnableKey: operation<EnableKeyRequest>(['KeyId'], (world, input) => {
    enableKey(world, keyOf(world, input.KeyId));
    return {};
  }),
  DisableKey: operation<DisableKeyRequest>(['KeyId'], (world, input) => {
    disableKey(world, keyOf(world, input.KeyId));
    return {};
  }),
  ScheduleKeyDeletion: operation<ScheduleKeyDeletionRequest>(['KeyId', 'PendingWindowInDays'], scheduleDeletion),
  CancelKeyDeletion: operation<CancelKeyDeletionRequest>(['KeyId'], cancelDeletion),
  GetKeyPolicy: operation<GetKeyPolicyRequest>(['KeyId', 'PolicyName'], (world, input) => {
    const key = keyOf(world, input.KeyId);
    if ((input.PolicyName ?? 'default') !== 'default') throw new AwsError('NotFoundException', 'No such policy exists');
    return { Policy: key.policy, PolicyName: 'default' };
  }),
  PutKeyPolicy: operation<PutKeyPolicyRequest>(
    ['KeyId', 'PolicyName', 'Policy', 'BypassPolicyLockoutSafetyCheck'],
    putKeyPolicy,
  ),
};
