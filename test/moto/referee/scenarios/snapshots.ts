import type { Scenario } from '../script.ts';
import { comes, completes, newSnapshot, newVolume } from './made.ts';

/** Snapshots, their copies, and volumes from them. */
export const snapshots: readonly Scenario[] = [
  {
    title: 'the snapshots of a new account',
    alone: true,
    async play({ aside, tell }) {
      const { Snapshots = [] } = await aside.ec2.describeSnapshots({ OwnerIds: ['self'] });
      const ofImages = Snapshots.some(({ Description = '' }) =>
        Description.startsWith('Auto-created snapshot for AMI'),
      );
      await tell('snapshots of a new account', () => (ofImages ? 'those of images' : Snapshots.length));
    },
  },
  {
    title: 'a snapshot from its making to its deletion',
    async play(on) {
      const { ec2, key } = on;
      const VolumeId = await newVolume(on, { Size: 10, Encrypted: true, KmsKeyId: key.arn });
      const { SnapshotId = '' } = await ec2.createSnapshot({
        VolumeId,
        Description: 'before the cut-over',
        TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'Name', Value: 'final' }] }],
      });
      await completes(on, SnapshotId);
      await ec2.describeSnapshots({ SnapshotIds: [SnapshotId] });
      await ec2.describeSnapshots({ OwnerIds: ['self'], Filters: [{ Name: 'volume-id', Values: [VolumeId] }] });
      await ec2.describeSnapshots({ Filters: [{ Name: 'tag:Name', Values: ['final'] }] });
      await ec2.describeSnapshots({ Filters: [{ Name: 'description', Values: ['before*'] }] });
      await on.when('unknown id').ec2.describeSnapshots({ SnapshotIds: ['snap-0aaaaaaaaaaaaaaaa'] });
      await ec2.deleteSnapshot({ SnapshotId });
      await on.when('gone').ec2.describeSnapshots({ SnapshotIds: [SnapshotId] });
      await on.when('gone').ec2.deleteSnapshot({ SnapshotId });
    },
  },
  {
    title: 'a snapshot of a volume that is not encrypted',
    async play(on) {
      const { SnapshotId = '' } = await on.aside.ec2.createSnapshot({ VolumeId: await newVolume(on) });
      await completes(on, SnapshotId);
      await on.ec2.describeSnapshots({ SnapshotIds: [SnapshotId] });
    },
  },
  {
    title: 'volumes from a snapshot, under its key and under another',
    async play(on) {
      const { ec2, aside, zone: AvailabilityZone } = on;
      const SnapshotId = await newSnapshot(on);
      const { KeyMetadata } = await aside.kms.createKey({ KeyUsage: 'ENCRYPT_DECRYPT' });
      const KmsKeyId = KeyMetadata?.Arn;
      for (const named of [{}, { Encrypted: true, KmsKeyId }, { Encrypted: true }]) {
        const { VolumeId = '' } = await ec2.createVolume({ AvailabilityZone, SnapshotId, VolumeType: 'gp3', ...named });
        await comes(on, VolumeId, 'available');
        await ec2.describeVolumes({ VolumeIds: [VolumeId] });
        await ec2.describeVolumeStatus({ VolumeIds: [VolumeId] });
      }
      await ec2.deleteSnapshot({ SnapshotId });
    },
  },
  {
    title: 'copies of a snapshot, under another key and under none that was named',
    async play(on) {
      const { ec2, aside } = on;
      const SourceSnapshotId = await newSnapshot(on);
      const { KeyMetadata } = await aside.kms.createKey({ KeyUsage: 'ENCRYPT_DECRYPT' });
      const from = { SourceSnapshotId, SourceRegion: 'eu-west-1' };
      const TagSpecifications = [{ ResourceType: 'snapshot' as const, Tags: [{ Key: 'Name', Value: 'copy' }] }];
      for (const named of [{ Encrypted: true, KmsKeyId: KeyMetadata?.Arn }, {}]) {
        const { SnapshotId = '' } = await ec2.copySnapshot({
          ...from,
          ...named,
          Description: 'copied',
          TagSpecifications,
        });
        await completes(on, SnapshotId);
        await ec2.describeSnapshots({ SnapshotIds: [SnapshotId] });
      }
    },
  },
  {
    title: 'what snapshots are refused',
    async play(on) {
      const { aside, key } = on;
      const from = { SourceRegion: 'eu-west-1' };
      const { ec2: unknown } = on.when('unknown id');
      await unknown.createSnapshot({ VolumeId: 'vol-0aaaaaaaaaaaaaaaa' });
      await unknown.copySnapshot({ ...from, SourceSnapshotId: 'snap-0aaaaaaaaaaaaaaaa' });
      await unknown.deleteSnapshot({ SnapshotId: 'snap-0aaaaaaaaaaaaaaaa' });
      const { ec2: malformed } = on.when('malformed id');
      await malformed.createSnapshot({ VolumeId: 'vol-nonsense' });
      await malformed.copySnapshot({ ...from, SourceSnapshotId: 'snap-nonsense' });
      await malformed.deleteSnapshot({ SnapshotId: 'snap-nonsense' });
      const { SnapshotId = '' } = await aside.ec2.createSnapshot({ VolumeId: await newVolume(on) });
      await on.when('of one that is pending').ec2.copySnapshot({ ...from, SourceSnapshotId: SnapshotId });
      await completes(on, SnapshotId);
      const unencrypted = { ...from, SourceSnapshotId: SnapshotId, KmsKeyId: key.arn };
      await on.when('a key without encryption').ec2.copySnapshot(unencrypted);
      const ofVolume = [{ ResourceType: 'volume' as const, Tags: [{ Key: 'a' }] }];
      await on.when('tags for a volume').ec2.createSnapshot({ VolumeId: on.root, TagSpecifications: ofVolume });
    },
  },
];
