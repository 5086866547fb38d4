import { EC2 } from '@aws-sdk/client-ec2';
import { KMS } from '@aws-sdk/client-kms';
import { STS } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import type { Action } from '../../src/simulator/action.ts';
import { requestHandler } from '../../src/simulator/handler.ts';
import { clients, codeOf, fleet } from './support.ts';

const id = 'i-00000000000000001';
const root = 'vol-00000000000000001';
const data = 'vol-00000000000000002';
const loose = 'vol-00000000000000003';
type Set = ReturnType<typeof clients>;

const ways: readonly (readonly [Action, Action])[] = [
  [
    { do: 'disable-key', key: 'alias/old' },
    { do: 'enable-key', key: 'alias/old' },
  ],
  [
    { do: 'put-key-policy', key: 'alias/old', policy: 'deny' },
    { do: 'put-key-policy', key: 'alias/old', policy: 'default' },
  ],
];
const volumeState = ({ account }: Set, VolumeId: string) =>
  account.state().volumes.find((volume) => volume.id === VolumeId);
const ledger = ({ account }: Set, device: string) =>
  account.state().instances[0]?.workload?.ledger.find((entry) => entry.device === device);

/** Puts a volume under the new key in the place of `original`; its blocks are still coming from the snapshot. */
async function replaced(set: Set, original: string, Device: string): Promise<string> {
  await set.ec2.stopInstances({ InstanceIds: [id] });
  set.pass(60_000);
  const { SnapshotId } = await set.ec2.createSnapshot({ VolumeId: original });
  set.pass(600_000);
  await set.ec2.detachVolume({ VolumeId: original });
  const { VolumeId = '' } = await set.ec2.createVolume({
    AvailabilityZone: 'eu-west-1a',
    SnapshotId,
    Encrypted: true,
    KmsKeyId: 'alias/new',
  });
  set.pass(31_000);
  await set.ec2.attachVolume({ VolumeId, InstanceId: id, Device });
  set.pass(10_000);
  await set.ec2.startInstances({ InstanceIds: [id] });
  set.pass(26_000);
  return VolumeId;
}

