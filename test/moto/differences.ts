import {
  answerOf,
  attached,
  brought,
  type Ground,
  instanceOf,
  newSnapshot,
  newVolume,
  until,
  volumeOf,
} from './ground.ts';

/** Something in which moto is not like AWS. In each of them the simulated account keeps to what AWS documents. */
export interface Difference {
  readonly what: string;
  /** What moto does. */
  readonly moto: string;
  /** What AWS does, and where it says so. */
  readonly aws: string;
  /** What follows for this lane. */
  readonly therefore: string;
  /** Asks an account. */
  readonly probe: (ground: Ground) => Promise<unknown>;
  /** What moto answers to the probe. When it no longer does, the entry has to go. */
  readonly inMoto: unknown;
  /** What AWS answers by its documentation, and the simulated account with it. */
  readonly asDocumented: unknown;
}

/** Every known difference that a re-key run could meet. */
export const differences: readonly Difference[] = [
  // Met by the shipped plans.
  {
    what: 'auto-enable-IO of a volume is read',
    moto: 'does not know DescribeVolumeAttribute: HTTP 500 and a page of HTML',
    aws: 'answers AutoEnableIO (EC2 API, DescribeVolumeAttribute)',
    therefore: 'the plans run with accept: [unreadable-attribute]',
    probe: async (ground) => {
      const VolumeId = await newVolume(ground);
      const ask = () => ground.ec2.describeVolumeAttribute({ VolumeId, Attribute: 'autoEnableIO' });
      return answerOf(async () => (await ask()).AutoEnableIO?.Value);
    },
    inMoto: { error: 'HTTP 500' },
    asDocumented: false,
  },
  {
    what: 'auto-enable-IO of a volume is set',
    moto: 'does not know ModifyVolumeAttribute: HTTP 500 and a page of HTML',
    aws: 'sets it (EC2 API, ModifyVolumeAttribute)',
    therefore: 'that it is carried is shown on the simulated account only',
    probe: async (ground) => {
      const VolumeId = await newVolume(ground);
      return answerOf(async () => {
        await ground.ec2.modifyVolumeAttribute({ VolumeId, AutoEnableIO: { Value: true } });
        return 'set';
      });
    },
    inMoto: { error: 'HTTP 500' },
    asDocumented: 'set',
  },
  {
    what: 'what a key made without a KeyUsage is for',
    moto: 'leaves KeyUsage out',
    aws: 'KeyUsage is ENCRYPT_DECRYPT unless told otherwise (KMS API, CreateKey)',
    therefore: 'the AWS CLI makes the keys with --key-usage ENCRYPT_DECRYPT',
    probe: async ({ kms }) => {
      const { KeyMetadata } = await kms.createKey({});
      return (await kms.describeKey({ KeyId: KeyMetadata?.KeyId })).KeyMetadata?.KeyUsage ?? 'left out';
    },
    inMoto: 'left out',
    asDocumented: 'ENCRYPT_DECRYPT',
  },
  {
    what: 'who owns an auto-assigned public IPv4 address',
    moto: 'the account, as if it were an Elastic IP, and changes it with a stop',
    aws: 'IpOwnerId is "amazon" (EC2 User Guide, public IPv4 addresses)',
    therefore: 'the instance stands in a subnet that assigns none, else its "Elastic" address would have changed',
    probe: async (ground) => {
      const owner = (await instanceOf(ground))?.NetworkInterfaces?.[0]?.Association?.IpOwnerId;
      return owner === 'amazon' ? owner : 'the account';
    },
    inMoto: 'the account',
    asDocumented: 'amazon',
  },
  {
    what: 'whose snapshots a new account holds',
    moto: 'those of its public images, as its own',
    aws: 'none (EC2 API, DescribeSnapshots: owner self)',
    therefore: 'what a run leaves behind is told by comparing with what was there before',
    probe: async ({ ec2 }) => {
      const { Snapshots = [] } = await ec2.describeSnapshots({ OwnerIds: ['self'] });
      return Snapshots.some(({ Description }) => /^Auto-created snapshot for AMI/.test(Description ?? ''))
        ? 'of images'
        : 'none';
    },
    inMoto: 'of images',
    asDocumented: 'none',
  },
  {
    what: 'LaunchTime after a start',
    moto: 'stays that of the first launch',
    aws: 'is the time of the last launch (EC2 API, Instance.LaunchTime)',
    therefore: 'that somebody started the instance in between is seen on the simulated account only',
    probe: async (ground) => {
      const before = await brought(ground, 'stopped');
      // LaunchTime has whole seconds.
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      const after = await brought(ground, 'running');
      return before?.LaunchTime?.getTime() === after?.LaunchTime?.getTime() ? 'the same' : 'another';
    },
    inMoto: 'the same',
    asDocumented: 'another',
  },
  // States take no time in moto, so all waiting, progress and adoption in mid-flight is left to the simulated account.
  {
    what: 'the state in which CreateVolume answers',
    moto: 'available',
    aws: 'creating (EC2 API, Volume.State; EBS User Guide, volume lifecycle)',
    therefore: 'the lane runs on a faster clock, and shows nothing of how rekey waits',
    probe: async ({ ec2, zone }) => (await ec2.createVolume({ AvailabilityZone: zone, Size: 1 })).State,
    inMoto: 'available',
    asDocumented: 'creating',
  },
  {
    what: 'the state in which CreateSnapshot answers',
    moto: 'completed',
    aws: 'pending until all blocks are copied (EC2 API, CreateSnapshot)',
    therefore: 'as above',
    probe: async (ground) => (await ground.ec2.createSnapshot({ VolumeId: await newVolume(ground) })).State,
    inMoto: 'completed',
    asDocumented: 'pending',
  },
  {
    what: 'the state after StopInstances',
    moto: 'stopped at once',
    aws: 'stopping first (EC2 User Guide, instance state changes)',
    therefore: 'as above',
    probe: async (ground) => {
      await ground.ec2.stopInstances({ InstanceIds: [ground.instance] });
      const state = (await instanceOf(ground))?.State?.Name;
      await until(
        () => instanceOf(ground),
        (instance) => instance?.State?.Name === 'stopped',
      );
      await brought(ground, 'running');
      return state;
    },
    inMoto: 'stopped',
    asDocumented: 'stopping',
  },
  {
    what: 'status checks right after a start',
    moto: 'ok at once',
    aws: 'initializing first (EC2 API, InstanceStatusSummary)',
    therefore: 'as above',
    probe: async (ground) => {
      await brought(ground, 'stopped');
      await brought(ground, 'running');
      const { InstanceStatuses } = await ground.ec2.describeInstanceStatus({ InstanceIds: [ground.instance] });
      return InstanceStatuses?.[0]?.InstanceStatus?.Status;
    },
    inMoto: 'ok',
    asDocumented: 'initializing',
  },
  // What moto shows of volumes and snapshots.
  {
    what: 'KmsKeyId of a volume that was made with an alias',
    moto: 'the alias as it was given',
    aws: 'the ARN of the key (EC2 API, Volume.KmsKeyId)',
    therefore: 'the AWS CLI makes the volumes with the ARN; rekey itself only ever sends ARNs',
    probe: async (ground) => {
      const id = await newVolume(ground, { Encrypted: true, KmsKeyId: ground.key.alias });
      return (await volumeOf(ground, id))?.KmsKeyId === ground.key.arn ? 'the ARN' : 'the alias';
    },
    inMoto: 'the alias',
    asDocumented: 'the ARN',
  },
  {
    what: 'the key of a volume from an encrypted snapshot, none being named',
    moto: 'none, though the volume is encrypted',
    aws: 'the key of the snapshot (EC2 API, CreateVolume: Encrypted; EBS User Guide, encryption outcomes)',
    therefore: 'rekey always names the key',
    probe: async (ground) => {
      const { id: SnapshotId } = await newSnapshot(ground);
      const volume = await volumeOf(ground, await newVolume(ground, { SnapshotId }));
      return volume?.KmsKeyId === ground.key.arn ? 'that of the snapshot' : (volume?.KmsKeyId ?? 'none');
    },
    inMoto: 'none',
    asDocumented: 'that of the snapshot',
  },
  {
    what: 'the key of a snapshot',
    moto: 'is not shown',
    aws: 'KmsKeyId of an encrypted snapshot (EC2 API, Snapshot.KmsKeyId)',
    therefore: "lineage is judged by ids, and the new key on the volume; no step needs the snapshot's",
    probe: async (ground) => ((await newSnapshot(ground)).seen?.KmsKeyId === ground.key.arn ? 'shown' : 'not shown'),
    inMoto: 'not shown',
    asDocumented: 'shown',
  },
  {
    what: 'throughput of a gp3 volume that was made without one',
    moto: 'is not shown',
    aws: '125 MiB/s (EC2 API, CreateVolume: Throughput; EBS User Guide, gp3)',
    therefore: 'it is carried where it is shown; without one the replacement has the same default',
    probe: async (ground) =>
      (await volumeOf(ground, await newVolume(ground, { VolumeType: 'gp3' })))?.Throughput ?? null,
    inMoto: null,
    asDocumented: 125,
  },
  {
    what: 'IOPS of a gp2 volume',
    moto: 'are not shown',
    aws: 'the baseline, 100 at least (EC2 API, Volume.Iops)',
    therefore: 'nothing: what gp2 shows is computed, and is not carried',
    probe: async (ground) => (await volumeOf(ground, await newVolume(ground, { VolumeType: 'gp2' })))?.Iops ?? null,
    inMoto: null,
    asDocumented: 100,
  },
  {
    what: "DeleteOnTermination in the volume's account of its attachment",
    moto: 'is left out',
    aws: 'is given (EC2 API, VolumeAttachment.DeleteOnTermination)',
    therefore: "it is read and shown in the instance's block device mapping, which has it in both",
    probe: async (ground) => {
      const id = await newVolume(ground);
      await attached(ground, id, '/dev/sdh');
      return (await volumeOf(ground, id))?.Attachments?.[0]?.DeleteOnTermination ?? 'left out';
    },
    inMoto: 'left out',
    asDocumented: false,
  },
  // What AWS refuses and moto does not: a mistake of rekey's would pass unseen here.
  {
    what: 'CreateVolume twice with one ClientToken',
    moto: 'makes two volumes',
    aws: 'answers with the first (EC2 API, ensuring idempotency)',
    therefore: 'that an in-doubt CreateVolume is sent again safely is shown on the simulated account only',
    probe: async ({ ec2, zone }) => {
      const wanted = { AvailabilityZone: zone, Size: 1, ClientToken: 'one-token' };
      const [first, second] = [await ec2.createVolume(wanted), await ec2.createVolume(wanted)];
      return first.VolumeId === second.VolumeId ? 'one volume' : 'two volumes';
    },
    inMoto: 'two volumes',
    asDocumented: 'one volume',
  },
  {
    what: 'CreateVolume smaller than its snapshot',
    moto: 'is done',
    aws: 'is refused (EC2 API, CreateVolume: Size)',
    therefore: 'nothing: rekey refuses it before',
    probe: async (ground) => {
      const { id: SnapshotId } = await newSnapshot(ground);
      const ask = () => ground.ec2.createVolume({ AvailabilityZone: ground.zone, SnapshotId, Size: 1 });
      return answerOf(async () => ((await ask()).VolumeId ? 'made' : 'no volume'));
    },
    inMoto: 'made',
    asDocumented: { error: 'InvalidParameterValue' },
  },
  {
    what: 'CreateVolume under a key that does not exist',
    moto: 'makes a volume',
    aws: 'accepts it and takes the volume back (EC2 API, CreateVolume: KmsKeyId, authenticated asynchronously)',
    therefore: 'ghost volumes are shown on the simulated account only',
    probe: async (ground) => {
      const KmsKeyId = ground.key.arn.replace(/[^/]+$/, '00000000-0000-4000-8000-000000000000');
      const { ec2, zone } = ground;
      const { VolumeId } = await ec2.createVolume({ AvailabilityZone: zone, Size: 1, Encrypted: true, KmsKeyId });
      const settled = await until(
        () => volumeOf(ground, VolumeId),
        (volume) => volume?.State !== 'creating',
      );
      return settled?.State ?? 'taken back';
    },
    inMoto: 'available',
    asDocumented: 'taken back',
  },
  {
    what: 'AttachVolume of a volume that is attached',
    moto: 'is done again',
    aws: 'VolumeInUse (EC2 API, error codes)',
    therefore: 'one attachment at a time is shown on the simulated account only',
    probe: async (ground) => {
      const VolumeId = await newVolume(ground);
      await attached(ground, VolumeId, '/dev/sdi');
      const ask = () => ground.ec2.attachVolume({ VolumeId, InstanceId: ground.instance, Device: '/dev/sdj' });
      return answerOf(async () => (await ask()).State);
    },
    inMoto: 'attaching',
    asDocumented: { error: 'VolumeInUse' },
  },
  {
    what: 'AttachVolume where another volume stands',
    moto: 'puts it in the place of the other, which still says that it is attached there',
    aws: 'InvalidParameterValue, "Attachment point … is already in use" (EC2 User Guide, troubleshooting)',
    therefore: 'that originals leave before replacements come is shown on the simulated account only',
    probe: async (ground) => {
      await attached(ground, await newVolume(ground), '/dev/sdk');
      const VolumeId = await newVolume(ground);
      const ask = () => ground.ec2.attachVolume({ VolumeId, InstanceId: ground.instance, Device: '/dev/sdk' });
      return answerOf(async () => (await ask()).State);
    },
    inMoto: 'attaching',
    asDocumented: { error: 'InvalidParameterValue' },
  },
  {
    what: 'AttachVolume from another Availability Zone',
    moto: 'is done',
    aws: 'InvalidVolume.ZoneMismatch (EC2 API, error codes)',
    therefore: 'nothing: the zone is carried and verified',
    probe: async (ground) => {
      const VolumeId = await newVolume(ground, { AvailabilityZone: ground.otherZone });
      const ask = () => ground.ec2.attachVolume({ VolumeId, InstanceId: ground.instance, Device: '/dev/sdl' });
      return answerOf(async () => (await ask()).State);
    },
    inMoto: 'attaching',
    asDocumented: { error: 'InvalidVolume.ZoneMismatch' },
  },
  {
    what: 'DetachVolume of the root of a running instance',
    moto: 'is done',
    aws: 'OperationNotPermitted (EBS User Guide, detach a volume: stop the instance first)',
    therefore: 'that the root moves only while stopped is shown on the simulated account only',
    probe: async (ground) => {
      const { BlockDeviceMappings, RootDeviceName } = (await instanceOf(ground)) ?? {};
      const root = BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === RootDeviceName)?.Ebs?.VolumeId;
      const asked = { VolumeId: root, InstanceId: ground.instance };
      const answer = await answerOf(async () => (await ground.ec2.detachVolume(asked)).State);
      // Where it was done, the next ones need it again.
      if (answer === 'detaching') await attached(ground, root ?? '', RootDeviceName ?? '');
      return answer;
    },
    inMoto: 'detaching',
    asDocumented: { error: 'OperationNotPermitted' },
  },
  {
    what: 'DetachVolume without naming the instance',
    moto: 'HTTP 500 and a page of HTML',
    aws: 'InstanceId is needed for a Multi-Attach volume only (EC2 API, DetachVolume)',
    therefore: 'nothing: rekey names the instance and the device',
    probe: async (ground) => {
      const VolumeId = await newVolume(ground);
      await attached(ground, VolumeId, '/dev/sdm');
      return answerOf(async () => (await ground.ec2.detachVolume({ VolumeId })).State);
    },
    inMoto: { error: 'HTTP 500' },
    asDocumented: 'detaching',
  },
  {
    what: 'DetachVolume of a volume that is not attached',
    moto: 'InvalidAttachment.NotFound',
    aws: "IncorrectState, \"Volume '…' is in the 'available' state\" (seen by operators; EC2 API, error codes)",
    therefore: 'nothing: rekey looks before it detaches, and takes either as done',
    probe: async (ground) => {
      const VolumeId = await newVolume(ground);
      return answerOf(async () => (await ground.ec2.detachVolume({ VolumeId, InstanceId: ground.instance })).State);
    },
    inMoto: { error: 'InvalidAttachment.NotFound' },
    asDocumented: { error: 'IncorrectState' },
  },
  {
    what: 'AttachVolume under a disabled key',
    moto: 'is done: keys are names to it, nothing is encrypted and no grant is made',
    aws: 'CustomerKeyHasBeenRevoked (EC2 API, error codes)',
    therefore: 'that data stays readable under the new key is shown on the simulated account only',
    probe: async (ground) => {
      const { Arn: KmsKeyId, KeyId } = (await ground.kms.createKey({})).KeyMetadata ?? {};
      const VolumeId = await newVolume(ground, { Encrypted: true, KmsKeyId });
      await ground.kms.disableKey({ KeyId });
      const ask = () => ground.ec2.attachVolume({ VolumeId, InstanceId: ground.instance, Device: '/dev/sdn' });
      return answerOf(async () => (await ask()).State);
    },
    inMoto: 'attaching',
    asDocumented: { error: 'CustomerKeyHasBeenRevoked' },
  },
  {
    what: 'grants on the key of an attached volume',
    moto: 'none',
    aws: 'EBS makes one for each attachment (EBS User Guide, how EBS encryption works)',
    therefore: 'as above',
    probe: async (ground) => {
      const KeyId = (await ground.kms.createKey({})).KeyMetadata?.Arn;
      await attached(ground, await newVolume(ground, { Encrypted: true, KmsKeyId: KeyId }), '/dev/sdo');
      return ((await ground.kms.listGrants({ KeyId })).Grants?.length ?? 0) > 0 ? 'some' : 'none';
    },
    inMoto: 'none',
    asDocumented: 'some',
  },
  // How calls are made.
  {
    what: 'DescribeVolumes with MaxResults',
    moto: 'gives everything, and no NextToken',
    aws: 'gives a page (EC2 API, pagination)',
    therefore: 'paging is shown on the simulated account only',
    probe: async ({ ec2 }) => {
      const { Volumes, NextToken } = await ec2.describeVolumes({ MaxResults: 5 });
      return Volumes?.length === 5 && NextToken !== undefined ? 'a page of 5' : 'everything';
    },
    inMoto: 'everything',
    asDocumented: 'a page of 5',
  },
  {
    what: 'DryRun of a Describe',
    moto: 'is answered as if it were none',
    aws: 'DryRunOperation (EC2 API, common parameters)',
    therefore: 'nothing: no step sends one',
    probe: async ({ ec2 }) => answerOf(async () => (await ec2.describeVolumes({ DryRun: true })) && 'answered'),
    inMoto: 'answered',
    asDocumented: { error: 'DryRunOperation' },
  },
];
