import type { CreateDBInstanceReadReplicaMessage } from '@aws-sdk/client-rds';
import { contentBytes } from '../../content.ts';
import { type Operations, operation } from '../../operation.ts';
import { carryPasswords } from '../../secretsmanager/passwords.ts';
import { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import { contentIn, writeUp } from '../clients.ts';
import { instanceKind } from '../kinds/instance.ts';
import { tell } from '../life/events.ts';
import { grantKey } from '../life/keys.ts';
import { bringUp, carryOut, requireFree, requireOwn } from '../life/lifecycle.ts';
import type { Database, Settings } from '../model/model.ts';
import { emptyStorage, newDatabase, resourceId } from '../model/newborn.ts';
import { hostOf } from '../naming/addresses.ts';
import { holderOf, named } from '../naming/find.ts';
import { newIdentifier } from '../naming/select.ts';
import { checkGroups, defaultsFor } from '../rules/groups.ts';
import { newTags } from '../rules/new-tags.ts';
import { checkInstanceQuota, checkStorageQuota } from '../rules/quotas.ts';
import { refusals } from '../rules/refusals.ts';
import { assignedWindow } from '../rules/spans.ts';
import { databaseView } from '../views/instance.ts';

const mostReplicas = 15;

/** The replicas of an instance in its Region. */
function replicasOf(world: World, source: Database): Database[] {
  return [...world.rds.databases.values()].filter((one) => one.replicaOf === source.resourceId);
}

function settingsFor(input: CreateDBInstanceReadReplicaMessage, source: Database): Settings {
  const from = source.settings;
  const { SecurityGroupIds } = defaultsFor(source.engine, from.EngineVersion ?? '');
  return {
    ...from,
    // What is left out is the source's, but for these, which take RDS's defaults.
    DBInstanceClass: input.DBInstanceClass ?? from.DBInstanceClass,
    AvailabilityZone: input.AvailabilityZone ?? from.AvailabilityZone,
    Port: input.Port ?? from.Port,
    StorageType: input.StorageType ?? from.StorageType,
    Iops: input.Iops ?? (input.StorageType === undefined ? from.Iops : undefined),
    StorageThroughput:
      input.StorageThroughput ?? (input.StorageType === undefined ? from.StorageThroughput : undefined),
    AutoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? from.AutoMinorVersionUpgrade,
    CACertificateIdentifier: input.CACertificateIdentifier ?? from.CACertificateIdentifier,
    NetworkType: input.NetworkType ?? from.NetworkType,
    SecurityGroupIds: input.VpcSecurityGroupIds?.length ? input.VpcSecurityGroupIds : SecurityGroupIds,
    MultiAZ: input.MultiAZ ?? false,
    PubliclyAccessible: input.PubliclyAccessible ?? false,
    CopyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
    IAMDatabaseAuthenticationEnabled: input.EnableIAMDatabaseAuthentication ?? false,
    EnabledCloudwatchLogsExports: input.EnableCloudwatchLogsExports ?? [],
    ProcessorFeatures: input.ProcessorFeatures ?? [],
    DedicatedLogVolume: input.DedicatedLogVolume ?? false,
    CustomerOwnedIpEnabled: input.EnableCustomerOwnedIp ?? false,
    DeletionProtection: false,
    BackupRetentionPeriod: 0,
    MaxAllocatedStorage: undefined,
    MonitoringInterval: 0,
    MonitoringRoleArn: undefined,
    PerformanceInsightsEnabled: false,
    PerformanceInsightsKMSKeyId: undefined,
    PerformanceInsightsRetentionPeriod: undefined,
    DatabaseInsightsMode: 'standard',
    PreferredMaintenanceWindow: assignedWindow(undefined),
  };
}

function create(world: World, input: CreateDBInstanceReadReplicaMessage): object {
  const identifier = newIdentifier(input.DBInstanceIdentifier, 'DBInstanceIdentifier', 63);
  if (holderOf(world, instanceKind, identifier)) throw refusals.databaseExists();
  const source = named(world, instanceKind, input.SourceDBInstanceIdentifier);
  requireOwn(source, 'replicated');
  requireFree(world, source, 'replicated');
  if ((source.settings.BackupRetentionPeriod ?? 0) === 0)
    throw refusals.databaseState(
      'Automated backups are not enabled for this database instance. To enable automated backups, use ModifyDBInstance to set the backup retention period to a non-zero value.',
    );
  if (replicasOf(world, source).length >= mostReplicas)
    throw new AwsError('InstanceQuotaExceeded', `The instance ${source.identifier} has all the replicas it can have.`);
  const settings = settingsFor(input, source);
  checkGroups(world, instanceKind, settings);
  checkInstanceQuota(world);
  checkStorageQuota(world, settings.AllocatedStorage);
  // In its own Region it has its source's key unless another one is named.
  const key = world.findKey(input.KmsKeyId ?? source.keyArn ?? '');
  if (source.keyArn !== undefined && !world.usable(key)) throw refusals.key(input.KmsKeyId ?? source.keyArn);
  const { engine, masterUsername } = source;
  const replica = newDatabase(world, {
    resourceId: resourceId(world),
    identifier,
    ip: `10.0.80.${(world.rds.databases.size % 250) + 4}`,
    engine,
    masterUsername,
    keyArn: source.keyArn === undefined ? undefined : key?.arn,
    tags: newTags(world, input.Tags, undefined),
    replicaOf: source.resourceId,
    settings,
    groupsInForce: settings.SecurityGroupIds,
    storage: emptyStorage(source.storage),
  });
  world.rds.databases.set(replica.resourceId, replica);
  grantKey(world, replica);
  copyFrom(world, source, replica);
  return { DBInstance: databaseView(world, replica) };
}

/** RDS takes a snapshot of the source, which takes no other change meanwhile, and makes the replica of it. */
function copyFrom(world: World, source: Database, replica: Database): void {
  source.status = 'modifying';
  carryOut(world, source, [
    [
      world.seconds(20, 60),
      () => {
        source.status = 'available';
      },
    ],
  ]);
  carryOut(world, replica, [
    [
      world.seconds(240, 600),
      () => {
        writeUp(world);
        const content = world.rds.databases.has(source.resourceId) ? contentIn(world, source) : undefined;
        if (!content) {
          replica.status = 'failed';
          return;
        }
        const key = replica.keyArn === undefined ? undefined : world.findKey(replica.keyArn);
        replica.storage.sealed = world.sealed(contentBytes(content), key, replica.resourceId);
        replica.storage.disk = source.storage.disk?.fork();
        carryPasswords(world, source.storage, replica.storage);
        replica.address = hostOf(world, replica.identifier);
        world.rds.names.set(replica.address, replica.resourceId);
        bringUp(world, replica);
        tell(world, replica, 'DB instance created', 'creation');
        tell(world, replica, 'Replication for the Read Replica resumed', 'read replica');
      },
    ],
  ]);
}

export const replicaOperations: Operations = {
  CreateDBInstanceReadReplica: operation<CreateDBInstanceReadReplicaMessage>(
    [
      'DBInstanceIdentifier',
      'SourceDBInstanceIdentifier',
      'DBInstanceClass',
      'AvailabilityZone',
      'Port',
      'MultiAZ',
      'AutoMinorVersionUpgrade',
      'Iops',
      'StorageThroughput',
      'PubliclyAccessible',
      'Tags',
      'VpcSecurityGroupIds',
      'StorageType',
      'CopyTagsToSnapshot',
      'KmsKeyId',
      'EnableIAMDatabaseAuthentication',
      'EnableCloudwatchLogsExports',
      'ProcessorFeatures',
      'EnableCustomerOwnedIp',
      'NetworkType',
      'DedicatedLogVolume',
      'CACertificateIdentifier',
    ],
    create,
  ),
};
