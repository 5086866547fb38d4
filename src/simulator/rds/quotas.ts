import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { refusals } from './refusals.ts';

/** In characters. */
export const longestSnapshotId = 255;

/** Throws InstanceQuotaExceeded when the account has no room for one more instance. */
export function checkInstanceQuota(world: World): void {
  if (world.rds.databases.size >= world.limits.databases) {
    throw new AwsError('InstanceQuotaExceeded', 'DB instance quota exceeded');
  }
}

/** Throws StorageQuotaExceeded when the account has no room for so many GiB more. */
export function checkStorageQuota(world: World, more: number): void {
  const used = [...world.rds.databases.values()].reduce((sum, one) => sum + one.settings.AllocatedStorage, 0);
  if (used + more > world.limits.databaseStorageGiB) {
    throw new AwsError('StorageQuotaExceeded', 'Total storage quota exceeded');
  }
}

/** Throws when there is no room for one more manual snapshot of this name. */
export function checkNewSnapshot(world: World, id: string): void {
  if (world.rds.snapshots.has(id)) throw refusals.snapshotExists(id);
  const manual = [...world.rds.snapshots.values()].filter((one) => one.type === 'manual').length;
  if (manual >= world.limits.databaseSnapshots) {
    throw new AwsError('SnapshotQuotaExceeded', 'Cannot create more than the allowed number of manual snapshots.');
  }
}
