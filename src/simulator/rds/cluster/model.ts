import type { DBCluster } from '@aws-sdk/client-rds';
import type { TagSet } from '../../tag-set.ts';
import type { DatabaseRole, MasterSecret, SnapshotOf, Storage } from '../parts.ts';

/** What an operator sets on a DB cluster, by the names that DescribeDBClusters has for it. */
export interface ClusterSettings
  extends Pick<
    DBCluster,
    | 'AutoMinorVersionUpgrade'
    | 'AvailabilityZones'
    | 'BacktrackWindow'
    | 'BackupRetentionPeriod'
    | 'CopyTagsToSnapshot'
    | 'DatabaseInsightsMode'
    | 'DatabaseName'
    | 'DeletionProtection'
    | 'EnabledCloudwatchLogsExports'
    | 'EngineLifecycleSupport'
    | 'EngineMode'
    | 'EngineVersion'
    | 'GlobalWriteForwardingRequested'
    | 'HttpEndpointEnabled'
    | 'IAMDatabaseAuthenticationEnabled'
    | 'Iops'
    | 'LocalWriteForwardingStatus'
    | 'MonitoringInterval'
    | 'MonitoringRoleArn'
    | 'NetworkType'
    | 'PerformanceInsightsEnabled'
    | 'PerformanceInsightsKMSKeyId'
    | 'PerformanceInsightsRetentionPeriod'
    | 'PreferredBackupWindow'
    | 'PreferredMaintenanceWindow'
    | 'ServerlessV2ScalingConfiguration'
    | 'StorageType'
  > {
  readonly Port: number;
  readonly SecurityGroupIds: readonly string[];
  readonly SubnetGroup: string;
  readonly ParameterGroup: string;
  readonly OptionGroup: string;
}

/** What a modification can change: settings, the name, and whether AWS keeps the master password. */
export type ClusterChanges = Partial<ClusterSettings> & {
  readonly identifier?: string;
  readonly masterPassword?: boolean;
};

/** What a scenario can give a cluster that is not a setting: DescribeDBClusters shows it as it is. */
export type ClusterOddities = Pick<
  DBCluster,
  | 'ActivityStreamStatus'
  | 'CloneGroupId'
  | 'DBClusterInstanceClass'
  | 'GlobalClusterIdentifier'
  | 'ReplicationSourceIdentifier'
  | 'StorageEncryptionType'
>;

/** A DB cluster. Its data is that of its members, which are DB instances; without any nobody can reach it. */
export interface Cluster {
  readonly resourceId: string;
  identifier: string;
  /** The name it is about to have, which nobody else can take meanwhile. */
  renamingTo: string | undefined;
  /** By which names DescribeDBClusters finds it: none, one or two while it is being renamed. */
  answersTo: readonly string[];
  /** The name in the endpoints that Describe shows. It lags behind a rename. */
  shownName: string;
  readonly engine: string;
  readonly masterUsername: string;
  readonly keyArn: string | undefined;
  readonly created: number;
  readonly visibleFrom: number;
  readonly tags: TagSet;
  /** The snapshot it was restored from: RDS does not tell. */
  readonly restoredFrom: string | undefined;
  readonly oddities: ClusterOddities;
  settings: ClusterSettings;
  pending: ClusterChanges;
  status: string;
  /** As in a DB instance. */
  task: number;
  busy: boolean;
  groupsInForce: readonly string[];
  roles: DatabaseRole[];
  secret: MasterSecret | undefined;
  readonly storage: Storage;
  /** The resource id of the member that writes, and of that to which the cluster endpoint leads: it lags. */
  writer: string | undefined;
  writerInDns: string | undefined;
  restartAt: number | undefined;
  maintenance: { readonly action: string; readonly description: string; readonly at: number | undefined }[];
}

export type ClusterSnapshot = SnapshotOf<ClusterSettings>;

/** An endpoint of its own name for some of the members. */
export interface ClusterEndpoint {
  readonly id: string;
  readonly resourceId: string;
  /** The resource id of the cluster. */
  readonly cluster: string;
  readonly visibleFrom: number;
  readonly tags: TagSet;
  type: 'READER' | 'ANY';
  /** Resource ids of members: with a list of its own it leads to those, else to all but the excluded. */
  static: readonly string[];
  excluded: readonly string[];
  status: 'creating' | 'available' | 'modifying' | 'deleting';
}

export interface ClusterAutomatedBackup {
  readonly id: string;
  readonly resourceId: string;
  identifier: string;
  readonly cluster: Cluster;
  retained: boolean;
}

/** What of RDS in the account is about clusters. */
export interface Clusters {
  readonly clusters: Map<string, Cluster>;
  readonly clusterSnapshots: Map<string, ClusterSnapshot>;
  readonly clusterEndpoints: Map<string, ClusterEndpoint>;
  readonly clusterBackups: Map<string, ClusterAutomatedBackup>;
  readonly clusterParameterGroups: Map<string, { readonly name: string; readonly family: string }>;
  readonly integrations: { readonly name: string; readonly cluster: string; readonly status: string }[];
}

/** An account without clusters. */
export function emptyClusters(): Clusters {
  return {
    clusters: new Map(),
    clusterSnapshots: new Map(),
    clusterEndpoints: new Map(),
    clusterBackups: new Map(),
    clusterParameterGroups: new Map(),
    integrations: [],
  };
}
