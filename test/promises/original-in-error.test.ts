// A volume in state `error` has lost its data for good: what was made from it is all that is left.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { data, loose, minute } from './lever.ts';

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
