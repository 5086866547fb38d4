import * as z from 'zod';
import { verdictShape } from '../contract/verdict.ts';

// The names given by `meta({ id })` are what makes references typed: a snapshot id where a volume id belongs does not parse.

export const InstanceId = z
  .string()
  .regex(/^i-[0-9a-f]{8,17}$/)
  .meta({ id: 'InstanceId', description: 'An EC2 instance, such as i-0123456789abcdef0' });
export type InstanceId = z.infer<typeof InstanceId>;

export const VolumeId = z
  .string()
  .regex(/^vol-[0-9a-f]{8,17}$/)
  .meta({ id: 'VolumeId', description: 'An EBS volume, such as vol-0123456789abcdef0' });
export type VolumeId = z.infer<typeof VolumeId>;

export const SnapshotId = z
  .string()
  .regex(/^snap-[0-9a-f]{8,17}$/)
  .meta({ id: 'SnapshotId', description: 'An EBS snapshot, such as snap-0123456789abcdef0' });
export type SnapshotId = z.infer<typeof SnapshotId>;

export const KeyArn = z
  .string()
  .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/)
  .meta({ id: 'KeyArn', description: 'The ARN of a KMS key; never an alias, which may point elsewhere tomorrow' });
export type KeyArn = z.infer<typeof KeyArn>;

export const KeyTried = z.boolean().meta({
  id: 'KeyTried',
  description: 'whether the new key could be tried when the run began, as `steps.<check-key>.tried`',
});

export const Device = z
  .string()
  .regex(/^[\x21-\x7e]{1,64}$/)
  .meta({ id: 'Device', description: 'A device name as EC2 knows it, such as /dev/xvda' });

const moment = z.string().meta({ description: 'ISO 8601, UTC' });

/** Both keys of a plan, resolved once: whatever an alias points at later, the run keeps these. */
export const CheckedKeys = z
  .strictObject({
    from: KeyArn.optional(),
    fromTried: z.boolean().optional().meta({ description: 'this caller could use the old key itself' }),
    to: KeyArn,
    tried: KeyTried,
  })
  .meta({ id: 'CheckedKeys', description: 'The keys of the plan as ARNs, as `kms.check-key` yields them' });
export type CheckedKeys = z.infer<typeof CheckedKeys>;

/** What a plan may accept by name; each would be refused otherwise. */
export const accepted = {
  'instance-store': 'what is on instance store is lost by the stop',
  'public-ipv4': 'the auto-assigned public IPv4 address changes with the stop',
  spot: 'the instance is a Spot instance: it may not be stoppable, and may not start again',
  'auto-scaling': 'the instance is in an Auto Scaling group, which replaces a stopped member (put it in Standby first)',
  karpenter: 'the instance is a node of Karpenter, which terminates a node that stops (stop Karpenter first)',
  'eks-node-group': 'the instance is in an EKS node group, which replaces a node that stops',
  'ec2-fleet': 'the instance is of an EC2 Fleet, which may start another one or terminate it',
  'spot-fleet': 'the instance is of a Spot Fleet, which may start another one or terminate it',
  'ecs-capacity-provider': 'the instance is of an ECS capacity provider, which replaces one that stops',
  'elastic-beanstalk': 'the instance is of an Elastic Beanstalk environment, which replaces one that stops',
  hibernation: 'the instance is enabled for hibernation',
  optimizing:
    'a modification of a volume is in its state `optimizing`: it has its new size and type, and is slower for a while',
  'lower-performance': 'an override gives the replacement less IOPS or throughput than the original can count on',
  'unreadable-attribute': 'an attribute could not be read: it is neither checked nor carried',
} as const;
export type Accepted = keyof typeof accepted;
export const Accept = z
  .array(z.enum(Object.keys(accepted) as [Accepted, ...Accepted[]]).meta({ description: 'what is accepted, by name' }))
  .default([])
  .meta({
    id: 'Accept',
    description: Object.entries(accepted)
      .map(([name, meaning]) => `${name}: ${meaning}`)
      .join('. '),
  });

const facts = z.record(z.string(), z.string());

