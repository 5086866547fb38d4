import type { PlanSource } from '../../src/contract/plan.ts';
import type { Command } from '../../src/engine/execute.ts';
import type { Violation } from '../support/invariants.ts';
import { firstRun, inWorld, type ProcessOptions, planOf, volumePlan, type World } from '../support/world.ts';
import { falsify, put } from '../sweep/lies.ts';
import type { Shipped } from '../sweep/shipped.ts';
import { Service } from './service.ts';

type Scene = (one: Shipped, world: World) => Promise<void>;
const rollback: Command = { command: 'rollback', discardWrites: true };

/** A process has died in the middle of the swap; when the box runs again, somebody takes the data volume off it. */
async function takenOff(plan: PlanSource, world: World) {
  const data = 'vol-00000000000000002';
  let detached = 0;
  const diesAfter = (operation: string) => operation === 'ec2:DetachVolume' && ++detached === 2;
  const { disk } = await world.process([], { plans: [plan], diesAfter });
  const [box] = world.state().instances;
  const held = () => world.state().instances.find(({ id }) => id === box?.id);
  const dataHeld = () => held()?.devices.find(({ volume }) => volume === data)?.state;
  let taken = false;
  const whenOff = (deed: () => void) => {
    let done = false;
    world.watch(() => {
      if (!taken && held()?.state === 'running' && dataHeld() === 'attached') {
        taken = true;
        world.account.act({ do: 'detach-volume', volume: data });
      }
      if (!taken || done || dataHeld() !== undefined) return;
      done = true;
      deed();
    });
  };
  return { disk, whenOff };
}

/** What no history lives, since its operator never asks for it: each is lived with a shipped plan on its stage. */
export const scenes = {
  'credentials that end at the stop': async ({ plan }, world) => {
    for (const operation of ['StopInstances', 'ModifyDBInstance', 'ModifyDBCluster'])
      world.account.faults.add({ operation, kind: 'error', code: 'ExpiredToken', status: 400 });
    await world.process([], { plans: [plan] });
  },
  'a typed rollback that is killed when it has stopped the target': async ({ plan }, world) => {
    const { disk } = await world.process([], { plans: [plan], wait: false });
    const diesAfter = (operation: string) => /:(StopInstances|ModifyDB(Instance|Cluster))$/.test(operation);
    const killed = await world.process(disk, { plans: [plan], command: rollback, diesAfter });
    // What AWS has accepted comes into force a while later.
    world.pass(60_000);
    await world.process(killed.disk, { plans: [plan], command: rollback, diesAfter: () => true });
  },
  'a process that dies when its target serves again, before that is on record': async ({ plan }, world) => {
    const service = new Service(world.account, planOf(plan));
    let written = false;
    const diesOn: ProcessOptions['diesOn'] = (record) => {
      written ||= record.t === 'write-point';
      return false;
    };
    const diesAfter = () => written && service.truth().serves === true;
    await world.process([], { plans: [plan], diesOn, diesAfter });
  },
  'a rollback of a run of which one plan is done': async ({ plan }, world) => {
    const plans = [{ ...plan, sets: [...plan.sets, 'steps.soak.with.for=9h'] }, volumePlan];
    const begun = await world.process([], { plans, wait: false });
    world.pass(2 * 3_600_000);
    const { disk } = await world.process(begun.disk, { plans, wait: false });
    await world.process(disk, { plans, command: rollback });
  },
  'a run goes on after another has taken over its claim and was rolled back': async ({ plan }, world) => {
    const diesOn: ProcessOptions['diesOn'] = (record) => record.t === 'done' && /\.claim(-cluster)?$/.test(record.uses);
    const { disk } = await world.process([], { plans: [plan], diesOn });
    world.pass(600_000);
    const second = { plans: [plan], run: '20260104T000100Z-bbbbbb' };
    const taken = await world.process([], { ...second, replaceClaim: firstRun, diesOn });
    world.pass(600_000);
    await world.process(taken.disk, { ...second, command: { command: 'rollback', discardWrites: false } });
    await world.process(disk, { plans: [plan] });
  },
  'an original comes off again after it was put back': async ({ plan }, world) => {
    const { disk, whenOff } = await takenOff(plan, world);
    const refused = { kind: 'error', code: 'UnauthorizedOperation', status: 403 } as const;
    whenOff(() => world.account.faults.add({ operation: 'AttachVolume', ...refused }));
    await world.process(disk, { plans: [plan], command: { command: 'rollback', discardWrites: false } });
  },
  'an original comes off again, and the process dies': async ({ plan }, world) => {
    const { disk, whenOff } = await takenOff(plan, world);
    let off = false;
    whenOff(() => {
      off = true;
    });
    const diesOn = () => off;
    await world.process(disk, { plans: [plan], command: { command: 'rollback', discardWrites: false }, diesOn });
  },
  'a process that dies between a member and its cluster': async ({ plan }, world) => {
    const diesOn: ProcessOptions['diesOn'] = (record) => record.t === 'intent' && record.uses === 'rds.delete-cluster';
    await world.process([], { plans: [plan], diesOn });
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
  'a process that dies when it has restored a cluster': async ({ plan }, world) => {
    await world.process([], {
      plans: [plan],
      diesAfter: (operation) => operation === 'rds:RestoreDBClusterFromSnapshot',
    });
  },
  'a database is open to clients from birth': async ({ plan }, world) => {
    falsify(world, {
      asked: (operation, asked) =>
        operation === 'RestoreDBInstanceFromDBSnapshot' &&
        put(asked, { VpcSecurityGroupIds: ['sg-0aaaaaaaaaaaaaaa1'] }),
    });
    await world.process([], { plans: [plan] });
  },
  'an instance is terminated in the hold': async ({ plan, target }, world) => {
    const { disk } = await world.process([], { plans: [plan], wait: false });
    for (const { id, attachments, tags } of world.state().volumes)
      if (attachments.length === 0 && !tags['rekey:run']) world.account.act({ do: 'delete-volume', volume: id });
    world.pass(600_000);
    world.account.act({ do: 'terminate-instance', instance: target });
    world.pass(4_200_000);
    await world.process(disk, { plans: [plan], wait: false });
  },
} as const satisfies Readonly<Record<string, Scene>>;
export type SceneName = keyof typeof scenes;

/** The expected failures that a scene shows with a plan, and what has struck in it. Throws for any other. */
export async function shownIn(
  name: SceneName,
  one: Shipped,
): Promise<{ readonly expected: readonly Violation[]; readonly struck: ReadonlySet<string> }> {
  return inWorld(
    one.scenario,
    async (world) => {
      await scenes[name](one, world);
      const { expected, struck } = world.auditor;
      return { expected, struck };
    },
    one.seed,
  );
}
