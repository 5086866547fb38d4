import type { ModifyDBInstanceMessage } from '@aws-sdk/client-rds';
import { type Operations, operation } from '../operation.ts';
import type { World } from '../world.ts';
import { tell } from './events.ts';
import { databaseOf, holderOf, newIdentifier } from './find.ts';
import { checkGroups } from './groups.ts';
import { bringUp, carryOut, requireFree, type Stage, takeDown } from './lifecycle.ts';
import type { Changes, Database, Settings } from './model.ts';
import { refusals } from './refusals.ts';
import { renaming } from './rename.ts';
import { databaseView } from './views.ts';

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
// Those that restart the engine.
const disruptive: readonly (keyof Settings)[] = [
  'CACertificateIdentifier',
  'DBInstanceClass',
  'EngineVersion',
  'Port',
  'ProcessorFeatures',
  'SubnetGroup',
];

/** What the call asks for, in the words of the settings. */
function asked(world: World, database: Database, input: ModifyDBInstanceMessage): Changes {
  const changes: Record<string, unknown> = {};
  for (const name of sameNames) changes[name] = input[name];
  const { EnableLogTypes = [], DisableLogTypes = [] } = input.CloudwatchLogsExportConfiguration ?? {};
  Object.assign(changes, {
    Port: input.DBPortNumber,
    SecurityGroupIds: input.VpcSecurityGroupIds?.length ? input.VpcSecurityGroupIds : undefined,
    SubnetGroup: input.DBSubnetGroupName,
    ParameterGroup: input.DBParameterGroupName,
    OptionGroup: input.OptionGroupName,
    IAMDatabaseAuthenticationEnabled: input.EnableIAMDatabaseAuthentication,
    PerformanceInsightsEnabled: input.EnablePerformanceInsights,
    CustomerOwnedIpEnabled: input.EnableCustomerOwnedIp,
    EnabledCloudwatchLogsExports:
      input.CloudwatchLogsExportConfiguration &&
      [...new Set([...(database.settings.EnabledCloudwatchLogsExports ?? []), ...EnableLogTypes])].filter(
        (type) => !DisableLogTypes.includes(type),
      ),
    identifier:
      input.NewDBInstanceIdentifier === undefined
        ? undefined
        : newIdentifier(input.NewDBInstanceIdentifier, 'NewDBInstanceIdentifier', 63),
    masterPassword: input.MasterUserPassword === undefined ? undefined : true,
  });
  const key = changes['PerformanceInsightsKMSKeyId'];
  if (typeof key === 'string') {
    const found = world.findKey(key);
    if (!world.usable(found)) throw refusals.key(key);
    changes['PerformanceInsightsKMSKeyId'] = found.arn;
  }
  const before: Readonly<Record<string, unknown>> = { ...database.settings, identifier: database.identifier };
  // What is so already is no change.
  return Object.fromEntries(
    Object.entries(changes).filter(
      ([name, value]) => value !== undefined && JSON.stringify(before[name]) !== JSON.stringify(value),
    ),
  );
}

function check(world: World, database: Database, input: ModifyDBInstanceMessage, changes: Changes): void {
  checkGroups(world, changes);
  const { settings } = database;
  if (changes.AllocatedStorage !== undefined && changes.AllocatedStorage < Math.ceil(settings.AllocatedStorage * 1.1)) {
    throw refusals.combination(
      'Invalid storage size: the new size must be at least 10 percent more than the current one.',
    );
  }
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
  if (input.MasterUserPassword !== undefined && database.secret) {
    throw refusals.combination(
      'You can not specify MasterUserPassword while the password is managed in AWS Secrets Manager.',
    );
  }
  if (changes.identifier !== undefined && holderOf(world, changes.identifier)) throw refusals.databaseExists();
}

function modify(world: World, input: ModifyDBInstanceMessage): object {
  const database = databaseOf(world, input.DBInstanceIdentifier);
  requireFree(world, database, 'modified');
  const changes = asked(world, database, input);
  check(world, database, input, changes);
  const names = Object.keys(changes);
  // ApplyImmediately also applies whatever was waiting before (facts §5.2).
  const now: Changes = input.ApplyImmediately
    ? { ...database.pending, ...changes }
    : Object.fromEntries(Object.entries(changes).filter(([name]) => !waiting.has(name)));
  const later = Object.fromEntries(Object.entries(changes).filter(([name]) => !(name in now)));
  database.pending = { ...database.pending, ...later, ...(input.ApplyImmediately ? shownPending(now) : {}) };
  manageSecret(world, database, input);
  if (names.length > 0 || Object.keys(now).length > 0) apply(world, database, now);
  return { DBInstance: databaseView(world, database) };
}

