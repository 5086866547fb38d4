import { describe, expect, test } from 'vitest';
import type { ScenarioInput } from '../../src/simulator/scenario.ts';
import { clients, codeOf, fleet } from './support.ts';

const id = 'i-00000000000000001';
const ids = { InstanceIds: [id] };

/** The usual fleet, its instance changed. */
function changed(
  changes: Partial<NonNullable<ScenarioInput['instances']>[number]>,
  rest: ScenarioInput = {},
): ScenarioInput {
  const base = fleet(rest);
  return { ...base, instances: (base.instances ?? []).map((instance) => ({ ...instance, ...changes })) };
}

function box(set: ReturnType<typeof clients>) {
  return set.ec2.describeInstances(ids).then((answer) => answer.Reservations?.[0]?.Instances?.[0]);
}

async function stopped(set: ReturnType<typeof clients>): Promise<void> {
  await set.ec2.stopInstances(ids);
  await set.until(async () => (await box(set))?.State?.Name === 'stopped');
}

describe('instances of the simulated account', () => {
  test('a stop and a start take time, and tell who did it and when', async () => {
    const set = clients();
    const launched = (await box(set))?.LaunchTime?.getTime() ?? 0;
    set.pass(1000);
    const answer = await set.ec2.stopInstances(ids);
    expect(answer.StoppingInstances).toMatchObject([
      { PreviousState: { Name: 'running' }, CurrentState: { Name: 'stopping', Code: 64 } },
    ]);
    await stopped(set);
    expect(await box(set)).toMatchObject({
      StateTransitionReason: 'User initiated (2026-01-01 00:00:01 GMT)',
      StateReason: { Code: 'Client.UserInitiatedShutdown' },
    });
    await set.ec2.startInstances(ids);
    expect(await box(set)).toMatchObject({ State: { Name: 'pending' }, StateTransitionReason: '' });
    set.pass(30_000);
    const running = await box(set);
    expect(running?.State?.Name).toBe('running');
    expect(running?.LaunchTime?.getTime()).toBeGreaterThan(launched);
  });

  test('stopping what is stopped and starting what runs succeed and change nothing', async () => {
    const set = clients();
    const before = await box(set);
    await set.ec2.startInstances(ids);
    expect(await box(set)).toEqual(before);
    await stopped(set);
    const after = await box(set);
    await set.ec2.stopInstances(ids);
    expect(await box(set)).toEqual(after);
  });

  test('nothing is started while it stops, nor stopped while it starts', async () => {
    const set = clients();
    await set.ec2.stopInstances(ids);
    expect(await codeOf(set.ec2.startInstances(ids))).toBe('IncorrectInstanceState');
    await stopped(set);
    await set.ec2.startInstances(ids);
    expect(await codeOf(set.ec2.stopInstances(ids))).toBe('IncorrectInstanceState');
  });

  test('stop protection and one-time Spot refuse a stop', async () => {
    const guarded = clients(changed({ stopProtection: true }));
    expect(await codeOf(guarded.ec2.stopInstances(ids))).toBe('OperationNotPermitted');
    const asked = await guarded.ec2.describeInstanceAttribute({ InstanceId: id, Attribute: 'disableApiStop' });
    expect(asked.DisableApiStop?.Value).toBe(true);
    await guarded.ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiStop: { Value: false } });
    expect(await codeOf(guarded.ec2.stopInstances(ids))).toBe('accepted');
    const spot = clients(changed({ lifecycle: 'spot', hibernation: true }));
    expect(await codeOf(spot.ec2.stopInstances(ids))).toBe('UnsupportedOperation');
    expect(await box(spot)).toMatchObject({ InstanceLifecycle: 'spot', HibernationOptions: { Configured: true } });
  });

  test('without its root nothing starts', async () => {
    const set = clients();
    await stopped(set);
    await set.ec2.detachVolume({ VolumeId: 'vol-00000000000000001' });
    set.pass(20_000);
    await expect(set.ec2.startInstances(ids)).rejects.toMatchObject({
      message: expect.stringContaining('at root (/dev/xvda)'),
    });
  });

  test('a start with a volume whose key can not be used is accepted, and falls back to stopped', async () => {
    const set = clients();
    await stopped(set);
    set.account.act({ do: 'disable-key', key: 'alias/old' });
    await set.ec2.startInstances(ids);
    set.pass(30_000);
    expect(await box(set)).toMatchObject({
      State: { Name: 'stopped' },
      StateReason: { Code: 'Client.InvalidKMSKey.InvalidState' },
    });
    set.account.act({ do: 'enable-key', key: 'alias/old' });
    await set.ec2.startInstances(ids);
    set.pass(30_000);
    expect((await box(set))?.State?.Name).toBe('running');
  });

  test('a key that is disabled while its volumes are attached has no effect until the next start', async () => {
    const set = clients();
    set.account.act({ do: 'disable-key', key: 'alias/old' });
    const before = set.account.state();
    set.pass(600_000);
    const after = set.account.state();
    expect(after.instances[0]?.workload?.ledger[0]?.writes).toBe(
      (before.instances[0]?.workload?.ledger[0]?.writes ?? 0) + 10,
    );
    expect(after.volumes[0]?.readable).toBe(true);
    await stopped(set);
    expect(set.account.state().volumes[0]).toMatchObject({ readable: false, digest: null });
  });

  test('status checks are initializing for a minute or more after a start, then ok', async () => {
    const set = clients();
    await stopped(set);
    expect((await set.ec2.describeInstanceStatus(ids)).InstanceStatuses).toEqual([]);
    const all = { ...ids, IncludeAllInstances: true };
    expect((await set.ec2.describeInstanceStatus(all)).InstanceStatuses).toMatchObject([
      { InstanceStatus: { Status: 'not-applicable' } },
    ]);
    await set.ec2.startInstances(ids);
    set.pass(30_000);
    const status = async () => (await set.ec2.describeInstanceStatus(ids)).InstanceStatuses?.[0];
    expect(await status()).toMatchObject({
      InstanceStatus: { Status: 'initializing' },
      SystemStatus: { Status: 'initializing' },
    });
    set.pass(180_000);
    expect(await status()).toMatchObject({ InstanceStatus: { Status: 'ok' }, SystemStatus: { Status: 'ok' } });
  });

  test('a stop takes an auto-assigned address and what is on instance store; private and Elastic addresses stay', async () => {
    const auto = clients(changed({ publicIp: 'auto', type: 'm5d.large' }));
    const before = await box(auto);
    await stopped(auto);
    expect((await box(auto))?.PublicIpAddress).toBeUndefined();
    expect(auto.account.state().instances[0]?.instanceStoreWipes).toBe(1);
    await auto.ec2.startInstances(ids);
    auto.pass(30_000);
    const after = await box(auto);
    expect(after?.PublicIpAddress).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(after?.PublicIpAddress).not.toBe(before?.PublicIpAddress);
    expect(after?.PrivateIpAddress).toBe(before?.PrivateIpAddress);
    const [type] = (await auto.ec2.describeInstanceTypes({ InstanceTypes: ['m5d.large'] })).InstanceTypes ?? [];
    expect(type).toMatchObject({ InstanceStorageSupported: true, InstanceStorageInfo: { TotalSizeInGB: 75 } });

    const elastic = clients(changed({ publicIp: 'eip' }));
    const [address] =
      (await elastic.ec2.describeAddresses({ Filters: [{ Name: 'instance-id', Values: [id] }] })).Addresses ?? [];
    expect(address?.PublicIp).toBe((await box(elastic))?.PublicIpAddress);
    await stopped(elastic);
    expect((await box(elastic))?.PublicIpAddress).toBe(address?.PublicIp);
    const filter = [{ Name: 'attachment.instance-id', Values: [id] }];
    const [nic] = (await elastic.ec2.describeNetworkInterfaces({ Filters: filter })).NetworkInterfaces ?? [];
    expect(nic?.Association).toMatchObject({ PublicIp: address?.PublicIp, AllocationId: address?.AllocationId });
  });

  test('termination deletes what is to be deleted with the instance and releases the rest', async () => {
    const set = clients();
    await set.ec2.terminateInstances(ids);
    set.pass(61_000);
    expect((await box(set))?.State?.Name).toBe('terminated');
    const states = Object.fromEntries(set.account.state().volumes.map((volume) => [volume.id, volume.state]));
    expect(states['vol-00000000000000001']).toBe('deleting');
    expect(states['vol-00000000000000002']).toBe('available');
    set.pass(3_700_000);
    expect(await codeOf(set.ec2.describeInstances(ids))).toBe('InvalidInstanceID.NotFound');
  });

  test('termination protection holds, and one attribute is modified at a time', async () => {
    const { ec2 } = clients(changed({ terminationProtection: true }));
    expect(await codeOf(ec2.terminateInstances(ids))).toBe('OperationNotPermitted');
    const two = { InstanceId: id, DisableApiStop: { Value: true }, DisableApiTermination: { Value: false } };
    expect(await codeOf(ec2.modifyInstanceAttribute(two))).toBe('InvalidParameterCombination');
  });
});
