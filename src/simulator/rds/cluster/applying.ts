import type { World } from '../../world.ts';
import { tellOfCluster } from '../events.ts';
import { bringUp, carryOut, type Stage, syncParameters, takeDown } from '../lifecycle.ts';
import { membersOf } from '../names.ts';
import { atRest, flicker, follow } from './lifecycle.ts';
import type { Cluster, ClusterChanges, ClusterSettings } from './model.ts';
import { renamingCluster } from './rename.ts';

// Those that restart the engines of all members.
const disruptive: readonly (keyof ClusterSettings)[] = ['EngineVersion', 'Port'];

/** Applies changes as RDS does: for a while nothing shows, then the status moves, then all is as it should be. */
export function applyToCluster(world: World, cluster: Cluster, changes: ClusterChanges): void {
  const { identifier, masterPassword, ...settings } = changes;
  if (identifier !== undefined) cluster.renamingTo = identifier;
  const quick = ['SecurityGroupIds', 'ParameterGroup'] as const;
  // These show in Describe at once, whatever they take to be in force.
  cluster.settings = {
    ...cluster.settings,
    ...Object.fromEntries(Object.entries(settings).filter(([name]) => quick.some((one) => one === name))),
  };
  follow(world, cluster);
  const restarts = disruptive.some((name) => settings[name] !== undefined);
  const stages: Stage[] = [
    [
      world.seconds(3, 20),
      () => {
        cluster.status = settings.EngineVersion === undefined ? 'modifying' : 'upgrading';
        if (masterPassword) cluster.status = 'resetting-master-credentials';
        if (!restarts) {
          flicker(world, cluster, 'modifying');
          return;
        }
        for (const one of membersOf(world, cluster)) {
          one.status = cluster.status;
          takeDown(world, one);
        }
      },
    ],
    [world.seconds(5, 40) + (restarts ? world.seconds(60, 240) : 0), () => applied(world, cluster, settings, restarts)],
  ];
  if (identifier !== undefined) stages.push(...renamingCluster(world, cluster, identifier));
  carryOut(world, cluster, stages);
}

function applied(world: World, cluster: Cluster, settings: Partial<ClusterSettings>, restarts: boolean): void {
  cluster.settings = { ...cluster.settings, ...settings };
  cluster.groupsInForce = cluster.settings.SecurityGroupIds;
  cluster.pending = Object.fromEntries(
    Object.entries(cluster.pending).filter(([name]) => !(name in settings) && name !== 'masterPassword'),
  );
  follow(world, cluster);
  for (const one of membersOf(world, cluster)) {
    if (settings.ParameterGroup !== undefined && one.member) one.member.parameterStatus = 'pending-reboot';
    if (!restarts) continue;
    syncParameters(one);
    bringUp(world, one);
  }
  cluster.status = atRest(world, cluster);
  for (const name of Object.keys(settings))
    tellOfCluster(world, cluster, `Finished applying modification to ${name}`, 'configuration change');
}
