import type { World } from '../../world.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Resource } from '../model/alike.ts';
import { named } from '../naming/find.ts';
import { refusals } from '../rules/refusals.ts';
import { atRest, bringUp, carryOut, takeDown } from './lifecycle.ts';

const restartAfterMs = 7 * 86_400_000;

/** Stops what a call names. Throws the state that forbids it. */
export function askStop<T extends Resource>(world: World, kind: Kind<T>, name: string | undefined): object {
  const one = named(world, kind, name);
  kind.requireOwn?.(one, 'stopped');
  kind.requireFree(world, one, 'stopped');
  kind.stopping.refuse?.(world, one);
  stop(world, kind, one);
  return kind.view(world, one);
}

/** Stops an instance, or a cluster with all of its members. */
function stop<T extends Resource>(world: World, kind: Kind<T>, one: T): void {
  const engines = kind.engines(world, one);
  const show = (status: string) => {
    for (const each of [one, ...engines]) each.status = status;
  };
  show('stopping');
  carryOut(world, one, [
    [
      world.seconds(2, 10),
      () => {
        for (const engine of engines) takeDown(world, engine);
      },
    ],
    [
      world.seconds(...kind.stopping.stopSeconds),
      () => {
        show('stopped');
        kind.tell(world, one, `${kind.noun} stopped`, 'notification');
        restStopped(world, kind, one);
      },
    ],
  ]);
}

/** Starts what a call names. Throws the state, or the key, that forbids it. */
export function askStart<T extends Resource>(world: World, kind: Kind<T>, name: string | undefined): object {
  const one = named(world, kind, name);
  kind.requireOwn?.(one, 'started');
  if (!['stopped', 'inaccessible-encryption-credentials-recoverable'].includes(one.status)) {
    throw kind.refusals.state(`${kind.called} ${one.identifier} is not stopped but ${kind.shownStatus(world, one)}.`);
  }
  const key = one.keyArn === undefined ? undefined : world.findKey(one.keyArn);
  if (one.keyArn !== undefined && !world.usable(key)) throw refusals.key(one.keyArn);
  start(world, kind, one);
  const { startAsked } = kind.stopping;
  if (startAsked !== undefined) kind.tell(world, one, startAsked, 'notification');
  return kind.view(world, one);
}

/** Starts what is stopped, a cluster with all of its members. */
function start<T extends Resource>(world: World, kind: Kind<T>, one: T): void {
  one.status = 'starting';
  one.restartAt = undefined;
  for (const engine of kind.engines(world, one)) engine.status = 'starting';
  carryOut(world, one, [
    [
      world.seconds(60, kind.stopping.longestStartSeconds),
      () => {
        for (const engine of kind.engines(world, one)) bringUp(world, engine);
        one.status = atRest(kind.engines(world, one));
        if (kind.stopping.tellsOfStart(one)) kind.tell(world, one, `${kind.noun} started`, 'notification');
      },
    ],
  ]);
}

/** What is stopped starts by itself after a week. */
export function restStopped<T extends Resource>(world: World, kind: Kind<T>, one: T): void {
  const at = world.time + restartAfterMs;
  one.restartAt = at;
  world.at(at, () => {
    if (one.status !== 'stopped' || one.restartAt !== at) return;
    const { weekIsOver } = kind.stopping;
    if (weekIsOver !== undefined) kind.tell(world, one, weekIsOver, 'notification');
    start(world, kind, one);
  });
}
