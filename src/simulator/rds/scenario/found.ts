import { unseal } from '../../bytes.ts';
import { contentOf } from '../../content.ts';
import { securityGroups as defaultGroups } from '../../ec2/network.ts';
import { ruleOf } from '../../ec2/security-groups.ts';
import { zones } from '../../ec2/volumes.ts';
import { addAlias } from '../../kms/aliases.ts';
import { addKey } from '../../kms/keys.ts';
import { TagSet } from '../../tag-set.ts';
import type { World } from '../../world.ts';
import { newClients } from '../clients.ts';
import { instanceKind } from '../kinds/instance.ts';
import { addAutomatedBackup } from '../life/backups.ts';
import { grantKey } from '../life/keys.ts';
import { foundSecrets, newSecret } from '../life/secrets.ts';
import { restStopped } from '../life/stop.ts';
import { awaitWindow, backUpDaily, maintainInTime } from '../life/waiting.ts';
import type { Changes, Settings } from '../model/model.ts';
import { newDatabase, resourceId } from '../model/newborn.ts';
import { hostOf } from '../naming/addresses.ts';
import { portOf } from '../rules/engines.ts';
import { addGroups, addOptionGroups, defaultsFor } from '../rules/groups.ts';
import { foundClusters } from './found-clusters.ts';
import { ageMs, firstData, foundAlike, foundSnapshot, foundStorage, given, insightsOf, notUp } from './found-parts.ts';
import { managedRdsKeyAlias } from './parts.ts';
import type { RdsScenario } from './scenario.ts';

type Declared = RdsScenario['databases'][number];

/** Brings what a scenario declares of RDS into the account. */
export function foundRds(world: World, scenario: RdsScenario): void {
  foundSecurityGroups(world, scenario);
  const empty = scenario.databases.length === 0 && scenario.clusters.length === 0;
  if (!empty) {
    const description = 'Default key that protects my RDS database volumes';
    addAlias(world, managedRdsKeyAlias, addKey(world, { manager: 'AWS', description, created: world.time - ageMs }));
  }
  const ids = new Map(scenario.databases.map((one) => [one.id, one.resourceId ?? resourceId(world)]));
  for (const [i, declared] of scenario.databases.entries()) foundDatabase(world, declared, i, ids);
  foundClusters(world, scenario);
  foundSecrets(world, scenario.secrets);
  for (const one of scenario.databaseSnapshots) foundSnapshot(world, instanceKind, one.database, one);
  world.rds.dependents.proxies.push(...scenario.proxies);
  world.rds.dependents.eventSubscriptions.push(...scenario.eventSubscriptions);
  world.rds.dependents.blueGreens.push(...scenario.blueGreens);
}

function foundSecurityGroups(world: World, scenario: RdsScenario): void {
  const everywhere = ['0.0.0.0/0'];
  if (scenario.databases.length === 0 && scenario.clusters.length === 0 && scenario.securityGroups.length === 0) return;
  const standard = defaultGroups.map(({ GroupId, GroupName }) => ({
    id: GroupId,
    name: GroupName,
    inbound: [GroupId],
    outbound: everywhere,
    tags: {},
  }));
  for (const { id, name = id, inbound, outbound = everywhere, tags } of [...standard, ...scenario.securityGroups]) {
    world.securityGroups.set(id, {
      id,
      name,
      description: name,
      tags: new TagSet(Object.entries(tags)),
      inbound: inbound.map((rule) => ruleOf(world, rule)),
      outbound: outbound.map((rule) => ruleOf(world, rule)),
    });
  }
}

