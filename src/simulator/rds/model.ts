import type { DBInstance } from '@aws-sdk/client-rds';
import type { Content } from '../content.ts';
import { type Random, randomOf } from '../random.ts';
import type { TagSet } from '../tag-set.ts';
import { type Clusters, emptyClusters } from './cluster/model.ts';
import type { DatabaseRole, MasterSecret, ParameterApplyStatus, SnapshotOf, Storage } from './parts.ts';

export type { DatabaseRole, Disk, InsideWriter, MasterSecret, ParameterApplyStatus, Storage } from './parts.ts';

/** What an operator sets on a DB instance, by the names that DescribeDBInstances has for it. */
export interface Settings
  extends Pick<
    DBInstance,
    | 'AutoMinorVersionUpgrade'
    | 'AutomationMode'
    | 'AvailabilityZone'
    | 'BackupRetentionPeriod'
    | 'BackupTarget'
    | 'CACertificateIdentifier'
    | 'CopyTagsToSnapshot'
    | 'CustomerOwnedIpEnabled'
    | 'DBInstanceClass'
    | 'DBName'
    | 'DatabaseInsightsMode'
    | 'DedicatedLogVolume'
    | 'DeletionProtection'
    | 'EnabledCloudwatchLogsExports'
    | 'EngineLifecycleSupport'
    | 'EngineVersion'
    | 'IAMDatabaseAuthenticationEnabled'
    | 'Iops'
    | 'LicenseModel'
    | 'MaxAllocatedStorage'
    | 'MonitoringInterval'
    | 'MonitoringRoleArn'
    | 'MultiAZ'
    | 'NetworkType'
    | 'PerformanceInsightsEnabled'
    | 'PerformanceInsightsKMSKeyId'
    | 'PerformanceInsightsRetentionPeriod'
    | 'PreferredBackupWindow'
    | 'PreferredMaintenanceWindow'
    | 'ProcessorFeatures'
    | 'PromotionTier'
    | 'PubliclyAccessible'
    | 'StorageThroughput'
    | 'StorageType'
  > {
  readonly AllocatedStorage: number;
  readonly Port: number;
  readonly SecurityGroupIds: readonly string[];
  readonly SubnetGroup: string;
  readonly ParameterGroup: string;
  readonly OptionGroup: string;
}

/** What a modification can change: settings, the name, and whether AWS keeps the master password. */
export type Changes = Partial<Settings> & { readonly identifier?: string; readonly masterPassword?: boolean };

/** One connection from `address` to the instance `resourceId`; without one it was dropped. */
interface Session {
  readonly pid: number;
  readonly address: string;
  resourceId: string | undefined;
}

/** A connection of a real client, which came over a socket. */
export interface OpenSession extends Session {
  readonly user: string;
  readonly application: string;
}

/** The applications behind one endpoint name: they write, and remember what was acknowledged. */
export interface Clients {
  readonly identifier: string;
  readonly host: string;
  /** Whether the name is that of a cluster. */
  readonly cluster: boolean;
  /** They keep their sessions and write nothing. */
  readonly reads: boolean;
  readonly everyMs: number;
  /** Kept open as long as they live; without a pool each write opens a connection of its own. */
  readonly sessions: Session[] | undefined;
  readonly cacheMs: number;
  /** Whose address they found behind the host name, and until when they believe it. */
  cached: { readonly resourceId: string; readonly until: number } | undefined;
  nextAt: number;
  sequence: number;
  ledger: Content;
}

/** What a DB instance has of a cluster that it is a member of. */
export interface Membership {
  /** The resource id of the cluster. */
  readonly cluster: string;
  /** Whether the parameters of the cluster's group are in force in it. */
  parameterStatus: ParameterApplyStatus;
}

