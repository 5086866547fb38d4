import { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';

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

/** Throws DBClusterQuotaExceededFault when the account has no room for one more cluster. */
export function checkClusterQuota(world: World): void {
  if (world.rds.clusters.size >= world.limits.clusters) {
    throw new AwsError('DBClusterQuotaExceededFault', 'DB cluster quota exceeded', 403);
  }
}
