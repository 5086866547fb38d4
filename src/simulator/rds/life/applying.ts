import type { World } from '../../world.ts';
import type { Kind } from '../kinds/kind.ts';
import type { ChangesOf, Resource } from '../model/alike.ts';
import { atRest, bringUp, carryOut, type Stage, syncParameters, takeDown } from './lifecycle.ts';
import { renaming } from './rename.ts';

// These show in Describe at once, whatever they take to be in force.
const quick: ReadonlySet<string> = new Set(['SecurityGroupIds', 'ParameterGroup']);

/** Applies changes as RDS does: for a while nothing shows, then the status moves, then all is as it should be. */
export function apply<T extends Resource>(
  world: World,
  kind: Kind<T>,
  one: T,
  changes: ChangesOf<T['settings']>,
): void {
  const { identifier, masterPassword, ...rest } = changes;
  const settings = rest as Partial<T['settings']>;
  if (identifier !== undefined) one.renamingTo = identifier;
  one.settings = changed(
    one.settings,
    Object.fromEntries(Object.entries(settings).filter(([name]) => quick.has(name))),
  );
  kind.changes.begin(world, one, settings);
  const restarts = kind.changes.disruptive.some((name) => settings[name] !== undefined);
  const stages: Stage[] = [
    [
      world.seconds(3, 20),
      () => {
        one.status = settings.EngineVersion === undefined ? 'modifying' : 'upgrading';
        if (masterPassword) one.status = 'resetting-master-credentials';
        if (!restarts) kind.changes.meanwhile?.(world, one);
        else
          for (const engine of kind.engines(world, one)) {
            engine.status = one.status;
            takeDown(world, engine);
          }
      },
    ],
    [
      world.seconds(5, 40) + (restarts ? world.seconds(60, 240) : 0),
      () => applied(world, kind, one, settings, restarts),
    ],
  ];
  if (identifier !== undefined) stages.push(...renaming(world, kind, one, identifier));
  carryOut(world, one, stages);
}

function changed<S>(settings: S, by: object): S {
  return { ...settings, ...by };
}

function applied<T extends Resource>(
  world: World,
  kind: Kind<T>,
  one: T,
  settings: Partial<T['settings']>,
  restarts: boolean,
): void {
  one.settings = changed(one.settings, settings);
  one.groupsInForce = one.settings.SecurityGroupIds;
  one.pending = Object.fromEntries(
    Object.entries(one.pending).filter(([name]) => !(name in settings) && name !== 'masterPassword'),
  );
  const tellAll = () => {
    for (const name of Object.keys(settings))
      kind.tell(world, one, `Finished applying modification to ${name}`, 'configuration change');
  };
  kind.changes.inForce(world, one, settings);
  if (kind.changes.toldBeforeRestart) tellAll();
  for (const engine of restarts ? kind.engines(world, one) : []) {
    syncParameters(engine);
    bringUp(world, engine);
  }
  one.status = atRest(kind.engines(world, one));
  if (!kind.changes.toldBeforeRestart) tellAll();
  kind.changes.after?.(world, one, settings);
}