/** A DB instance. Its resource id is for life; its identifier, ARN and address change with a rename. */
export interface Database {
  readonly resourceId: string;
  identifier: string;
  /** The name it is about to have, which nobody else can take meanwhile. */
  renamingTo: string | undefined;
  /** By which names DescribeDBInstances finds it: none, one or two while it is being renamed. */
  answersTo: readonly string[];
  /** The host name that Describe shows; undefined before there is one. It lags behind a rename. */
  address: string | undefined;
  readonly ip: string;
  readonly engine: string;
  readonly masterUsername: string;
  readonly keyArn: string | undefined;
  readonly created: number;
  readonly visibleFrom: number;
  readonly tags: TagSet;
  /** The snapshot it was restored from: RDS does not tell. */
  readonly restoredFrom: string | undefined;
  /** The resource id of what it replicates. */
  replicaOf: string | undefined;
  settings: Settings;
  pending: Changes;
  status: string;
  /** Raised with each thing that begins with it, so that what was due for an earlier one does not happen any more. */
  task: number;
  /** Something has been accepted and not finished, whatever the status shows. */
  busy: boolean;
  /** Sessions and writes get through to the engine. */
  up: boolean;
  /** Security groups in force: they follow the settings after a while. */
  groupsInForce: readonly string[];
  parameterStatus: ParameterApplyStatus;
  optionStatus: string;
  roles: DatabaseRole[];
  secret: MasterSecret | undefined;
  readonly storage: Storage;
  readonly member: Membership | undefined;
  /** The data key in the host's memory. */
  dataKey: Uint8Array | undefined;
  initialisation: { readonly from: number; readonly until: number } | undefined;
  restartAt: number | undefined;
  maintenance: { readonly action: string; readonly description: string; readonly at: number | undefined }[];
}

export type DbSnapshot = SnapshotOf<Settings>;

export interface AutomatedBackup {
  readonly id: string;
  readonly resourceId: string;
  identifier: string;
  readonly database: Database;
  retained: boolean;
}

export interface RdsEvent {
  readonly source: string;
  readonly type: 'db-instance' | 'db-snapshot' | 'db-cluster' | 'db-cluster-snapshot';
  readonly arn: string;
  readonly message: string;
  readonly categories: readonly string[];
  readonly at: number;
}

export interface ParameterGroup {
  readonly name: string;
  readonly family: string;
}

export interface OptionGroup {
  readonly name: string;
  readonly engine: string;
  readonly options: readonly string[];
}

/** Who holds a DB instance or a cluster by its name, and so has to be told of a new one. */
export interface Dependents {
  proxies: { readonly name: string; readonly database?: string | undefined; readonly cluster?: string | undefined }[];
  eventSubscriptions: { readonly name: string; readonly type: string; readonly sources: readonly string[] }[];
  blueGreens: {
    readonly name: string;
    readonly source?: string | undefined;
    readonly cluster?: string | undefined;
    readonly status: string;
  }[];
}

export interface RdsLimits {
  readonly databases: number;
  readonly databaseStorageGiB: number;
  readonly databaseSnapshots: number;
  readonly databaseSnapshotCopies: number;
  readonly clusters: number;
  readonly clusterSnapshots: number;
  readonly clusterSnapshotCopies: number;
}

/** All of RDS in the account. */
export interface Rds extends Clusters {
  readonly databases: Map<string, Database>;
  readonly snapshots: Map<string, DbSnapshot>;
  readonly automatedBackups: Map<string, AutomatedBackup>;
  readonly parameterGroups: Map<string, ParameterGroup>;
  readonly optionGroups: Map<string, OptionGroup>;
  readonly subnetGroups: Set<string>;
  /** Host names as the Domain Name System has them now, and where they lead: to an instance, or to members of a cluster. */
  readonly names: Map<string, string>;
  readonly clients: Clients[];
  readonly sessions: OpenSession[];
  readonly events: RdsEvent[];
  readonly dependents: Dependents;
  /** What the next restore is to end as. */
  failNextRestore: string | undefined;
  readonly random: Random;
}

/** An account without databases. Plain all through, so that what it was a while ago can be kept. */
export function emptyRds(seed: number): Rds {
  return {
    ...emptyClusters(),
    databases: new Map(),
    snapshots: new Map(),
    automatedBackups: new Map(),
    parameterGroups: new Map(),
    optionGroups: new Map(),
    subnetGroups: new Set(),
    names: new Map(),
    clients: [],
    sessions: [],
    events: [],
    dependents: { proxies: [], eventSubscriptions: [], blueGreens: [] },
    failNextRestore: undefined,
    random: randomOf(seed, 'rds'),
  };
}
