import type { DBCluster } from '@aws-sdk/client-rds';
import type { TagSet } from '../../tag-set.ts';
import type { BackupsOf, ChangesOf, Resource, SharedSettings, SnapshotOf } from './alike.ts';

/** What an operator sets on a DB cluster, by the names that DescribeDBClusters has for it. */
export interface ClusterSettings
  extends SharedSettings,
    Pick<
      DBCluster,
      | 'AvailabilityZones'
      | 'BacktrackWindow'
      | 'DatabaseName'
      | 'EngineMode'
      | 'GlobalWriteForwardingRequested'
      | 'HttpEndpointEnabled'
      | 'LocalWriteForwardingStatus'
      | 'ServerlessV2ScalingConfiguration'
    > {}

export type ClusterChanges = ChangesOf<ClusterSettings>;

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
export interface Cluster extends Resource<ClusterSettings> {
  /** The name in the endpoints that Describe shows. It lags behind a rename. */
  shownName: string;
  readonly oddities: ClusterOddities;
  /** The resource id of the member that writes, and of that to which the cluster endpoint leads: it lags. */
  writer: string | undefined;
  writerInDns: string | undefined;
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

export type ClusterAutomatedBackup = BackupsOf<Cluster>;

/** What of RDS in the account is about clusters. */
export interface Clusters {
  readonly clusters: Map<string, Cluster>;
  readonly clusterSnapshots: Map<string, ClusterSnapshot>;
  readonly clusterEndpoints: Map<string, ClusterEndpoint>;
  readonly clusterBackups: Map<string, ClusterAutomatedBackup>;
  readonly clusterParameterGroups: Map<string, { readonly name: string; readonly family: string }>;
  readonly integrations: { readonly name: string; readonly source: string; readonly status: string }[];
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
