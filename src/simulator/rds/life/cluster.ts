import type { World } from '../../world.ts';
import { writeUp } from '../clients.ts';
import type { Cluster, ClusterSettings } from '../model/cluster.ts';
import type { Database, Settings } from '../model/model.ts';
import { membersOf } from '../naming/names.ts';
import { refusals } from '../rules/refusals.ts';
import { tell, tellOfCluster } from './events.ts';
import { atRest, bringUp, carryOut, type Stage, syncParameters, takeDown } from './lifecycle.ts';

/** Throws InvalidDBClusterStateFault unless the cluster is free for a change: `doing` says which. */
export function requireFreeCluster(cluster: Cluster, doing: string): void {
  if (cluster.status === 'available' && !cluster.busy) return;
  const shown = cluster.status === 'available' ? 'being changed' : cluster.status;
  throw refusals.clusterState(`DB cluster ${cluster.identifier} is ${shown}, and so can not be ${doing}.`);
}

/** What a member has from its cluster, and shows as if it were its own. */
export function sharedSettings(settings: ClusterSettings) {
  return {
    AllocatedStorage: 1,
    StorageType: settings.StorageType ?? 'aurora',
    EngineVersion: settings.EngineVersion,
    DBName: settings.DatabaseName,
    Port: settings.Port,
    BackupRetentionPeriod: settings.BackupRetentionPeriod,
    PreferredBackupWindow: settings.PreferredBackupWindow,
    CopyTagsToSnapshot: settings.CopyTagsToSnapshot,
    IAMDatabaseAuthenticationEnabled: settings.IAMDatabaseAuthenticationEnabled,
    EnabledCloudwatchLogsExports: settings.EnabledCloudwatchLogsExports,
    NetworkType: settings.NetworkType,
    SecurityGroupIds: settings.SecurityGroupIds,
    SubnetGroup: settings.SubnetGroup,
    OptionGroup: settings.OptionGroup,
  } satisfies Partial<Settings>;
}

/** Has the members follow what their cluster has now. */
export function follow(world: World, cluster: Cluster): void {
  for (const one of membersOf(world, cluster)) {
    one.settings = { ...one.settings, ...sharedSettings(cluster.settings) };
    one.groupsInForce = cluster.groupsInForce;
  }
}

const isLater = (a: Database, b: Database) =>
  (a.settings.PromotionTier ?? 1) - (b.settings.PromotionTier ?? 1) || a.created - b.created;

/** The member that writes after the present writer is gone: the first of the lowest promotion tier that is up. */
export function successor(world: World, cluster: Cluster): Database | undefined {
  return membersOf(world, cluster)
    .filter((one) => one.up && one.status !== 'deleting' && one.resourceId !== cluster.writer)
    .sort(isLater)[0];
}

/** Has another member write. The cluster endpoint leads there some seconds later. */
export function promote(world: World, cluster: Cluster, writer: Database | undefined): void {
  cluster.writer = writer?.resourceId;
  if (!writer) {
    cluster.writerInDns = undefined;
    return;
  }
  world.after(world.seconds(2, 20), () => {
    // What clients do by now, they do by where the name has led until now.
    writeUp(world);
    if (cluster.writer === writer.resourceId) cluster.writerInDns = writer.resourceId;
  });
}

/** What follows when the writer goes: the next one takes over after a restart of its engine; without one nobody writes. */
export function loseWriter(world: World, cluster: Cluster): void {
  const next = successor(world, cluster);
  promote(world, cluster, undefined);
  if (!next) return;
  takeDown(world, next);
  next.status = 'rebooting';
  carryOut(world, next, [
    [
      world.seconds(10, 40),
      () => {
        syncParameters(next);
        bringUp(world, next);
        promote(world, cluster, next);
        tellOfCluster(world, cluster, `Completed failover to DB instance: ${next.identifier}`, 'failover');
      },
    ],
  ]);
}

/** The stages of a failover: the engines of the old and of the new writer restart, and the rest goes on. */
export function failingOver(world: World, cluster: Cluster, target: Database): Stage[] {
  const old = world.rds.databases.get(cluster.writer ?? '');
  const both = [old, target].flatMap((one) => one ?? []);
  return [
    [
      world.seconds(1, 6),
      () => {
        tellOfCluster(world, cluster, `Started cross AZ failover to DB instance: ${target.identifier}`, 'failover');
        for (const one of both) {
          one.status = 'rebooting';
          takeDown(world, one);
          tell(world, one, 'DB instance shutdown', 'availability');
        }
      },
    ],
    [
      world.seconds(10, 40),
      () => {
        promote(world, cluster, world.rds.databases.has(target.resourceId) ? target : successor(world, cluster));
        for (const one of both) {
          if (!world.rds.databases.has(one.resourceId) || one.status === 'deleting') continue;
          syncParameters(one);
          bringUp(world, one);
          tell(world, one, 'DB instance restarted', 'availability');
        }
        cluster.status = atRest(membersOf(world, cluster));
        tellOfCluster(world, cluster, `Completed failover to DB instance: ${target.identifier}`, 'failover');
      },
    ],
  ];
}

/** Has each free member show `status` for a while, as one does whose cluster is being changed. */
export function flicker(world: World, cluster: Cluster, status: string): void {
  for (const one of membersOf(world, cluster)) {
    if (one.busy || one.status !== 'available') continue;
    one.status = status;
    carryOut(world, one, [
      [
        world.seconds(2, 15),
        () => {
          if (one.status === status) one.status = 'available';
        },
      ],
    ]);
  }
}
