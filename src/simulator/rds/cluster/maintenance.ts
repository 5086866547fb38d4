import type { World } from '../../world.ts';
import { tellOfCluster } from '../events.ts';
import { bringUp, carryOut, syncParameters, takeDown } from '../lifecycle.ts';
import { membersOf } from '../names.ts';
import { applyToCluster } from './applying.ts';
import { atRest, requireFreeCluster } from './lifecycle.ts';
import type { Cluster } from './model.ts';

/** What AWS does to a cluster in its window: all engines are restarted, and all that waits is applied. */
export function maintainCluster(world: World, cluster: Cluster): void {
  requireFreeCluster(cluster, 'maintained');
  tellOfCluster(world, cluster, 'Applying maintenance to the DB cluster', 'maintenance');
  cluster.status = 'maintenance';
  cluster.maintenance = [];
  const { pending } = cluster;
  carryOut(world, cluster, [
    [
      world.seconds(1, 10),
      () => {
        for (const one of membersOf(world, cluster)) {
          one.status = 'maintenance';
          takeDown(world, one);
        }
      },
    ],
    [
      world.seconds(20, 90),
      () => {
        for (const one of membersOf(world, cluster)) {
          syncParameters(one);
          bringUp(world, one);
        }
        cluster.status = atRest(world, cluster);
        tellOfCluster(world, cluster, 'Finished applying maintenance', 'maintenance');
        if (cluster.status === 'available' && Object.keys(pending).length > 0) applyToCluster(world, cluster, pending);
      },
    ],
  ]);
}

/** Has maintenance happen by itself where a time for it is set. */
export function awaitMaintenance(world: World, cluster: Cluster): void {
  for (const { at } of cluster.maintenance) {
    if (at === undefined) continue;
    world.at(at, () => {
      const free = cluster.status === 'available' && !cluster.busy;
      if (free && cluster.maintenance.length > 0 && world.rds.clusters.has(cluster.resourceId))
        maintainCluster(world, cluster);
    });
  }
}