describe('a key that ceases to be usable in mid-run', () => {
  test.each(
    ways,
  )('%o: while a replacement still loads its blocks, the rest can not be read until it is usable again', async (stop, go) => {
    const set = clients(fleet({ limits: { throttling: false } }));
    const made = await replaced(set, data, '/dev/xvdf');
    const initialising = async () =>
      (await set.ec2.describeVolumeStatus({ VolumeIds: [made] })).VolumeStatuses?.[0]?.VolumeStatus?.Details?.find(
        (detail) => detail.Name === 'initialization-state',
      )?.Status;
    expect(await initialising()).toBe('initializing');
    set.pass(10_000);
    set.account.act(stop);
    const writes = ledger(set, '/dev/xvdf')?.writes ?? 0;
    expect(volumeState(set, made)).toMatchObject({ readable: false, state: 'in-use' });
    set.pass(86_400_000);
    expect(await initialising()).toBe('initializing');
    expect(ledger(set, '/dev/xvdf')).toMatchObject({ writes, lost: null });
    const [box] = (await set.ec2.describeInstanceStatus({ InstanceIds: [id] })).InstanceStatuses ?? [];
    expect(box).toMatchObject({ InstanceStatus: { Status: 'ok' }, AttachedEbsStatus: { Status: 'impaired' } });
    set.account.act(go);
    expect(volumeState(set, made)).toMatchObject({ readable: true });
    set.pass(300_000);
    expect(await initialising()).toBe('completed');
    set.account.act(stop);
    set.pass(300_000);
    expect(volumeState(set, made)).toMatchObject({ readable: true });
    expect(ledger(set, '/dev/xvdf')?.lost).toBe(false);
    expect(ledger(set, '/dev/xvdf')?.writes).toBeGreaterThan(writes);
  });

  test('an instance whose root waits for blocks does not answer', async () => {
    const set = clients(fleet({ limits: { throttling: false } }));
    await replaced(set, root, '/dev/xvda');
    set.account.act({ do: 'disable-key', key: 'alias/old' });
    set.pass(600_000);
    const status = async () =>
      (await set.ec2.describeInstanceStatus({ InstanceIds: [id] })).InstanceStatuses?.[0]?.InstanceStatus?.Status;
    expect(await status()).toBe('impaired');
    set.account.act({ do: 'enable-key', key: 'alias/old' });
    expect(await status()).toBe('ok');
  });

  test('a key that is deleted while blocks are loaded under it leaves them unreadable for ever', async () => {
    const set = clients(fleet({ limits: { throttling: false } }));
    const made = await replaced(set, data, '/dev/xvdf');
    set.account.act({ do: 'schedule-key-deletion', key: 'alias/old' });
    set.pass(31 * 86_400_000);
    expect(volumeState(set, made)).toMatchObject({ readable: false });
  });

  test('the new key has no effect on a replacement that is attached, loaded or not', async () => {
    const set = clients(fleet({ limits: { throttling: false } }));
    const made = await replaced(set, data, '/dev/xvdf');
    set.account.act({ do: 'disable-key', key: 'alias/new' });
    set.pass(600_000);
    expect(volumeState(set, made)).toMatchObject({ readable: true });
    expect(ledger(set, '/dev/xvdf')?.lost).toBe(false);
  });

  test.each(ways)('%o: nothing is attached or started under it, and DescribeKey need not tell', async (stop, go) => {
    const set = clients(fleet({ limits: { throttling: false } }));
    await set.ec2.stopInstances({ InstanceIds: [id] });
    set.pass(60_000);
    set.account.act(stop);
    const { KeyMetadata } = await set.kms.describeKey({ KeyId: 'alias/old' });
    expect(KeyMetadata?.KeyState).toBe(stop.do === 'disable-key' ? 'Disabled' : 'Enabled');
    const attach = () => codeOf(set.ec2.attachVolume({ VolumeId: loose, InstanceId: id, Device: '/dev/sdg' }));
    expect(await attach()).toBe('CustomerKeyHasBeenRevoked');
    await set.ec2.startInstances({ InstanceIds: [id] });
    set.pass(60_000);
    expect(set.account.state().instances[0]?.state).toBe('stopped');
    set.account.act(go);
    expect(await attach()).toBe('accepted');
  });
});

describe('key policies of the simulated account', () => {
  const statement = (change: object) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Action: 'kms:*',
          Resource: '*',
          ...change,
        },
      ],
    });
  const keyId = async ({ kms }: Set) => (await kms.describeKey({ KeyId: 'alias/new' })).KeyMetadata?.KeyId;

  test('a policy is shown as it was put, and one that nobody could change again is refused', async () => {
    const set = clients();
    const KeyId = await keyId(set);
    const put = (Policy: string, more: object = {}) => codeOf(set.kms.putKeyPolicy({ KeyId, Policy, ...more }));
    const narrow = statement({ Action: ['kms:Describe*', 'kms:List*'] });
    expect(await put(narrow)).toBe('MalformedPolicyDocumentException');
    expect(await put('{')).toBe('MalformedPolicyDocumentException');
    expect(await put(statement({ Condition: {} }))).toBe('UnsupportedOperation');
    expect(await put(narrow, { BypassPolicyLockoutSafetyCheck: true })).toBe('accepted');
    expect((await set.kms.getKeyPolicy({ KeyId })).Policy).toBe(narrow);
  });

  test('a key whose policy allows too little makes ghosts of volumes', async () => {
    const set = clients();
    await set.kms.putKeyPolicy({
      KeyId: await keyId(set),
      Policy: statement({ Action: ['kms:Put*', 'kms:Describe*'] }),
    });
    const { VolumeId = '' } = await set.ec2.createVolume({
      AvailabilityZone: 'eu-west-1a',
      Size: 1,
      Encrypted: true,
      KmsKeyId: 'alias/new',
    });
    set.pass(15_000);
    expect(await codeOf(set.ec2.describeVolumes({ VolumeIds: [VolumeId] }))).toBe('InvalidVolume.NotFound');
  });
});

