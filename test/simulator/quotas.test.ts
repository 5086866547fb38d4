import { describe, expect, test } from 'vitest';
import type { ScenarioInput } from '../../src/simulator/scenario.ts';
import { clients, codeOf, fleet } from './support.ts';

const loose = 'vol-00000000000000003';
const zone = { AvailabilityZone: 'eu-west-1a' };
const limited = (limits: NonNullable<ScenarioInput['limits']>, changes: ScenarioInput = {}) =>
  clients(fleet({ limits: { throttling: false, ...limits }, ...changes }));

describe('quotas of the simulated account', () => {
  test('volumes are counted until they are gone', async () => {
    const { ec2, pass } = limited({ volumes: 4 });
    const create = () => codeOf(ec2.createVolume({ ...zone, Size: 1 }));
    expect(await create()).toBe('accepted');
    expect(await create()).toBe('VolumeLimitExceeded');
    await ec2.deleteVolume({ VolumeId: loose });
    expect(await create()).toBe('VolumeLimitExceeded');
    pass(300_000);
    expect(await create()).toBe('accepted');
  });

  test('storage is counted when a volume grows, too, and io2 has less of it', async () => {
    const { ec2 } = limited({ storageGiBPerType: 100 });
    expect(await codeOf(ec2.modifyVolume({ VolumeId: loose, Size: 73 }))).toBe('VolumeLimitExceeded');
    expect(await codeOf(ec2.modifyVolume({ VolumeId: loose, Size: 72 }))).toBe('accepted');
    const io2 = (Size: number) => codeOf(ec2.createVolume({ ...zone, Size, VolumeType: 'io2', Iops: 100 }));
    expect(await io2(41)).toBe('VolumeLimitExceeded');
    expect(await io2(40)).toBe('accepted');
  });

  test('provisioned IOPS have a quota for each type', async () => {
    const { ec2 } = limited({ iopsPerType: 1000 });
    const io2 = (Iops: number) => codeOf(ec2.createVolume({ ...zone, Size: 100, VolumeType: 'io2', Iops }));
    expect(await io2(600)).toBe('accepted');
    expect(await io2(600)).toBe('MaxIOPSLimitExceeded');
    expect(await codeOf(ec2.createVolume({ ...zone, Size: 100, VolumeType: 'gp3', Iops: 3000 }))).toBe('accepted');
  });

  test('snapshots are counted, and those that are pending by themselves', async () => {
    const all = limited({ snapshots: 1 });
    expect(await codeOf(all.ec2.createSnapshot({ VolumeId: loose }))).toBe('accepted');
    expect(await codeOf(all.ec2.createSnapshot({ VolumeId: 'vol-00000000000000001' }))).toBe('SnapshotLimitExceeded');
    const pending = limited({ pendingSnapshots: 1 });
    const { SnapshotId = '' } = await pending.ec2.createSnapshot({ VolumeId: loose });
    const other = () => codeOf(pending.ec2.createSnapshot({ VolumeId: 'vol-00000000000000001' }));
    expect(await other()).toBe('PendingSnapshotLimitExceeded');
    pending.pass(600_000);
    expect(await other()).toBe('accepted');
    const copy = { SourceSnapshotId: SnapshotId, SourceRegion: 'eu-west-1' };
    expect(await codeOf(pending.ec2.copySnapshot(copy))).toBe('PendingSnapshotLimitExceeded');
  });

  test('a start needs vCPUs that are free', async () => {
    const other = 'i-00000000000000002';
    const stopped = {
      id: other,
      type: 'm5.xlarge',
      state: 'stopped' as const,
      volumes: [{ device: '/dev/xvda', size: 8 }],
    };
    const set = limited({ runningVCpus: 5 }, { instances: [...(fleet().instances ?? []), stopped] });
    const start = () => codeOf(set.ec2.startInstances({ InstanceIds: [other] }));
    expect(await start()).toBe('VcpuLimitExceeded');
    await set.ec2.stopInstances({ InstanceIds: ['i-00000000000000001'] });
    expect(await start()).toBe('VcpuLimitExceeded');
    set.pass(90_000);
    expect(await start()).toBe('accepted');
    expect(await codeOf(set.ec2.startInstances({ InstanceIds: ['i-00000000000000001'] }))).toBe('VcpuLimitExceeded');
    expect(await start()).toBe('accepted');
  });
});
