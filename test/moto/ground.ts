import { setTimeout as pause } from 'node:timers/promises';
import type { CreateVolumeCommandInput, EC2, Instance, Snapshot, Volume } from '@aws-sdk/client-ec2';
import type { KMS } from '@aws-sdk/client-kms';
import { clientsOf, type Stand } from './accounts.ts';

/** The same ground in moto and in the simulated account, for asking both the same. */
export interface Ground {
  readonly ec2: EC2;
  readonly kms: KMS;
  /** A running EBS-backed instance with an auto-assigned public IPv4 address, in `zone`. */
  readonly instance: string;
  readonly zone: string;
  readonly otherZone: string;
  readonly key: { readonly arn: string; readonly alias: string };
}

const zones = { zone: 'eu-west-1a', otherZone: 'eu-west-1b' } as const;

/** Makes the ground in moto. */
export async function groundInMoto(moto: Stand): Promise<Ground> {
  const { ec2, kms } = clientsOf(moto);
  const arn = (await kms.createKey({ KeyUsage: 'ENCRYPT_DECRYPT' })).KeyMetadata?.Arn ?? '';
  const alias = 'alias/application-20180606';
  await kms.createAlias({ AliasName: alias, TargetKeyId: arn });
  const { Images } = await ec2.describeImages({ Owners: ['amazon'] });
  const { Instances } = await ec2.runInstances({
    ImageId: Images?.[0]?.ImageId,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    Placement: { AvailabilityZone: zones.zone },
  });
  return { ec2, kms, instance: Instances?.[0]?.InstanceId ?? '', ...zones, key: { arn, alias } };
}

/** Finds it in the simulated account, where scenario.yaml made it. */
export async function groundInSimulated(simulated: Stand): Promise<Ground> {
  const { ec2, kms } = clientsOf(simulated);
  const alias = 'alias/application-20180606';
  const arn = (await kms.describeKey({ KeyId: alias })).KeyMetadata?.Arn ?? '';
  return { ec2, kms, instance: 'i-0fedcba9876543210', ...zones, key: { arn, alias } };
}

/** An answer, or the code of the error that came instead (`HTTP 500` for one that is no AWS error). */
export async function answerOf<T>(ask: () => Promise<T>): Promise<T | { error: string }> {
  try {
    return await ask();
  } catch (error) {
    const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
    if (name !== undefined && name !== 'Error' && name !== 'SyntaxError') return { error: name };
    if ($metadata?.httpStatusCode === undefined) throw error;
    return { error: `HTTP ${$metadata.httpStatusCode}` };
  }
}

/** Asks until the answer is as wanted. Throws after 20 s of wall time with the last one. */
export async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`still not as wanted: ${JSON.stringify(answer)}`);
    await pause(100);
  }
}

/** A volume by its id; undefined when it is gone. */
export async function volumeOf({ ec2 }: Ground, id: string | undefined): Promise<Volume | undefined> {
  const { Volumes } = await ec2.describeVolumes({ Filters: [{ Name: 'volume-id', Values: [id ?? ''] }] });
  return Volumes?.[0];
}

export async function instanceOf({ ec2, instance }: Ground): Promise<Instance | undefined> {
  return (await ec2.describeInstances({ InstanceIds: [instance] })).Reservations?.[0]?.Instances?.[0];
}

/** A new volume of 1 GiB in the instance's zone, once it can be used. */
export async function newVolume(ground: Ground, wanted: Partial<CreateVolumeCommandInput> = {}): Promise<string> {
  const size = wanted.SnapshotId === undefined ? { Size: 1 } : {};
  const { VolumeId } = await ground.ec2.createVolume({ AvailabilityZone: ground.zone, ...size, ...wanted });
  await until(
    () => volumeOf(ground, VolumeId),
    (volume) => volume?.State === 'available',
  );
  return VolumeId ?? '';
}

/** A completed snapshot of a new encrypted volume of 10 GiB. */
export async function newSnapshot(ground: Ground): Promise<{ id: string; seen: Snapshot | undefined }> {
  const { ec2, key } = ground;
  const VolumeId = await newVolume(ground, { Size: 10, Encrypted: true, KmsKeyId: key.arn });
  const { SnapshotId: id = '' } = await ec2.createSnapshot({ VolumeId });
  const seen = await until(
    async () => (await ec2.describeSnapshots({ SnapshotIds: [id] })).Snapshots?.[0],
    (snapshot) => snapshot?.State === 'completed',
  );
  return { id, seen };
}

/** Attaches a volume and waits until it is. */
export async function attached(ground: Ground, VolumeId: string, Device: string): Promise<void> {
  await ground.ec2.attachVolume({ VolumeId, InstanceId: ground.instance, Device });
  await until(
    () => volumeOf(ground, VolumeId),
    (volume) => volume?.Attachments?.[0]?.State === 'attached',
  );
}

/** Stops or starts the instance and waits until it is. */
export async function brought(ground: Ground, state: 'running' | 'stopped'): Promise<Instance | undefined> {
  const InstanceIds = [ground.instance];
  await (state === 'running' ? ground.ec2.startInstances({ InstanceIds }) : ground.ec2.stopInstances({ InstanceIds }));
  return until(
    () => instanceOf(ground),
    (instance) => instance?.State?.Name === state,
  );
}
