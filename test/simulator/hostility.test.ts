import { describe, expect, test } from 'vitest';
import { RekeyError } from '../../src/errors/index.ts';
import type { FaultRule } from '../../src/simulator/faults.ts';
import { fleetScenario } from '../../src/simulator/fleet.ts';
import { clients, codeOf, fleet } from './support.ts';

const id = 'i-00000000000000001';
const blank = { AvailabilityZone: 'eu-west-1a', Size: 1 };

describe('faults of the simulated account', () => {
  test.each([
    ['before', 3],
    ['after', 4],
  ] as const)('an error %s the effect leaves %i volumes', async (when, count) => {
    const { ec2, account } = clients();
    account.faults.add({ operation: 'CreateVolume', kind: 'error', code: 'InternalError', when });
    const call = ec2.createVolume(blank);
    await expect(call).rejects.toMatchObject({ name: 'InternalError', $metadata: { httpStatusCode: 500 } });
    expect(account.state().volumes).toHaveLength(count);
  });

  test('a reset is what a client knows as ECONNRESET', async () => {
    const { ec2, account } = clients();
    account.faults.add({ operation: '*', kind: 'reset' });
    await expect(ec2.describeVolumes({})).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('a slow answer comes when its time is up, the effect at once', async () => {
    const { ec2, account } = clients();
    account.faults.add({ operation: 'CreateVolume', kind: 'slow', delayMs: 50 });
    const from = performance.now();
    const call = ec2.createVolume(blank);
    await call;
    expect(performance.now() - from).toBeGreaterThan(45);
    expect(account.state().volumes).toHaveLength(4);
  });

  test('a rule can be aimed at one call of many, and tells how often it struck', async () => {
    const { ec2, account } = clients();
    const match = { VolumeId: 'vol-00000000000000003' };
    account.faults.add({
      operation: 'DescribeVolumeAttribute',
      kind: 'error',
      code: 'Unavailable',
      skip: 1,
      times: 1,
      match,
    });
    const read = (VolumeId: string) => codeOf(ec2.describeVolumeAttribute({ VolumeId, Attribute: 'autoEnableIO' }));
    expect(await read('vol-00000000000000001')).toBe('accepted');
    expect(await read('vol-00000000000000003')).toBe('accepted');
    expect(await read('vol-00000000000000003')).toBe('Unavailable');
    expect(await read('vol-00000000000000003')).toBe('accepted');
    expect(account.faults.list()).toMatchObject([{ struck: 1 }]);
    account.faults.clear();
    expect(account.faults.list()).toEqual([]);
  });

  test.each([
    [{ operation: 'CreateVolume', kind: 'explode' }, 'there is no fault "explode"'],
    [{ operation: 'CreateVolume' }, 'kind'],
    [{ kind: 'seeded', rate: 0.1 }, 'seed'],
    [{ kind: 'seeded', seed: 1, rate: 0.1, kinds: ['explode'] }, 'kinds[0]'],
    [{ kind: 'throttle', share: 0 }, 'share'],
    [{ operation: 'MakeCoffee', kind: 'silence' }, 'MakeCoffee'],
    [{ operation: '*', kind: 'silence', colour: 'red' }, 'colour'],
    [{ operation: '*', kind: 'error' }, 'code'],
    [{ operation: '*', kind: 'slow', when: 'before', delayMs: 1 }, 'when'],
  ])('a rule that is not one is refused by name: %o', (rule, word) => {
    const { account } = clients();
    expect(() => account.faults.add({ operation: '*', kind: 'reset' }, rule as FaultRule)).toThrow(RekeyError);
    expect(() => account.faults.add(rule as FaultRule)).toThrow(word);
    expect(account.faults.list()).toEqual([]);
  });
});

describe('throttling in the simulated account', () => {
  test('the buckets are those that AWS publishes, and refill with time', async () => {
    const { ec2, pass } = clients(fleetScenario({ instances: 1, volumesEach: 1 }));
    const burst = async (count: number, call: () => Promise<unknown>) => {
      const codes: string[] = [];
      for (let i = 0; i < count; i++) codes.push(await codeOf(call()));
      return codes.filter((code) => code !== 'RequestLimitExceeded').length;
    };
    expect(await burst(60, () => ec2.describeVolumes({}))).toBe(50);
    pass(60_000);
    expect(await burst(120, () => ec2.describeVolumes({ MaxResults: 5 }))).toBe(100);
    expect(await burst(8, () => ec2.startInstances({ InstanceIds: [id] }))).toBe(5);
    pass(1000);
    expect(await burst(8, () => ec2.startInstances({ InstanceIds: [id] }))).toBe(2);
  });

  test('KMS has its own rates and its own word for it', async () => {
    const { kms } = clients();
    const codes = await Promise.all(Array.from({ length: 8 }, () => codeOf(kms.createKey({}))));
    expect(codes.filter((code) => code === 'ThrottlingException')).toHaveLength(3);
  });

  test('a scenario may do without', async () => {
    const { ec2 } = clients(fleet({ limits: { throttling: false } }));
    for (let i = 0; i < 120; i++) await ec2.describeVolumes({});
  });
});

describe('other people in the simulated account', () => {
  test('what a scenario has them do happens at its time, between the calls, and is told', async () => {
    const { account, pass } = clients(
      fleet({
        events: [
          { at: '10m', do: 'stop-instance', instance: id },
          { at: '20m', do: 'create-tags', resource: 'vol-00000000000000003', tags: { owner: 'somebody' } },
          { at: '30m', do: 'delete-volume', volume: 'vol-00000000000000001' },
        ],
      }),
    );
    pass(3_600_000);
    const state = account.state();
    expect(state.instances[0]).toMatchObject({
      state: 'stopped',
      stateTransitionReason: 'User initiated (2026-01-01 00:10:00 GMT)',
    });
    expect(state.volumes.find((volume) => volume.id === 'vol-00000000000000003')?.tags).toMatchObject({
      owner: 'somebody',
    });
    expect(state.events.map((event) => event.outcome)).toEqual([
      'done',
      'done',
      expect.stringContaining('VolumeInUse'),
    ]);
  });

  test('code can be scheduled, and everything comes in order of time', () => {
    const { account, pass, now } = clients();
    const order: number[] = [];
    for (const at of [3000, 1000, 2000, 1000])
      account.schedule(now() + at, () => order.push(account.world.time - Date.UTC(2026, 0, 1)));
    expect(account.nextAt()).toBe(now() + 1000);
    pass(10_000);
    account.state();
    expect(order).toEqual([1000, 1000, 2000, 3000]);
  });

  test('advancing shifts the time of the account on top of its clock', async () => {
    const { account, ec2 } = clients();
    const { VolumeId } = await ec2.createVolume(blank);
    account.advance(60_000);
    expect((await ec2.describeVolumes({ VolumeIds: [VolumeId ?? ''] })).Volumes?.[0]?.State).toBe('available');
    expect(account.state().time).toBe('2026-01-01T00:01:00.000Z');
  });
});

describe('a history in the simulated account', () => {
  const history = async (seed: number) => {
    const calls: string[] = [];
    const set = clients(fleet(), {
      seed,
      observe: (call) => calls.push(`${call.at} ${call.operation} ${call.outcome}`),
    });
    await set.ec2.stopInstances({ InstanceIds: [id] });
    for (let i = 0; i < 20; i++) {
      set.pass(7000);
      await codeOf(set.ec2.createSnapshot({ VolumeId: 'vol-00000000000000002' }));
      await codeOf(set.ec2.startInstances({ InstanceIds: [id] }));
    }
    return { calls, state: set.account.state() };
  };

  test('is decided by its seed: the same one gives the same ids, times and bytes', async () => {
    expect(await history(7)).toEqual(await history(7));
    expect((await history(7)).state.snapshots[0]?.id).not.toBe((await history(8)).state.snapshots[0]?.id);
  });

  test('of a thousand volumes and calls is cheap', async () => {
    const set = clients({
      ...fleetScenario({ instances: 250, volumesEach: 4, everySeconds: 30 }),
      limits: { throttling: false },
    });
    const from = process.cpuUsage();
    const calls = 1000;
    for (let i = 0; i < calls; i++) {
      const VolumeId = `vol-${String(Math.floor(i / 4) + 1).padStart(9, '0')}${String((i % 4) + 1).padStart(8, '0')}`;
      if (i % 2 === 0) await codeOf(set.ec2.createSnapshot({ VolumeId }));
      else await set.ec2.describeSnapshots({ Filters: [{ Name: 'volume-id', Values: [VolumeId] }] });
      set.pass(1000);
    }
    const { user, system } = process.cpuUsage(from);
    // Of the processor's time, not of the wall's: others may be using it too. The wish is 1,000 on an idle core.
    expect(calls / ((user + system) / 1_000_000)).toBeGreaterThan(200);
  });
});
