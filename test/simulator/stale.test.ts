import { describe, expect, test } from 'vitest';
import type { FaultRule } from '../../src/simulator/faults.ts';
import type { ScenarioInput } from '../../src/simulator/scenario.ts';
import { rdsClients, shop } from './rds/support.ts';
import { clients, codeOf, fleet } from './support.ts';

const id = 'i-00000000000000001';
const loose = 'vol-00000000000000003';

/** An account whose reads are all answered by a replica half a minute behind. */
function behind(changes: ScenarioInput = {}) {
  const set = clients(fleet({ faults: [{ kind: 'stale', staleMs: 30_000 }], ...changes }));
  const volume = async (VolumeId = loose) =>
    (await set.ec2.describeVolumes({ Filters: [{ Name: 'volume-id', Values: [VolumeId] }] })).Volumes?.[0];
  const box = async () => (await set.ec2.describeInstances({ InstanceIds: [id] })).Reservations?.[0]?.Instances?.[0];
  return { ...set, volume, box };
}

describe('a stale read of the simulated account', () => {
  test('shows states, attachments and instances as they were, and then as they are', async () => {
    const set = behind();
    const before = await set.box();
    await set.ec2.stopInstances({ InstanceIds: [id] });
    expect(await set.box()).toEqual(before);
    set.pass(29_999);
    expect((await set.box())?.State?.Name).toBe('running');
    set.pass(1);
    expect((await set.box())?.State?.Name).toBe('stopping');
    set.pass(120_000);
    expect((await set.box())?.State?.Name).toBe('stopped');
    await set.ec2.detachVolume({ VolumeId: 'vol-00000000000000002' });
    set.pass(25_000);
    expect(await set.volume('vol-00000000000000002')).toMatchObject({
      State: 'in-use',
      Attachments: [{ State: 'attached' }],
    });
    expect(set.account.state().volumes.find((one) => one.id === 'vol-00000000000000002')?.state).toBe('available');
    set.pass(25_000);
    expect(await set.volume('vol-00000000000000002')).toMatchObject({ State: 'available', Attachments: [] });
  });

  test('shows tags and attributes as they were', async () => {
    const set = behind();
    await set.ec2.createTags({ Resources: [loose], Tags: [{ Key: 'owner', Value: 'me' }] });
    await set.ec2.modifyVolumeAttribute({ VolumeId: loose, AutoEnableIO: { Value: true } });
    const autoEnableIO = async () =>
      (await set.ec2.describeVolumeAttribute({ VolumeId: loose, Attribute: 'autoEnableIO' })).AutoEnableIO?.Value;
    set.pass(20_000);
    expect((await set.volume())?.Tags).toEqual([{ Key: 'Name', Value: 'loose' }]);
    expect(await autoEnableIO()).toBe(false);
    set.pass(20_000);
    expect((await set.volume())?.Tags).toContainEqual({ Key: 'owner', Value: 'me' });
    expect(await autoEnableIO()).toBe(true);
  });

  test('does not know what is new, and still knows what is gone', async () => {
    const set = behind();
    const { VolumeId = '' } = await set.ec2.createVolume({ AvailabilityZone: 'eu-west-1a', Size: 1 });
    expect(await codeOf(set.ec2.describeVolumes({ VolumeIds: [VolumeId] }))).toBe('InvalidVolume.NotFound');
    const { SnapshotId = '' } = await set.ec2.createSnapshot({ VolumeId: loose });
    set.pass(60_000);
    expect((await set.volume(VolumeId))?.State).toBe('available');
    await set.ec2.deleteSnapshot({ SnapshotId });
    expect((await set.ec2.describeSnapshots({ SnapshotIds: [SnapshotId] })).Snapshots).toHaveLength(1);
    set.pass(30_000);
    expect(await codeOf(set.ec2.describeSnapshots({ SnapshotIds: [SnapshotId] }))).toBe('InvalidSnapshot.NotFound');
  });

  test('shows keys as they were, too, and what other people do', async () => {
    const set = behind();
    set.account.act({ do: 'disable-key', key: 'alias/new' });
    set.account.act({ do: 'create-tags', resource: loose, tags: { owner: 'somebody' } });
    const state = async () => (await set.kms.describeKey({ KeyId: 'alias/new' })).KeyMetadata?.KeyState;
    expect(await state()).toBe('Enabled');
    set.pass(30_000);
    expect(await state()).toBe('Disabled');
    expect((await set.volume())?.Tags).toContainEqual({ Key: 'owner', Value: 'somebody' });
  });

  test('changes nothing: effects and their checks go by what is true', async () => {
    const set = behind();
    await set.ec2.deleteVolume({ VolumeId: loose });
    expect((await set.volume())?.State).toBe('available');
    expect(await codeOf(set.ec2.deleteVolume({ VolumeId: loose }))).toBe('InvalidVolume.NotFound');
  });

  test('shows databases as they were, too', async () => {
    const { rds, pass } = rdsClients(shop({}, { faults: [{ kind: 'stale', staleMs: 30_000 }] }));
    const shown = async () => (await rds.describeDBInstances({ DBInstanceIdentifier: 'orders' })).DBInstances?.[0];
    await rds.modifyDBInstance({ DBInstanceIdentifier: 'orders', DeletionProtection: true, ApplyImmediately: true });
    await rds.addTagsToResource({
      ResourceName: (await shown())?.DBInstanceArn,
      Tags: [{ Key: 'owner', Value: 'me' }],
    });
    pass(29_000);
    const before = await shown();
    expect(before?.DeletionProtection).toBe(false);
    expect(before?.TagList).not.toContainEqual({ Key: 'owner', Value: 'me' });
    pass(600_000);
    expect(await shown()).toMatchObject({
      DeletionProtection: true,
      TagList: expect.arrayContaining([{ Key: 'owner', Value: 'me' }]),
    });
  });

  test('a seed has reads look back by different times, and so go back and forth', async () => {
    const rule: FaultRule = { kind: 'seeded', seed: 3, rate: 0.6, kinds: ['stale'], staleMs: 60_000 };
    const set = clients(fleet({ faults: [rule] }));
    await set.ec2.stopInstances({ InstanceIds: [id] });
    const seen: (string | undefined)[] = [];
    for (let i = 0; i < 40; i++) {
      set.pass(2000);
      const { Reservations } = await set.ec2.describeInstances({ InstanceIds: [id] });
      seen.push(Reservations?.[0]?.Instances?.[0]?.State?.Name);
    }
    const first = seen.indexOf('stopped');
    expect(first).toBeGreaterThan(0);
    expect(seen.slice(first)).toContain('stopping');
    expect(new Set(seen)).toEqual(new Set(['running', 'stopping', 'stopped']));
  });

  test('an account whose reads are never stale remembers nothing', () => {
    const { account, pass } = clients();
    pass(3_600_000);
    account.state();
    expect(account.world.ago(60_000)).toBe(account.world);
  });
});
