import type { DBInstance, DBSnapshot } from '@aws-sdk/client-rds';
import { vpcId } from '../../ec2/network.ts';
import { zones } from '../../ec2/volumes.ts';
import type { World } from '../../world.ts';
import { statusOf } from '../life/lifecycle.ts';
import type { Resource, SnapshotOf } from '../model/alike.ts';
import type { AutomatedBackup, Changes, Database, DbSnapshot } from '../model/model.ts';
import { databaseArn, snapshotArn } from '../naming/arns.ts';
import { clusterOfMember } from '../naming/names.ts';
import { tagList } from '../naming/select.ts';

const date = (time: number | undefined) => (time === undefined ? undefined : new Date(time));

function pendingView(pending: Changes) {
  const { identifier, masterPassword, SubnetGroup, ...rest } = pending;
  return {
    ...rest,
    ...(identifier === undefined ? {} : { DBInstanceIdentifier: identifier }),
    ...(masterPassword ? { MasterUserPassword: '****' } : {}),
    ...(SubnetGroup === undefined ? {} : { DBSubnetGroupName: SubnetGroup }),
  };
}

/** The security groups of an instance or a cluster, those that come and those that go. */
export function groupsView({
  groupsInForce,
  settings,
}: Pick<Resource, 'groupsInForce' | 'settings'>): DBInstance['VpcSecurityGroups'] {
  const wanted = new Set(settings.SecurityGroupIds);
  const inForce = new Set(groupsInForce);
  return [...new Set([...groupsInForce, ...settings.SecurityGroupIds])].map((id) => ({
    VpcSecurityGroupId: id,
    Status: !wanted.has(id) ? 'removing' : inForce.has(id) ? 'active' : 'adding',
  }));
}

/** The roles of an instance or a cluster. */
export function rolesView({ roles }: Pick<Resource, 'roles'>) {
  return roles.map(({ arn, feature, status }) => ({ RoleArn: arn, FeatureName: feature, Status: status }));
}

/** The secret of its master password, if it has one. */
export function secretView({ secret }: Pick<Resource, 'secret'>): DBInstance['MasterUserSecret'] {
  return secret && { SecretArn: secret.arn, SecretStatus: secret.status, KmsKeyId: secret.keyArn };
}

function storageView(world: World, database: Database) {
  const { initialisation } = database;
  if (!initialisation || initialisation.until <= world.time) return {};
  const share = (world.time - initialisation.from) / (initialisation.until - initialisation.from);
  return { StorageOperationStatus: 'Initializing', StorageOperationPercentProgress: Math.floor(share * 100) } as const;
}

export function subnetGroupView(world: World, name: string) {
  return {
    DBSubnetGroupName: name,
    DBSubnetGroupDescription: name,
    VpcId: vpcId,
    SubnetGroupStatus: 'Complete',
    DBSubnetGroupArn: world.arn('rds', `subgrp:${name}`),
    SupportedNetworkTypes: ['IPV4'],
    Subnets: zones(world).map((zone) => ({
      SubnetIdentifier: `subnet-0b1c2d3e4f5a6071${zone.at(-1)}`,
      SubnetAvailabilityZone: { Name: zone },
      SubnetStatus: 'Active',
    })),
  };
}

/** A DB instance as all operations show it. */
export function databaseView(world: World, database: Database): DBInstance {
  const { settings, address } = database;
  const { SecurityGroupIds, SubnetGroup, ParameterGroup, OptionGroup, Port, ...carried } = settings;
  const certificate = settings.CACertificateIdentifier;
  const own: DBInstance = {
    DBInstanceIdentifier: database.identifier,
    DBInstanceArn: databaseArn(world, database.identifier),
    DbiResourceId: database.resourceId,
    DBInstanceStatus: statusOf(world, database),
    DBClusterIdentifier: clusterOfMember(world, database)?.identifier,
    Engine: database.engine,
    MasterUsername: database.masterUsername,
    // There is none before the instance has one.
    Endpoint: address === undefined ? undefined : { Address: address, Port, HostedZoneId: 'Z29XKXDKYMONMX' },
    DbInstancePort: 0,
    InstanceCreateTime: database.status === 'creating' ? undefined : new Date(database.created),
    LatestRestorableTime:
      (settings.BackupRetentionPeriod ?? 0) > 0 && database.up
        ? new Date(Math.max(database.created, world.time - 300_000))
        : undefined,
    DBSecurityGroups: [],
    VpcSecurityGroups: groupsView(database),
    DBParameterGroups: [{ DBParameterGroupName: ParameterGroup, ParameterApplyStatus: database.parameterStatus }],
    OptionGroupMemberships: [{ OptionGroupName: OptionGroup, Status: database.optionStatus }],
    DBSubnetGroup: subnetGroupView(world, SubnetGroup),
    PendingModifiedValues: pendingView(database.pending),
    SecondaryAvailabilityZone: settings.MultiAZ
      ? zones(world).find((zone) => zone !== settings.AvailabilityZone)
      : undefined,
    ReadReplicaSourceDBInstanceIdentifier: world.rds.databases.get(database.replicaOf ?? '')?.identifier,
    ReadReplicaDBInstanceIdentifiers: [...world.rds.databases.values()]
      .filter((one) => one.replicaOf === database.resourceId)
      .map((one) => one.identifier),
    ReadReplicaDBClusterIdentifiers: [],
    StatusInfos:
      database.replicaOf === undefined || !database.up
        ? []
        : [{ StatusType: 'read replication', Normal: true, Status: 'replicating' }],
    StorageEncrypted: database.keyArn !== undefined,
    StorageEncryptionType: database.keyArn === undefined ? 'none' : 'sse-kms',
    KmsKeyId: database.keyArn,
    CertificateDetails: { CAIdentifier: certificate, ValidTill: new Date(database.created + 3 * 365 * 86_400_000) },
    DomainMemberships: [],
    AssociatedRoles: rolesView(database),
    MasterUserSecret: secretView(database),
    EnhancedMonitoringResourceArn: settings.MonitoringInterval
      ? world.arn('logs', `log-group:RDSOSMetrics:log-stream:${database.resourceId}`)
      : undefined,
    DBInstanceAutomatedBackupsReplications: [],
    ActivityStreamStatus: 'stopped',
    AutomaticRestartTime: date(database.restartAt),
    IsStorageConfigUpgradeAvailable: false,
    TagList: tagList(database.tags, world.time),
  };
  // Assigned, not spread: V8 takes a hundred times as long for a literal that begins with this many others' members.
  return Object.assign(own, storageView(world, database), carried);
}

