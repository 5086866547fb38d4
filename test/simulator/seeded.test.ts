import { describe, expect, test } from 'vitest';
import type { FaultRule } from '../../src/simulator/faults.ts';
import type { ScenarioInput } from '../../src/simulator/scenario.ts';
import { AwsError } from '../../src/simulator/wire/message.ts';
import { clients, codeOf, fleet } from './support.ts';

const loose = 'vol-00000000000000003';
const blank = { AvailabilityZone: 'eu-west-1a', Size: 1 };
const untroubled = (changes: ScenarioInput = {}) => fleet({ limits: { throttling: false }, ...changes });

/** What 150 calls come to on their way, and what the account says it did to them. */
function lived(rule: FaultRule) {
  const { account, pass } = clients(untroubled({ faults: [rule] }));
  const heard: string[] = [];
  const call = (service: 'ec2' | 'kms', operation: string, input: object) => {
    try {
      const answer = account.call(service, operation, input);
      heard.push(answer.kind === 'answer' && answer.delayMs > 0 ? 'slow' : answer.kind);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      heard.push(error.code);
    }
  };
  for (let i = 0; i < 50; i++) {
    call('ec2', 'DescribeVolumes', { VolumeIds: [loose] });
    call('ec2', 'CreateVolume', { ...blank, ClientToken: `${i}` });
    call('kms', 'DescribeKey', { KeyId: 'alias/old' });
    pass(7000);
  }
  const [told] = account.faults.list();
  return { heard, told, volumes: account.state().volumes.length };
}

describe('faults chosen by a seed', () => {
  const rule = { kind: 'seeded', seed: 7, rate: 0.3 } as const;

  test('the same seed strikes the same calls with the same faults, another seed others', () => {
    const first = lived(rule);
    expect(lived(rule)).toEqual(first);
    expect(lived({ ...rule, seed: 8 }).heard).not.toEqual(first.heard);
  });

  test('it strikes at about the rate that was asked for, with everything, and counts each as it struck', () => {
    const { told, heard } = lived(rule);
    expect(told?.struck).toBeGreaterThan(25);
    expect(told?.struck).toBeLessThan(70);
    const strokes = told?.strokes ?? {};
    expect(Object.values(strokes).reduce((sum, times) => sum + times, 0)).toBe(told?.struck);
    const kinds = new Set(Object.keys(strokes).map((stroke) => stroke.split(' ')[0]));
    expect([...kinds].sort()).toEqual(['error', 'fail', 'reset', 'silence', 'slow', 'stale']);
    expect(Object.keys(strokes)).toEqual(
      expect.arrayContaining(['error InternalError before', 'error InternalError after']),
    );
    // A service fails in its own words.
    expect(heard).toContain('RequestLimitExceeded');
    expect(heard.some((code) => code === 'KMSInternalException' || code === 'DependencyTimeoutException')).toBe(true);
  });

  test('an effect whose answer was lost has come about all the same', () => {
    const { heard, volumes } = lived({ ...rule, rate: 1, kinds: ['reset'], operation: 'CreateVolume' });
    const lost = heard.filter((one) => one === 'reset').length;
    expect(lost).toBe(50);
    expect(volumes).toBeGreaterThan(3 + 10);
    expect(volumes).toBeLessThan(3 + 40);
  });

  test('it can be told what to choose from, where and how often', () => {
    const { told, heard } = lived({ ...rule, rate: 1, kinds: ['throttle'], times: 4, operation: 'DescribeKey' });
    expect(told).toMatchObject({ struck: 4, strokes: { 'error ThrottlingException before': 4 } });
    expect(heard.filter((one) => one !== 'answer')).toHaveLength(4);
  });
});

describe('a storm of throttling', () => {
  test('every call is refused in the words of its service for as long as it lasts, and nothing is done', async () => {
    const set = clients(untroubled({ faults: [{ kind: 'throttle', afterMs: 60_000, forMs: 120_000 }] }));
    const told = async () => [
      await codeOf(set.ec2.createVolume(blank)),
      await codeOf(set.kms.describeKey({ KeyId: 'alias/old' })),
      await codeOf(set.sts.getCallerIdentity({})),
    ];
    expect(await told()).toEqual(['accepted', 'accepted', 'accepted']);
    set.pass(60_000);
    expect(await told()).toEqual(['RequestLimitExceeded', 'ThrottlingException', 'Throttling']);
    set.pass(119_999);
    expect(await told()).toEqual(['RequestLimitExceeded', 'ThrottlingException', 'Throttling']);
    set.pass(1);
    expect(await told()).toEqual(['accepted', 'accepted', 'accepted']);
    expect(set.account.state().volumes).toHaveLength(5);
  });

  test('it begins when it is asked for, however long nobody has called', async () => {
    const set = clients(untroubled({}));
    set.pass(600_000);
    set.account.faults.add({ kind: 'throttle', forMs: 60_000 });
    expect(await codeOf(set.ec2.describeVolumes({}))).toBe('RequestLimitExceeded');
  });

  test('a share of the calls gets through, the same with the same seed', async () => {
    const storm = async (seed: number) => {
      const set = clients(untroubled({ faults: [{ kind: 'throttle', share: 0.7 }] }), { seed });
      const codes: string[] = [];
      for (let i = 0; i < 100; i++) codes.push(await codeOf(set.ec2.describeVolumes({})));
      return codes;
    };
    const codes = await storm(1);
    expect(codes.filter((code) => code === 'RequestLimitExceeded').length).toBeGreaterThan(50);
    expect(codes.filter((code) => code === 'accepted').length).toBeGreaterThan(10);
    expect(await storm(1)).toEqual(codes);
    expect(await storm(2)).not.toEqual(codes);
  });
});

