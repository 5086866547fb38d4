import type { CreateVolumeCommandInput, Volume } from '@aws-sdk/client-ec2';
import type { Script } from '../script.ts';

/** A volume as it is now, unrecorded; undefined when it is gone. */
export async function volumeOf({ aside }: Script, id: string): Promise<Volume | undefined> {
  const { Volumes } = await aside.ec2.describeVolumes({ Filters: [{ Name: 'volume-id', Values: [id] }] });
  return Volumes?.[0];
}

/** Waits for the state of a volume, `gone` for one that is no more. */
export function comes(on: Script, id: string, state: 'available' | 'in-use' | 'gone'): Promise<void> {
  return on.until(async () => ((await volumeOf(on, id))?.State ?? 'gone') === state);
}

/** A new, available volume of 1 GiB, made unrecorded. */
export async function newVolume(on: Script, wanted: Partial<CreateVolumeCommandInput> = {}): Promise<string> {
  const size = wanted.SnapshotId === undefined ? { Size: 1 } : {};
  const { VolumeId = '' } = await on.aside.ec2.createVolume({ AvailabilityZone: on.zone, ...size, ...wanted });
  await comes(on, VolumeId, 'available');
  return VolumeId;
}

/** Waits until a snapshot is complete. */
export function completes({ aside, until }: Script, id: string): Promise<void> {
  return until(async () => {
    const { Snapshots } = await aside.ec2.describeSnapshots({ SnapshotIds: [id] });
    return Snapshots?.[0]?.State === 'completed';
  });
}

/** A completed snapshot of a new volume of 10 GiB under the key, made unrecorded. */
export async function newSnapshot(on: Script): Promise<string> {
  const VolumeId = await newVolume(on, { Size: 10, Encrypted: true, KmsKeyId: on.key.arn });
  const { SnapshotId = '' } = await on.aside.ec2.createSnapshot({ VolumeId });
  await completes(on, SnapshotId);
  return SnapshotId;
}

/** Attaches a volume, unrecorded, and waits until it is. */
export async function attached(on: Script, VolumeId: string, Device: string): Promise<void> {
  await on.aside.ec2.attachVolume({ VolumeId, InstanceId: on.instance, Device });
  await on.until(async () => (await volumeOf(on, VolumeId))?.Attachments?.[0]?.State === 'attached');
}

/** Waits for the state of the instance. */
export function instanceIs(
  { aside, instance, until }: Script,
  state: 'running' | 'stopped' | 'terminated',
): Promise<void> {
  return until(async () => {
    const { Reservations } = await aside.ec2.describeInstances({ InstanceIds: [instance] });
    return Reservations?.[0]?.Instances?.[0]?.State?.Name === state;
  });
}

/** Stops the instance, unrecorded, and waits until it is. */
export async function stopped(on: Script): Promise<void> {
  await on.aside.ec2.stopInstances({ InstanceIds: [on.instance] });
  await instanceIs(on, 'stopped');
}
