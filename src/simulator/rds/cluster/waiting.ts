import type { World } from '../../world.ts';
import { nextWindow } from '../windows.ts';
import { applyToCluster } from './applying.ts';
import type { Cluster } from './model.ts';

/** Has what waits for the maintenance window happen in the next one. */
export function awaitClusterWindow(world: World, cluster: Cluster): void {
  const at = nextWindow(world.time, cluster.settings.PreferredMaintenanceWindow ?? 'sun:03:00-sun:03:30');
  world.at(at, () => {
    if (!world.rds.clusters.has(cluster.resourceId) || Object.keys(cluster.pending).length === 0) return;
    if (cluster.status === 'available' && !cluster.busy) applyToCluster(world, cluster, cluster.pending);
    else awaitClusterWindow(world, cluster);
  });
}
