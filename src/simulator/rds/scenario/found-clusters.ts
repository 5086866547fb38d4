import { unseal } from '../../bytes.ts';
import { contentOf } from '../../content.ts';
import { zones } from '../../ec2/volumes.ts';
import { TagSet } from '../../tag-set.ts';
import type { World } from '../../world.ts';
import { newClients } from '../clients.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { addAutomatedBackup } from '../life/backups.ts';
import { grantKey } from '../life/keys.ts';
import { newSecret } from '../life/secrets.ts';
import { restStopped } from '../life/stop.ts';
import { awaitWindow, backUpDaily, maintainInTime } from '../life/waiting.ts';
import type { Cluster, ClusterOddities, ClusterSettings } from '../model/cluster.ts';
import { clusterResourceId, newCluster } from '../model/newborn.ts';
import { hostIn, nameCustomEndpoint, nameEndpoints } from '../naming/addresses.ts';
import { portOf } from '../rules/engines.ts';
import { addGroups, defaultsFor } from '../rules/groups.ts';
import type { ClusterDeclared, ClusterSnapshotDeclared } from './cluster.ts';
import { foundMember } from './found-members.ts';
import { ageMs, firstData, foundAlike, foundSnapshot, foundStorage, given, insightsOf, notUp } from './found-parts.ts';

/** Brings what a scenario declares of clusters into the account. */
export function foundClusters(
  world: World,
  scenario: {
    readonly clusters: readonly ClusterDeclared[];
    readonly clusterSnapshots: readonly ClusterSnapshotDeclared[];
  },
): void {
  for (const declared of scenario.clusters) foundCluster(world, declared);
  for (const one of scenario.clusterSnapshots) foundSnapshot(world, clusterKind, one.cluster, one);
}

function settingsOf(world: World, declared: ClusterDeclared): ClusterSettings {
  const defaults = defaultsFor(declared.engine, declared.engineVersion);
  const { serverlessV2 } = declared;
  return {
    ...insightsOf(world, declared),
    EngineVersion: declared.engineVersion,
    EngineMode: declared.engineMode,
    Port: declared.port ?? portOf(declared.engine),
    DatabaseName: declared.databaseName,
    AvailabilityZones: declared.azs ?? [...zones(world)],
    BacktrackWindow: declared.backtrackSeconds,
    BackupRetentionPeriod: declared.backupRetention,
    PreferredBackupWindow: declared.backupWindow,
    PreferredMaintenanceWindow: declared.maintenanceWindow,
    CopyTagsToSnapshot: declared.copyTagsToSnapshot,
    DeletionProtection: declared.deletionProtection,
    EnabledCloudwatchLogsExports: declared.logExports,
    EngineLifecycleSupport: 'open-source-rds-extended-support',
    GlobalWriteForwardingRequested: undefined,
    LocalWriteForwardingStatus: declared.localWriteForwarding ? 'enabled' : undefined,
    HttpEndpointEnabled: declared.httpEndpoint,
    IAMDatabaseAuthenticationEnabled: declared.iamAuth,
    AutoMinorVersionUpgrade: true,
    Iops: undefined,
    NetworkType: 'IPV4',
    ServerlessV2ScalingConfiguration: serverlessV2 && {
      MinCapacity: serverlessV2.min,
      MaxCapacity: serverlessV2.max,
    },
    StorageType: declared.storageType,
    SecurityGroupIds: declared.securityGroups ?? defaults.SecurityGroupIds,
    SubnetGroup: declared.subnetGroup,
    ParameterGroup: declared.parameterGroup ?? defaults.ParameterGroup,
    OptionGroup: defaults.OptionGroup,
  };
}

function odditiesOf(declared: ClusterDeclared): ClusterOddities {
  const all: ClusterOddities = {
    ActivityStreamStatus: declared.activityStream ? 'started' : undefined,
    CloneGroupId: declared.cloneGroup,
    DBClusterInstanceClass: declared.instanceClass,
    GlobalClusterIdentifier: declared.global,
    ReplicationSourceIdentifier: declared.replicaOf,
    StorageEncryptionType: declared.key === undefined ? declared.encryption : undefined,
  };
  return given(all);
}

function foundCluster(world: World, declared: ClusterDeclared): void {
  const { id } = declared;
  const key = declared.key === undefined ? undefined : world.findKey(declared.key);
  const resourceId = declared.resourceId ?? clusterResourceId(world);
  const usedMiB = Math.round(declared.storage * 1024);
  const sealed = firstData(world, declared, key, resourceId);
  const settings = settingsOf(world, declared);
  const {
    engineVersion: EngineVersion,
    identifier,
    iamAuth: IAMDatabaseAuthenticationEnabled,
  } = declared.pending ?? {};
  const pending = { EngineVersion, identifier, IAMDatabaseAuthenticationEnabled };
  const cluster = newCluster(world, {
    ...foundAlike(world, declared, settings, key),
    resourceId,
    identifier: id,
    oddities: odditiesOf(declared),
    pending: given(pending),
    storage: foundStorage(world, declared, sealed, usedMiB),
  });
  maintainInTime(world, clusterKind, cluster);
  world.rds.clusters.set(resourceId, cluster);
  grantKey(world, cluster);
  addGroups(world, clusterKind, declared.engine, declared.engineVersion, settings);
  const { masterSecret } = declared;
  if (masterSecret !== false)
    cluster.secret = newSecret(world, cluster, masterSecret === true ? undefined : masterSecret);
  for (const member of declared.members) foundMember(world, cluster, member, notUp.test(declared.status));
  cluster.writer = world.rds.databases.get(cluster.writer ?? '')?.resourceId;
  cluster.writerInDns = cluster.writer;
  nameEndpoints(world, cluster);
  addAutomatedBackup(world, clusterKind, cluster);
  foundEndpoints(world, cluster, declared);
  for (const name of declared.integrations) world.rds.integrations.push({ name, source: resourceId, status: 'active' });
  backUpDaily(world, clusterKind, cluster);
  if (declared.status === 'stopped') restStopped(world, clusterKind, cluster);
  if (declared.pending) awaitWindow(world, clusterKind, cluster);
  const { workload } = declared;
  if (!workload) return;
  const ledger = contentOf(unseal(sealed, world.dataKeyOf(sealed)));
  const common = { identifier: id, cluster: true, workload, ledger };
  world.rds.clients.push(newClients(world, { ...common, host: hostIn(world, 'cluster', id), reads: false }));
  if (workload.readers > 0)
    world.rds.clients.push(newClients(world, { ...common, host: hostIn(world, 'cluster-ro', id), reads: true }));
}

function foundEndpoints(world: World, cluster: Cluster, declared: ClusterDeclared): void {
  const ids = (names: readonly string[]) =>
    names.flatMap((name) => [...world.rds.databases.values()].find((one) => one.identifier === name)?.resourceId ?? []);
  for (const { id, type, static: list, excluded, tags } of declared.endpoints) {
    const endpoint = {
      id,
      resourceId: `cluster-endpoint-${world.ids.hex(26).toUpperCase()}`,
      cluster: cluster.resourceId,
      visibleFrom: world.time - ageMs,
      tags: new TagSet(Object.entries(tags)),
      type,
      static: ids(list),
      excluded: ids(excluded),
      status: 'available' as const,
    };
    world.rds.clusterEndpoints.set(id, endpoint);
    nameCustomEndpoint(world, cluster, endpoint);
  }
}
