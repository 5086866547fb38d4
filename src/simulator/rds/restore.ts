import type { RestoreDBInstanceFromDBSnapshotMessage } from '@aws-sdk/client-rds';
import { unseal } from '../bytes.ts';
import { zones } from '../ec2/volumes.ts';
import { type Operations, operation } from '../operation.ts';
import { carryPasswords } from '../secretsmanager/passwords.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { addAutomatedBackup } from './backups.ts';
import { tell } from './events.ts';
import { holderOf, snapshotNamed } from './find.ts';
import { checkGroups, defaultsFor } from './groups.ts';
import { grantKey } from './keys.ts';
import { instanceKind } from './kinds/instance.ts';
import { bringUp, carryOut, type Stage } from './lifecycle.ts';
import type { Database, DbSnapshot, Settings } from './model.ts';
import { checkInstanceQuota, checkStorageQuota } from './quotas.ts';
import { refusals } from './refusals.ts';
import { newIdentifier } from './select.ts';
import { assignedWindow } from './spans.ts';
import { newTags } from './tags.ts';
import { databaseView, hostOf } from './views.ts';
import { backUpDaily } from './waiting.ts';
import { checkRetention, checkWindows } from './windows.ts';

const longestId = 63;
const loadMiBPerSecond = 100;

/** What a restored instance has: what is given, what comes with the snapshot, and RDS's defaults for all the rest. */
function settingsFor(world: World, input: RestoreDBInstanceFromDBSnapshotMessage, snapshot: DbSnapshot): Settings {
  const from = snapshot.settings;
  const defaults = defaultsFor(snapshot.engine, from.EngineVersion ?? '');
  const storage = input.AllocatedStorage ?? from.AllocatedStorage;
  if (storage < from.AllocatedStorage) {
    throw refusals.value(`Invalid storage size: ${storage} is less than the snapshot's ${from.AllocatedStorage} GiB.`);
  }
  if (storage > from.AllocatedStorage && storage < Math.ceil(from.AllocatedStorage * 1.1)) {
    throw refusals.combination('Allocated storage must be the same as the snapshot or at least 10 percent more.');
  }
  if (input.MultiAZ && input.AvailabilityZone !== undefined) {
    throw refusals.combination('Requesting a specific availability zone is not valid for Multi-AZ instances.');
  }
  const anyZone = zones(world)[Math.floor(world.rds.random.next() * 3)];
  return {
    // With the snapshot come its engine and version, its window, its retention and its port, and nothing else (facts §5.2).
    AllocatedStorage: storage,
    EngineVersion: from.EngineVersion,
    Port: input.Port ?? from.Port,
    DBName: from.DBName,
    LicenseModel: input.LicenseModel ?? from.LicenseModel,
    BackupRetentionPeriod: input.BackupRetentionPeriod ?? from.BackupRetentionPeriod,
    PreferredBackupWindow: input.PreferredBackupWindow ?? from.PreferredBackupWindow,
    ProcessorFeatures: input.UseDefaultProcessorFeatures ? [] : (input.ProcessorFeatures ?? from.ProcessorFeatures),
    DBInstanceClass: input.DBInstanceClass ?? from.DBInstanceClass,
    EngineLifecycleSupport: input.EngineLifecycleSupport ?? 'open-source-rds-extended-support',
    StorageType: input.StorageType ?? (input.Iops === undefined ? 'gp3' : 'io1'),
    Iops: input.Iops,
    StorageThroughput: input.StorageThroughput,
    MultiAZ: input.MultiAZ ?? false,
    AvailabilityZone: input.AvailabilityZone ?? anyZone,
    PubliclyAccessible: input.PubliclyAccessible ?? false,
    AutoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
    CACertificateIdentifier: input.CACertificateIdentifier ?? 'rds-ca-rsa2048-g1',
    CopyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
    DeletionProtection: input.DeletionProtection ?? false,
    IAMDatabaseAuthenticationEnabled: input.EnableIAMDatabaseAuthentication ?? false,
    EnabledCloudwatchLogsExports: input.EnableCloudwatchLogsExports ?? [],
    NetworkType: input.NetworkType ?? 'IPV4',
    DedicatedLogVolume: input.DedicatedLogVolume ?? false,
    CustomerOwnedIpEnabled: input.EnableCustomerOwnedIp ?? false,
    BackupTarget: input.BackupTarget ?? 'region',
    MonitoringInterval: 0,
    PerformanceInsightsEnabled: false,
    DatabaseInsightsMode: 'standard',
    PreferredMaintenanceWindow: assignedWindow(input.PreferredBackupWindow ?? from.PreferredBackupWindow),
    SecurityGroupIds: input.VpcSecurityGroupIds?.length ? input.VpcSecurityGroupIds : defaults.SecurityGroupIds,
    SubnetGroup: input.DBSubnetGroupName ?? 'default',
    ParameterGroup: input.DBParameterGroupName ?? defaults.ParameterGroup,
    OptionGroup: input.OptionGroupName ?? defaults.OptionGroup,
  };
}

