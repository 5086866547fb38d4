import { describe, expect, test } from 'vitest';
import { clients, fleet } from './support.ts';

const instance = 'i-00000000000000001';
const data = 'vol-00000000000000002';
const loose = 'vol-00000000000000003';

describe('an attached volume whose data EBS does not trust', () => {
  test('is impaired, takes no writes, and goes on when its I/O is enabled', async () => {
    const set = clients(fleet({ limits: { throttling: false } }));
    const statusOf = async () => {
      const { VolumeStatuses = [] } = await set.ec2.describeVolumeStatus({ VolumeIds: [data] });
      return VolumeStatuses[0]?.VolumeStatus?.Status;
    };
    const count = () => set.account.state().volumes.find(({ id }) => id === data)?.writes;
    expect(await statusOf()).toBe('ok');
    set.account.act({ do: 'impair-volume', volume: data });
    const then = count();
    set.pass(60_000);
    expect([await statusOf(), count()]).toEqual(['impaired', then]);
    const { InstanceStatuses = [] } = await set.ec2.describeInstanceStatus({ InstanceIds: [instance] });
    expect(InstanceStatuses[0]?.AttachedEbsStatus?.Status).toBe('impaired');
    set.account.act({ do: 'enable-volume-io', volume: data });
    set.pass(60_000);
    expect(await statusOf()).toBe('ok');
    expect(count()).toBeGreaterThan(then ?? 0);
  });

  test('is not impaired where I/O goes on by itself', async () => {
    const set = clients(fleet({ limits: { throttling: false } }));
    set.account.act({ do: 'set-auto-enable-io', volume: data, on: true });
    set.account.act({ do: 'impair-volume', volume: data });
    const { VolumeStatuses = [] } = await set.ec2.describeVolumeStatus({ VolumeIds: [data] });
    expect(VolumeStatuses[0]?.VolumeStatus?.Status).toBe('ok');
  });

  test('is one that is attached', () => {
    const set = clients(fleet({}));
    expect(() => set.account.act({ do: 'impair-volume', volume: loose })).toThrow(/available/);
  });
});

test('other people make volumes of snapshots, with the tags that they give them', async () => {
  const set = clients(fleet({ limits: { throttling: false } }));
  const { SnapshotId: snapshot = '' } = await set.ec2.createSnapshot({ VolumeId: loose });
  set.pass(600_000);
  set.account.act({ do: 'create-volume', snapshot, key: 'alias/new', tags: { owner: 'somebody' } });
  set.pass(60_000);
  const made = set.account.state().volumes.find(({ snapshot: of }) => of === snapshot);
  expect([made?.state, made?.tags]).toEqual(['available', { owner: 'somebody' }]);
});

test('other people take an Elastic IP off an instance, and put it back on', async () => {
  const set = clients(fleet({ limits: { throttling: false } }));
  const shown = async () =>
    (await set.ec2.describeInstances({ InstanceIds: [instance] })).Reservations?.[0]?.Instances?.[0]?.PublicIpAddress;
  set.account.act({ do: 'associate-address', instance });
  const address = await shown();
  expect(address).toMatch(/^54\./);
  expect(() => set.account.act({ do: 'associate-address', instance })).toThrow(/already/);
  set.account.act({ do: 'disassociate-address', instance });
  expect(await shown()).not.toBe(address);
  set.account.act({ do: 'associate-address', instance });
  expect(await shown()).toBe(address);
});
