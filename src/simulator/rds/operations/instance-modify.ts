import type { ModifyDBInstanceMessage } from '@aws-sdk/client-rds';
import { type Operations, operation } from '../../operation.ts';
import type { World } from '../../world.ts';
import { instanceKind } from '../kinds/instance.ts';
import type { Changes, Database, Settings } from '../model/model.ts';
import { checkGroups } from '../rules/groups.ts';
import { checkStorageQuota } from '../rules/quotas.ts';
import { refusals } from '../rules/refusals.ts';
import { checkRetention, checkWindows } from '../rules/windows.ts';
import { databaseView } from '../views/instance.ts';
import { checkSecret, isNewPassword, manageSecret } from './master-password.ts';
import { type ModifyCall, modify } from './modify.ts';

// Settings that ModifyDBInstance has under the name that Describe has for them.
const sameNames = [
  'AllocatedStorage',
  'AutoMinorVersionUpgrade',
  'BackupRetentionPeriod',
  'CACertificateIdentifier',
  'CopyTagsToSnapshot',
  'DBInstanceClass',
  'DatabaseInsightsMode',
  'DedicatedLogVolume',
  'DeletionProtection',
  'EngineLifecycleSupport',
  'EngineVersion',
  'Iops',
  'LicenseModel',
  'MaxAllocatedStorage',
  'MonitoringInterval',
  'MonitoringRoleArn',
  'MultiAZ',
  'NetworkType',
  'PerformanceInsightsKMSKeyId',
  'PerformanceInsightsRetentionPeriod',
  'PreferredBackupWindow',
  'PreferredMaintenanceWindow',
  'ProcessorFeatures',
  'PromotionTier',
  'PubliclyAccessible',
  'StorageThroughput',
  'StorageType',
] as const satisfies readonly (keyof ModifyDBInstanceMessage & keyof Settings)[];

// Those that wait for the maintenance window unless ApplyImmediately; all others are applied as soon as possible
// (the SDK's doc comments on ModifyDBInstanceMessage).
const waiting: ReadonlySet<string> = new Set([
  'AllocatedStorage',
  'DBInstanceClass',
  'DedicatedLogVolume',
  'EngineVersion',
  'IAMDatabaseAuthenticationEnabled',
  'Iops',
  'LicenseModel',
  'MultiAZ',
  'NetworkType',
  'OptionGroup',
  'ProcessorFeatures',
  'StorageThroughput',
  'StorageType',
  'SubnetGroup',
  'CACertificateIdentifier',
  'identifier',
]);
// What the cluster has for all of its members (the doc comments of ModifyDBInstanceMessage).
const clusters: readonly (keyof Changes)[] = [
  'AllocatedStorage',
  'BackupRetentionPeriod',
  'CopyTagsToSnapshot',
  'DeletionProtection',
  'EnabledCloudwatchLogsExports',
  'EngineVersion',
  'IAMDatabaseAuthenticationEnabled',
  'Iops',
  'MultiAZ',
  'NetworkType',
  'Port',
  'PreferredBackupWindow',
  'SecurityGroupIds',
  'StorageType',
  'SubnetGroup',
  'masterPassword',
];

function checkOwn(database: Database, changes: Changes): void {
  const named = database.member ? clusters.filter((name) => changes[name] !== undefined) : [];
  if (named.length > 0) {
    throw refusals.combination(
      `The specified DB Instance is a member of a cluster. Modify ${named.join(', ')} for the DB Cluster using the ModifyDBCluster API.`,
    );
  }
}

function check(world: World, database: Database, input: ModifyDBInstanceMessage, changes: Changes): void {
  checkOwn(database, changes);
  checkGroups(world, instanceKind, changes);
  const { settings } = database;
  if (changes.AllocatedStorage !== undefined && changes.AllocatedStorage < Math.ceil(settings.AllocatedStorage * 1.1)) {
    throw refusals.combination(
      'Invalid storage size: the new size must be at least 10 percent more than the current one.',
    );
  }
  checkWindows(database.member ? changes : { ...settings, ...changes });
  checkRetention(changes.BackupRetentionPeriod);
  checkStorageQuota(world, (changes.AllocatedStorage ?? settings.AllocatedStorage) - settings.AllocatedStorage);
  const interval = input.MonitoringInterval;
  if (interval !== undefined && interval > 0 && (input.MonitoringRoleArn ?? settings.MonitoringRoleArn) === undefined) {
    throw refusals.combination(
      'A MonitoringRoleArn value is required if you specify a MonitoringInterval value other than 0.',
    );
  }
  const insights = changes.PerformanceInsightsEnabled ?? settings.PerformanceInsightsEnabled;
  if (!insights && (input.PerformanceInsightsKMSKeyId ?? input.PerformanceInsightsRetentionPeriod) !== undefined) {
    throw refusals.combination('Performance Insights must be enabled for its key and retention to be set.');
  }
  checkSecret(world, database, input);
}

const call: ModifyCall<Database, ModifyDBInstanceMessage> = {
  kind: instanceKind,
  sameNames,
  waiting,
  shownToo: ['Port', 'masterPassword', 'BackupRetentionPeriod'],
  // A cluster shows none. Nothing that AWS documents is applied then: may be a fault.
  showsWorkWithoutAny: true,
  named: (input) => ({ Port: input.DBPortNumber }),
  groups: (input) => ({ subnets: input.DBSubnetGroupName, parameters: input.DBParameterGroupName }),
  more: (input) => ({ CustomerOwnedIpEnabled: input.EnableCustomerOwnedIp }),
  newIdentifier: (input) => [input.NewDBInstanceIdentifier, 'NewDBInstanceIdentifier'],
  isNewPassword,
  check,
  atOnce: manageSecret,
};

export const instanceModifyOperations: Operations = {
  ModifyDBInstance: operation<ModifyDBInstanceMessage>(
    [
      ...sameNames,
      'DBInstanceIdentifier',
      'ApplyImmediately',
      'NewDBInstanceIdentifier',
      'DBPortNumber',
      'VpcSecurityGroupIds',
      'DBSubnetGroupName',
      'DBParameterGroupName',
      'OptionGroupName',
      'EnableIAMDatabaseAuthentication',
      'EnablePerformanceInsights',
      'EnableCustomerOwnedIp',
      'CloudwatchLogsExportConfiguration',
      'MasterUserPassword',
      'ManageMasterUserPassword',
      'RotateMasterUserPassword',
      'MasterUserSecretKmsKeyId',
      'AllowMajorVersionUpgrade',
      'CertificateRotationRestart',
    ],
    (world, input) => ({ DBInstance: databaseView(world, modify(world, call, input, input.DBInstanceIdentifier)) }),
  ),
};
