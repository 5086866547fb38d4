import { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Resource } from '../model/alike.ts';
import { nextWindow } from '../rules/windows.ts';
import { apply } from './applying.ts';
import { takeAutomatedSnapshot } from './backups.ts';
import { carryOut } from './lifecycle.ts';

/** Has what waits for the maintenance window happen in the next one. */
export function awaitWindow<T extends Resource>(world: World, kind: Kind<T>, one: T): void {
  const at = nextWindow(world.time, one.settings.PreferredMaintenanceWindow ?? 'sun:03:00-sun:03:30');
  world.at(at, () => {
    if (!kind.all(world).has(one.resourceId) || Object.keys(one.pending).length === 0) return;
    if (isFree(world, kind, one)) apply(world, kind, one, one.pending);
    else awaitWindow(world, kind, one);
  });
}

function isFree<T extends Resource>(world: World, kind: Kind<T>, one: T): boolean {
  try {
    kind.requireFree(world, one, 'maintained');
    return true;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}

/** What AWS does in the window: engines are restarted, and all that waits is applied. */
export function maintain<T extends Resource>(world: World, kind: Kind<T>, one: T): void {
  kind.requireFree(world, one, 'maintained');
  kind.tell(world, one, `Applying maintenance to the ${kind.noun}`, 'maintenance');
  one.status = 'maintenance';
  one.maintenance = [];
  const { pending } = one;
  const finished = () => {
    kind.tell(world, one, 'Finished applying maintenance', 'maintenance');
    if (kind.maintenance.takesPending(one) && Object.keys(pending).length > 0) apply(world, kind, one, pending);
  };
  carryOut(world, one, kind.maintenance.stages(world, one, finished));
}

/** Has maintenance happen by itself where a time for it is set. */
export function maintainInTime<T extends Resource>(world: World, kind: Kind<T>, one: T): void {
  for (const { at } of one.maintenance) {
    if (at === undefined) continue;
    world.at(at, () => {
      const free = kind.all(world).has(one.resourceId) && kind.maintenance.mayBegin(one);
      if (free && one.maintenance.length > 0) maintain(world, kind, one);
    });
  }
}

/** Has automated backups begin, one a day in the backup window. */
export function backUpDaily<T extends Resource>(world: World, kind: Kind<T>, one: T): void {
  const at = nextWindow(world.time, one.settings.PreferredBackupWindow ?? '01:00-01:30');
  // Somewhere in the window, not at its first second.
  world.at(at + world.seconds(10, 600), () => {
    if (!kind.all(world).has(one.resourceId)) return;
    if (kind.backsUp(one) && isFree(world, kind, one)) takeAutomatedSnapshot(world, kind, one);
    backUpDaily(world, kind, one);
  });
}
