import type { CreateDBInstanceMessage } from '@aws-sdk/client-rds';
import { zones } from '../../ec2/volumes.ts';
import { type Operations, operation } from '../../operation.ts';
import type { World } from '../../world.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { instanceKind } from '../kinds/instance.ts';
import { promote } from '../life/cluster.ts';
import { tell } from '../life/events.ts';
import { bringUp, carryOut, type Stage } from '../life/lifecycle.ts';
import { newMember, ofEveryMember } from '../life/members.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Settings } from '../model/model.ts';
import { hostOf } from '../naming/addresses.ts';
import { holderOf, named } from '../naming/find.ts';
import { newIdentifier } from '../naming/select.ts';
import { checkGroups, defaultsFor } from '../rules/groups.ts';
import { newTags } from '../rules/new-tags.ts';
import { checkInstanceQuota } from '../rules/quotas.ts';
import { refusals } from '../rules/refusals.ts';
import { assignedWindow } from '../rules/spans.ts';
import { checkWindows } from '../rules/windows.ts';
import { databaseView } from '../views/instance.ts';

function settingsFor(world: World, cluster: Cluster, input: CreateDBInstanceMessage): Settings {
  const key = input.PerformanceInsightsKMSKeyId;
  const found = key === undefined ? undefined : world.findKey(key);
  if (key !== undefined && !world.usable(found)) throw refusals.key(key);
  if ((input.MonitoringInterval ?? 0) > 0 && input.MonitoringRoleArn === undefined) {
    throw refusals.combination(
      'A MonitoringRoleArn value is required if you specify a MonitoringInterval value other than 0.',
    );
  }
  const { zone = '' } = { zone: zones(world)[Math.floor(world.rds.random.next() * 3)] };
  return {
    ...ofEveryMember(cluster),
    DBInstanceClass: input.DBInstanceClass,
    PromotionTier: input.PromotionTier ?? 1,
    AvailabilityZone: input.AvailabilityZone ?? zone,
    ParameterGroup:
      input.DBParameterGroupName ?? defaultsFor(cluster.engine, cluster.settings.EngineVersion ?? '').ParameterGroup,
    PreferredMaintenanceWindow:
      input.PreferredMaintenanceWindow ?? assignedWindow(cluster.settings.PreferredBackupWindow),
    PubliclyAccessible: input.PubliclyAccessible ?? false,
    AutoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
    CACertificateIdentifier: input.CACertificateIdentifier ?? 'rds-ca-rsa2048-g1',
    MonitoringInterval: input.MonitoringInterval ?? 0,
    MonitoringRoleArn: input.MonitoringRoleArn,
    PerformanceInsightsEnabled: input.EnablePerformanceInsights ?? false,
    PerformanceInsightsKMSKeyId: found?.arn,
    PerformanceInsightsRetentionPeriod: input.EnablePerformanceInsights
      ? (input.PerformanceInsightsRetentionPeriod ?? 7)
      : undefined,
    DatabaseInsightsMode: input.DatabaseInsightsMode ?? 'standard',
  };
}

function create(world: World, input: CreateDBInstanceMessage): object {
  if (input.DBClusterIdentifier === undefined) {
    throw refusals.combination('The simulated account creates instances as members of clusters only.');
  }
  const identifier = newIdentifier(input.DBInstanceIdentifier, 'DBInstanceIdentifier', 63);
  const cluster = named(world, clusterKind, input.DBClusterIdentifier);
  if (holderOf(world, instanceKind, identifier)) throw refusals.databaseExists();
  // A member comes to a cluster that is there, and to no other (the doc comment of RestoreDBClusterFromSnapshot).
  if (cluster.status !== 'available' || cluster.busy || !cluster.storage.sealed) {
    throw refusals.clusterState(`DB cluster ${cluster.identifier} is ${cluster.status} and takes no new members.`);
  }
  if (input.Engine !== cluster.engine) {
    throw refusals.combination(`The engine ${input.Engine} is not that of the cluster, ${cluster.engine}.`);
  }
  const settings = settingsFor(world, cluster, input);
  checkGroups(world, instanceKind, { ParameterGroup: settings.ParameterGroup });
  // What AWS says of a conflict is about the cluster's own two windows; of a member's and the cluster's it says nothing [U].
  checkWindows({ PreferredMaintenanceWindow: settings.PreferredMaintenanceWindow });
  checkInstanceQuota(world);
  const database = newMember(world, cluster, { identifier, settings, tags: newTags(world, input.Tags) });
  world.rds.databases.set(database.resourceId, database);
  // Monitoring is set up once the instance is there (the status of that name in the user guide).
  const monitored = (settings.MonitoringInterval ?? 0) > 0;
  const stages: Stage[] = [
    [
      world.seconds(180, 480),
      () => {
        database.address = hostOf(world, database.identifier);
        world.rds.names.set(database.address, database.resourceId);
        // Difference: static parameters of a group that isn't the default wait for one more restart in a quarter of members,
        // in half of restored instances [U].
        const own = !database.settings.ParameterGroup.startsWith('default.');
        database.parameterStatus = own && world.rds.random.next() < 0.25 ? 'pending-reboot' : 'in-sync';
        bringUp(world, database);
        // The first member writes.
        if (database.up && cluster.writer === undefined) promote(world, cluster, database);
        if (monitored && database.up) database.status = 'configuring-enhanced-monitoring';
        tell(world, database, 'DB instance created', 'creation');
      },
    ],
  ];
  if (monitored) {
    stages.push([
      world.seconds(10, 60),
      () => {
        if (database.status === 'configuring-enhanced-monitoring') database.status = 'available';
      },
    ]);
  }
  carryOut(world, database, stages);
  return { DBInstance: databaseView(world, database) };
}

export const memberOperations: Operations = {
  CreateDBInstance: operation<CreateDBInstanceMessage>(
    [
      'DBInstanceIdentifier',
      'DBClusterIdentifier',
      'DBInstanceClass',
      'Engine',
      'AvailabilityZone',
      'PreferredMaintenanceWindow',
      'DBParameterGroupName',
      'AutoMinorVersionUpgrade',
      'PubliclyAccessible',
      'Tags',
      'MonitoringInterval',
      'MonitoringRoleArn',
      'PromotionTier',
      'DatabaseInsightsMode',
      'EnablePerformanceInsights',
      'PerformanceInsightsKMSKeyId',
      'PerformanceInsightsRetentionPeriod',
      'CACertificateIdentifier',
    ],
    create,
  ),
};
