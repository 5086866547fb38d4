import type { ModifyDBClusterMessage } from '@aws-sdk/client-rds';
import { type Operations, operation } from '../../operation.ts';
import type { World } from '../../world.ts';
import { holderOf, named } from '../find.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { refusals } from '../refusals.ts';
import { newIdentifier } from '../select.ts';
import { checkWindows } from '../windows.ts';
import { applyToCluster } from './applying.ts';
import { checkClusterGroups } from './groups.ts';
import { requireFreeCluster } from './lifecycle.ts';
import type { Cluster, ClusterChanges, ClusterSettings } from './model.ts';
import { clusterView } from './views.ts';
import { awaitClusterWindow } from './waiting.ts';

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

/** What the call asks for, in the words of the settings. */
function asked(world: World, cluster: Cluster, input: ModifyDBClusterMessage): ClusterChanges {
  const changes: Record<string, unknown> = {};
  for (const name of sameNames) changes[name] = input[name];
  const { EnableLogTypes = [], DisableLogTypes = [] } = input.CloudwatchLogsExportConfiguration ?? {};
  Object.assign(changes, {
    SecurityGroupIds: input.VpcSecurityGroupIds?.length ? input.VpcSecurityGroupIds : undefined,
    ParameterGroup: input.DBClusterParameterGroupName,
    OptionGroup: input.OptionGroupName,
    IAMDatabaseAuthenticationEnabled: input.EnableIAMDatabaseAuthentication,
    PerformanceInsightsEnabled: input.EnablePerformanceInsights,
    HttpEndpointEnabled: input.EnableHttpEndpoint,
    GlobalWriteForwardingRequested: input.EnableGlobalWriteForwarding,
    LocalWriteForwardingStatus: { true: 'enabled', false: 'disabled' }[String(input.EnableLocalWriteForwarding)],
    EnabledCloudwatchLogsExports:
      input.CloudwatchLogsExportConfiguration &&
      [...new Set([...(cluster.settings.EnabledCloudwatchLogsExports ?? []), ...EnableLogTypes])].filter(
        (type) => !DisableLogTypes.includes(type),
      ),
    identifier:
      input.NewDBClusterIdentifier === undefined
        ? undefined
        : newIdentifier(input.NewDBClusterIdentifier, 'NewDBClusterIdentifier', 63),
    masterPassword: input.MasterUserPassword === undefined ? undefined : true,
  });
  const key = input.PerformanceInsightsKMSKeyId;
  if (key !== undefined) {
    const found = world.findKey(key);
    if (!world.usable(found)) throw refusals.key(key);
    changes['PerformanceInsightsKMSKeyId'] = found.arn;
  }
  const before: Readonly<Record<string, unknown>> = { ...cluster.settings, identifier: cluster.identifier };
  // What is so already is no change.
  return Object.fromEntries(
    Object.entries(changes).filter(
      ([name, value]) => value !== undefined && JSON.stringify(before[name]) !== JSON.stringify(value),
    ),
  );
}

function modify(world: World, input: ModifyDBClusterMessage): object {
  const cluster = named(world, clusterKind, input.DBClusterIdentifier);
  requireFreeCluster(cluster, 'modified');
  const changes = asked(world, cluster, input);
  if (changes.EngineVersion !== undefined && /mysql/.test(changes.EngineVersion) !== /mysql/.test(cluster.engine))
    throw refusals.combination(`Cannot find version ${changes.EngineVersion} for ${cluster.engine}`);
  checkClusterGroups(world, changes);
  checkWindows({ ...cluster.settings, ...changes });
  const { BackupRetentionPeriod: days = 1 } = changes;
  if (days < 1 || days > 35) throw refusals.value(`Invalid backup retention period: ${days}. It must be 1 to 35.`);
  if (changes.masterPassword && cluster.secret) {
    throw refusals.combination(
      'You can not specify MasterUserPassword while the password is managed in AWS Secrets Manager.',
    );
  }
  if (changes.identifier !== undefined && holderOf(world, clusterKind, changes.identifier))
    throw refusals.clusterExists();
  // ApplyImmediately also applies whatever was waiting before, as with instances (facts §5.2).
  const now: ClusterChanges = input.ApplyImmediately
    ? { ...cluster.pending, ...changes }
    : Object.fromEntries(Object.entries(changes).filter(([name]) => !waiting.has(name)));
  const later = Object.fromEntries(Object.entries(changes).filter(([name]) => !(name in now)));
  const shown = Object.fromEntries(
    Object.entries(now).filter(([name]) => waiting.has(name) || name === 'masterPassword'),
  );
  cluster.pending = { ...cluster.pending, ...later, ...(input.ApplyImmediately ? shown : {}) };
  if (Object.keys(later).length > 0) awaitClusterWindow(world, cluster);
  if (Object.keys(now).length > 0) applyToCluster(world, cluster, now);
  return { DBCluster: clusterView(world, cluster) };
}

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
      'AllowMajorVersionUpgrade',
    ],
    modify,
  ),
};
