import { afterEach, describe, expect, it } from 'vitest';
import { connect, whoAmI } from '../../src/aws/clients.ts';
import { classify } from '../../src/aws/outage.ts';
import { agentOf, runIn } from '../../src/aws/user-agent.ts';
import { clockOf } from '../../src/contract/clock.ts';
import { createAccount } from '../../src/simulator/account.ts';
import { requestHandler } from '../../src/simulator/handler.ts';
import { scenarioOf } from '../../src/simulator/scenario.ts';

const volume = 'vol-0aaaaaaaaaaaaaaaa';

async function connected(options: Partial<Parameters<typeof connect>[0]> = {}) {
  const account = createAccount({
    scenario: scenarioOf({ volumes: [{ id: volume, size: 1 }] }),
    now: () => Date.now(),
  });
  const calls: string[] = [];
  const aws = await connect({
    region: 'eu-west-1',
    clock: clockOf(),
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: requestHandler(account),
    onCall: (call) => calls.push(call),
    ...options,
  });
  return { account, aws, calls };
}

describe('clients', () => {
  const warnings: string[] = [];
  const hear = (warning: Error) => void warnings.push(warning.message);
  process.on('warning', hear);
  afterEach(() => {
    warnings.length = 0;
  });

  it('every call is counted by its IAM name, whichever service it goes to', async () => {
    const { aws, calls } = await connected();
    expect((await whoAmI(aws)).account).toBe('111122223333');
    expect(await aws.sight.volume(volume)).toMatchObject({ VolumeId: volume });
    await expect(aws.kms.describeKey({ KeyId: 'alias/none' })).rejects.toThrow();
    expect(calls).toEqual(['sts:GetCallerIdentity', 'ec2:DescribeVolumes', 'kms:DescribeKey']);
  });

  it('every call says for which run it is made from when that is known, so that CloudTrail tells it from calls of others', async () => {
    const userAgent: [string, string][] = [['rekey', '0.1.0']];
    const { account, aws } = await connected({ userAgent });
    const agents = () => account.world.trail.shownAt(Date.now() + 3_600_000).map((one) => one.caller.userAgent);
    await aws.ec2.createSnapshot({ VolumeId: volume });
    userAgent.push(agentOf('20260104T000000Z-aaaaaa'));
    await aws.ec2.createTags({ Resources: [volume], Tags: [{ Key: 'a', Value: 'b' }] });
    const [second = '', first = ''] = agents().sort((a, b) => b.length - a.length);
    expect([runIn(first), runIn(second)]).toEqual([undefined, '20260104T000000Z-aaaaaa']);
    expect(first).toMatch(/^aws-sdk-js\/.* rekey\/0\.1\.0$/);
  });

  it.each([
    ['reset', {}],
    ['error', { code: 'InternalError', status: 500 }],
  ] as const)('a snapshot whose answer is lost (%s) is sent once, and is in doubt', async (kind, rest) => {
    const { account, aws, calls } = await connected();
    account.faults.add({ operation: 'CreateSnapshot', when: 'after', times: 1, kind, ...rest } as never);
    const error: unknown = await aws.ec2.createSnapshot({ VolumeId: volume }).catch((error: unknown) => error);
    expect(classify(error)?.class).toBe('in-doubt');
    expect(calls).toEqual(['ec2:CreateSnapshot']);
    expect((await aws.ec2.describeSnapshots({ OwnerIds: ['self'] })).Snapshots).toHaveLength(1);
  });

  it('once the process is told to end, nothing is sent any more', async () => {
    const abort = new AbortController();
    const { account, aws, calls } = await connected({ signal: abort.signal });
    abort.abort();
    await expect(aws.ec2.createSnapshot({ VolumeId: volume })).rejects.toThrow('not sent');
    expect(calls).toEqual([]);
    expect(account.state().calls).toEqual({});
  });

  it('the Node version is told in one line, and not by the SDK', async () => {
    const told: string[] = [];
    const before = process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'];
    await connected({ onWarning: (text) => told.push(text) });
    await new Promise((resolve) => setImmediate(resolve));
    expect(process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED']).toBe(before);
    expect(warnings.filter((text) => text.includes('AWS SDK'))).toEqual([]);
    expect(told).toHaveLength(Number.parseInt(process.versions.node, 10) < 22 ? 1 : 0);
  });

  it('an endpoint where nobody listens is a matter of trying again', async () => {
    const { aws } = await connected({ requestHandler: undefined, endpoint: 'http://127.0.0.1:9' });
    const error: unknown = await whoAmI(aws).catch((error: unknown) => error);
    expect(classify(error)).toMatchObject({ class: 'retry', code: 'ECONNREFUSED' });
  });
});
