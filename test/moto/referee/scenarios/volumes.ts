import type { CreateVolumeCommandInput, VolumeType } from '@aws-sdk/client-ec2';
import type { Scenario } from '../script.ts';
import { comes, newSnapshot, newVolume } from './made.ts';

const described = { Key: 'Name', Value: 'an archive <&> ü' };

/** Volumes by themselves: made, described, changed, deleted, refused. */
export const volumes: readonly Scenario[] = [
  {
    title: 'a volume from its making to its deletion',
    async play(on) {
      const { ec2, zone: AvailabilityZone, key } = on;
      const made = await ec2.createVolume({
        ...{ AvailabilityZone, Size: 8, VolumeType: 'gp3', Iops: 3500, Throughput: 150 },
        ...{ Encrypted: true, KmsKeyId: key.arn },
        TagSpecifications: [{ ResourceType: 'volume', Tags: [described, { Key: 'team', Value: '' }] }],
      });
      const { VolumeId = '' } = made;
      const VolumeIds = [VolumeId];
      await ec2.describeVolumes({ VolumeIds });
      await comes(on, VolumeId, 'available');
      await ec2.describeVolumes({ VolumeIds });
      await ec2.describeVolumeStatus({ VolumeIds });
      await ec2.describeVolumeAttribute({ VolumeId, Attribute: 'autoEnableIO' });
      await ec2.modifyVolumeAttribute({ VolumeId, AutoEnableIO: { Value: true } });
      await ec2.describeVolumeAttribute({ VolumeId, Attribute: 'productCodes' });
      await ec2.deleteVolume({ VolumeId });
      await comes(on, VolumeId, 'gone');
      await on.when('gone').ec2.describeVolumes({ VolumeIds });
      await on.when('gone').ec2.deleteVolume({ VolumeId });
    },
  },
  {
    title: 'a volume of each type, nothing but its size being asked',
    alone: true,
    async play(on) {
      const { ec2, zone: AvailabilityZone } = on;
      const wanted: readonly [VolumeType | undefined, number, number?][] = [
        [undefined, 1],
        ['gp2', 50],
        ['gp3', 3],
        ['io1', 4, 100],
        ['io2', 5, 200],
        ['st1', 125],
        ['sc1', 126],
        ['standard', 9],
      ];
      for (const [VolumeType, Size, Iops] of wanted) {
        await newVolume(on, { AvailabilityZone, Size, ...(VolumeType && { VolumeType }), ...(Iops && { Iops }) });
      }
      await ec2.describeVolumes({ Filters: [{ Name: 'status', Values: ['available'] }] });
    },
  },
  {
    title: 'a volume under a key that was named by its alias',
    async play(on) {
      const id = await newVolume(on, { Encrypted: true, KmsKeyId: on.key.alias });
      await on.ec2.describeVolumes({ VolumeIds: [id] });
    },
  },
  {
    title: 'a volume under a key that nobody named',
    async play(on) {
      const id = await newVolume(on, { Encrypted: true });
      await on.ec2.describeVolumes({ VolumeIds: [id] });
    },
  },
  {
    title: 'a volume under a key that is not there',
    async play(on) {
      const { aside, zone: AvailabilityZone, key } = on;
      const KmsKeyId = key.arn.replace(/[^/]+$/, '00000000-0000-4000-8000-000000000000');
      const { VolumeId = '' } = await aside.ec2.createVolume({ AvailabilityZone, Size: 1, Encrypted: true, KmsKeyId });
      const find = { Filters: [{ Name: 'volume-id', Values: [VolumeId] }] };
      await on.until(async () => (await aside.ec2.describeVolumes(find)).Volumes?.[0]?.State !== 'creating');
      const { Volumes = [] } = await aside.ec2.describeVolumes(find);
      await on.tell('what became of the volume', () => Volumes[0]?.State ?? 'taken back');
    },
  },
  {
    title: 'one client token, several times',
    async play(on) {
      const { ec2, zone: AvailabilityZone } = on;
      const wanted = { AvailabilityZone, Size: 1, ClientToken: 'one-token' };
      const first = await ec2.createVolume(wanted);
      const second = await ec2.createVolume(wanted);
      await on.tell('volumes made with one token', () => (first.VolumeId === second.VolumeId ? 1 : 2));
      await on.when('another size, same token').ec2.createVolume({ ...wanted, Size: 2 });
      const id = first.VolumeId ?? '';
      await comes(on, id, 'available');
      await on.aside.ec2.deleteVolume({ VolumeId: id });
      await comes(on, id, 'gone');
      await on.when('the token of a deleted volume').ec2.createVolume(wanted);
    },
  },
  {
    title: 'what CreateVolume refuses',
    async play(on) {
      const { zone: AvailabilityZone, key } = on;
      const sized = { AvailabilityZone, Size: 10 };
      const SnapshotId = await newSnapshot(on);
      const asked: readonly [string, CreateVolumeCommandInput][] = [
        ['neither size nor snapshot', { AvailabilityZone }],
        ['no zone', { Size: 1 }],
        ['an unknown zone', { ...sized, AvailabilityZone: 'eu-west-1z' }],
        ['smaller than its snapshot', { AvailabilityZone, SnapshotId, Size: 1 }],
        ['an unknown snapshot', { AvailabilityZone, SnapshotId: 'snap-0aaaaaaaaaaaaaaaa' }],
        ['a malformed snapshot', { AvailabilityZone, SnapshotId: 'snap-nonsense' }],
        ['an unknown type', { ...sized, VolumeType: 'gp9' as VolumeType }],
        ['gp3 of 70,000 GiB', { ...sized, VolumeType: 'gp3', Size: 70_000 }],
        ['st1 of 10 GiB', { ...sized, VolumeType: 'st1' }],
        ['gp2 with IOPS', { ...sized, VolumeType: 'gp2', Iops: 300 }],
        ['gp2 with throughput', { ...sized, VolumeType: 'gp2', Throughput: 300 }],
        ['io1 without IOPS', { ...sized, VolumeType: 'io1' }],
        ['gp3 with 100 IOPS', { ...sized, VolumeType: 'gp3', Iops: 100 }],
        ['gp3 with too much throughput for its IOPS', { ...sized, VolumeType: 'gp3', Throughput: 900 }],
        ['gp3 to be attached more than once', { ...sized, VolumeType: 'gp3', MultiAttachEnabled: true }],
        ['a key without encryption', { ...sized, KmsKeyId: key.arn }],
        ['unencrypted from an encrypted snapshot', { AvailabilityZone, SnapshotId, Encrypted: false }],
      ];
      for (const [special, input] of asked) await on.when(special).ec2.createVolume(input);
    },
  },
  {
    title: 'what a volume is refused while it is in another state',
    async play(on) {
      const { zone: AvailabilityZone, instance: InstanceId, root } = on;
      const { VolumeId } = await on.aside.ec2.createVolume({ AvailabilityZone, Size: 1 });
      const { ec2: early } = on.when('of a volume that was just created');
      await early.createSnapshot({ VolumeId });
      await early.attachVolume({ VolumeId, InstanceId, Device: '/dev/sdf' });
      await on.when('in use').ec2.deleteVolume({ VolumeId: root });
      await on.when('smaller').ec2.modifyVolume({ VolumeId: root, Size: 4 });
    },
  },
  {
    title: 'a volume that is made larger and faster',
    async play(on) {
      const { ec2 } = on;
      const VolumeId = await newVolume(on, { VolumeType: 'gp3' });
      await ec2.describeVolumesModifications({ VolumeIds: [VolumeId] });
      await ec2.modifyVolume({ VolumeId, Size: 20, Iops: 4000, Throughput: 250 });
      await on.until(async () => {
        const { VolumesModifications } = await on.aside.ec2.describeVolumesModifications({ VolumeIds: [VolumeId] });
        return VolumesModifications?.[0]?.ModificationState === 'completed';
      });
      await ec2.describeVolumesModifications({ VolumeIds: [VolumeId] });
      await ec2.describeVolumes({ VolumeIds: [VolumeId] });
    },
  },
];
