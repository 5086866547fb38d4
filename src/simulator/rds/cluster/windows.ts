import type { World } from '../../world.ts';
import { takeAutomatedSnapshot } from '../backups.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { nextWindow } from '../windows.ts';
import type { Cluster } from './model.ts';

/** Has automated backups begin, one a day in the backup window. */
export function backUpClusterDaily(world: World, cluster: Cluster): void {
  const at = nextWindow(world.time, cluster.settings.PreferredBackupWindow ?? '01:00-01:30');
  // Somewhere in the window, not at its first second.
  world.at(at + world.seconds(10, 600), () => {
    if (!world.rds.clusters.has(cluster.resourceId)) return;
    if (cluster.status === 'available' && !cluster.busy) takeAutomatedSnapshot(world, clusterKind, cluster);
    backUpClusterDaily(world, cluster);
  });
}