/** What was read beside what is moved, as facts by name: a change of one is told, or the plan reads again. */
export const Surroundings = z
  .strictObject({ decides: facts, told: facts })
  .meta({ id: 'Surroundings', description: 'Facts that the run relies on, by name, in words' });
export type Surroundings = z.infer<typeof Surroundings>;

export const Tag = z
  .strictObject({
    key: z.string().meta({ description: 'the name of the tag' }),
    value: z.string().meta({ description: 'its value; may be empty' }),
  })
  .meta({ id: 'Tag', description: 'A tag of a resource' });
export type Tag = z.infer<typeof Tag>;

export const VolumeType = z
  .enum(['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard'])
  .meta({ id: 'VolumeType', description: 'An EBS volume type' });
export type VolumeType = z.infer<typeof VolumeType>;

/** What a replacement must have in common with its original; the plan's overrides are already in it. */
export const VolumeAttributes = z
  .strictObject({
    availabilityZone: z.string().meta({ description: 'such as eu-west-1a' }),
    type: VolumeType,
    sizeGiB: z.int().meta({ description: 'GiB' }),
    iops: z.int().optional().meta({ description: 'only of the types on which it is set: gp3, io1, io2' }),
    throughput: z.int().optional().meta({ description: 'MiB/s, gp3 only' }),
    initializationRate: z.int().optional().meta({ description: 'MiB/s' }),
    multiAttach: z.boolean().meta({ description: 'whether it can be attached to several instances at once' }),
    autoEnableIO: z.boolean().nullable().meta({ description: 'null: it could not be read, and that was accepted' }),
    tags: z.array(Tag).meta({ description: 'without aws:* and rekey:*, by key' }),
  })
  .meta({
    id: 'VolumeAttributes',
    description: 'What a replacement must have in common with its original, as the read yields it',
  });
export type VolumeAttributes = z.infer<typeof VolumeAttributes>;

/** Where a volume is attached, and how. */
export const VolumePlace = z
  .strictObject({
    instance: InstanceId,
    device: Device,
    ebsCardIndex: z.int().optional().meta({ description: 'the EBS card it is on, where the instance has several' }),
    deleteOnTermination: z.boolean().meta({ description: 'whether it is deleted when the instance is terminated' }),
    root: z.boolean().meta({ description: 'whether the instance boots from it' }),
    running: z.boolean().meta({ description: 'whether the instance ran when the run began' }),
  })
  .meta({ id: 'VolumePlace', description: 'Where a volume is attached, and how, as `ec2.read-instance` yields it' });
export type VolumePlace = z.infer<typeof VolumePlace>;

export const AttachedVolume = z
  .strictObject({ id: VolumeId, attributes: VolumeAttributes, place: VolumePlace })
  .meta({ id: 'AttachedVolume', description: 'A volume of an instance, as `ec2.read-instance` yields it' });
export type AttachedVolume = z.infer<typeof AttachedVolume>;

/** One network interface, as far as it must be the same after the start. */
export const Interface = z
  .strictObject({
    id: z.string().meta({ description: 'such as eni-0123456789abcdef0' }),
    privateAddresses: z.array(z.string()).meta({ description: 'its private IP addresses' }),
    elasticAddresses: z.array(z.string()).meta({ description: 'its Elastic IP addresses' }),
  })
  .meta({ id: 'Interface', description: 'A network interface, as far as it must be the same after the start' });

/** Keys of what is on the instance beside the plan's own: it can't start without any of them. */
export const OtherKeys = z
  .array(z.strictObject({ key: KeyArn, tried: z.boolean().meta({ description: 'this caller could use it itself' }) }))
  .meta({
    id: 'OtherKeys',
    description: 'The KMS keys of what else is on an instance, which cannot start without them',
  });
export type OtherKeys = z.infer<typeof OtherKeys>;

/** The instance before anything was touched: what it is compared with after the start. */
export const InstanceBefore = z
  .strictObject({
    id: InstanceId,
    state: z.enum(['running', 'stopped']).meta({ description: 'stopped: it is not started at the end, either' }),
    launchTime: moment,
    type: z.string().meta({ description: 'the instance type, such as m7g.large' }),
    rootDevice: z.string().meta({ description: 'the device that it boots from, such as /dev/xvda' }),
    interfaces: z.array(Interface).meta({ description: 'its network interfaces' }),
    otherKeys: OtherKeys.optional(),
  })
  .meta({
    id: 'InstanceBefore',
    description: 'An instance before anything was touched, as `ec2.read-instance` yields it',
  });
