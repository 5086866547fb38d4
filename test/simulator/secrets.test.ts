import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { requestHandler } from '../../src/simulator/handler.ts';
import { simulatedDatabases } from '../../src/simulator/rds/sql.ts';
import { rdsClients, shop } from './rds/support.ts';

const host = 'orders';

function secretsOf(key?: string, changes: Parameters<typeof shop>[0] = {}) {
  const declared = { name: 'shop/checker', database: host, user: 'checker', ...(key === undefined ? {} : { key }) };
  const set = rdsClients(shop(changes, { secrets: [declared] }));
  const manager = new SecretsManager({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: requestHandler(set.account),
    maxAttempts: 1,
  });
  const login = async (VersionStage?: string, SecretId = 'shop/checker') => {
    const { SecretString } = await manager.getSecretValue({ SecretId, ...(VersionStage && { VersionStage }) });
    const { username, password } = JSON.parse(SecretString ?? '{}') as { username: string; password: string };
    return { user: username, password };
  };
  const ask = async (who: { user: string; password: string }) => {
    const address = set.truth(host).address ?? '';
    const at = { engine: 'postgres', host: address, port: 5432 } as const;
    return simulatedDatabases(set.account).query(at, 'SELECT 1', new AbortController().signal, who);
  };
  return { ...set, manager, login, ask };
}

// The runner gets in by the fence's group.
const open = { securityGroups: ['sg-0fe1ce0000000000a', 'sg-0aaaaaaaaaaaaaaa1'] };

it('a secret is read on the wire, by name and by ARN, in the form of RDS', async () => {
  const { manager } = secretsOf();
  const { ARN, Name, VersionStages, SecretString } = await manager.getSecretValue({ SecretId: 'shop/checker' });
  expect([Name, VersionStages]).toEqual(['shop/checker', ['AWSCURRENT']]);
  expect(JSON.parse(SecretString ?? '')).toMatchObject({ username: 'checker', engine: 'postgres', port: 5432 });
  expect(await manager.getSecretValue({ SecretId: ARN })).toMatchObject({ Name: 'shop/checker' });
});

it('a secret that is not there, a label that no version has and a key that is off are refused as AWS refuses them', async () => {
  const { login } = secretsOf();
  await expect(login(undefined, 'shop/other')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(login('AWSPENDING')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(secretsOf('alias/disabled').login()).rejects.toMatchObject({ name: 'DecryptionFailure' });
});

it('a user whose password is known is let in with it alone, all others with any', async () => {
  const { login, ask } = secretsOf(undefined, open);
  const right = await login();
  await expect(ask(right)).resolves.toHaveLength(1);
  await expect(ask({ ...right, password: 'guessed' })).rejects.toMatchObject({ code: '28P01' });
  await expect(ask({ user: 'app', password: 'any' })).resolves.toHaveLength(1);
});

it('a rotation makes a pending version, sets it in the database, then moves the labels', async () => {
  const { login, ask, account, until } = secretsOf(undefined, open);
  const before = await login();
  account.act({ do: 'rotate-secret', secret: 'shop/checker' });
  const lets = (who: typeof before) => ask(who).then(Boolean, () => false);
  await until(async () => (await login('AWSPENDING').catch(() => undefined)) !== undefined);
  expect(await login()).toEqual(before);
  const pending = await login('AWSPENDING');
  await until(() => lets(pending));
  expect(await lets(before)).toBe(false);
  await until(async () => (await login()).password === pending.password);
  expect(await login('AWSPREVIOUS')).toEqual(before);
});

it('a rotation that can not get in to the database leaves its version pending', async () => {
  const { login, account, pass } = secretsOf(undefined, { securityGroups: ['sg-0fe1ce0000000000a'] });
  const before = await login();
  account.act({ do: 'rotate-secret', secret: 'shop/checker' });
  pass(3_600_000);
  expect(await login()).toEqual(before);
  expect((await login('AWSPENDING')).password).not.toBe(before.password);
});
