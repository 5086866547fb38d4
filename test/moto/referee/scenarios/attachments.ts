import type { Scenario } from '../script.ts';
import { attached, comes, newVolume, stopped, volumeOf } from './made.ts';

/** Volumes on the instance: attached, described from both ends, refused, detached. */
export const attachments: readonly Scenario[] = [
  {
    title: 'a volume that is attached and detached',
    async play(on) {
      const { ec2, instance: InstanceId } = on;
      const VolumeId = await newVolume(on, { Encrypted: true, KmsKeyId: on.key.arn });
      await ec2.attachVolume({ VolumeId, InstanceId, Device: '/dev/sdf' });
      await ec2.describeVolumes({ VolumeIds: [VolumeId] });
      await on.until(async () => (await volumeOf(on, VolumeId))?.Attachments?.[0]?.State === 'attached');
      await ec2.describeVolumes({ Filters: [{ Name: 'attachment.instance-id', Values: [InstanceId] }] });
      await ec2.describeInstanceAttribute({ InstanceId, Attribute: 'blockDeviceMapping' });
      const keep = { DeviceName: '/dev/sdf', Ebs: { VolumeId, DeleteOnTermination: true } };
      await ec2.modifyInstanceAttribute({ InstanceId, BlockDeviceMappings: [keep] });
      await ec2.describeInstanceAttribute({ InstanceId, Attribute: 'blockDeviceMapping' });
      await on.kms.listGrants({ KeyId: on.key.arn });
      await on.when('in use').ec2.deleteVolume({ VolumeId });
      await ec2.detachVolume({ VolumeId, InstanceId, Device: '/dev/sdf' });
      await comes(on, VolumeId, 'available');
      await ec2.describeVolumes({ VolumeIds: [VolumeId] });
      await on.when('not attached').ec2.detachVolume({ VolumeId, InstanceId });
    },
  },
  {
    title: 'a volume that is attached again',
    async play(on) {
      const VolumeId = await newVolume(on);
      await attached(on, VolumeId, '/dev/sdf');
      await on.when('attached already').ec2.attachVolume({ VolumeId, InstanceId: on.instance, Device: '/dev/sdg' });
    },
  },
  {
    title: 'a volume where another one stands',
    async play(on) {
      await attached(on, await newVolume(on), '/dev/sdf');
      const taken = { VolumeId: await newVolume(on), InstanceId: on.instance, Device: '/dev/sdf' };
      await on.when('where another one stands').ec2.attachVolume(taken);
    },
  },
  {
    title: 'a volume of another Availability Zone',
    async play(on) {
      const VolumeId = await newVolume(on, { AvailabilityZone: on.otherZone });
      await on.when('another zone').ec2.attachVolume({ VolumeId, InstanceId: on.instance, Device: '/dev/sdf' });
    },
  },
  {
    title: 'a device that is none',
    async play(on) {
      const VolumeId = await newVolume(on);
      await on.when('no device name').ec2.attachVolume({ VolumeId, InstanceId: on.instance, Device: 'the-second-one' });
    },
  },
  {
    title: 'a volume that is detached without naming the instance',
    async play(on) {
      const VolumeId = await newVolume(on);
      await attached(on, VolumeId, '/dev/sdf');
      await on.when('no instance named').ec2.detachVolume({ VolumeId });
    },
  },
  {
    title: 'a volume that is detached from where it is not',
    async play(on) {
      const VolumeId = await newVolume(on);
      await attached(on, VolumeId, '/dev/sdf');
      await on.when('unknown instance').ec2.detachVolume({ VolumeId, InstanceId: 'i-0aaaaaaaaaaaaaaaa' });
      await on.when('another device').ec2.detachVolume({ VolumeId, InstanceId: on.instance, Device: '/dev/sdg' });
    },
  },
  {
    title: 'the root of an instance that runs',
    async play(on) {
      await on.when('root, running').ec2.detachVolume({ VolumeId: on.root, InstanceId: on.instance });
    },
  },
  {
    title: 'the root of an instance that is stopped',
    async play(on) {
      const { ec2, instance: InstanceId, root: VolumeId } = on;
      await stopped(on);
      await ec2.detachVolume({ VolumeId, InstanceId, Device: '/dev/sda1' });
      await comes(on, VolumeId, 'available');
      await ec2.describeInstanceAttribute({ InstanceId, Attribute: 'blockDeviceMapping' });
      await on.when('no root').ec2.startInstances({ InstanceIds: [InstanceId] });
    },
  },
  {
    title: 'a volume under a disabled key',
    async play(on) {
      const { KeyMetadata } = await on.aside.kms.createKey({ KeyUsage: 'ENCRYPT_DECRYPT' });
      const VolumeId = await newVolume(on, { Encrypted: true, KmsKeyId: KeyMetadata?.Arn });
      await on.aside.kms.disableKey({ KeyId: KeyMetadata?.KeyId });
      await on.when('disabled key').ec2.attachVolume({ VolumeId, InstanceId: on.instance, Device: '/dev/sdf' });
    },
  },
  {
    title: 'what an attachment is refused',
    async play(on) {
      const { instance: InstanceId } = on;
      const Device = '/dev/sdf';
      const VolumeId = await newVolume(on);
      const { ec2: unknown } = on.when('unknown id');
      await unknown.attachVolume({ VolumeId, InstanceId: 'i-0aaaaaaaaaaaaaaaa', Device });
      await unknown.attachVolume({ VolumeId: 'vol-0aaaaaaaaaaaaaaaa', InstanceId, Device });
      await unknown.detachVolume({ VolumeId: 'vol-0aaaaaaaaaaaaaaaa', InstanceId });
      await on.when('malformed instance').ec2.attachVolume({ VolumeId, InstanceId: 'i-nonsense', Device });
      await on.when('malformed volume').ec2.attachVolume({ VolumeId: 'vol-nonsense', InstanceId, Device });
      const absent = { DeviceName: '/dev/sdz', Ebs: { DeleteOnTermination: true } };
      await on.when('an empty device').ec2.modifyInstanceAttribute({ InstanceId, BlockDeviceMappings: [absent] });
    },
  },
];
