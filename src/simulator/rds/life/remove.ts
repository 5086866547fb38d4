import type { World } from '../../world.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Resource } from '../model/alike.ts';
import { releaseKey } from './keys.ts';
import { dropSecret } from './secrets.ts';

/** Ends an instance or a cluster, and with it its names; its automated backups go too unless they are to stay. */
export function remove<T extends Resource>(world: World, kind: Kind<T>, one: T, withBackups: boolean): void {
  kind.tell(world, one, `${kind.noun} deleted`, 'deletion');
  kind.all(world).delete(one.resourceId);
  releaseKey(world, one);
  dropSecret(world, one);
  kind.removed(world, one);
  const backups = kind.backups(world);
  for (const backup of backups.values()) {
    if (backup.resourceId !== one.resourceId) continue;
    if (withBackups) backups.delete(backup.id);
    else backup.retained = true;
  }
  // Automated snapshots go with the backups.
  const snapshots = kind.snapshots(world);
  for (const snapshot of withBackups ? snapshots.values() : []) {
    if (snapshot.resourceId === one.resourceId && snapshot.type === 'automated') snapshots.delete(snapshot.id);
  }
}