// Describe shows these as pending until they are applied; all the others never show.
function shownPending(now: Changes): Changes {
  return Object.fromEntries(
    Object.entries(now).filter(
      ([name]) => waiting.has(name) || ['Port', 'masterPassword', 'BackupRetentionPeriod'].includes(name),
    ),
  );
}

/** Applies changes as RDS does: for a while nothing shows, then the status moves, then all is as it should be. */
export function apply(world: World, database: Database, changes: Changes): void {
  const { identifier, masterPassword, ...settings } = changes;
  if (identifier !== undefined) database.renamingTo = identifier;
  const quick = ['SecurityGroupIds', 'ParameterGroup'] as const;
  // These show in Describe at once, whatever they take to be in force.
  database.settings = {
    ...database.settings,
    ...Object.fromEntries(Object.entries(settings).filter(([name]) => quick.some((one) => one === name))),
  };
  if (settings.ParameterGroup !== undefined) database.parameterStatus = 'applying';
  if (settings.OptionGroup !== undefined) database.optionStatus = 'pending-apply';
  const restarts = disruptive.some((name) => settings[name] !== undefined);
  const stages: Stage[] = [
    [
      world.seconds(3, 20),
      () => {
        database.status = settings.EngineVersion === undefined ? 'modifying' : 'upgrading';
        if (masterPassword) database.status = 'resetting-master-credentials';
        if (restarts) takeDown(world, database);
      },
    ],
    [
      world.seconds(5, 40) + (restarts ? world.seconds(60, 240) : 0),
      () => applied(world, database, settings, restarts),
    ],
  ];
  if (identifier !== undefined) stages.push(...renaming(world, database, identifier));
  carryOut(world, database, stages);
}

function applied(world: World, database: Database, settings: Partial<Settings>, restarts: boolean): void {
  const grown = settings.AllocatedStorage !== undefined;
  database.settings = { ...database.settings, ...settings };
  database.groupsInForce = database.settings.SecurityGroupIds;
  database.pending = Object.fromEntries(
    Object.entries(database.pending).filter(([name]) => !(name in settings) && name !== 'masterPassword'),
  );
  if (settings.ParameterGroup !== undefined) database.parameterStatus = 'pending-reboot';
  if (settings.OptionGroup !== undefined) database.optionStatus = 'in-sync';
  for (const name of Object.keys(settings))
    tell(world, database, `Finished applying modification to ${name}`, 'configuration change');
  if (restarts) {
    database.parameterStatus = 'in-sync';
    bringUp(world, database);
  } else {
    database.status = 'available';
  }
  if (grown && database.status === 'available') {
    database.status = 'storage-optimization';
    world.after(world.seconds(600, 3600), () => {
      if (database.status === 'storage-optimization') database.status = 'available';
    });
  }
}

function manageSecret(world: World, database: Database, input: ModifyDBInstanceMessage): void {
  if (input.ManageMasterUserPassword === false) database.secret = undefined;
  if (input.ManageMasterUserPassword === true && !database.secret)
    database.secret = newSecret(world, input.MasterUserSecretKmsKeyId);
  if (input.RotateMasterUserPassword && !database.secret)
    throw refusals.combination('The password is not managed in AWS Secrets Manager.');
  if (input.RotateMasterUserPassword) rotateSecret(world, database);
}

/** A secret for a master password, in Secrets Manager. */
export function newSecret(world: World, key: string | undefined): NonNullable<Database['secret']> {
  const keyArn =
    (key === undefined ? undefined : world.findKey(key)?.arn) ?? world.arn('kms', 'alias/aws/secretsmanager');
  return {
    arn: world.arn('secretsmanager', `secret:rds!${world.uuid()}-${world.ids.hex(6)}`),
    keyArn,
    status: 'active',
  };
}

/** Has Secrets Manager change the master password. */
export function rotateSecret(world: World, database: Database): void {
  const { secret } = database;
  if (!secret) return;
  secret.status = 'rotating';
  world.after(world.seconds(20, 60), () => {
    secret.status = 'active';
  });
}

export const modifyOperations: Operations = {
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
    modify,
  ),
};
