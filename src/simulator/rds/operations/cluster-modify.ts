import type { ModifyDBClusterMessage } from '@aws-sdk/client-rds';
import { type Operations, operation } from '../../operation.ts';
import type { World } from '../../world.ts';
import { clusterKind } from '../kinds/cluster.ts';
import type { Cluster, ClusterChanges, ClusterSettings } from '../model/cluster.ts';
import { checkGroups } from '../rules/groups.ts';
import { refusals } from '../rules/refusals.ts';
import { checkWindows } from '../rules/windows.ts';
import { clusterView } from '../views/cluster.ts';
import { checkSecret, isNewPassword, manageSecret } from './master-password.ts';
import { type ModifyCall, modify } from './modify.ts';

// Settings that ModifyDBCluster has under the name that Describe has for them.
const sameNames = [
  'AutoMinorVersionUpgrade',
  'BacktrackWindow',
  'BackupRetentionPeriod',
  'CopyTagsToSnapshot',
  'DatabaseInsightsMode',
  'DeletionProtection',
  'EngineLifecycleSupport',
  'EngineVersion',
  'Iops',
  'MonitoringInterval',
  'MonitoringRoleArn',
  'NetworkType',
  'PerformanceInsightsKMSKeyId',
  'PerformanceInsightsRetentionPeriod',
  'Port',
  'PreferredBackupWindow',
  'PreferredMaintenanceWindow',
  'ServerlessV2ScalingConfiguration',
  'StorageType',
] as const satisfies readonly (keyof ModifyDBClusterMessage & keyof ClusterSettings)[];

// These wait for the maintenance window unless ApplyImmediately: they are what ClusterPendingModifiedValues can show. The
// password can be shown, too, but is applied at once (the doc comment of ApplyImmediately).
const waiting: ReadonlySet<string> = new Set([
  'BackupRetentionPeriod',
  'EnabledCloudwatchLogsExports',
  'EngineVersion',
  'IAMDatabaseAuthenticationEnabled',
  'Iops',
  'StorageType',
  'identifier',
]);

function check(world: World, cluster: Cluster, input: ModifyDBClusterMessage, changes: ClusterChanges): void {
  if (changes.EngineVersion !== undefined && /mysql/.test(changes.EngineVersion) !== /mysql/.test(cluster.engine))
    throw refusals.combination(`Cannot find version ${changes.EngineVersion} for ${cluster.engine}`);
  checkGroups(world, clusterKind, changes);
  checkWindows({ ...cluster.settings, ...changes });
  const { BackupRetentionPeriod: days = 1 } = changes;
  if (days < 1 || days > 35) throw refusals.value(`Invalid backup retention period: ${days}. It must be 1 to 35.`);
  checkSecret(world, cluster, input);
}

const call: ModifyCall<Cluster, ModifyDBClusterMessage> = {
  kind: clusterKind,
  sameNames,
  waiting,
  shownToo: ['masterPassword'],
  showsWorkWithoutAny: false,
  named: () => ({}),
  groups: (input) => ({ parameters: input.DBClusterParameterGroupName }),
  more: (input) => ({
    HttpEndpointEnabled: input.EnableHttpEndpoint,
    GlobalWriteForwardingRequested: input.EnableGlobalWriteForwarding,
    LocalWriteForwardingStatus: { true: 'enabled', false: 'disabled' }[String(input.EnableLocalWriteForwarding)],
  }),
  newIdentifier: (input) => [input.NewDBClusterIdentifier, 'NewDBClusterIdentifier'],
  isNewPassword,
  // Difference: an instance's monitoring needs a role, as the doc comment of MonitoringRoleArn says of clusters, too: that
  // nothing checks it here may be a fault. So may be that Performance Insights are not asked whether they are on.
  check,
  atOnce: manageSecret,
};

export const clusterModifyOperations: Operations = {
  ModifyDBCluster: operation<ModifyDBClusterMessage>(
    [
      ...sameNames,
      'DBClusterIdentifier',
      'ApplyImmediately',
      'NewDBClusterIdentifier',
      'VpcSecurityGroupIds',
      'DBClusterParameterGroupName',
      'OptionGroupName',
      'EnableIAMDatabaseAuthentication',
      'EnablePerformanceInsights',
      'EnableHttpEndpoint',
      'EnableGlobalWriteForwarding',
      'EnableLocalWriteForwarding',
      'CloudwatchLogsExportConfiguration',
      'MasterUserPassword',
      'ManageMasterUserPassword',
      'RotateMasterUserPassword',
      'MasterUserSecretKmsKeyId',
      'AllowMajorVersionUpgrade',
    ],
    (world, input) => ({ DBCluster: clusterView(world, modify(world, call, input, input.DBClusterIdentifier)) }),
  ),
};