export function progressOf<S>(world: World, snapshot: SnapshotOf<S>): number {
  if (snapshot.status === 'available' || snapshot.status === 'deleting') return 100;
  if (snapshot.began === undefined || snapshot.endsAt === undefined || snapshot.endsAt <= snapshot.began) return 0;
  const share = (world.time - snapshot.began) / (snapshot.endsAt - snapshot.began);
  return Math.max(0, Math.min(99, Math.floor(share * 100)));
}

// A copy that waits for another one is pending, then creating for a moment (aws terraform#29399, airflow#25839).
const beginningMs = 10_000;

export function shownStatus<S>(world: World, snapshot: SnapshotOf<S>): string {
  if (snapshot.status !== 'copying') return snapshot.status;
  if (snapshot.began === undefined) return 'pending';
  return world.time - snapshot.began < beginningMs ? 'creating' : 'copying';
}

/** A DB snapshot as all operations show it; no operation tells what it is a copy of in the same Region. */
export function dbSnapshotView(world: World, snapshot: DbSnapshot): DBSnapshot {
  const { settings } = snapshot;
  return {
    DBSnapshotIdentifier: snapshot.id,
    DBSnapshotArn: snapshotArn(world, snapshot.id),
    DBInstanceIdentifier: snapshot.databaseIdentifier,
    DbiResourceId: snapshot.resourceId,
    Status: shownStatus(world, snapshot),
    SnapshotType: snapshot.type,
    SnapshotCreateTime: date(snapshot.createdAt),
    OriginalSnapshotCreateTime: date(snapshot.takenAt),
    PercentProgress: progressOf(world, snapshot),
    Engine: snapshot.engine,
    EngineVersion: settings.EngineVersion,
    AllocatedStorage: settings.AllocatedStorage,
    StorageType: settings.StorageType,
    Iops: settings.Iops,
    StorageThroughput: settings.StorageThroughput,
    Port: settings.Port,
    AvailabilityZone: settings.AvailabilityZone,
    VpcId: vpcId,
    InstanceCreateTime: new Date(snapshot.databaseCreated),
    MasterUsername: snapshot.masterUsername,
    LicenseModel: settings.LicenseModel,
    OptionGroupName: settings.OptionGroup,
    Encrypted: snapshot.keyArn !== undefined,
    StorageEncryptionType: snapshot.keyArn === undefined ? 'none' : 'sse-kms',
    KmsKeyId: snapshot.keyArn,
    IAMDatabaseAuthenticationEnabled: settings.IAMDatabaseAuthenticationEnabled ?? false,
    ProcessorFeatures: settings.ProcessorFeatures ?? [],
    DedicatedLogVolume: settings.DedicatedLogVolume,
    BackupRetentionPeriod: settings.BackupRetentionPeriod,
    PreferredBackupWindow: settings.PreferredBackupWindow,
    SnapshotTarget: 'region',
    FullSnapshotSizeInBytes: snapshot.status === 'available' ? snapshot.usedMiB * 1_048_576 : undefined,
    TagList: tagList(snapshot.tags, world.time),
  };
}

export function automatedBackupView(world: World, backup: AutomatedBackup) {
  const { of: database } = backup;
  return {
    DBInstanceAutomatedBackupsArn: world.arn('rds', `auto-backup:${backup.id}`),
    DBInstanceArn: databaseArn(world, backup.identifier),
    DBInstanceIdentifier: backup.identifier,
    DbiResourceId: backup.resourceId,
    Region: world.region,
    Status: backup.retained ? 'retained' : 'active',
    AllocatedStorage: database.settings.AllocatedStorage,
    StorageType: database.settings.StorageType,
    Engine: database.engine,
    EngineVersion: database.settings.EngineVersion,
    Port: database.settings.Port,
    InstanceCreateTime: new Date(database.created),
    MasterUsername: database.masterUsername,
    OptionGroupName: database.settings.OptionGroup,
    VpcId: vpcId,
    Encrypted: database.keyArn !== undefined,
    KmsKeyId: database.keyArn,
    BackupRetentionPeriod: database.settings.BackupRetentionPeriod,
    PreferredBackupWindow: database.settings.PreferredBackupWindow,
    BackupTarget: 'region',
    TagList: [],
  };
}