function restore(world: World, input: RestoreDBInstanceFromDBSnapshotMessage): object {
  const identifier = newIdentifier(input.DBInstanceIdentifier, 'DBInstanceIdentifier', longestId);
  if (holderOf(world, instanceKind, identifier)) throw refusals.databaseExists();
  const snapshot = snapshotNamed(world, instanceKind, input.DBSnapshotIdentifier);
  if (snapshot.status !== 'available') {
    throw refusals.snapshotState(`Cannot restore from the snapshot ${snapshot.id} because it is ${snapshot.status}.`);
  }
  if (input.Engine !== undefined && input.Engine !== snapshot.engine) {
    throw refusals.combination(`The engine ${input.Engine} is not that of the snapshot, ${snapshot.engine}.`);
  }
  const settings = settingsFor(world, input, snapshot);
  checkGroups(world, settings);
  checkWindows(settings);
  checkRetention(settings.BackupRetentionPeriod);
  checkInstanceQuota(world);
  checkStorageQuota(world, settings.AllocatedStorage);
  if (snapshot.keyArn !== undefined && !world.usable(world.findKey(snapshot.keyArn)))
    throw refusals.key(snapshot.keyArn);
  const database: Database = {
    resourceId: resourceId(world),
    identifier,
    renamingTo: undefined,
    answersTo: [identifier],
    address: undefined,
    ip: `10.0.64.${(world.rds.databases.size % 250) + 4}`,
    engine: snapshot.engine,
    masterUsername: snapshot.masterUsername,
    keyArn: snapshot.keyArn,
    created: world.time,
    visibleFrom: world.visibleFrom,
    // Tags given replace the snapshot's source's; without any, those come along (facts §1.4).
    tags: newTags(world, input.Tags, input.Tags?.length ? undefined : snapshot.databaseTags),
    restoredFrom: snapshot.id,
    replicaOf: undefined,
    settings,
    pending: {},
    status: 'creating',
    task: 0,
    busy: true,
    up: false,
    groupsInForce: settings.SecurityGroupIds,
    parameterStatus: 'in-sync',
    optionStatus: 'in-sync',
    roles: [],
    secret: undefined,
    storage: { sealed: undefined, disk: undefined, inside: [], usedMiB: snapshot.usedMiB, dirtyMiB: 0 },
    member: undefined,
    dataKey: undefined,
    initialisation: undefined,
    restartAt: undefined,
    maintenance: [],
  };
  world.rds.databases.set(database.resourceId, database);
  grantKey(world, database);
  const failure = world.rds.failNextRestore;
  world.rds.failNextRestore = undefined;
  carryOut(
    world,
    database,
    failure === undefined ? birth(world, database, snapshot) : stillbirth(world, database, failure),
  );
  return { DBInstance: databaseView(world, database) };
}

