import type { World } from '../../world.ts';
import { tellOfCluster } from '../events.ts';
import { bringUp, carryOut, takeDown } from '../lifecycle.ts';
import { membersOf } from '../names.ts';
import { atRest } from './lifecycle.ts';
import type { Cluster } from './model.ts';

const restartAfterMs = 7 * 86_400_000;

/** Stops a cluster with all of its members. */
export function stopCluster(world: World, cluster: Cluster): void {
  const members = membersOf(world, cluster);
  cluster.status = 'stopping';
  for (const one of members) one.status = 'stopping';
  carryOut(world, cluster, [
    [
      world.seconds(2, 10),
      () => {
        for (const one of members) takeDown(world, one);
      },
    ],
    [
      world.seconds(60, 200),
      () => {
        cluster.status = 'stopped';
        for (const one of members) one.status = 'stopped';
        tellOfCluster(world, cluster, 'DB cluster stopped', 'notification');
        restStoppedCluster(world, cluster);
      },
    ],
  ]);
}

/** Starts a cluster that is stopped, with all of its members. */
export function startCluster(world: World, cluster: Cluster): void {
  cluster.status = 'starting';
  cluster.restartAt = undefined;
  for (const one of membersOf(world, cluster)) one.status = 'starting';
  carryOut(world, cluster, [
    [
      world.seconds(60, 300),
      () => {
        for (const one of membersOf(world, cluster)) bringUp(world, one);
        cluster.status = atRest(world, cluster);
        tellOfCluster(world, cluster, 'DB cluster started', 'notification');
      },
    ],
  ]);
}

/** A cluster that is stopped starts by itself after a week. */
export function restStoppedCluster(world: World, cluster: Cluster): void {
  const at = world.time + restartAfterMs;
  cluster.restartAt = at;
  world.at(at, () => {
    if (cluster.status === 'stopped' && cluster.restartAt === at) startCluster(world, cluster);
  });
}