export type InstanceBefore = z.infer<typeof InstanceBefore>;

/** An instance that stands still. As long as its LaunchTime stays the same, nobody started it since. */
export const StoppedInstance = z
  .strictObject({
    instance: InstanceId,
    launchTime: moment,
    stateTransitionReason: z.string().meta({ description: 'why it stopped, in the words of AWS' }),
    was: z.string().optional().meta({ description: 'its state before our call, as the answer to it says' }),
  })
  .meta({ id: 'StoppedInstance', description: 'An instance that stands still, as `ec2.stop-instance` yields it' });
export type StoppedInstance = z.infer<typeof StoppedInstance>;

/** An instance that was started, or that was left stopped because it was found so. */
export const StartedInstance = z
  .strictObject({
    instance: InstanceId,
    state: z.string().meta({ description: 'running, or stopped if it was found so' }),
    launchTime: moment,
    stateTransitionReason: z.string().meta({ description: 'why its state changed last, in the words of AWS' }),
    acceptedAt: moment.optional().meta({ description: "when AWS accepted our start, by AWS's clock" }),
  })
  .meta({ id: 'StartedInstance', description: 'An instance that was started, or left stopped as it was found' });
export type StartedInstance = z.infer<typeof StartedInstance>;

/** A snapshot of this run. `after`: the standstill in which it was taken. `source`: the snapshot it is a copy of. */
export const MadeSnapshot = z
  .strictObject({
    id: SnapshotId,
    volume: VolumeId,
    startTime: moment,
    source: SnapshotId.nullable().meta({ description: 'the snapshot that it is a copy of; null: it is no copy' }),
    sizeGiB: z.int().optional().meta({ description: 'of the volume when it was taken' }),
    after: z
      .strictObject({ instance: InstanceId, launchTime: moment })
      .nullable()
      .meta({ description: 'the stop during which it was taken; null: during none' }),
  })
  .meta({
    id: 'MadeSnapshot',
    description: 'A snapshot of this run, as `ebs.create-snapshot` or `ebs.copy-snapshot` yields it as a whole',
  });
export type MadeSnapshot = z.infer<typeof MadeSnapshot>;

/** A replacement. */
export const MadeVolume = z
  .strictObject({ id: VolumeId, original: VolumeId.meta({ description: 'the volume that it replaces' }) })
  .meta({ id: 'MadeVolume', description: 'A replacement, as `ebs.create-volume` yields it' });
export type MadeVolume = z.infer<typeof MadeVolume>;

const pair = {
  ...verdictShape,
  id: VolumeId,
  original: VolumeId,
  replacement: VolumeId.meta({ description: 'the volume that takes the place of the original' }),
  key: KeyArn,
  keyTried: KeyTried,
  place: VolumePlace.nullable().meta({ description: 'null: attached to nothing' }),
  snapshot: SnapshotId.optional().meta({
    description: 'the final snapshot, taken of the original itself; missing in runs that began with an older rekey',
  }),
  attachedAt: moment.optional().meta({ description: 'AttachTime of the replacement, as it was judged' }),
  exposed: z.string().optional().meta({ description: 'why the original may hold what the replacement lacks' }),
} as const;

/** About one pair, before the write point. It does not fit a delete. */
export const VolumeVerdict = z.strictObject(pair).meta({
  id: 'VolumeVerdict',
  description: 'What `ebs.verify-volume` says about a volume and its replacement; it does not fit a delete',
});
export type VolumeVerdict = z.infer<typeof VolumeVerdict>;

/** About one pair, with everything taken in: the only thing that fits a delete. */
export const FinalVerdict = z.strictObject(pair).meta({
  id: 'FinalVerdict',
  description:
    'The last verdict about a volume and its replacement, as `ebs.verify-unattached-volume` or, among its `verdicts`, `ec2.verify-instance` yields it',
});
export type FinalVerdict = z.infer<typeof FinalVerdict>;
