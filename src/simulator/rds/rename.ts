import type { World } from '../world.ts';
import { writeUp } from './clients.ts';
import { tell } from './events.ts';
import { bringUp, type Stage, syncParameters, takeDown } from './lifecycle.ts';
import type { Database } from './model.ts';
import { hostOf } from './views.ts';

/**
 * The stages of a rename (facts §1.4, §2.2 trap 6, §6.6). The old host name is gone at once, the new one comes in the
 * end; Describe finds the instance under both names or under none for a while, and shows the old address after it is
 * available again.
 */
export function renaming(world: World, database: Database, identifier: string): Stage[] {
  const old = database.identifier;
  const bothNames = world.rds.random.next() < 0.5;
  return [
    [
      0,
      () => {
        database.status = 'renaming';
        takeDown(world, database);
        const host = hostOf(world, old);
        if (world.rds.names.get(host) === database.resourceId) world.rds.names.delete(host);
        database.answersTo = bothNames ? [old, identifier] : [];
      },
    ],
    [
      world.seconds(10, 60),
      () => {
        tell(world, database, `Renamed instance from ${old} to ${identifier}`, 'notification');
        database.identifier = identifier;
        database.renamingTo = undefined;
        database.answersTo = [identifier];
        database.status = 'rebooting';
        const { identifier: _, ...pending } = database.pending;
        database.pending = pending;
        for (const backup of world.rds.automatedBackups.values()) {
          if (backup.resourceId === database.resourceId) backup.identifier = identifier;
        }
      },
    ],
    [
      world.seconds(20, 90),
      () => {
        syncParameters(database);
        bringUp(world, database);
        if (database.up) tell(world, database, 'DB instance restarted', 'availability');
        addressLater(world, database, identifier);
      },
    ],
  ];
}

// By itself, whatever begins meanwhile: the Domain Name System waits for nobody.
function addressLater(world: World, database: Database, identifier: string): void {
  const still = () => database.identifier === identifier && world.rds.databases.has(database.resourceId);
  const shownMs = world.seconds(0, 45);
  world.after(shownMs, () => {
    if (still()) database.address = hostOf(world, identifier);
  });
  world.after(shownMs + world.seconds(10, 400), () => {
    if (!still()) return;
    // What clients do by now, they do by what the name was until now.
    writeUp(world);
    world.rds.names.set(hostOf(world, identifier), database.resourceId);
  });
}
