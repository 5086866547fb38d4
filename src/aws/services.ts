import type { CloudTrail } from '@aws-sdk/client-cloudtrail';
import type { EBS } from '@aws-sdk/client-ebs';
import type {
  EC2,
  Instance,
  InstanceStatus,
  InstanceTypeInfo,
  Snapshot,
  Volume,
  VolumeModification,
  VolumeStatusItem,
} from '@aws-sdk/client-ec2';
import type { KeyMetadata, KMS } from '@aws-sdk/client-kms';
import type { DBCluster, DBClusterEndpoint, DBClusterSnapshot, DBInstance, DBSnapshot, RDS } from '@aws-sdk/client-rds';
import type { SecretsManager } from '@aws-sdk/client-secrets-manager';
import type { STS } from '@aws-sdk/client-sts';
import type { Databases } from '../contract/databases.ts';
import { definersFor, type StepContext } from '../contract/step.ts';
import type { Turns } from '../contract/turns.ts';
import type { AwsTime } from './aws-time.ts';
import type { Sightings } from './sightings.ts';
import type { IsLater } from './stamps.ts';

/** Reads of RDS that go out together: one list of all instances, or of all manual snapshots, for all that ask in the same turn. */
export interface DatabaseSight {
  /** Every DB instance of the account and region. */
  databases(): Promise<readonly DBInstance[]>;
  /** By its DbiResourceId, which a rename leaves alone. */
  database(id: string): Promise<DBInstance | undefined>;
  databaseNamed(name: string): Promise<DBInstance | undefined>;
  databaseSnapshot(name: string): Promise<DBSnapshot | undefined>;
  /** All DB instances as the last of these lists showed them, without asking: for a call that follows on its intent at once. */
  lastSeen(): readonly DBInstance[];
}

/** Reads of Aurora that go out together: one list of all clusters, all their manual snapshots or all their endpoints. */
export interface ClusterSight {
  clusters(): Promise<readonly DBCluster[]>;
  /** By its DbClusterResourceId, which a rename leaves alone. */
  cluster(id: string): Promise<DBCluster | undefined>;
  clusterNamed(name: string): Promise<DBCluster | undefined>;
  clusterSnapshot(name: string): Promise<DBClusterSnapshot | undefined>;
  /** The endpoints of all clusters: writer, reader and custom ones. */
  clusterEndpoints(): Promise<readonly DBClusterEndpoint[]>;
  /** All clusters as the last of these lists showed them, without asking. */
  lastSeenClusters(): readonly DBCluster[];
}

/** Reads of keys that go out together. Both reject with what KMS refuses the call itself with. */
export interface KeySight {
  /** By id, ARN or alias. */
  key(id: string): Promise<KeyMetadata | undefined>;
  /**
   * Whether KMS would let this caller encrypt under the key now: a dry run, which makes nothing (facts §1.5). `false` proves
   * little by itself, as a policy may let callers use the key through EC2 only (`kms:ViaService`); a `true` that became `false` does.
   */
  mayUse(key: string): Promise<boolean>;
}

/** Reads that go out together: ids asked for in the same turn share one Describe call. `undefined` means that AWS does not show it (now). */
export interface Sight extends DatabaseSight, ClusterSight, KeySight {
  instance(id: string): Promise<Instance | undefined>;
  volume(id: string): Promise<Volume | undefined>;
  snapshot(id: string): Promise<Snapshot | undefined>;
  /** Status checks and initialisation, which the volume's own state does not tell. */
  volumeStatus(id: string): Promise<VolumeStatusItem | undefined>;
  /** Its modifications that AWS still knows, oldest first. */
  volumeModifications(id: string): Promise<readonly VolumeModification[]>;
  /** Its status checks; undefined of one that does not run. */
  instanceStatus(id: string): Promise<InstanceStatus | undefined>;
  /** Rejects with what AWS says where it does not know the type. */
  instanceType(name: string): Promise<InstanceTypeInfo | undefined>;
  /** What carries this token, or was made from this, or is described so: oldest first. */
  volumesMade(token: string): Promise<readonly Volume[]>;
  snapshotsMade(token: string): Promise<readonly Snapshot[]>;
  volumesFrom(snapshot: string): Promise<readonly Volume[]>;
  snapshotsDescribed(description: string): Promise<readonly Snapshot[]>;
}

/** The services of one account and region as the steps use them. Every client sends once; retrying is the engine's. */
export interface AwsServices {
  readonly region: string;
  /** Loaded when it is first asked for. */
  readonly cloudtrail: () => CloudTrail;
  /** The EBS direct APIs. */
  readonly ebs: EBS;
  readonly ec2: EC2;
  readonly kms: KMS;
  readonly rds: RDS;
  readonly secretsmanager: SecretsManager;
  readonly sts: STS;
  readonly sight: Sight;
  /** Puts a tag with AWS's time as its value on a volume or an instance, so that a look that shows it is of later; gives what tells that. */
  readonly stamp: (id: string, key: string) => Promise<IsLater>;
  /** What was seen of instances and volumes, in the order that AWS gives it. */
  readonly sightings: Sightings;
  /** AWS's own clock, by which it says when a thing was made. */
  readonly time: Pick<AwsTime, 'now' | 'latest'>;
  /** The EC2 instance that this process runs on, as far as that can be told. */
  readonly ownInstance: () => Promise<string | undefined>;
  /** SQL, for what Describe can't show. */
  readonly databases: Databases;
  /** Meters the calls of this account and region. */
  readonly turns: Turns;
}

export const { defineRead, defineEffect, defineVerify, defineTarget } = definersFor<AwsServices>();

/** What a step of ours is given. */
export type AwsContext = StepContext<AwsServices>;
