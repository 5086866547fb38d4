import { describe, expect, test } from 'vitest';
import { clients, fleet } from './support.ts';

const old = 'alias/old';

describe('the whole swap, as rekey makes it', () => {
  test('a volume is snapshotted, made anew under another key, swapped and written to, and nothing is lost', async () => {
    const { ec2, kms, sts, account, pass, until } = clients(fleet());
    expect((await sts.getCallerIdentity({})).Account).toBe('111122223333');
    const { KeyMetadata } = await kms.describeKey({ KeyId: 'alias/new' });
    const [instance] = (await ec2.describeInstances({})).Reservations?.[0]?.Instances ?? [];
    const id = instance?.InstanceId ?? '';
    const before = account.state().volumes;
    const device = before.find((volume) => volume.attachments[0]?.device === '/dev/xvdf');
    pass(600_000);

    await ec2.stopInstances({ InstanceIds: [id] });
    await until(
      async () =>
        (await ec2.describeInstances({ InstanceIds: [id] })).Reservations?.[0]?.Instances?.[0]?.State?.Name ===
        'stopped',
    );
    const snapshot = await ec2.createSnapshot({ VolumeId: device?.id });
    await until(
      async () =>
        (await ec2.describeSnapshots({ SnapshotIds: [snapshot.SnapshotId ?? ''] })).Snapshots?.[0]?.State ===
        'completed',
    );
    const made = await ec2.createVolume({
      AvailabilityZone: 'eu-west-1a',
      SnapshotId: snapshot.SnapshotId,
      Encrypted: true,
      KmsKeyId: 'alias/new',
      VolumeType: 'gp3',
      ClientToken: 'one',
    });
    const volumeId = made.VolumeId ?? '';
    await until(async () => (await ec2.describeVolumes({ VolumeIds: [volumeId] })).Volumes?.[0]?.State === 'available');
    await ec2.detachVolume({ VolumeId: device?.id });
    await until(
      async () => (await ec2.describeVolumes({ VolumeIds: [device?.id ?? ''] })).Volumes?.[0]?.State === 'available',
    );
    await ec2.attachVolume({ VolumeId: volumeId, InstanceId: id, Device: '/dev/xvdf' });
    await until(
      async () =>
        (await ec2.describeVolumes({ VolumeIds: [volumeId] })).Volumes?.[0]?.Attachments?.[0]?.State === 'attached',
    );
    await ec2.startInstances({ InstanceIds: [id] });
    await until(
      async () =>
        (await ec2.describeInstances({ InstanceIds: [id] })).Reservations?.[0]?.Instances?.[0]?.State?.Name ===
        'running',
    );
    pass(600_000);

    const after = account.state();
    expect(after.volumes.find((volume) => volume.id === volumeId)?.key).toBe(KeyMetadata?.Arn);
    const ledger = after.instances[0]?.workload?.ledger.find((entry) => entry.device === '/dev/xvdf');
    expect(ledger).toMatchObject({ lost: false, volume: volumeId });
    expect(ledger?.writes).toBeGreaterThan(15);
    await ec2.deleteVolume({ VolumeId: device?.id });
    await ec2.deleteSnapshot({ SnapshotId: snapshot.SnapshotId });
    expect(old).toBe('alias/old');
  });
});
