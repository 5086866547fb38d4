import type { RestoreDBInstanceFromDBSnapshotMessage } from '@aws-sdk/client-rds';
import { zones } from '../../ec2/volumes.ts';
import { type Operations, operation } from '../../operation.ts';
import type { World } from '../../world.ts';
import { instanceKind } from '../kinds/instance.ts';
import { addAutomatedBackup } from '../life/backups.ts';
import { bringUp } from '../life/lifecycle.ts';
import type { Database, DbSnapshot, Settings } from '../model/model.ts';
import { emptyStorage, newDatabase, resourceId } from '../model/newborn.ts';
import { hostOf } from '../naming/addresses.ts';
import { checkGroups, defaultsFor } from '../rules/groups.ts';
import { checkInstanceQuota, checkStorageQuota } from '../rules/quotas.ts';
import { refusals } from '../rules/refusals.ts';
import { checkRetention, checkWindows } from '../rules/windows.ts';
import { databaseView } from '../views/instance.ts';
import { type RestoreCall, restore, restoredAlike } from './restore.ts';

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
    ...restoredAlike(input, from, defaults),
    // With the snapshot come also its engine and version, and nothing else (facts §5.2).
    AllocatedStorage: storage,
    EngineVersion: from.EngineVersion,
    DBName: from.DBName,
    LicenseModel: input.LicenseModel ?? from.LicenseModel,
    ProcessorFeatures: input.UseDefaultProcessorFeatures ? [] : (input.ProcessorFeatures ?? from.ProcessorFeatures),
    DBInstanceClass: input.DBInstanceClass ?? from.DBInstanceClass,
    StorageType: input.StorageType ?? (input.Iops === undefined ? 'gp3' : 'io1'),
    StorageThroughput: input.StorageThroughput,
    MultiAZ: input.MultiAZ ?? false,
    AvailabilityZone: input.AvailabilityZone ?? anyZone,
    PubliclyAccessible: input.PubliclyAccessible ?? false,
    AutoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
    CACertificateIdentifier: input.CACertificateIdentifier ?? 'rds-ca-rsa2048-g1',
    DedicatedLogVolume: input.DedicatedLogVolume ?? false,
    CustomerOwnedIpEnabled: input.EnableCustomerOwnedIp ?? false,
    BackupTarget: input.BackupTarget ?? 'region',
    MonitoringInterval: 0,
    PerformanceInsightsEnabled: false,
    ParameterGroup: input.DBParameterGroupName ?? defaults.ParameterGroup,
  };
}

const call: RestoreCall<Database, RestoreDBInstanceFromDBSnapshotMessage> = {
  kind: instanceKind,
  snapshotParameter: 'DBSnapshotIdentifier',
  snapshotCalled: 'the snapshot ',
  // Optional here, required in RestoreDBClusterFromSnapshotMessage.
  needsEngine: false,
  settings: settingsFor,
  check(world, settings) {
    checkGroups(world, instanceKind, settings);
    checkWindows(settings);
    checkRetention(settings.BackupRetentionPeriod);
    checkInstanceQuota(world);
    checkStorageQuota(world, settings.AllocatedStorage);
  },
  // Its snapshot's (facts §3.2).
  key: () => undefined,
  newResourceId: resourceId,
  make: (world, _input, { snapshot, ...given }) =>
    newDatabase(world, {
      ip: `10.0.64.${(world.rds.databases.size % 250) + 4}`,
      ...given,
      storage: emptyStorage(snapshot),
    }),
  fillMs: (world) => world.seconds(180, 420),
  born(world, database) {
    // Static parameters of a group that isn't the default sometimes wait for one more restart [U].
    const own = !database.settings.ParameterGroup.startsWith('default.');
    database.parameterStatus = own && world.rds.random.next() < 0.5 ? 'pending-reboot' : 'in-sync';
    database.address = hostOf(world, database.identifier);
    world.rds.names.set(database.address, database.resourceId);
    bringUp(world, database);
    if (instanceKind.backsUp(database) && database.up) database.status = 'backing-up';
    const loadMs = world.seconds(60, 120) + world.seconds(1, 1.2) * (database.storage.usedMiB / loadMiBPerSecond);
    database.initialisation = { from: world.time, until: Math.round(world.time + loadMs) };
  },
  // The first backup follows at once (terraform#2014).
  after(world, database) {
    if (!instanceKind.backsUp(database)) return [];
    const backedUp = () => {
      if (database.status === 'backing-up') database.status = 'available';
      addAutomatedBackup(world, instanceKind, database);
    };
    return [[world.seconds(40, 90), backedUp]];
  },
  // Difference: of a cluster the event says that it could not be restored. Neither is documented [U].
  stillborn: 'DB instance is in a state that cannot be upgraded',
};

export const instanceRestoreOperations: Operations = {
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
    (world, input) => {
      const asked = { name: input.DBInstanceIdentifier, snapshot: input.DBSnapshotIdentifier };
      return { DBInstance: databaseView(world, restore(world, call, input, asked)) };
    },
  ),
};
