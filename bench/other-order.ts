import type { EC2 } from '@aws-sdk/client-ec2';
import type { ScenarioInput } from '../src/simulator/scenario.ts';
import { type Bench, onAccount } from './account.ts';
import { planIn, runToEnd } from './runs.ts';

const oldKey = 'alias/old';
const newKey = 'alias/new';
const instanceId = 'i-00000000000000001';
const volumes = [
  { device: '/dev/xvda', id: 'vol-00000000000000001', size: 20 },
  { device: '/dev/xvdf', id: 'vol-00000000000000002', size: 100 },
];
// The waiters of boto3 for snapshots, volumes and instances poll that often.
const pollMs = 15_000;

/** How long an instance is down when it is moved by plans/ec2-instance.yaml, in ms: from the stop until it runs. */
export function downInOurOrder(seed: number): Promise<number> {
  return onAccount(scenario, seed, async (bench) => {
    const sets = [`target.id=${instanceId}`, `keys.from=${oldKey}`, `keys.to=${newKey}`];
    const records = await runToEnd(bench, 'ours', [planIn('plans/ec2-instance.yaml', sets)]);
    const at = (t: 'intent' | 'done', step: string) =>
      Date.parse(records.find((record) => record.t === t && record.key.step === step)?.at ?? '');
    return at('done', 'start') - at('intent', 'stop');
  });
}

/**
 * The same in the order of work of Cloud Custodian's `encrypt-instance-volumes`, as its source has it: stop; of one volume after the
 * other a snapshot, a copy of it under the new key, a new volume, and both snapshots away; then one after the other swapped, with
 * fifteen seconds between detach and attach; start.
 */
export function downInOtherOrder(seed: number): Promise<number> {
  return onAccount(scenario, seed, (bench) => bench.time.until(inOtherOrder(bench)));
}

const scenario: ScenarioInput = {
  keys: [{ alias: oldKey }, { alias: newKey }],
  instances: [
    {
      id: instanceId,
      type: 'm5.large',
      workload: { everySeconds: 5 },
      volumes: volumes.map((one) => ({ ...one, key: oldKey, deleteOnTermination: one.device === '/dev/xvda' })),
    },
  ],
};

async function inOtherOrder({ plain: { ec2 }, clock }: Bench): Promise<number> {
  const pause = (ms: number) => clock.sleepUntil(clock.now() + ms);
  const until = async (isSo: () => Promise<boolean>) => {
    while (!(await isSo())) await pause(pollMs);
  };
  const stopped = clock.now();
  await ec2.stopInstances({ InstanceIds: [instanceId] });
  await until(async () => (await stateOf(ec2)) === 'stopped');
  const made: { readonly device: string; readonly from: string; readonly to: string }[] = [];
  for (const { device, id } of volumes) made.push({ device, from: id, to: await newVolume(ec2, id, until) });
  for (const { from, to, device } of made) {
    await ec2.detachVolume({ VolumeId: from, InstanceId: instanceId });
    await pause(15_000);
    await ec2.attachVolume({ VolumeId: to, InstanceId: instanceId, Device: device });
  }
  await ec2.modifyInstanceAttribute({
    InstanceId: instanceId,
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: true } }],
  });
  await ec2.startInstances({ InstanceIds: [instanceId] });
  while ((await stateOf(ec2)) !== 'running') await pause(1_000);
  return clock.now() - stopped;
}

/** Makes a volume under the new key like this one; gives its id. */
async function newVolume(
  ec2: EC2,
  id: string,
  until: (isSo: () => Promise<boolean>) => Promise<void>,
): Promise<string> {
  const complete = async (snapshot = '') => {
    const { Snapshots } = await ec2.describeSnapshots({ Filters: [{ Name: 'snapshot-id', Values: [snapshot] }] });
    return Snapshots?.[0]?.State === 'completed';
  };
  const taken = await ec2.createSnapshot({ VolumeId: id });
  await until(() => complete(taken.SnapshotId));
  const copy = await ec2.copySnapshot({
    SourceSnapshotId: taken.SnapshotId,
    SourceRegion: 'eu-west-1',
    Encrypted: true,
    KmsKeyId: newKey,
  });
  await until(() => complete(copy.SnapshotId));
  const { Volumes = [] } = await ec2.describeVolumes({ VolumeIds: [id] });
  const [original] = Volumes;
  const { VolumeId = '' } = await ec2.createVolume({
    SnapshotId: copy.SnapshotId,
    AvailabilityZone: original?.AvailabilityZone,
    VolumeType: original?.VolumeType,
  });
  const available = async () => {
    const answer = await ec2.describeVolumes({ Filters: [{ Name: 'volume-id', Values: [VolumeId] }] });
    return answer.Volumes?.[0]?.State === 'available';
  };
  await until(available);
  for (const one of [taken, copy]) await ec2.deleteSnapshot({ SnapshotId: one.SnapshotId });
  return VolumeId;
}

async function stateOf(ec2: EC2): Promise<string | undefined> {
  const { Reservations } = await ec2.describeInstances({ InstanceIds: [instanceId] });
  return Reservations?.[0]?.Instances?.[0]?.State?.Name;
}
