import type { World } from '../../world.ts';
import { tellOfCluster } from '../events.ts';
import { releaseKey } from '../keys.ts';
import { dropSecret } from '../secrets.ts';
import { unnameCustomEndpoint, unnameEndpoints } from './addresses.ts';
import type { Cluster } from './model.ts';

/** Ends a cluster, and with it its endpoints; its automated backups go too unless they are to stay. */
export function removeCluster(world: World, cluster: Cluster, withBackups: boolean): void {
  const { rds } = world;
  tellOfCluster(world, cluster, 'DB cluster deleted', 'deletion');
  rds.clusters.delete(cluster.resourceId);
  releaseKey(world, cluster);
  dropSecret(world, cluster);
  unnameEndpoints(world, cluster, cluster.identifier);
  for (const endpoint of rds.clusterEndpoints.values()) {
    if (endpoint.cluster !== cluster.resourceId) continue;
    unnameCustomEndpoint(world, endpoint);
    rds.clusterEndpoints.delete(endpoint.id);
  }
  for (const backup of rds.clusterBackups.values()) {
    if (backup.resourceId !== cluster.resourceId) continue;
    if (withBackups) rds.clusterBackups.delete(backup.id);
    else backup.retained = true;
  }
  for (const snapshot of withBackups ? rds.clusterSnapshots.values() : []) {
    if (snapshot.resourceId === cluster.resourceId && snapshot.type === 'automated')
      rds.clusterSnapshots.delete(snapshot.id);
  }
}

/** Automated backups begin with a cluster. */
export function addClusterBackup(world: World, cluster: Cluster): void {
  const id = `ab-${world.ids.hex(26)}`;
  const { resourceId, identifier } = cluster;
  world.rds.clusterBackups.set(id, { id, resourceId, identifier, of: cluster, retained: false });
}