function settingsOf(world: World, declared: Declared): Settings {
  const defaults = defaultsFor(declared.engine, declared.engineVersion);
  return {
    DBInstanceClass: declared.class,
    EngineVersion: declared.engineVersion,
    AllocatedStorage: declared.storage,
    StorageType: declared.storageType,
    Iops: declared.iops,
    StorageThroughput: declared.throughput,
    MaxAllocatedStorage: declared.maxStorage,
    Port: declared.port ?? portOf(declared.engine),
    MultiAZ: declared.multiAZ,
    AvailabilityZone: declared.az ?? zones(world)[0],
    PubliclyAccessible: declared.publiclyAccessible,
    DeletionProtection: declared.deletionProtection,
    CopyTagsToSnapshot: declared.copyTagsToSnapshot,
    AutoMinorVersionUpgrade: declared.autoMinorVersionUpgrade,
    BackupRetentionPeriod: declared.backupRetention,
    PreferredBackupWindow: declared.backupWindow,
    PreferredMaintenanceWindow: declared.maintenanceWindow,
    IAMDatabaseAuthenticationEnabled: declared.iamAuth,
    EnabledCloudwatchLogsExports: declared.logExports,
    ...insightsOf(world, declared),
    CACertificateIdentifier: declared.ca,
    LicenseModel:
      declared.licenseModel ?? (declared.engine === 'postgres' ? 'postgresql-license' : 'general-public-license'),
    NetworkType: 'IPV4',
    DedicatedLogVolume: false,
    CustomerOwnedIpEnabled: false,
    BackupTarget: 'region',
    EngineLifecycleSupport: 'open-source-rds-extended-support',
    ProcessorFeatures: [],
    SecurityGroupIds: declared.securityGroups ?? defaults.SecurityGroupIds,
    SubnetGroup: declared.subnetGroup,
    ParameterGroup: declared.parameterGroup ?? defaults.ParameterGroup,
    OptionGroup: declared.optionGroup ?? defaults.OptionGroup,
  };
}

function pendingOf(declared: Declared): Changes {
  const {
    class: DBInstanceClass,
    storage: AllocatedStorage,
    engineVersion: EngineVersion,
    multiAZ: MultiAZ,
    identifier,
  } = declared.pending ?? {};
  const all = { DBInstanceClass, AllocatedStorage, EngineVersion, MultiAZ, identifier };
  return given(all);
}

function foundDatabase(world: World, declared: Declared, index: number, ids: ReadonlyMap<string, string>): void {
  const key = declared.key === undefined ? undefined : world.findKey(declared.key);
  const id = ids.get(declared.id) ?? '';
  const usedMiB = Math.round((declared.usedGiB ?? declared.storage * 0.4) * 1024);
  const sealed = firstData(world, declared, key, id);
  const settings = settingsOf(world, declared);
  const up = !notUp.test(declared.status);
  const host = hostOf(world, declared.id);
  const database = newDatabase(world, {
    ...foundAlike(world, declared, settings, key),
    resourceId: id,
    identifier: declared.id,
    address: host,
    ip: `10.0.32.${(index % 250) + 4}`,
    replicaOf: ids.get(declared.replicaOf ?? ''),
    pending: pendingOf(declared),
    up,
    parameterStatus: declared.parametersPending ? 'pending-reboot' : 'in-sync',
    storage: foundStorage(world, declared, sealed, usedMiB),
    dataKey: up ? world.dataKeyOf(sealed) : undefined,
  });
  world.rds.databases.set(id, database);
  const { masterSecret } = declared;
  if (masterSecret !== false)
    database.secret = newSecret(world, database, masterSecret === true ? undefined : masterSecret);
  world.rds.names.set(host, id);
  for (const name of declared.integrations) world.rds.integrations.push({ name, source: id, status: 'active' });
  grantKey(world, database);
  if (declared.status === 'stopped') restStopped(world, instanceKind, database);
  addGroups(world, instanceKind, declared.engine, declared.engineVersion, settings);
  addOptionGroups(world, declared.engine, declared.engineVersion, settings.OptionGroup, declared.options);
  if (declared.backupRetention > 0) addAutomatedBackup(world, instanceKind, database);
  backUpDaily(world, instanceKind, database);
  if (declared.pending) awaitWindow(world, instanceKind, database);
  maintainInTime(world, instanceKind, database);
  if (declared.workload) {
    const ledger = contentOf(unseal(sealed, database.dataKey ?? world.dataKeyOf(sealed)));
    const { workload } = declared;
    world.rds.clients.push(
      newClients(world, { identifier: declared.id, host, cluster: false, reads: false, workload, ledger }),
    );
  }
}
