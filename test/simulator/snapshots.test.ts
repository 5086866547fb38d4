import { describe, expect, test } from 'vitest';
import { clients, codeOf, fleet } from './support.ts';

const loose = 'vol-00000000000000003';
const data = 'vol-00000000000000002';

async function completed(set: ReturnType<typeof clients>, id: string | undefined): Promise<number> {
  const from = set.now();
  await set.until(
    async () => (await set.ec2.describeSnapshots({ SnapshotIds: [id ?? ''] })).Snapshots?.[0]?.State === 'completed',
  );
  return set.now() - from;
}

describe('snapshots of the simulated account', () => {
  test('progress is told as AWS tells it: nothing, then percent, then 100%', async () => {
    const set = clients();
    const made = await set.ec2.createSnapshot({ VolumeId: data });
    const seen = new Set([made.Progress]);
    for (let i = 0; i < 100; i++) {
      set.pass(3000);
      const [one] = (await set.ec2.describeSnapshots({ SnapshotIds: [made.SnapshotId ?? ''] })).Snapshots ?? [];
      seen.add(one?.Progress);
    }
    const told = [...seen];
    expect(told[0]).toBe('');
    expect(told.at(-1)).toBe('100%');
    expect(told.length).toBeGreaterThan(5);
    expect(told.slice(1).every((text) => /^\d{1,3}%$/.test(text ?? ''))).toBe(true);
  });

  test('a second snapshot copies only what changed: it is much faster', async () => {
    const set = clients();
    const first = await completed(set, (await set.ec2.createSnapshot({ VolumeId: data })).SnapshotId);
    set.pass(60_000);
    const second = await completed(set, (await set.ec2.createSnapshot({ VolumeId: data })).SnapshotId);
    expect(first).toBeGreaterThan(100_000);
    expect(second).toBeLessThan(first / 2);
  });

  test('the point in time is that of the call: what is written while it is pending is not in it', async () => {
    const set = clients();
    const snapshot = await set.ec2.createSnapshot({ VolumeId: data });
    const before = set.account.state().volumes.find((one) => one.id === data);
    set.pass(600_000);
    const after = set.account.state().volumes.find((one) => one.id === data);
    expect(after?.writes).toBeGreaterThan(before?.writes ?? 0);
    const made = await set.ec2.createVolume({ AvailabilityZone: 'eu-west-1a', SnapshotId: snapshot.SnapshotId });
    set.pass(60_000);
    expect(set.account.state().volumes.find((one) => one.id === made.VolumeId)?.digest).toBe(before?.digest);
  });

  test('a snapshot keeps the key of its volume, and the lineage is told by both', async () => {
    const set = clients();
    const [volume] = (await set.ec2.describeVolumes({ VolumeIds: [loose] })).Volumes ?? [];
    const snapshot = await set.ec2.createSnapshot({ VolumeId: loose });
    expect(snapshot).toMatchObject({ VolumeId: loose, KmsKeyId: volume?.KmsKeyId, Encrypted: true, VolumeSize: 10 });
    await completed(set, snapshot.SnapshotId);
    const made = await set.ec2.createVolume({
      AvailabilityZone: 'eu-west-1a',
      SnapshotId: snapshot.SnapshotId,
      Encrypted: true,
      KmsKeyId: 'alias/new',
    });
    expect(made.SnapshotId).toBe(snapshot.SnapshotId);
    expect(made.KmsKeyId).not.toBe(volume?.KmsKeyId);
  });

  test('nothing is made from a snapshot that is not complete, nor smaller than it', async () => {
    const set = clients();
    const { SnapshotId } = await set.ec2.createSnapshot({ VolumeId: loose });
    const input = { AvailabilityZone: 'eu-west-1a', SnapshotId };
    expect(await codeOf(set.ec2.createVolume(input))).toBe('IncorrectState');
    await completed(set, SnapshotId);
    expect(await codeOf(set.ec2.createVolume({ ...input, Size: 9 }))).toBe('InvalidParameterValue');
    expect(await codeOf(set.ec2.createVolume({ ...input, Encrypted: false }))).toBe('InvalidParameterCombination');
  });

  test('one volume has a snapshot every 15 s at most, and five pending', async () => {
    const set = clients();
    await set.ec2.createSnapshot({ VolumeId: data });
    expect(await codeOf(set.ec2.createSnapshot({ VolumeId: data }))).toBe('SnapshotCreationPerVolumeRateExceeded');
    for (let i = 0; i < 4; i++) {
      set.pass(15_000);
      await set.ec2.createSnapshot({ VolumeId: data });
    }
    set.pass(15_000);
    expect(await codeOf(set.ec2.createSnapshot({ VolumeId: data }))).toBe('ConcurrentSnapshotLimitExceeded');
  });

  test('a copy has an arbitrary volume id, no tags (an empty list at first, then none is shown) and, when none is named, the default key', async () => {
    const set = clients();
    const source = await set.ec2.createSnapshot({
      VolumeId: loose,
      TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'a', Value: 'b' }] }],
    });
    await completed(set, source.SnapshotId);
    const copy = await set.ec2.copySnapshot({ SourceRegion: 'eu-west-1', SourceSnapshotId: source.SnapshotId });
    await completed(set, copy.SnapshotId);
    const { KeyMetadata } = await set.kms.describeKey({ KeyId: 'alias/aws/ebs' });
    const [shown] = (await set.ec2.describeSnapshots({ SnapshotIds: [copy.SnapshotId ?? ''] })).Snapshots ?? [];
    expect(shown).toMatchObject({ VolumeId: 'vol-ffffffff', KmsKeyId: KeyMetadata?.Arn });
    expect([copy.Tags, shown?.Tags]).toEqual([[], undefined]);
  });

  test('a copy under a key that can not be used ends in error and says why', async () => {
    const set = clients();
    const source = await set.ec2.createSnapshot({ VolumeId: loose });
    await completed(set, source.SnapshotId);
    const copy = await set.ec2.copySnapshot({
      SourceRegion: 'eu-west-1',
      SourceSnapshotId: source.SnapshotId,
      Encrypted: true,
      KmsKeyId: 'alias/disabled',
    });
    set.pass(60_000);
    const [shown] = (await set.ec2.describeSnapshots({ SnapshotIds: [copy.SnapshotId ?? ''] })).Snapshots ?? [];
    expect(shown).toMatchObject({ State: 'error', StateMessage: 'Given key ID is not accessible' });
  });

  test('twenty copies run side by side, a twenty-first waits', async () => {
    const set = clients();
    const source = await set.ec2.createSnapshot({ VolumeId: loose });
    await completed(set, source.SnapshotId);
    const copy = () => set.ec2.copySnapshot({ SourceRegion: 'eu-west-1', SourceSnapshotId: source.SnapshotId });
    for (let i = 0; i < 20; i++) await copy();
    expect(await codeOf(copy())).toBe('ResourceLimitExceeded');
  });

  test('a snapshot that AWS fails ends in error', async () => {
    const set = clients();
    const { SnapshotId = '' } = await set.ec2.createSnapshot({ VolumeId: loose });
    set.account.act({ do: 'fail-snapshot', snapshot: SnapshotId });
    set.pass(600_000);
    const [shown] = (await set.ec2.describeSnapshots({ SnapshotIds: [SnapshotId] })).Snapshots ?? [];
    expect(shown).toMatchObject({ State: 'error', StateMessage: 'An internal error has occurred' });
  });

  test('a snapshot is deleted at once, and once', async () => {
    const set = clients(fleet({ snapshots: [{ id: 'snap-00000000000000001', volume: loose }] }));
    const SnapshotId = 'snap-00000000000000001';
    await set.ec2.deleteSnapshot({ SnapshotId });
    expect(await codeOf(set.ec2.deleteSnapshot({ SnapshotId }))).toBe('InvalidSnapshot.NotFound');
  });

  test('lost answers to token-less creates leave a duplicate each', async () => {
    const set = clients();
    set.account.faults.add({ operation: 'CreateSnapshot', when: 'after', kind: 'reset', times: 1 });
    expect(await codeOf(set.ec2.createSnapshot({ VolumeId: loose }))).not.toBe('accepted');
    set.pass(20_000);
    await set.ec2.createSnapshot({ VolumeId: loose });
    expect(set.account.state().snapshots).toHaveLength(2);
  });
});