function birth(world: World, database: Database, snapshot: DbSnapshot): Stage[] {
  // The first backup follows at once (terraform#2014).
  const backups = (database.settings.BackupRetentionPeriod ?? 0) > 0;
  const stages: Stage[] = [
    [
      world.seconds(180, 420),
      () => {
        try {
          // A snapshot that is deleted under it, or a key that can't be used any more: there is nothing to restore.
          if (!snapshot.sealed || !world.rds.snapshots.has(snapshot.id)) throw new AwsError('Failed', 'failed');
          const key = database.keyArn === undefined ? undefined : world.findKey(database.keyArn);
          const plain = unseal(snapshot.sealed, world.dataKeyOf(snapshot.sealed));
          database.storage.sealed = world.sealed(plain, key, database.resourceId);
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          database.task++;
          database.busy = false;
          database.status = 'incompatible-restore';
          tell(world, database, 'DB instance could not be restored.', 'failure');
          return;
        }
        database.storage.disk = snapshot.disk?.fork();
        carryPasswords(world, snapshot, database.storage);
        database.storage.inside = snapshot.inside.map((writer) => ({ ...writer, nextAt: world.time + writer.everyMs }));
        // Static parameters of a group that isn't the default sometimes wait for one more restart [U].
        const own = !database.settings.ParameterGroup.startsWith('default.');
        database.parameterStatus = own && world.rds.random.next() < 0.5 ? 'pending-reboot' : 'in-sync';
        database.address = hostOf(world, database.identifier);
        world.rds.names.set(database.address, database.resourceId);
        bringUp(world, database);
        if (backups && database.up) database.status = 'backing-up';
        const loadMs = world.seconds(60, 120) + world.seconds(1, 1.2) * (database.storage.usedMiB / loadMiBPerSecond);
        database.initialisation = { from: world.time, until: Math.round(world.time + loadMs) };
        tell(world, database, `Restored from snapshot ${snapshot.id}`, 'restoration');
        tell(world, database, 'DB instance created', 'creation');
        backUpDaily(world, instanceKind, database);
      },
    ],
  ];
  if (backups) {
    stages.push([
      world.seconds(40, 90),
      () => {
        if (database.status === 'backing-up') database.status = 'available';
        addAutomatedBackup(world, instanceKind, database);
      },
    ]);
  }
  return stages;
}

function stillbirth(world: World, database: Database, status: string): Stage[] {
  return [
    [
      world.seconds(120, 300),
      () => {
        database.status = status;
        tell(world, database, `DB instance is in a state that cannot be upgraded: ${status}`, 'failure');
      },
    ],
  ];
}

/** A new resource id, for life. */
export function resourceId(world: World): string {
  return `db-${world.ids.hex(26).toUpperCase()}`;
}

export const restoreOperations: Operations = {
  RestoreDBInstanceFromDBSnapshot: operation<RestoreDBInstanceFromDBSnapshotMessage>(
    [
      'DBInstanceIdentifier',
      'DBSnapshotIdentifier',
      'DBInstanceClass',
      'Port',
      'AvailabilityZone',
      'DBSubnetGroupName',
      'MultiAZ',
      'PubliclyAccessible',
      'AutoMinorVersionUpgrade',
      'LicenseModel',
      'Engine',
      'Iops',
      'StorageThroughput',
      'OptionGroupName',
      'Tags',
      'StorageType',
      'VpcSecurityGroupIds',
      'CopyTagsToSnapshot',
      'EnableIAMDatabaseAuthentication',
      'EnableCloudwatchLogsExports',
      'ProcessorFeatures',
      'UseDefaultProcessorFeatures',
      'DBParameterGroupName',
      'DeletionProtection',
      'EnableCustomerOwnedIp',
      'NetworkType',
      'BackupTarget',
      'AllocatedStorage',
      'BackupRetentionPeriod',
      'PreferredBackupWindow',
      'DedicatedLogVolume',
      'CACertificateIdentifier',
      'EngineLifecycleSupport',
    ],
    restore,
  ),
};
