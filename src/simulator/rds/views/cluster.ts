import type { DBCluster, DBClusterSnapshot } from '@aws-sdk/client-rds';
import { vpcId } from '../../ec2/network.ts';
import type { World } from '../../world.ts';
import type { Cluster, ClusterAutomatedBackup, ClusterEndpoint, ClusterSnapshot } from '../model/cluster.ts';
import { hostIn } from '../naming/addresses.ts';
import { clusterArn, clusterEndpointArn, clusterSnapshotArn } from '../naming/arns.ts';
import { membersOf } from '../naming/names.ts';
import { tagList } from '../naming/select.ts';
import { groupsView, progressOf, rolesView, secretView, shownStatus } from './instance.ts';

const date = (time: number | undefined) => (time === undefined ? undefined : new Date(time));

function pendingView({ pending, settings }: Cluster): DBCluster['PendingModifiedValues'] {
  const { identifier, masterPassword, EnabledCloudwatchLogsExports: wanted } = pending;
  const had = settings.EnabledCloudwatchLogsExports ?? [];
  const all = {
    DBClusterIdentifier: identifier,
    MasterUserPassword: masterPassword ? '****' : undefined,
    EngineVersion: pending.EngineVersion,
    IAMDatabaseAuthenticationEnabled: pending.IAMDatabaseAuthenticationEnabled,
    BackupRetentionPeriod: pending.BackupRetentionPeriod,
    StorageType: pending.StorageType,
    Iops: pending.Iops,
    PendingCloudwatchLogsExports: wanted && {
      LogTypesToEnable: wanted.filter((type) => !had.includes(type)),
      LogTypesToDisable: had.filter((type) => !wanted.includes(type)),
    },
  };
  // Without anything that pends the member is not there at all.
  return Object.values(all).some((one) => one !== undefined) ? all : undefined;
}

function encryptionView(cluster: Cluster) {
  const { keyArn, oddities } = cluster;
  return {
    StorageEncrypted: keyArn !== undefined,
    StorageEncryptionType: keyArn === undefined ? (oddities.StorageEncryptionType ?? 'none') : 'sse-kms',
    KmsKeyId: keyArn,
  } as const;
}

/** A DB cluster as all operations show it. */
export function clusterView(world: World, cluster: Cluster): DBCluster {
  const { settings, identifier, shownName } = cluster;
  const { SecurityGroupIds, SubnetGroup, ParameterGroup, OptionGroup, Port, StorageType, ...carried } = settings;
  const members = membersOf(world, cluster);
  const up = members.some((one) => one.up);
  const own: DBCluster = {
    DBClusterIdentifier: identifier,
    DBClusterArn: clusterArn(world, identifier),
    DbClusterResourceId: cluster.resourceId,
    Status: cluster.status,
    Engine: cluster.engine,
    MasterUsername: cluster.masterUsername,
    // Aurora's storage grows by itself, and is always shown as 1 (terraform-provider-aws#22165).
    AllocatedStorage: 1,
    Endpoint: hostIn(world, 'cluster', shownName),
    ReaderEndpoint: hostIn(world, 'cluster-ro', shownName),
    CustomEndpoints: [...world.rds.clusterEndpoints.values()]
      .filter((one) => one.cluster === cluster.resourceId && one.visibleFrom <= world.time)
      .map((one) => hostIn(world, 'cluster-custom', one.id)),
    MultiAZ: new Set(members.map((one) => one.settings.AvailabilityZone)).size > 1,
    Port,
    DBClusterParameterGroup: ParameterGroup,
    DBSubnetGroup: SubnetGroup,
    DBClusterOptionGroupMemberships: [{ DBClusterOptionGroupName: OptionGroup, Status: 'in-sync' }],
    VpcSecurityGroups: groupsView(cluster),
    DBClusterMembers: members.map((one) => ({
      DBInstanceIdentifier: one.identifier,
      IsClusterWriter: one.resourceId === cluster.writer,
      DBClusterParameterGroupStatus: one.member?.parameterStatus,
      PromotionTier: one.settings.PromotionTier,
    })),
    HostedZoneId: 'Z29XKXDKYMONMX',
    ...encryptionView(cluster),
    AssociatedRoles: rolesView(cluster),
    ClusterCreateTime: new Date(cluster.created),
    EarliestRestorableTime: up ? new Date(cluster.created) : undefined,
    LatestRestorableTime: up ? new Date(Math.max(cluster.created, world.time - 300_000)) : undefined,
    PendingModifiedValues: pendingView(cluster),
    // The standard storage is not named (DBCluster.StorageType).
    StorageType: StorageType === 'aurora' ? undefined : StorageType,
    ReadReplicaIdentifiers: [],
    StatusInfos: [],
    ActivityStreamStatus: 'stopped',
    CrossAccountClone: false,
    DomainMemberships: [],
    MasterUserSecret: secretView(cluster),
    AutomaticRestartTime: date(cluster.restartAt),
    TagList: tagList(cluster.tags, world.time),
  };
  return Object.assign(own, carried, cluster.oddities, encryptionView(cluster));
}

