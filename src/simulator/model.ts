import type { InstanceLifecycleType, VolumeModification, VolumeState, VolumeType } from '@aws-sdk/client-ec2';
import type { KeySpec, KeyState, KeyUsageType } from '@aws-sdk/client-kms';
import type { Sealed } from './bytes.ts';
import type { Content } from './content.ts';
import type { TagSet } from './tag-set.ts';

interface Grant {
  readonly id: string;
  readonly grantee: string;
  readonly context: string;
  readonly created: number;
}

export interface Key {
  readonly id: string;
  readonly arn: string;
  readonly description: string;
  readonly manager: 'AWS' | 'CUSTOMER';
  readonly spec: KeySpec;
  readonly usage: KeyUsageType;
  readonly multiRegion: boolean;
  readonly created: number;
  readonly secret: Uint8Array;
  readonly tags: TagSet;
  readonly grants: Map<string, Grant>;
  state: KeyState;
  policy: string;
  /** Whether the policy lets EBS work with it. */
  allowsEbs: boolean;
  deletionAt?: number | undefined;
}

export interface Alias {
  readonly name: string;
  keyId: string;
  readonly created: number;
  updated: number;
}

export type AttachmentState = 'attaching' | 'attached' | 'detaching' | 'busy';

export interface Attachment {
  readonly instanceId: string;
  readonly device: string;
  readonly attachTime: number;
  readonly ebsCardIndex: number | undefined;
  state: AttachmentState;
  /** What it was before, if anything, and when it changed: what the instance's own view may still show. */
  before: AttachmentState | undefined;
  changedAt: number;
  deleteOnTermination: boolean;
  /** The operating system won't let go of it: a detachment stays `busy` while the instance runs. */
  mounted: boolean;
  /** The data key in the host's memory: as long as it is there, the state of the KMS key has no effect (facts §3.1). */
  dataKey: Uint8Array | undefined;
  grantId: string | undefined;
}

export interface Volume {
  readonly id: string;
  readonly zone: string;
  readonly created: number;
  readonly visibleFrom: number;
  readonly snapshotId: string;
  readonly encrypted: boolean;
  readonly keyArn: string | undefined;
  readonly multiAttach: boolean;
  readonly operator: string | undefined;
  readonly outpostArn: string | undefined;
  readonly tags: TagSet;
  state: Exclude<VolumeState, 'deleted'>;
  size: number;
  type: VolumeType;
  iops: number | undefined;
  throughput: number | undefined;
  attachments: Attachment[];
  autoEnableIO: boolean;
  /** EBS does not trust its data: until somebody lets I/O go on, nothing is read from it or written to it. */
  ioDisabled: boolean;
  sealed: Sealed | undefined;
  /** MiB that hold data, and MiB written since the last snapshot: they decide how long snapshots take. */
  usedMiB: number;
  dirtyMiB: number;
  lastSnapshotAt: number;
  /** When all blocks will have come from the snapshot; infinite while they can't. */
  initialisedAt: number;
  /** How long it takes for all of them to come. */
  loadMs: number;
  /** The key that its blocks are read under while they come from the snapshot. */
  readonly loadsUnder: string | undefined;
  /** How long the rest would take to load, while it can't: what has not been loaded can't be read. */
  stalledMs: number | undefined;
  modification: VolumeModification | undefined;
}

export interface Snapshot {
  readonly id: string;
  /** `vol-ffffffff` on a copy, as AWS has it. */
  readonly volumeId: string;
  readonly size: number;
  readonly description: string;
  readonly encrypted: boolean;
  readonly keyArn: string | undefined;
  readonly started: number;
  readonly endsAt: number;
  readonly visibleFrom: number;
  readonly usedMiB: number;
  readonly tags: TagSet;
  readonly copyOf: string | undefined;
  sealed: Sealed | undefined;
  state: 'pending' | 'completed' | 'error';
  stateMessage: string;
  completed: number | undefined;
}

interface Workload {
  readonly everyMs: number;
  nextAt: number;
  sequence: number;
  /** What was acknowledged, by device. */
  readonly ledger: Map<string, Content>;
}

export interface Instance {
  readonly id: string;
  readonly type: string;
  readonly zone: string;
  readonly rootDevice: string;
  readonly lifecycle: InstanceLifecycleType | undefined;
  readonly hibernation: boolean;
  readonly outpostArn: string | undefined;
  readonly operator: string | undefined;
  readonly privateIp: string;
  readonly interfaceId: string;
  readonly macAddress: string;
  /** Whether AWS gives it a public address at each start, and takes it away at each stop. */
  readonly autoPublicIp: boolean;
  readonly tags: TagSet;
  readonly workload: Workload | undefined;
  /** The volumes with an attachment to it: an index of `Volume.attachments`. */
  readonly volumeIds: Set<string>;
  /** What has just been detached from it. */
  released: { readonly volumeId: string; readonly attachment: Attachment }[];
  state: 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';
  launched: number;
  transitionReason: string;
  stateReason: { code: string; message: string } | undefined;
  /** Its operating system does not come down. */
  hangs?: boolean;
  publicIp: string | undefined;
  /** Counts what an instance store has lost: 0 until the first stop. */
  instanceStoreWipes: number;
  checksOkAt: number;
  attributes: {
    disableApiStop: boolean;
    disableApiTermination: boolean;
    shutdownBehavior: 'stop' | 'terminate';
  };
}

export interface Address {
  readonly allocationId: string;
  readonly publicIp: string;
  readonly tags: TagSet;
  associationId: string | undefined;
  instanceId: string | undefined;
}

/** What may pass: a range of addresses or a security group, at one TCP port or, without one, at all. */
export interface Rule {
  readonly id: string;
  /** A CIDR, or the id of a security group. */
  readonly peer: string;
  readonly port: number | undefined;
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tags: TagSet;
  inbound: readonly Rule[];
  outbound: readonly Rule[];
}
