import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { apply } from './applying.ts';
import { takeAutomatedSnapshot } from './backups.ts';
import { tell } from './events.ts';
import { instanceKind } from './kinds/instance.ts';
import { carryOut, requireFree, restart } from './lifecycle.ts';
import type { Database } from './model.ts';
import { refusals } from './refusals.ts';
import { daysOfWeek, type Windows, wrongWindows } from './spans.ts';

const dayMs = 86_400_000;

/** Throws InvalidParameterValue for what is no window, or conflicts with the other. */
export function checkWindows(windows: Windows): void {
  const [wrong] = wrongWindows(windows);
  if (wrong) throw refusals.value(wrong.message);
}

/** Throws InvalidParameterValue for so many days of backups (the SDK's doc comments on BackupRetentionPeriod). */
export function checkRetention(days = 0): void {
  if (days < 0 || days > 35) throw refusals.value(`Invalid backup retention period: ${days}. It must be 0 to 35.`);
}

/** When a window of `ddd:hh:mm-…` or `hh:mm-…`, in UTC, begins next after `time`. */
export function nextWindow(time: number, window: string): number {
  const [, day, hours = '0', minutes = '0'] = /^(?:([a-z]{3}):)?(\d{2}):(\d{2})-/.exec(window) ?? [];
  const midnight = Math.floor(time / dayMs) * dayMs;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  const daysAhead = day === undefined ? 0 : (daysOfWeek.indexOf(day) - new Date(midnight).getUTCDay() + 7) % 7;
  const at = midnight + daysAhead * dayMs + offset;
  return at > time ? at : at + (day === undefined ? dayMs : 7 * dayMs);
}

/** Has what waits for the maintenance window happen in the next one. */
export function awaitWindow(world: World, database: Database): void {
  const at = nextWindow(world.time, database.settings.PreferredMaintenanceWindow ?? 'sun:03:00-sun:03:30');
  world.at(at, () => {
    if (!world.rds.databases.has(database.resourceId) || Object.keys(database.pending).length === 0) return;
    if (isFree(world, database)) apply(world, database, database.pending);
    else awaitWindow(world, database);
  });
}

function isFree(world: World, database: Database): boolean {
  try {
    requireFree(world, database, 'maintained');
    return true;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}

/** What AWS does to an instance in its window: all that waits is applied, and the engine restarted. */
export function maintain(world: World, database: Database): void {
  requireFree(world, database, 'maintained');
  tell(world, database, 'Applying maintenance to the DB instance', 'maintenance');
  database.status = 'maintenance';
  database.maintenance = [];
  const { pending } = database;
  carryOut(world, database, [
    ...restart(world, database),
    [
      world.seconds(5, 20),
      () => {
        tell(world, database, 'Finished applying maintenance', 'maintenance');
        if (Object.keys(pending).length > 0) apply(world, database, pending);
      },
    ],
  ]);
}

/** Has maintenance happen by itself where a time for it is set. */
export function maintainInTime(world: World, database: Database): void {
  for (const { at } of database.maintenance) {
    if (at === undefined) continue;
    world.at(at, () => {
      const free = world.rds.databases.has(database.resourceId) && !database.busy && database.up;
      if (free && database.maintenance.length > 0) maintain(world, database);
    });
  }
}

/** Has automated backups begin, one a day in the backup window, as long as the instance keeps any. */
export function backUpDaily(world: World, database: Database): void {
  const at = nextWindow(world.time, database.settings.PreferredBackupWindow ?? '01:00-01:30');
  // Somewhere in the window, not at its first second.
  world.at(at + world.seconds(10, 600), () => {
    if (!world.rds.databases.has(database.resourceId)) return;
    if ((database.settings.BackupRetentionPeriod ?? 0) > 0 && isFree(world, database)) {
      takeAutomatedSnapshot(world, instanceKind, database);
    }
    backUpDaily(world, database);
  });
}