/** A cluster snapshot as all operations show it. */
export function clusterSnapshotView(world: World, snapshot: ClusterSnapshot): DBClusterSnapshot {
  const { settings, keyArn } = snapshot;
  return {
    DBClusterSnapshotIdentifier: snapshot.id,
    DBClusterSnapshotArn: clusterSnapshotArn(world, snapshot.id),
    DBClusterIdentifier: snapshot.databaseIdentifier,
    DbClusterResourceId: snapshot.resourceId,
    // Of a copy, other than of a DB snapshot's.
    SourceDBClusterSnapshotArn: snapshot.copyOf === undefined ? undefined : clusterSnapshotArn(world, snapshot.copyOf),
    Status: shownStatus(world, snapshot),
    SnapshotType: snapshot.type,
    SnapshotCreateTime: date(snapshot.createdAt),
    PercentProgress: progressOf(world, snapshot),
    Engine: snapshot.engine,
    EngineVersion: settings.EngineVersion,
    EngineMode: settings.EngineMode,
    AllocatedStorage: 1,
    StorageType: settings.StorageType,
    Port: settings.Port,
    AvailabilityZones: settings.AvailabilityZones,
    VpcId: vpcId,
    ClusterCreateTime: new Date(snapshot.databaseCreated),
    MasterUsername: snapshot.masterUsername,
    StorageEncrypted: keyArn !== undefined,
    StorageEncryptionType: keyArn === undefined ? 'none' : 'sse-kms',
    KmsKeyId: keyArn,
    IAMDatabaseAuthenticationEnabled: settings.IAMDatabaseAuthenticationEnabled ?? false,
    BackupRetentionPeriod: settings.BackupRetentionPeriod,
    PreferredBackupWindow: settings.PreferredBackupWindow,
    TagList: tagList(snapshot.tags, world.time),
  };
}

/** A custom endpoint as all operations show it. */
export function endpointView(world: World, endpoint: ClusterEndpoint) {
  const cluster = world.rds.clusters.get(endpoint.cluster);
  const names = (ids: readonly string[]) => ids.flatMap((id) => world.rds.databases.get(id)?.identifier ?? []);
  return {
    DBClusterEndpointIdentifier: endpoint.id,
    DBClusterIdentifier: cluster?.identifier,
    DBClusterEndpointResourceIdentifier: endpoint.resourceId,
    DBClusterEndpointArn: clusterEndpointArn(world, endpoint.id),
    Endpoint: hostIn(world, 'cluster-custom', endpoint.id),
    Status: endpoint.status,
    EndpointType: 'CUSTOM',
    CustomEndpointType: endpoint.type,
    StaticMembers: names(endpoint.static),
    ExcludedMembers: names(endpoint.excluded),
  };
}

/** The writer's and the readers' endpoint of a cluster, which have no name of their own. */
export function ownEndpointViews(world: World, cluster: Cluster) {
  const status = cluster.status === 'creating' ? 'creating' : 'available';
  const { identifier: DBClusterIdentifier, shownName } = cluster;
  return [
    { DBClusterIdentifier, Endpoint: hostIn(world, 'cluster', shownName), Status: status, EndpointType: 'WRITER' },
    { DBClusterIdentifier, Endpoint: hostIn(world, 'cluster-ro', shownName), Status: status, EndpointType: 'READER' },
  ];
}

export function clusterBackupView(world: World, backup: ClusterAutomatedBackup) {
  const { of: cluster } = backup;
  return {
    DBClusterAutomatedBackupsArn: world.arn('rds', `cluster-auto-backup:${backup.id}`),
    DBClusterArn: clusterArn(world, backup.identifier),
    DBClusterIdentifier: backup.identifier,
    DbClusterResourceId: backup.resourceId,
    Region: world.region,
    Status: backup.retained ? 'retained' : 'active',
    AllocatedStorage: 1,
    Engine: cluster.engine,
    EngineVersion: cluster.settings.EngineVersion,
    Port: cluster.settings.Port,
    ClusterCreateTime: new Date(cluster.created),
    MasterUsername: cluster.masterUsername,
    VpcId: vpcId,
    StorageEncrypted: cluster.keyArn !== undefined,
    KmsKeyId: cluster.keyArn,
    BackupRetentionPeriod: cluster.settings.BackupRetentionPeriod,
    PreferredBackupWindow: cluster.settings.PreferredBackupWindow,
    TagList: [],
  };
}
