import type { DBCluster, ModifyDBClusterMessage, RestoreDBClusterFromSnapshotMessage } from '@aws-sdk/client-rds';
import { activityStream, carriedAs, identity, nothing, recoveryPoint, refused, rowsOf, type TableOf } from './table.ts';

type Restore = Omit<RestoreDBClusterFromSnapshotMessage, 'DBClusterIdentifier' | 'SnapshotIdentifier' | 'Engine'>;
type Modify = Omit<ModifyDBClusterMessage, 'DBClusterIdentifier'>;
type Calls = { restore: Restore; modify: Modify };

const { givenBy, inSnapshot } = rowsOf<DBCluster, Calls>();
const restored = givenBy('restore');
const modified = givenBy('modify');
const sorted = (values: readonly string[] | undefined) => (values?.length ? [...values].sort() : undefined);

/** Every attribute that DescribeDBClusters has (facts §5.3), as far as Aurora goes. The compiler and a test keep it whole. */
export const carryOfCluster: TableOf<DBCluster, Calls> = {
  // Aurora's volume has the size of what is in it.
  AllocatedStorage: nothing,
  AvailabilityZones: {
    by: 'restore',
    read: ({ AvailabilityZones }) => sorted(AvailabilityZones),
    give: (AvailabilityZones: never) => ({ AvailabilityZones }),
  },
  BackupRetentionPeriod: restored('BackupRetentionPeriod', 'BackupRetentionPeriod'),
  CharacterSetName: inSnapshot('CharacterSetName'),
  DatabaseName: inSnapshot('DatabaseName'),
  DBClusterIdentifier: { by: 'step', step: 'rds.rename-cluster' },
  DBClusterParameterGroup: restored('DBClusterParameterGroup', 'DBClusterParameterGroupName'),
  DBSubnetGroup: restored('DBSubnetGroup', 'DBSubnetGroupName'),
  Status: nothing,
  PercentProgress: nothing,
  EarliestRestorableTime: identity,
  // They follow the name.
  Endpoint: identity,
  ReaderEndpoint: identity,
  CustomEndpoints: { by: 'step', step: 'rds.create-cluster-endpoint' },
  MultiAZ: nothing,
  Engine: inSnapshot('Engine'),
  // Left out, it would be the default version of the Region.
  EngineVersion: restored('EngineVersion', 'EngineVersion'),
  LatestRestorableTime: identity,
  Port: restored('Port', 'Port'),
  MasterUsername: inSnapshot('MasterUsername'),
  // Aurora clusters have the default one of their engine, which can't be changed.
  DBClusterOptionGroupMemberships: nothing,
  PreferredBackupWindow: restored('PreferredBackupWindow', 'PreferredBackupWindow'),
  PreferredMaintenanceWindow: modified('PreferredMaintenanceWindow', 'PreferredMaintenanceWindow'),
  UpgradeRolloutOrder: nothing,
  ReplicationSourceIdentifier: refused,
  ReadReplicaIdentifiers: refused,
  StatusInfos: nothing,
  DBClusterMembers: { by: 'step', step: 'rds.create-member' },
  VpcSecurityGroups: { by: 'step', step: 'rds.admit-cluster-clients' },
  HostedZoneId: identity,
  StorageEncrypted: { by: 'key' },
  StorageEncryptionType: { by: 'key' },
  KmsKeyId: { by: 'key' },
  DbClusterResourceId: identity,
  DBClusterArn: identity,
  AssociatedRoles: { by: 'step', step: 'rds.add-cluster-role' },
  IAMDatabaseAuthenticationEnabled: restored(
    'IAMDatabaseAuthenticationEnabled',
    'EnableIAMDatabaseAuthentication',
    false,
  ),
  CloneGroupId: { by: 'identity', tell: 'it shares no storage with its clones any more' },
  ClusterCreateTime: identity,
  EarliestBacktrackTime: { by: 'identity', tell: 'it can be backtracked only from its own beginning on' },
  BacktrackWindow: {
    by: 'restore',
    read: ({ BacktrackWindow }) => BacktrackWindow || undefined,
    give: (BacktrackWindow: never) => ({ BacktrackWindow }),
  },
  BacktrackConsumedChangeRecords: nothing,
  EnabledCloudwatchLogsExports: {
    by: 'restore',
    read: ({ EnabledCloudwatchLogsExports }) => sorted(EnabledCloudwatchLogsExports),
    give: (EnableCloudwatchLogsExports: never) => ({ EnableCloudwatchLogsExports }),
  },
  Capacity: nothing,
  PendingModifiedValues: refused,
  EngineMode: refused,
  ScalingConfigurationInfo: refused,
  RdsCustomClusterConfiguration: refused,
  DBClusterInstanceClass: refused,
  // Aurora Standard is told as nothing or by its name.
  StorageType: {
    by: 'restore',
    read: ({ StorageType }) => (StorageType === 'aurora' ? undefined : StorageType || undefined),
    give: (StorageType: never) => ({ StorageType }),
  },
  Iops: nothing,
  StorageThroughput: nothing,
  IOOptimizedNextAllowedModificationTime: identity,
  PubliclyAccessible: nothing,
  AutoMinorVersionUpgrade: modified('AutoMinorVersionUpgrade', 'AutoMinorVersionUpgrade'),
  // Set along with the admission: before that, what this run made must be discardable.
  DeletionProtection: { by: 'step', step: 'rds.admit-cluster-clients' },
  HttpEndpointEnabled: refused,
  ActivityStreamMode: nothing,
  ActivityStreamStatus: activityStream,
  ActivityStreamKmsKeyId: nothing,
  ActivityStreamKinesisStreamName: nothing,
  CopyTagsToSnapshot: restored('CopyTagsToSnapshot', 'CopyTagsToSnapshot', false),
  CrossAccountClone: identity,
  DomainMemberships: {
    by: 'restore',
    read: ({ DomainMemberships }) => {
      const [joined] = DomainMemberships ?? [];
      return joined && { Domain: joined.Domain, DomainIAMRoleName: joined.IAMRoleName };
    },
    give: (membership: Partial<Restore>) => membership,
  },
  TagList: { by: 'step', step: 'rds.restore-cluster' },
  GlobalClusterIdentifier: refused,
  GlobalWriteForwardingStatus: refused,
  GlobalWriteForwardingRequested: refused,
  NetworkType: restored('NetworkType', 'NetworkType'),
  AutomaticRestartTime: nothing,
  ServerlessV2ScalingConfiguration: restored('ServerlessV2ScalingConfiguration', 'ServerlessV2ScalingConfiguration'),
  ServerlessV2PlatformVersion: nothing,
  MonitoringInterval: restored('MonitoringInterval', 'MonitoringInterval'),
  MonitoringRoleArn: restored('MonitoringRoleArn', 'MonitoringRoleArn'),
  DatabaseInsightsMode: modified('DatabaseInsightsMode', 'DatabaseInsightsMode'),
  PerformanceInsightsEnabled: restored('PerformanceInsightsEnabled', 'EnablePerformanceInsights'),
  PerformanceInsightsKMSKeyId: restored('PerformanceInsightsKMSKeyId', 'PerformanceInsightsKMSKeyId'),
  PerformanceInsightsRetentionPeriod: restored(
    'PerformanceInsightsRetentionPeriod',
    'PerformanceInsightsRetentionPeriod',
  ),
  DBSystemId: identity,
  MasterUserSecret: refused,
  LocalWriteForwardingStatus: {
    by: 'modify',
    read: ({ LocalWriteForwardingStatus: status }) =>
      status === 'enabled' || status === 'enabling' ? true : undefined,
    give: (EnableLocalWriteForwarding: never) => ({ EnableLocalWriteForwarding }),
  },
  AwsBackupRecoveryPointArn: recoveryPoint,
  LimitlessDatabase: refused,
  ClusterScalabilityType: refused,
  CertificateDetails: nothing,
  EngineLifecycleSupport: restored('EngineLifecycleSupport', 'EngineLifecycleSupport'),
  VPCNetworkingEnabled: restored('VPCNetworkingEnabled', 'EnableVPCNetworking'),
  InternetAccessGatewayEnabled: restored('InternetAccessGatewayEnabled', 'EnableInternetAccessGateway'),
};

export const {
  settings: clusterSettings,
  parameters: clusterParameters,
  names: clusterCarriedBy,
} = carriedAs<DBCluster, Calls>(carryOfCluster);