describe('what is accepted and fails later', () => {
  const failing = (operation: string, code?: string) =>
    clients(untroubled({ faults: [{ kind: 'fail', operation, times: 1, ...(code ? { code } : {}) }] }));
  const id = 'i-00000000000000001';
  const ids = { InstanceIds: [id] };
  const box = async ({ ec2 }: ReturnType<typeof clients>) =>
    (await ec2.describeInstances(ids)).Reservations?.[0]?.Instances?.[0];

  test('a volume vanishes without a word, and its token is spent; or it ends in error', async () => {
    const set = failing('CreateVolume');
    const made = await set.ec2.createVolume({ ...blank, ClientToken: 't' });
    set.pass(20_000);
    expect(await codeOf(set.ec2.describeVolumes({ VolumeIds: [made.VolumeId ?? ''] }))).toBe('InvalidVolume.NotFound');
    expect(await codeOf(set.ec2.createVolume({ ...blank, ClientToken: 't' }))).toBe('IdempotentParameterMismatch');
    const broken = failing('CreateVolume', 'error');
    const { VolumeId = '' } = await broken.ec2.createVolume(blank);
    broken.pass(20_000);
    expect((await broken.ec2.describeVolumes({ VolumeIds: [VolumeId] })).Volumes?.[0]?.State).toBe('error');
    expect(await codeOf(broken.ec2.deleteVolume({ VolumeId }))).toBe('accepted');
  });

  test('a snapshot ends in error, and says why', async () => {
    const { ec2, pass } = failing('CreateSnapshot');
    const { SnapshotId } = await ec2.createSnapshot({ VolumeId: loose });
    pass(600_000);
    expect((await ec2.describeSnapshots({ SnapshotIds: [SnapshotId ?? ''] })).Snapshots?.[0]).toMatchObject({
      State: 'error',
      StateMessage: 'An internal error has occurred',
    });
  });

  test.each([
    undefined,
    'Server.InsufficientInstanceCapacity',
  ])('a start is accepted, and the instance falls back to stopped (%s)', async (code) => {
    const set = failing('StartInstances', code);
    await set.ec2.stopInstances(ids);
    set.pass(90_000);
    const launched = (await box(set))?.LaunchTime?.getTime() ?? 0;
    expect((await set.ec2.startInstances(ids)).StartingInstances?.[0]?.CurrentState?.Name).toBe('pending');
    set.pass(60_000);
    const after = await box(set);
    expect(after).toMatchObject({
      State: { Name: 'stopped' },
      StateReason: { Code: code ?? 'Server.InternalError' },
      StateTransitionReason: code ?? 'Server.InternalError',
    });
    expect(after?.LaunchTime?.getTime()).toBeGreaterThan(launched);
    await set.ec2.startInstances(ids);
    set.pass(60_000);
    expect((await box(set))?.State?.Name).toBe('running');
  });

  test('an attachment comes to nothing', async () => {
    const { ec2, pass } = failing('AttachVolume');
    const input = { VolumeId: loose, InstanceId: id, Device: '/dev/sdg' };
    expect((await ec2.attachVolume(input)).State).toBe('attaching');
    pass(20_000);
    expect((await ec2.describeVolumes({ VolumeIds: [loose] })).Volumes?.[0]?.State).toBe('available');
    await ec2.attachVolume(input);
    pass(20_000);
    expect((await ec2.describeVolumes({ VolumeIds: [loose] })).Volumes?.[0]?.Attachments?.[0]?.State).toBe('attached');
  });

  test('a detachment stays busy: from a running instance until it is forced, from a stopped one for minutes', async () => {
    const VolumeId = 'vol-00000000000000002';
    const shown = async ({ ec2 }: ReturnType<typeof clients>) =>
      (await ec2.describeVolumes({ VolumeIds: [VolumeId] })).Volumes?.[0];
    const running = failing('DetachVolume');
    await running.ec2.detachVolume({ VolumeId });
    running.pass(3_600_000);
    expect(await shown(running)).toMatchObject({ State: 'in-use', Attachments: [{ State: 'busy' }] });
    await running.ec2.detachVolume({ VolumeId, Force: true });
    running.pass(20_000);
    expect(await shown(running)).toMatchObject({ State: 'available' });
    const stopped = failing('DetachVolume');
    await stopped.ec2.stopInstances(ids);
    stopped.pass(90_000);
    await stopped.ec2.detachVolume({ VolumeId });
    stopped.pass(290_000);
    expect(await shown(stopped)).toMatchObject({ State: 'in-use', Attachments: [{ State: 'busy' }] });
    stopped.pass(330_000);
    expect(await shown(stopped)).toMatchObject({ State: 'available' });
  });
});
