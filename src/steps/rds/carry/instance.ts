import type { DBInstance, ModifyDBInstanceMessage, RestoreDBInstanceFromDBSnapshotMessage } from '@aws-sdk/client-rds';
import { activityStream, carriedAs, identity, nothing, recoveryPoint, refused, rowsOf, type TableOf } from './table.ts';

type Restore = Omit<RestoreDBInstanceFromDBSnapshotMessage, 'DBInstanceIdentifier'>;
type Modify = Omit<ModifyDBInstanceMessage, 'DBInstanceIdentifier'>;

type Calls = { restore: Restore; modify: Modify };

const { givenBy, inSnapshot } = rowsOf<DBInstance, Calls>();
const restored = givenBy('restore');
const modified = givenBy('modify');

// Below the size from which gp3 is striped RDS has these figures and takes no others.
const smallGp3 = { iops: 3000, throughput: 125 };

/** Every attribute that DescribeDBInstances has (facts §5.2). The compiler and a test keep it whole. */
export const carry: TableOf<DBInstance, Calls> = {
  DBInstanceIdentifier: { by: 'step', step: 'rds.rename-instance' },
  DBInstanceClass: restored('DBInstanceClass', 'DBInstanceClass'),
  Engine: inSnapshot('Engine'),
  DBInstanceStatus: nothing,
  MasterUsername: inSnapshot('MasterUsername'),
  DBName: inSnapshot('DBName'),
  Endpoint: { by: 'restore', read: ({ Endpoint }) => Endpoint?.Port, give: (Port: never) => ({ Port }) },
  // Its storage may have grown by itself since it was read, so the size is that of the final snapshot.
  AllocatedStorage: { by: 'snapshot' },
  InstanceCreateTime: identity,
  PreferredBackupWindow: restored('PreferredBackupWindow', 'PreferredBackupWindow'),
  BackupRetentionPeriod: restored('BackupRetentionPeriod', 'BackupRetentionPeriod', 0),
  DBSecurityGroups: refused,
  VpcSecurityGroups: { by: 'step', step: 'rds.admit-clients' },
  DBParameterGroups: {
    by: 'restore',
    read: ({ DBParameterGroups }) => DBParameterGroups?.[0]?.DBParameterGroupName,
    give: (DBParameterGroupName: never) => ({ DBParameterGroupName }),
  },
  // A Multi-AZ instance chooses its zones, and changes them with each failover.
  AvailabilityZone: {
    by: 'restore',
    read: ({ MultiAZ, AvailabilityZone }) => (MultiAZ ? undefined : AvailabilityZone),
    give: (AvailabilityZone: never) => ({ AvailabilityZone }),
  },
  DBSubnetGroup: {
    by: 'restore',
    read: ({ DBSubnetGroup }) => DBSubnetGroup?.DBSubnetGroupName,
    give: (DBSubnetGroupName: never) => ({ DBSubnetGroupName }),
  },
  PreferredMaintenanceWindow: modified('PreferredMaintenanceWindow', 'PreferredMaintenanceWindow'),
  UpgradeRolloutOrder: nothing,
  PendingModifiedValues: refused,
  LatestRestorableTime: identity,
  MultiAZ: restored('MultiAZ', 'MultiAZ', false),
  EngineVersion: inSnapshot('EngineVersion'),
  AutoMinorVersionUpgrade: restored('AutoMinorVersionUpgrade', 'AutoMinorVersionUpgrade', false),
  ReadReplicaSourceDBInstanceIdentifier: refused,
  ReadReplicaDBInstanceIdentifiers: refused,
  ReadReplicaDBClusterIdentifiers: refused,
  ReplicaMode: refused,
  LicenseModel: restored('LicenseModel', 'LicenseModel'),
  Iops: {
    by: 'restore',
    read: ({ StorageType, Iops }) =>
      StorageType === 'gp2' || (StorageType === 'gp3' && Iops === smallGp3.iops) ? undefined : Iops || undefined,
    give: (Iops: never) => ({ Iops }),
  },
  StorageThroughput: {
    by: 'restore',
    read: ({ StorageType, StorageThroughput }) =>
      StorageType !== 'gp3' || StorageThroughput === smallGp3.throughput ? undefined : StorageThroughput || undefined,
    give: (StorageThroughput: never) => ({ StorageThroughput }),
  },
  OptionGroupMemberships: {
    by: 'restore',
    read: ({ OptionGroupMemberships }) => OptionGroupMemberships?.[0]?.OptionGroupName,
    give: (OptionGroupName: never) => ({ OptionGroupName }),
  },
  CharacterSetName: inSnapshot('CharacterSetName'),
  NcharCharacterSetName: inSnapshot('NcharCharacterSetName'),
  SecondaryAvailabilityZone: nothing,
  PubliclyAccessible: restored('PubliclyAccessible', 'PubliclyAccessible', false),
  StatusInfos: nothing,
  StorageType: restored('StorageType', 'StorageType'),
  StorageEncryptionType: { by: 'key' },
  TdeCredentialArn: refused,
  DbInstancePort: nothing,
  DBClusterIdentifier: refused,
  StorageEncrypted: { by: 'key' },
  KmsKeyId: { by: 'key' },
  DbiResourceId: identity,
  CACertificateIdentifier: restored('CACertificateIdentifier', 'CACertificateIdentifier'),
  DomainMemberships: {
    by: 'restore',
    read: ({ DomainMemberships }) => {
      const [joined] = DomainMemberships ?? [];
      if (!joined) return undefined;
      if (joined.AuthSecretArn === undefined)
        return { Domain: joined.Domain, DomainIAMRoleName: joined.IAMRoleName, DomainOu: joined.OU };
      return {
        DomainFqdn: joined.FQDN,
        DomainOu: joined.OU,
        DomainAuthSecretArn: joined.AuthSecretArn,
        DomainDnsIps: joined.DnsIps,
      };
    },
    give: (membership: Partial<Restore>) => membership,
  },
  CopyTagsToSnapshot: restored('CopyTagsToSnapshot', 'CopyTagsToSnapshot', false),
  MonitoringInterval: modified('MonitoringInterval', 'MonitoringInterval', 0),
  EnhancedMonitoringResourceArn: identity,
  MonitoringRoleArn: modified('MonitoringRoleArn', 'MonitoringRoleArn'),
  PromotionTier: modified('PromotionTier', 'PromotionTier'),
  DBInstanceArn: identity,
  Timezone: inSnapshot('Timezone'),
  IAMDatabaseAuthenticationEnabled: restored(
    'IAMDatabaseAuthenticationEnabled',
    'EnableIAMDatabaseAuthentication',
    false,
  ),
  DatabaseInsightsMode: modified('DatabaseInsightsMode', 'DatabaseInsightsMode'),
  PerformanceInsightsEnabled: modified('PerformanceInsightsEnabled', 'EnablePerformanceInsights', false),
  PerformanceInsightsKMSKeyId: modified('PerformanceInsightsKMSKeyId', 'PerformanceInsightsKMSKeyId'),
  PerformanceInsightsRetentionPeriod: modified(
    'PerformanceInsightsRetentionPeriod',
    'PerformanceInsightsRetentionPeriod',
  ),
  EnabledCloudwatchLogsExports: {
    by: 'restore',
    read: ({ EnabledCloudwatchLogsExports }) => [...(EnabledCloudwatchLogsExports ?? [])].sort(),
    give: (EnableCloudwatchLogsExports: never) => ({ EnableCloudwatchLogsExports }),
  },
  ProcessorFeatures: {
    by: 'restore',
    read: ({ ProcessorFeatures }) => (ProcessorFeatures?.length ? ProcessorFeatures : undefined),
    give: (ProcessorFeatures: never) => ({ ProcessorFeatures }),
  },
  // Set along with the admission: before that, what this run made must be discardable.
  DeletionProtection: { by: 'step', step: 'rds.admit-clients' },
  AssociatedRoles: { by: 'step', step: 'rds.add-role' },
  ListenerEndpoint: nothing,
  MaxAllocatedStorage: modified('MaxAllocatedStorage', 'MaxAllocatedStorage'),
  TagList: { by: 'step', step: 'rds.restore-instance' },
  AutomationMode: refused,
  ResumeFullAutomationModeTime: nothing,
  CustomerOwnedIpEnabled: restored('CustomerOwnedIpEnabled', 'EnableCustomerOwnedIp'),
  NetworkType: restored('NetworkType', 'NetworkType'),
  ActivityStreamStatus: activityStream,
  ActivityStreamKmsKeyId: nothing,
  ActivityStreamKinesisStreamName: nothing,
  ActivityStreamMode: nothing,
  ActivityStreamEngineNativeAuditFieldsIncluded: nothing,
  AwsBackupRecoveryPointArn: recoveryPoint,
  DBInstanceAutomatedBackupsReplications: {
    by: 'hand',
    has: ({ DBInstanceAutomatedBackupsReplications: replications }) => (replications ?? []).length > 0,
    mend: 'aws rds start-db-instance-automated-backups-replication, in the other Region',
  },
  BackupTarget: restored('BackupTarget', 'BackupTarget'),
  AutomaticRestartTime: nothing,
  CustomIamInstanceProfile: refused,
  ActivityStreamPolicyStatus: nothing,
  CertificateDetails: nothing,
  DBSystemId: identity,
  MasterUserSecret: { by: 'step', step: 'rds.manage-master-user-password' },
  ReadReplicaSourceDBClusterIdentifier: refused,
  PercentProgress: nothing,
  MultiTenant: inSnapshot('MultiTenant'),
  DedicatedLogVolume: restored('DedicatedLogVolume', 'DedicatedLogVolume', false),
  IsStorageConfigUpgradeAvailable: nothing,
  EngineLifecycleSupport: restored('EngineLifecycleSupport', 'EngineLifecycleSupport'),
  AdditionalStorageVolumes: refused,
  StorageVolumeStatus: nothing,
  StorageOperationStatus: nothing,
  StorageOperationPercentProgress: nothing,
  DBCapacityReservationIdentifier: {
    by: 'hand',
    has: ({ DBCapacityReservationIdentifier }) => DBCapacityReservationIdentifier !== undefined,
    mend: 'aws rds modify-db-instance --db-capacity-reservation-identifier',
  },
};

export const {
  settings: settingsOf,
  parameters: parametersFor,
  names: carriedBy,
} = carriedAs<DBInstance, Calls>(carry);
