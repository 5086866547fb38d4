import { EBS } from '@aws-sdk/client-ebs';
import { EC2 } from '@aws-sdk/client-ec2';
import { KMS } from '@aws-sdk/client-kms';
import { STS } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, test } from 'vitest';
import { createAccount } from '../../src/simulator/account.ts';
import { scenarioOf } from '../../src/simulator/scenario.ts';
import { type ServeOptions, serve } from '../../src/simulator/server.ts';
import { closingFetch } from '../support/closing-fetch.ts';
import { codeOf, fleet } from './support.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function served(options: ServeOptions = {}) {
  const account = createAccount({ scenario: scenarioOf(fleet()), now: () => Date.UTC(2026, 0, 1) });
  const server = await serve(account, options);
  opened.push(server);
  const config = {
    region: 'eu-west-1',
    endpoint: server.url,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: { requestTimeout: 200, throwOnRequestTimeout: true },
  };
  const post = (path: string, body: string, method = 'POST') =>
    closingFetch(server.url + path, { method, ...(body ? { body } : {}) });
  return {
    account,
    url: server.url,
    ebs: new EBS(config),
    ec2: new EC2(config),
    kms: new KMS(config),
    sts: new STS(config),
    post,
  };
}

describe('the simulated account over HTTP', () => {
  test('SDK clients talk to it as to AWS', async () => {
    const { ebs, ec2, kms, sts } = await served();
    expect((await sts.getCallerIdentity({})).Account).toBe('111122223333');
    expect((await kms.describeKey({ KeyId: 'alias/old' })).KeyMetadata?.KeyState).toBe('Enabled');
    const { VolumeId } = await ec2.createVolume({ AvailabilityZone: 'eu-west-1a', Size: 1, VolumeType: 'gp3' });
    expect((await ec2.describeVolumes({ VolumeIds: [VolumeId ?? ''] })).Volumes).toHaveLength(1);
    expect(await codeOf(ec2.deleteVolume({ VolumeId: 'vol-0000000000000000f' }))).toBe('InvalidVolume.NotFound');
    const unknown = { FirstSnapshotId: 'snap-0000000000000000e', SecondSnapshotId: 'snap-0000000000000000f' };
    expect(await codeOf(ebs.listChangedBlocks(unknown))).toBe('ResourceNotFoundException');
  });

  test('its state is given whole, its time is shifted, its faults are set and cleared', async () => {
    const { url, ec2, post } = await served();
    const state = await (await closingFetch(`${url}/_rekey/state`)).json();
    expect(state).toMatchObject({ time: '2026-01-01T00:00:00.000Z', volumes: [{}, {}, {}], faults: [] });
    expect(await (await post('/_rekey/advance', '{"ms":60000}')).json()).toEqual({ time: '2026-01-01T00:01:00.000Z' });
    const rules = [{ operation: 'DescribeVolumes', kind: 'error', code: 'Unavailable' }];
    expect((await post('/_rekey/faults', JSON.stringify(rules))).status).toBe(200);
    expect(await codeOf(ec2.describeVolumes({}))).toBe('Unavailable');
    await post('/_rekey/faults', '', 'DELETE');
    expect(await codeOf(ec2.describeVolumes({}))).toBe('accepted');
  });

  test('faults of a seed are told with what they struck, and an unknown one is refused by name', async () => {
    const { url, ec2, post } = await served();
    const storm = [{ kind: 'seeded', seed: 1, rate: 1, kinds: ['throttle'], times: 2 }];
    expect((await post('/_rekey/faults', JSON.stringify(storm))).status).toBe(200);
    for (const code of ['RequestLimitExceeded', 'RequestLimitExceeded', 'accepted'])
      expect(await codeOf(ec2.describeVolumes({}))).toBe(code);
    expect(await (await closingFetch(`${url}/_rekey/state`)).json()).toMatchObject({
      faults: [{ kind: 'seeded', struck: 2, strokes: { 'error RequestLimitExceeded before': 2 } }],
    });
    const refused = await post('/_rekey/faults', JSON.stringify([...storm, { kind: 'flood' }]));
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('there is no fault \\"flood\\"');
  });

  test.each([
    ['POST', '/_rekey/faults', '{', 'not JSON'],
    ['POST', '/_rekey/faults', '{}', 'must be a JSON list'],
    ['POST', '/_rekey/faults', '[{"operation":"*","kind":"flood"}]', 'kind'],
    ['POST', '/_rekey/advance', '{"ms":-1}', 'must be {"ms": N}'],
    ['POST', '/_rekey/advance', '{"ms":1e300}', 'must be {"ms": N}'],
    ['POST', '/_rekey/advance', 'null', 'must be {"ms": N}'],
  ])('bad input gets a clear 400: %s %s %s', async (method, path, body, words) => {
    const { post } = await served();
    const answer = await post(path, body, method);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { error: string }).error).toContain(words);
  });

  test('what is not there gets a 404 that says what is, and what is too large a 413', async () => {
    const { url, post } = await served();
    const lost = await closingFetch(`${url}/somewhere`);
    expect(lost.status).toBe(404);
    expect(await lost.text()).toContain('/_rekey/state');
    expect((await post('/', 'x'.repeat(1_100_000))).status).toBe(413);
    expect((await post('/', 'Action=DescribeVolumes')).status).toBe(403);
  });

  test('silence holds the connection open, a reset tears it, and closing waits for neither', async () => {
    const { ec2, account } = await served();
    account.faults.add({ operation: 'DescribeVolumes', kind: 'silence' }, { operation: 'DescribeTags', kind: 'reset' });
    expect(await codeOf(ec2.describeVolumes({}))).toBe('TimeoutError');
    await expect(ec2.describeTags({})).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('an account that nobody uses any more says so', async () => {
    const idle = await new Promise<string>((resolve) => {
      void served({ idleMs: 30, onIdle: () => resolve('idle') });
    });
    expect(idle).toBe('idle');
  });

  test('a port that is taken is an error, not a crash', async () => {
    const { url } = await served();
    await expect(served({ port: Number(new URL(url).port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
