import type { RestoreDBClusterFromSnapshotMessage } from '@aws-sdk/client-rds';
import { unseal } from '../../bytes.ts';
import { zones } from '../../ec2/volumes.ts';
import { type Operations, operation } from '../../operation.ts';
import { carryPasswords } from '../../secretsmanager/passwords.ts';
import { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import { addAutomatedBackup } from '../backups.ts';
import { tellOfCluster } from '../events.ts';
import { holderOf, snapshotNamed } from '../find.ts';
import { grantKey } from '../keys.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { carryOut, type Stage } from '../lifecycle.ts';
import { checkClusterQuota } from '../quotas.ts';
import { refusals } from '../refusals.ts';
import { newIdentifier } from '../select.ts';
import { assignedWindow } from '../spans.ts';
import { newTags } from '../tags.ts';
import { backUpDaily } from '../waiting.ts';
import { checkWindows } from '../windows.ts';
import { nameEndpoints } from './addresses.ts';
import { checkClusterGroups, clusterDefaults } from './groups.ts';
import type { Cluster, ClusterSettings, ClusterSnapshot } from './model.ts';
import { clusterView } from './views.ts';

const restoreMiBPerSecond = 200;

/** What a restored cluster has: what is given, what comes with the snapshot, and RDS's defaults for all the rest. */
function settingsFor(
  world: World,
  input: RestoreDBClusterFromSnapshotMessage,
  { settings: from, engine }: ClusterSnapshot,
): ClusterSettings {
  const version = input.EngineVersion ?? from.EngineVersion ?? '';
  const defaults = clusterDefaults(engine, version);
  const insights = input.EnablePerformanceInsights ?? false;
  const key = input.PerformanceInsightsKMSKeyId;
  return {
    EngineVersion: version,
    EngineMode: input.EngineMode ?? 'provisioned',
    Port: input.Port ?? from.Port,
    DatabaseName: input.DatabaseName ?? from.DatabaseName,
    BackupRetentionPeriod: input.BackupRetentionPeriod ?? from.BackupRetentionPeriod,
    PreferredBackupWindow: input.PreferredBackupWindow ?? from.PreferredBackupWindow,
    StorageType: input.StorageType ?? 'aurora',
    Iops: input.Iops,
    AvailabilityZones: input.AvailabilityZones?.length ? input.AvailabilityZones : [...zones(world)],
    BacktrackWindow: input.BacktrackWindow,
    CopyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
    DeletionProtection: input.DeletionProtection ?? false,
    IAMDatabaseAuthenticationEnabled: input.EnableIAMDatabaseAuthentication ?? false,
    EnabledCloudwatchLogsExports: input.EnableCloudwatchLogsExports ?? [],
    NetworkType: input.NetworkType ?? 'IPV4',
    ServerlessV2ScalingConfiguration: input.ServerlessV2ScalingConfiguration,
    EngineLifecycleSupport: input.EngineLifecycleSupport ?? 'open-source-rds-extended-support',
    MonitoringInterval: input.MonitoringInterval ?? 0,
    MonitoringRoleArn: input.MonitoringRoleArn,
    PerformanceInsightsEnabled: insights,
    PerformanceInsightsKMSKeyId: key === undefined ? undefined : world.findKey(key)?.arn,
    PerformanceInsightsRetentionPeriod: input.PerformanceInsightsRetentionPeriod,
    DatabaseInsightsMode: 'standard',
    AutoMinorVersionUpgrade: true,
    HttpEndpointEnabled: false,
    GlobalWriteForwardingRequested: undefined,
    LocalWriteForwardingStatus: undefined,
    PreferredMaintenanceWindow: assignedWindow(input.PreferredBackupWindow ?? from.PreferredBackupWindow),
    SecurityGroupIds: input.VpcSecurityGroupIds?.length ? input.VpcSecurityGroupIds : defaults.SecurityGroupIds,
    SubnetGroup: input.DBSubnetGroupName ?? 'default',
    ParameterGroup: input.DBClusterParameterGroupName ?? defaults.ParameterGroup,
    OptionGroup: input.OptionGroupName ?? defaults.OptionGroup,
  };
}

function restore(world: World, input: RestoreDBClusterFromSnapshotMessage): object {
  const identifier = newIdentifier(input.DBClusterIdentifier, 'DBClusterIdentifier', 63);
  if (holderOf(world, clusterKind, identifier)) throw refusals.clusterExists();
  const snapshot = snapshotNamed(world, clusterKind, input.SnapshotIdentifier, 'SnapshotIdentifier');
  if (snapshot.status !== 'available') {
    throw refusals.clusterSnapshotState(`Cannot restore from ${snapshot.id} because it is ${snapshot.status}.`);
  }
  if (input.Engine !== snapshot.engine) {
    throw refusals.combination(`The engine ${input.Engine} is not that of the snapshot, ${snapshot.engine}.`);
  }
  const settings = settingsFor(world, input, snapshot);
  checkClusterGroups(world, settings);
  checkWindows(settings);
  checkClusterQuota(world);
  const name = input.KmsKeyId ?? snapshot.keyArn;
  const key = name === undefined ? undefined : world.findKey(name);
  if (name !== undefined && !world.usable(key)) throw refusals.key(name);
  if (snapshot.keyArn !== undefined && !world.usable(world.findKey(snapshot.keyArn)))
    throw refusals.key(snapshot.keyArn);
  const cluster: Cluster = {
    resourceId: clusterResourceId(world),
    identifier,
    renamingTo: undefined,
    answersTo: [identifier],
    shownName: identifier,
    engine: snapshot.engine,
    masterUsername: snapshot.masterUsername,
    keyArn: key?.arn,
    created: world.time,
    visibleFrom: world.visibleFrom,
    // Tags given replace those of the snapshot's source; without any, those come along (facts §1.4).
    tags: newTags(world, input.Tags, input.Tags?.length ? undefined : snapshot.databaseTags),
    restoredFrom: snapshot.id,
    oddities: {},
    settings,
    pending: {},
    status: 'creating',
    task: 0,
    busy: true,
    groupsInForce: settings.SecurityGroupIds,
    roles: (input.AssociatedRoles ?? []).map(({ RoleArn = '', FeatureName = '' }) => ({
      arn: RoleArn,
      feature: FeatureName,
      status: 'ACTIVE',
    })),
    secret: undefined,
    storage: { sealed: undefined, disk: undefined, inside: [], usedMiB: snapshot.usedMiB, dirtyMiB: 0 },
    writer: undefined,
    writerInDns: undefined,
    restartAt: undefined,
    maintenance: [],
  };
  world.rds.clusters.set(cluster.resourceId, cluster);
  grantKey(world, cluster);
  const failure = world.rds.failNextRestore;
  world.rds.failNextRestore = undefined;
  carryOut(
    world,
    cluster,
    failure === undefined ? birth(world, cluster, snapshot) : stillbirth(world, cluster, failure),
  );
  return { DBCluster: clusterView(world, cluster) };
}

function birth(world: World, cluster: Cluster, snapshot: ClusterSnapshot): Stage[] {
  const { storage } = cluster;
  const copyMs = world.seconds(120, 400) + world.seconds(1, 1.2) * (storage.usedMiB / restoreMiBPerSecond);
  return [
    [
      Math.round(copyMs),
      () => {
        try {
          // A snapshot that is deleted under it, or a key that can't be used any more: there is nothing to restore.
          if (!snapshot.sealed || !world.rds.clusterSnapshots.has(snapshot.id)) throw new AwsError('Failed', 'failed');
          const key = cluster.keyArn === undefined ? undefined : world.findKey(cluster.keyArn);
          if (cluster.keyArn !== undefined && !world.usable(key)) throw new AwsError('Failed', 'failed');
          const plain = unseal(snapshot.sealed, world.dataKeyOf(snapshot.sealed));
          storage.sealed = world.sealed(plain, key, cluster.resourceId);
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          cluster.task++;
          cluster.busy = false;
          cluster.status = 'incompatible-restore';
          tellOfCluster(world, cluster, 'DB cluster could not be restored.', 'failure');
          return;
        }
        storage.disk = snapshot.disk?.fork();
        carryPasswords(world, snapshot, storage);
        storage.inside = snapshot.inside.map((writer) => ({ ...writer, nextAt: world.time + writer.everyMs }));
        cluster.status = 'available';
        nameEndpoints(world, cluster);
        addAutomatedBackup(world, clusterKind, cluster);
        tellOfCluster(world, cluster, `Restored from snapshot ${snapshot.id}`, 'restoration');
        tellOfCluster(world, cluster, 'DB cluster created', 'creation');
        backUpDaily(world, clusterKind, cluster);
      },
    ],
  ];
}

function stillbirth(world: World, cluster: Cluster, status: string): Stage[] {
  return [
    [
      world.seconds(120, 300),
      () => {
        cluster.status = status;
        tellOfCluster(world, cluster, `DB cluster could not be restored: ${status}`, 'failure');
      },
    ],
  ];
}

/** A new resource id, for life. */
export function clusterResourceId(world: World): string {
  return `cluster-${world.ids.hex(26).toUpperCase()}`;
}

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
    restore,
  ),
};
