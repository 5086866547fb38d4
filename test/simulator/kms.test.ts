import { describe, expect, test } from 'vitest';
import { clients, codeOf } from './support.ts';

async function keyId(set: ReturnType<typeof clients>, alias: string): Promise<string> {
  return (await set.kms.describeKey({ KeyId: alias })).KeyMetadata?.KeyId ?? '';
}

describe('keys of the simulated account', () => {
  test('a key is found by id, ARN, alias and alias ARN', async () => {
    const { kms } = clients();
    const Arn = (await kms.describeKey({ KeyId: 'alias/old' })).KeyMetadata?.Arn ?? '';
    const names = [Arn, Arn.split('/')[1], 'arn:aws:kms:eu-west-1:111122223333:alias/old'];
    for (const KeyId of names) expect((await kms.describeKey({ KeyId })).KeyMetadata?.Arn).toBe(Arn);
    expect(await codeOf(kms.describeKey({ KeyId: 'alias/nobody' }))).toBe('NotFoundException');
    expect(await codeOf(kms.describeKey({ KeyId: 'arn:aws:kms:us-east-1:111122223333:alias/old' }))).toBe(
      'NotFoundException',
    );
    expect(await codeOf(kms.listGrants({ KeyId: 'alias/old' }))).toBe('InvalidArnException');
  });

  test('keys and aliases are listed page by page', async () => {
    const { kms } = clients();
    const first = await kms.listKeys({ Limit: 3 });
    expect(first).toMatchObject({ Truncated: true, NextMarker: expect.any(String) });
    const second = await kms.listKeys({ Limit: 3, Marker: first.NextMarker });
    expect(second.Truncated).toBe(false);
    expect([...(first.Keys ?? []), ...(second.Keys ?? [])]).toHaveLength(4);
    expect((await kms.listAliases({})).Aliases?.map((alias) => alias.AliasName)).toContain('alias/aws/ebs');
  });

  test('CreateKey makes another key each time, and tags are its only mark', async () => {
    const { kms } = clients();
    const make = () => kms.createKey({ Tags: [{ TagKey: 'run', TagValue: '1' }] });
    const [one, two] = [await make(), await make()];
    expect(one.KeyMetadata?.KeyId).not.toBe(two.KeyMetadata?.KeyId);
    const tags = await kms.listResourceTags({ KeyId: one.KeyMetadata?.KeyId });
    expect(tags.Tags).toEqual([{ TagKey: 'run', TagValue: '1' }]);
    const policy = await kms.getKeyPolicy({ KeyId: one.KeyMetadata?.KeyId });
    expect(JSON.parse(policy.Policy ?? '')).toMatchObject({ Version: '2012-10-17' });
  });

  test('disabling and enabling may be repeated', async () => {
    const set = clients();
    const KeyId = await keyId(set, 'alias/old');
    for (let i = 0; i < 2; i++) await set.kms.disableKey({ KeyId });
    expect((await set.kms.describeKey({ KeyId })).KeyMetadata).toMatchObject({ KeyState: 'Disabled', Enabled: false });
    for (let i = 0; i < 2; i++) await set.kms.enableKey({ KeyId });
    expect((await set.kms.describeKey({ KeyId })).KeyMetadata?.KeyState).toBe('Enabled');
  });

  test('a key pending deletion refuses almost everything, is disabled when spared, and is gone when its time is up', async () => {
    const set = clients();
    const { kms } = set;
    const KeyId = await keyId(set, 'alias/old');
    await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
    const invalid = 'KMSInvalidStateException';
    expect(await codeOf(kms.scheduleKeyDeletion({ KeyId }))).toBe(invalid);
    expect(await codeOf(kms.enableKey({ KeyId }))).toBe(invalid);
    expect(await codeOf(kms.disableKey({ KeyId }))).toBe(invalid);
    expect(await codeOf(kms.createAlias({ AliasName: 'alias/more', TargetKeyId: KeyId }))).toBe(invalid);
    expect(await codeOf(kms.updateAlias({ AliasName: 'alias/new', TargetKeyId: KeyId }))).toBe(invalid);
    expect(await codeOf(kms.describeKey({ KeyId }))).toBe('accepted');
    await kms.cancelKeyDeletion({ KeyId });
    expect((await kms.describeKey({ KeyId })).KeyMetadata?.KeyState).toBe('Disabled');
    expect(await codeOf(kms.cancelKeyDeletion({ KeyId }))).toBe(invalid);
    await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
    set.pass(7 * 86_400_000 + 1000);
    expect(await codeOf(kms.describeKey({ KeyId }))).toBe('NotFoundException');
    expect(set.account.state().volumes.find((volume) => volume.id === 'vol-00000000000000003')?.readable).toBe(false);
  });

  test('an alias is made once, and moved as often as one likes, between keys of one kind', async () => {
    const set = clients();
    const { kms } = set;
    const [from, to] = [await keyId(set, 'alias/old'), await keyId(set, 'alias/new')];
    expect(await codeOf(kms.createAlias({ AliasName: 'alias/new', TargetKeyId: from }))).toBe('AlreadyExistsException');
    for (let i = 0; i < 2; i++) await kms.updateAlias({ AliasName: 'alias/old', TargetKeyId: to });
    expect(await keyId(set, 'alias/old')).toBe(to);
    const rsa = await kms.createKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
    expect(await codeOf(kms.updateAlias({ AliasName: 'alias/old', TargetKeyId: rsa.KeyMetadata?.KeyId }))).toBe(
      'ValidationException',
    );
    expect(await codeOf(kms.createAlias({ AliasName: 'alias/aws/mine', TargetKeyId: to }))).toBe(
      'NotAuthorizedException',
    );
  });
});
