import type { CreateDBInstanceMessage, DBInstance } from '@aws-sdk/client-rds';
import { type CarryOf, namesBy, parametersBy, settingsBy, type TableOf } from './table.ts';

type Create = Omit<CreateDBInstanceMessage, 'DBInstanceIdentifier' | 'DBClusterIdentifier'>;
type Calls = { create: Create };
type Carry = CarryOf<DBInstance, Calls>;

function created<K extends keyof DBInstance>(
  name: K,
  parameter: keyof Create,
  absent?: NonNullable<DBInstance[K]>,
): Carry {
  return {
    by: 'create',
    read: (member) => member[name] ?? absent,
    give: (value: never) => ({ [parameter]: value }),
  };
}

const nothing: Carry = { by: 'nothing' };
const cluster: Carry = { by: 'cluster' };
const refused: Carry = { by: 'refused' };
const identity: Carry = { by: 'identity' };

/** Every attribute that DescribeDBInstances has, of a member of an Aurora cluster (facts §5.3): CreateDBInstance sets what is its own. */
export const carryOfMember: TableOf<DBInstance, Calls> = {
  DBInstanceIdentifier: { by: 'step', step: 'rds.rename-instance' },
  DBInstanceClass: created('DBInstanceClass', 'DBInstanceClass'),
  Engine: created('Engine', 'Engine'),
  DBInstanceStatus: nothing,
  MasterUsername: cluster,
  DBName: cluster,
  Endpoint: cluster,
  AllocatedStorage: cluster,
  InstanceCreateTime: identity,
  PreferredBackupWindow: cluster,
  BackupRetentionPeriod: cluster,
  DBSecurityGroups: refused,
  VpcSecurityGroups: cluster,
  DBParameterGroups: {
    by: 'create',
    read: ({ DBParameterGroups }) => DBParameterGroups?.[0]?.DBParameterGroupName,
    give: (DBParameterGroupName: never) => ({ DBParameterGroupName }),
  },
  AvailabilityZone: created('AvailabilityZone', 'AvailabilityZone'),
  DBSubnetGroup: cluster,
  PreferredMaintenanceWindow: created('PreferredMaintenanceWindow', 'PreferredMaintenanceWindow'),
  UpgradeRolloutOrder: nothing,
  PendingModifiedValues: refused,
  LatestRestorableTime: cluster,
  MultiAZ: cluster,
  EngineVersion: cluster,
  AutoMinorVersionUpgrade: created('AutoMinorVersionUpgrade', 'AutoMinorVersionUpgrade', false),
  ReadReplicaSourceDBInstanceIdentifier: refused,
  ReadReplicaDBInstanceIdentifiers: refused,
  ReadReplicaDBClusterIdentifiers: refused,
  ReplicaMode: refused,
  LicenseModel: cluster,
  Iops: cluster,
  StorageThroughput: cluster,
  OptionGroupMemberships: cluster,
  CharacterSetName: cluster,
  NcharCharacterSetName: cluster,
  SecondaryAvailabilityZone: nothing,
  PubliclyAccessible: created('PubliclyAccessible', 'PubliclyAccessible', false),
  StatusInfos: nothing,
  StorageType: cluster,
  StorageEncryptionType: { by: 'key' },
  TdeCredentialArn: refused,
  DbInstancePort: nothing,
  DBClusterIdentifier: cluster,
  StorageEncrypted: { by: 'key' },
  KmsKeyId: { by: 'key' },
  DbiResourceId: identity,
  CACertificateIdentifier: created('CACertificateIdentifier', 'CACertificateIdentifier'),
  DomainMemberships: cluster,
  CopyTagsToSnapshot: cluster,
  MonitoringInterval: created('MonitoringInterval', 'MonitoringInterval', 0),
  EnhancedMonitoringResourceArn: identity,
  MonitoringRoleArn: created('MonitoringRoleArn', 'MonitoringRoleArn'),
  PromotionTier: created('PromotionTier', 'PromotionTier'),
  DBInstanceArn: identity,
  Timezone: cluster,
  IAMDatabaseAuthenticationEnabled: cluster,
  DatabaseInsightsMode: cluster,
  PerformanceInsightsEnabled: created('PerformanceInsightsEnabled', 'EnablePerformanceInsights', false),
  PerformanceInsightsKMSKeyId: created('PerformanceInsightsKMSKeyId', 'PerformanceInsightsKMSKeyId'),
  PerformanceInsightsRetentionPeriod: created(
    'PerformanceInsightsRetentionPeriod',
    'PerformanceInsightsRetentionPeriod',
  ),
  EnabledCloudwatchLogsExports: cluster,
  ProcessorFeatures: cluster,
  DeletionProtection: cluster,
  AssociatedRoles: cluster,
  ListenerEndpoint: nothing,
  MaxAllocatedStorage: cluster,
  TagList: { by: 'step', step: 'rds.create-member' },
  AutomationMode: nothing,
  ResumeFullAutomationModeTime: nothing,
  CustomerOwnedIpEnabled: cluster,
  NetworkType: cluster,
  ActivityStreamStatus: cluster,
  ActivityStreamKmsKeyId: cluster,
  ActivityStreamKinesisStreamName: cluster,
  ActivityStreamMode: cluster,
  ActivityStreamEngineNativeAuditFieldsIncluded: cluster,
  AwsBackupRecoveryPointArn: cluster,
  DBInstanceAutomatedBackupsReplications: cluster,
  BackupTarget: cluster,
  AutomaticRestartTime: nothing,
  CustomIamInstanceProfile: refused,
  ActivityStreamPolicyStatus: cluster,
  CertificateDetails: nothing,
  DBSystemId: identity,
  MasterUserSecret: cluster,
  ReadReplicaSourceDBClusterIdentifier: refused,
  PercentProgress: nothing,
  MultiTenant: cluster,
  DedicatedLogVolume: cluster,
  IsStorageConfigUpgradeAvailable: nothing,
  EngineLifecycleSupport: cluster,
  AdditionalStorageVolumes: cluster,
  StorageVolumeStatus: nothing,
  StorageOperationStatus: nothing,
  StorageOperationPercentProgress: nothing,
  DBCapacityReservationIdentifier: cluster,
};

/** Attribute by attribute what is carried over, without what is not there. */
export function memberSettings(member: DBInstance): Record<string, unknown> {
  return settingsBy(carryOfMember, member);
}

/** The parameters of CreateDBInstance that carry these settings over. */
export function memberParameters(settings: Readonly<Record<string, unknown>>): Partial<Create> {
  return parametersBy(carryOfMember, 'create', settings);
}

/** The attributes that come over in this way. */
export function memberCarriedBy(by: Carry['by']): readonly string[] {
  return namesBy(carryOfMember, by);
}
