import type { RestoreDBClusterFromSnapshotMessage } from '@aws-sdk/client-rds';
import { zones } from '../../ec2/volumes.ts';
import { type Operations, operation } from '../../operation.ts';
import type { World } from '../../world.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { addAutomatedBackup } from '../life/backups.ts';
import type { Cluster, ClusterSettings, ClusterSnapshot } from '../model/cluster.ts';
import { clusterResourceId, emptyStorage, newCluster } from '../model/newborn.ts';
import { nameEndpoints } from '../naming/addresses.ts';
import { checkGroups, defaultsFor } from '../rules/groups.ts';
import { checkClusterQuota } from '../rules/quotas.ts';
import { checkWindows } from '../rules/windows.ts';
import { clusterView } from '../views/cluster.ts';
import { type RestoreCall, restore, restoredAlike } from './restore.ts';

const restoreMiBPerSecond = 200;

/** What a restored cluster has: what is given, what comes with the snapshot, and RDS's defaults for all the rest. */
function settingsFor(
  world: World,
  input: RestoreDBClusterFromSnapshotMessage,
  { settings: from, engine }: ClusterSnapshot,
): ClusterSettings {
  const version = input.EngineVersion ?? from.EngineVersion ?? '';
  const defaults = defaultsFor(engine, version);
  const insights = input.EnablePerformanceInsights ?? false;
  const key = input.PerformanceInsightsKMSKeyId;
  return {
    ...restoredAlike(input, from, defaults),
    EngineVersion: version,
    EngineMode: input.EngineMode ?? 'provisioned',
    DatabaseName: input.DatabaseName ?? from.DatabaseName,
    StorageType: input.StorageType ?? 'aurora',
    AvailabilityZones: input.AvailabilityZones?.length ? input.AvailabilityZones : [...zones(world)],
    BacktrackWindow: input.BacktrackWindow,
    ServerlessV2ScalingConfiguration: input.ServerlessV2ScalingConfiguration,
    MonitoringInterval: input.MonitoringInterval ?? 0,
    MonitoringRoleArn: input.MonitoringRoleArn,
    PerformanceInsightsEnabled: insights,
    // Difference: a member's, and that of a modification, has to be usable: that this one need not be there may be a fault.
    PerformanceInsightsKMSKeyId: key === undefined ? undefined : world.findKey(key)?.arn,
    PerformanceInsightsRetentionPeriod: input.PerformanceInsightsRetentionPeriod,
    AutoMinorVersionUpgrade: true,
    HttpEndpointEnabled: false,
    GlobalWriteForwardingRequested: undefined,
    LocalWriteForwardingStatus: undefined,
    ParameterGroup: input.DBClusterParameterGroupName ?? defaults.ParameterGroup,
  };
}

const call: RestoreCall<Cluster, RestoreDBClusterFromSnapshotMessage> = {
  kind: clusterKind,
  snapshotParameter: 'SnapshotIdentifier',
  snapshotCalled: '',
  needsEngine: true,
  settings: settingsFor,
  // Difference: the retention of an instance is checked, a cluster's (1 to 35) is not, which may be a fault.
  check(world, settings) {
    checkGroups(world, clusterKind, settings);
    checkWindows(settings);
    checkClusterQuota(world);
  },
  key: (input) => input.KmsKeyId,
  newResourceId: clusterResourceId,
  make: (world, { AssociatedRoles = [] }, { snapshot, ...given }) =>
    newCluster(world, {
      ...given,
      roles: AssociatedRoles.map(({ RoleArn = '', FeatureName = '' }) => ({
        arn: RoleArn,
        feature: FeatureName,
        status: 'ACTIVE',
      })),
      storage: emptyStorage(snapshot),
    }),
  fillMs: (world, { storage }) =>
    Math.round(world.seconds(120, 400) + world.seconds(1, 1.2) * (storage.usedMiB / restoreMiBPerSecond)),
  born(world, cluster) {
    cluster.status = 'available';
    nameEndpoints(world, cluster);
    addAutomatedBackup(world, clusterKind, cluster);
  },
  // Difference: no backup follows at once, though AWS says nothing of one that does not [U].
  after: () => [],
  stillborn: 'DB cluster could not be restored',
};

export const clusterRestoreOperations: Operations = {
  RestoreDBClusterFromSnapshot: operation<RestoreDBClusterFromSnapshotMessage>(
    [
      'DBClusterIdentifier',
      'SnapshotIdentifier',
      'Engine',
      'EngineVersion',
      'EngineMode',
      'AvailabilityZones',
      'Port',
      'DBSubnetGroupName',
      'DatabaseName',
      'OptionGroupName',
      'VpcSecurityGroupIds',
      'Tags',
      'KmsKeyId',
      'EnableIAMDatabaseAuthentication',
      'BacktrackWindow',
      'EnableCloudwatchLogsExports',
      'DBClusterParameterGroupName',
      'DeletionProtection',
      'CopyTagsToSnapshot',
      'StorageType',
      'Iops',
      'NetworkType',
      'ServerlessV2ScalingConfiguration',
      'MonitoringInterval',
      'MonitoringRoleArn',
      'EnablePerformanceInsights',
      'PerformanceInsightsKMSKeyId',
      'PerformanceInsightsRetentionPeriod',
      'BackupRetentionPeriod',
      'PreferredBackupWindow',
      'EngineLifecycleSupport',
      'AssociatedRoles',
    ],
    (world, input) => {
      const asked = { name: input.DBClusterIdentifier, snapshot: input.SnapshotIdentifier };
      return { DBCluster: clusterView(world, restore(world, call, input, asked)) };
    },
  ),
};
