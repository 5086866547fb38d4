import type { World } from '../../world.ts';
import { writeUp } from '../clients.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Resource } from '../model/alike.ts';
import { tell } from './events.ts';
import { atRest, bringUp, type Stage, syncParameters, takeDown } from './lifecycle.ts';

/**
 * The stages of a rename (facts §1.4, §2.2 trap 6, §6.6). The old host names are gone at once, the new ones come in the
 * end; Describe finds it under both names or under none for a while, and shows the old address after it is available again.
 * A cluster's members keep their names and their sessions, and custom endpoints lead where they led.
 */
export function renaming<T extends Resource>(world: World, kind: Kind<T>, one: T, identifier: string): Stage[] {
  const old = one.identifier;
  const bothNames = world.rds.random.next() < 0.5;
  const { renaming } = kind;
  return [
    [
      0,
      () => {
        one.status = 'renaming';
        for (const engine of renaming.restarts ? kind.engines(world, one) : []) takeDown(world, engine);
        renaming.unname(world, one, old);
        one.answersTo = bothNames ? [old, identifier] : [];
      },
    ],
    [
      world.seconds(...renaming.seconds),
      () => {
        kind.tell(world, one, `Renamed ${renaming.noun} from ${old} to ${identifier}`, 'notification');
        one.identifier = identifier;
        one.renamingTo = undefined;
        one.answersTo = [identifier];
        if (renaming.restarts) one.status = 'rebooting';
        const { identifier: _, ...pending } = one.pending;
        one.pending = pending;
        for (const backup of kind.backups(world).values()) {
          if (backup.resourceId === one.resourceId) backup.identifier = identifier;
        }
      },
    ],
    [
      world.seconds(...renaming.lastSeconds),
      () => {
        for (const engine of renaming.restarts ? kind.engines(world, one) : []) {
          syncParameters(engine);
          bringUp(world, engine);
          if (engine.up) tell(world, engine, 'DB instance restarted', 'availability');
        }
        one.status = atRest(kind.engines(world, one));
        addressLater(world, kind, one, identifier);
      },
    ],
  ];
}

// By itself, whatever begins meanwhile: the Domain Name System waits for nobody.
function addressLater<T extends Resource>(world: World, kind: Kind<T>, one: T, identifier: string): void {
  const still = () => one.identifier === identifier && kind.all(world).has(one.resourceId);
  const shownMs = world.seconds(0, 45);
  world.after(shownMs, () => {
    if (still()) kind.renaming.show(world, one);
  });
  world.after(shownMs + world.seconds(...kind.renaming.dnsSeconds), () => {
    if (!still()) return;
    // What clients do by now, they do by what the name was until now.
    writeUp(world);
    kind.renaming.name(world, one);
  });
}
