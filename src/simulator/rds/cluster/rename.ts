import type { World } from '../../world.ts';
import { writeUp } from '../clients.ts';
import { tellOfCluster } from '../events.ts';
import type { Stage } from '../lifecycle.ts';
import { nameEndpoints, unnameEndpoints } from './addresses.ts';
import { atRest } from './lifecycle.ts';
import type { Cluster } from './model.ts';

/**
 * The stages of a cluster's rename. Its two old host names are gone at once, the new ones come in the end; Describe finds
 * it under both names or under none for a while, and shows the old endpoints after it is available again. The members
 * keep their names and their sessions, custom endpoints lead where they led.
 */
export function renamingCluster(world: World, cluster: Cluster, identifier: string): Stage[] {
  const old = cluster.identifier;
  const bothNames = world.rds.random.next() < 0.5;
  return [
    [
      0,
      () => {
        cluster.status = 'renaming';
        unnameEndpoints(world, cluster, old);
        cluster.answersTo = bothNames ? [old, identifier] : [];
      },
    ],
    [
      world.seconds(20, 90),
      () => {
        tellOfCluster(world, cluster, `Renamed cluster from ${old} to ${identifier}`, 'notification');
        cluster.identifier = identifier;
        cluster.renamingTo = undefined;
        cluster.answersTo = [identifier];
        const { identifier: _, ...pending } = cluster.pending;
        cluster.pending = pending;
        for (const backup of world.rds.clusterBackups.values()) {
          if (backup.resourceId === cluster.resourceId) backup.identifier = identifier;
        }
      },
    ],
    [
      world.seconds(10, 60),
      () => {
        cluster.status = atRest(world, cluster);
        addressLater(world, cluster, identifier);
      },
    ],
  ];
}

// By itself, whatever begins meanwhile: the Domain Name System waits for nobody.
function addressLater(world: World, cluster: Cluster, identifier: string): void {
  const still = () => cluster.identifier === identifier && world.rds.clusters.has(cluster.resourceId);
  const shownMs = world.seconds(0, 45);
  world.after(shownMs, () => {
    if (still()) cluster.shownName = identifier;
  });
  world.after(shownMs + world.seconds(10, 300), () => {
    if (!still()) return;
    // What clients do by now, they do by what the name was until now.
    writeUp(world);
    nameEndpoints(world, cluster);
  });
}