describe('credentials in the simulated account', () => {
  test('once expired they are refused in the words of each service, until they are renewed', async () => {
    const { ec2, kms, sts, account, pass } = clients(
      fleet({
        events: [
          { at: '1h', do: 'expire-credentials' },
          { at: '2h', do: 'renew-credentials' },
        ],
      }),
    );
    const told = async () => [
      await codeOf(ec2.createVolume({ AvailabilityZone: 'eu-west-1a', Size: 1 })),
      await codeOf(kms.describeKey({ KeyId: 'alias/old' })),
      await codeOf(sts.getCallerIdentity({})),
    ];
    expect(await told()).toEqual(['accepted', 'accepted', 'accepted']);
    pass(3_600_000);
    expect(await told()).toEqual(['RequestExpired', 'ExpiredTokenException', 'ExpiredToken']);
    expect(account.state().volumes).toHaveLength(4);
    pass(3_600_000);
    expect(await told()).toEqual(['accepted', 'accepted', 'accepted']);
  });

  test('new credentials are good at once', async () => {
    const { kms, account } = clients();
    await kms.listKeys({});
    account.act({ do: 'expire-credentials' });
    expect(await codeOf(kms.listKeys({}))).toBe('ExpiredTokenException');
    const renewed = new KMS({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIAANOTHER', secretAccessKey: 'secret' },
      requestHandler: requestHandler(account),
      maxAttempts: 1,
    });
    expect(await codeOf(renewed.listKeys({}))).toBe('accepted');
  });
});

describe('a clock that is wrong', () => {
  test('a request dated more than 15 minutes away is refused, and tells the SDK what time it is', async () => {
    const { account, now } = clients(fleet({ limits: { requestAgeSeconds: 900 } }));
    const config = (aheadMs: number) => ({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
      requestHandler: requestHandler(account),
      maxAttempts: 1,
      systemClockOffset: now() - Date.now() + aheadMs,
    });
    const hour = 3_600_000;
    const quarter = 840_000;
    expect(await codeOf(new EC2(config(quarter)).describeVolumes({}))).toBe('accepted');
    expect(await codeOf(new EC2(config(-quarter)).describeVolumes({}))).toBe('accepted');
    const ahead = new EC2(config(hour));
    expect(await codeOf(ahead.describeVolumes({}))).toBe('RequestExpired');
    expect(await codeOf(ahead.describeVolumes({}))).toBe('accepted');
    expect(await codeOf(new KMS(config(-hour)).listKeys({}))).toBe('InvalidSignatureException');
    expect(await codeOf(new STS(config(-hour)).getCallerIdentity({}))).toBe('SignatureDoesNotMatch');
  });
});

describe('what else other people and AWS do', () => {
  test('a volume is modified as its owner likes', async () => {
    const { account, pass } = clients();
    account.act({ do: 'modify-volume', volume: loose, type: 'io2', size: 20, iops: 500 });
    pass(60_000);
    expect(account.state().volumes.find((one) => one.id === loose)).toMatchObject({ type: 'io2', size: 20, iops: 500 });
  });

  test('the hardware under a volume fails, and its data is gone', async () => {
    const { account, ec2 } = clients();
    account.act({ do: 'fail-volume', volume: loose });
    expect((await ec2.describeVolumes({ VolumeIds: [loose] })).Volumes?.[0]?.State).toBe('error');
    expect(account.state().volumes.find((one) => one.id === loose)?.readable).toBe(false);
    expect(() => account.act({ do: 'fail-volume', volume: root })).toThrow('in-use');
  });

  test('a key is scheduled for deletion, and that is undone', async () => {
    const { account, kms } = clients();
    const state = async () => (await kms.describeKey({ KeyId: 'alias/old' })).KeyMetadata?.KeyState;
    account.act({ do: 'schedule-key-deletion', key: 'alias/old' });
    expect(await state()).toBe('PendingDeletion');
    account.act({ do: 'cancel-key-deletion', key: 'alias/old' });
    expect(await state()).toBe('Disabled');
  });
});
