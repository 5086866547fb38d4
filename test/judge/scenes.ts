import type { Command } from '../../src/engine/execute.ts';
import { inWorld, volumePlan, type World } from '../support/world.ts';
import type { Shipped } from '../sweep/shipped.ts';

type Scene = (one: Shipped, world: World) => Promise<void>;
const rollback: Command = { command: 'rollback', discardWrites: true };

/** What no history lives, since its operator never asks for it: each is lived with a shipped plan on its stage. */
export const scenes = {
  'credentials that end at the stop': async ({ plan }, world) => {
    world.account.faults.add({
      operation: 'StopInstances',
      times: 1,
      kind: 'error',
      code: 'ExpiredToken',
      status: 400,
    });
    await world.process([], { plans: [plan] });
  },
  'a typed rollback past the write point': async ({ plan }, world) => {
    const { disk } = await world.process([], { plans: [plan], wait: false });
    await world.process(disk, { plans: [plan], command: rollback });
  },
  'a typed rollback that is killed when it has stopped the target': async ({ plan }, world) => {
    const { disk } = await world.process([], { plans: [plan], wait: false });
    const diesAfter = (operation: string) => /:(StopInstances|ModifyDB(Instance|Cluster))$/.test(operation);
    const killed = await world.process(disk, { plans: [plan], command: rollback, diesAfter });
    // What AWS has accepted comes into force a while later.
    world.pass(60_000);
    await world.process(killed.disk, { plans: [plan], command: rollback, diesAfter: () => true });
  },
  'a rollback of a run of which one plan is done': async ({ plan }, world) => {
    const plans = [{ ...plan, sets: [...plan.sets, 'steps.soak.with.for=9h'] }, volumePlan];
    const begun = await world.process([], { plans, wait: false });
    world.pass(2 * 3_600_000);
    const { disk } = await world.process(begun.disk, { plans, wait: false });
    await world.process(disk, { plans, command: rollback });
  },
  'the original is given its name again in the hold': async ({ plan, target }, world) => {
    const { disk } = await world.process([], { plans: [plan], wait: false });
    const original = world.state().clusters.find(({ identifier }) => identifier.startsWith(`${target}-old-`));
    const rename = (cluster: string, identifier: string) => {
      world.account.act({ do: 'modify-cluster', cluster, now: true, identifier });
      world.pass(20 * 60_000);
    };
    rename(target, `${target}-now`);
    rename(original?.identifier ?? '', target);
    world.pass(7_200_000);
    await world.process(disk, { plans: [plan], wait: false });
  },
} as const satisfies Readonly<Record<string, Scene>>;
export type SceneName = keyof typeof scenes;

/** The kinds of expected failures that a scene shows with a plan. Throws for any other. */
export async function kindsOf(name: SceneName, one: Shipped): Promise<string[]> {
  return inWorld(
    one.scenario,
    async (world) => {
      await scenes[name](one, world);
      return world.auditor.expected.map(({ kind }) => kind);
    },
    one.seed,
  );
}
