import type { Key } from '../../model.ts';
import type { World } from '../../world.ts';
import type { Database } from '../model/model.ts';
import { makeInaccessible } from './lifecycle.ts';

const noticedAfterMs = 2 * 3_600_000;

function lostKey(world: World, database: Database): boolean {
  return database.up && database.keyArn !== undefined && !world.usable(world.findKey(database.keyArn));
}

/** Has RDS notice, about two hours later, that it can't use the key of a running database any more (facts §3.2). */
export function noticeLater(world: World, key: Key): void {
  for (const database of world.rds.databases.values()) {
    if (database.keyArn !== key.arn || world.usable(key)) continue;
    world.after(noticedAfterMs, () => {
      // Without backups it stays up until its storage leaves the host.
      const backups = (database.settings.BackupRetentionPeriod ?? 0) > 0;
      if (backups && world.rds.databases.has(database.resourceId) && lostKey(world, database)) {
        makeInaccessible(world, database);
      }
    });
  }
}
