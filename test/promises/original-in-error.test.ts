// A volume in state `error` has lost its data for good: what was made from it is all that is left.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { data, loose, minute, withSets } from './lever.ts';

const left = (world: World, original: string) => {
  const { volumes, snapshots } = world.state();
  return [...volumes, ...snapshots].filter(({ tags }) => tags['rekey:original'] === original).map(({ id }) => id);
};
const rollback = { command: 'rollback', discardWrites: false } as const;

describe('an original that fails (state error) after it was copied', () => {
  test.each([
    ['an unattached volume', volumePlan, loose, 'snapshot', 1],
    ['an unattached volume', volumePlan, loose, 'create', 1],
    ['an instance', instancePlan, data, 'detach', 2],
  ] as const)('of %s, rolled back (%#): a copy is left', (_of, plan, original, step, times) =>
    inWorld(twoVolumes, async (world) => {
      let done = 0;
      const first = await world.process([], {
        plans: [plan],
        diesOn: (record) => record.t === 'done' && record.key.step === step && ++done === times,
      });
      expect(first.result).toBe('died');
      world.account.act({ do: 'fail-volume', volume: original });
      world.pass(10 * minute);
      const second = await world.process(first.disk, { plans: [plan], command: rollback });
      world.pass(30 * minute);
      const sent = second.sent.filter((one) => !one.startsWith('ec2:Desc')).join();
      expect(left(world, original), `exit ${exitOf(second)} ${told(second)} ${sent}`).not.toEqual([]);
    }));

  test('of an unattached volume, while somebody upgrades its replacement: the verification that fails leaves a copy', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], {
        plans: [volumePlan],
        diesOn: (record) => record.t === 'done' && record.key.step === 'create',
      });
      world.account.act({ do: 'fail-volume', volume: loose });
      world.account.act({ do: 'modify-volume', volume: left(world, loose)[0] ?? '', type: 'gp3' });
      world.pass(10 * minute);
      const life = await world.process(first.disk, { plans: [volumePlan], command: { command: 'resume' } });
      world.pass(30 * minute);
      expect(left(world, loose), `exit ${exitOf(life)} ${told(life)}`).not.toEqual([]);
    }));

  test('of an instance, in its hold: the run ends without a proof snapshot, which nothing could show any more, and says so', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.account.act({ do: 'fail-volume', volume: data });
      world.pass(90 * minute);
      const since = Date.now();
      const second = await world.process(first.disk, { wait: false });
      expect(exitOf(second), told(second)).toBe(0);
      expect(Date.now() - since).toBeLessThan(60 * minute);
      expect(world.told.join('\n')).toContain(
        `${data} is in state error: its data is lost, so that no snapshot can show`,
      );
    }));

  test('and one whose plan requires the proof is kept', () =>
    inWorld(twoVolumes, async (world) => {
      const plans = [withSets(instancePlan, 'steps.delete.with.changedBlocks=require')];
      const first = await world.process([], { plans, wait: false });
      world.account.act({ do: 'fail-volume', volume: data });
      world.pass(90 * minute);
      const second = await world.process(first.disk, { plans, wait: false });
      expect(exitOf(second), told(second)).toBe(6);
      expect(world.state().volumes.map(({ id }) => id)).toContain(data);
    }));

  test('of an unattached volume, before anything was made of it: the run does not wait two days for a snapshot', () =>
    inWorld(twoVolumes, async (world) => {
      let failed = false;
      const since = Date.now();
      const life = await world.process([], {
        plans: [volumePlan],
        beforeCall: (operation) => {
          if (failed || operation !== 'ec2:CreateSnapshot') return;
          failed = true;
          world.account.act({ do: 'fail-volume', volume: loose });
        },
      });
      expect(exitOf(life), told(life)).toBe(6);
      expect(told(life)).toContain(`${loose} is in state error`);
      expect(Date.now() - since).toBeLessThan(120 * minute);
    }));

  test('of an instance, in the swap: it does not stay down for good, as its replacements are whole', () =>
    inWorld(twoVolumes, async (world) => {
      let acted = false;
      world.account.faults.add({
        operation: 'AttachVolume',
        kind: 'error',
        code: 'UnauthorizedOperation',
        status: 403,
        times: 1,
      });
      let life = await world.process([], {
        wait: false,
        beforeCall: (name) => {
          if (acted || name !== 'ec2:AttachVolume') return;
          acted = true;
          world.account.act({ do: 'fail-volume', volume: data });
        },
      });
      const ends = [told(life)];
      for (let tries = 0; tries < 3 && world.state().instances[0]?.state !== 'running'; tries++) {
        world.pass(60 * minute);
        life = await world.process(life.disk, { wait: false });
        ends.push(told(life));
      }
      expect(world.state().instances[0]?.state, ends.join('\n')).toBe('running');
    }));
});
