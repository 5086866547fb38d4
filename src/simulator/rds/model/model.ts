import type { DBInstance } from '@aws-sdk/client-rds';
import type { Content } from '../../content.ts';
import { type Random, randomOf } from '../../random.ts';
import type { BackupsOf, ChangesOf, ParameterApplyStatus, Resource, SharedSettings, SnapshotOf } from './alike.ts';
import { type Clusters, emptyClusters } from './cluster.ts';

export type { DatabaseRole, Disk, InsideWriter, MasterSecret, ParameterApplyStatus, Storage } from './alike.ts';

/** What an operator sets on a DB instance, by the names that DescribeDBInstances has for it. */
export interface Settings
  extends SharedSettings,
    Pick<
      DBInstance,
      | 'AutomationMode'
      | 'AvailabilityZone'
      | 'BackupTarget'
      | 'CACertificateIdentifier'
      | 'CustomerOwnedIpEnabled'
      | 'DBInstanceClass'
      | 'DBName'
      | 'DedicatedLogVolume'
      | 'LicenseModel'
      | 'MaxAllocatedStorage'
      | 'MultiAZ'
      | 'ProcessorFeatures'
      | 'PromotionTier'
      | 'PubliclyAccessible'
      | 'StorageThroughput'
    > {
  readonly AllocatedStorage: number;
}

export type Changes = ChangesOf<Settings>;

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

/** A DB instance. */
export interface Database extends Resource<Settings> {
  /** The host name that Describe shows; undefined before there is one. It lags behind a rename. */
  address: string | undefined;
  readonly ip: string;
  /** The resource id of what it replicates. */
  replicaOf: string | undefined;
  /** Sessions and writes get through to the engine. */
  up: boolean;
  /** When its engine was last started, and how many writes its storage held then. */
  started: { readonly at: number; readonly writes: number };
  parameterStatus: ParameterApplyStatus;
  optionStatus: string;
  readonly member: Membership | undefined;
  /** The data key in the host's memory. */
  dataKey: Uint8Array | undefined;
  initialisation: { readonly from: number; readonly until: number } | undefined;
}

export type DbSnapshot = SnapshotOf<Settings>;

export type AutomatedBackup = BackupsOf<Database>;

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
