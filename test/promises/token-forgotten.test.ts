// For how long EC2 knows a client token again is not published: a process that comes later makes a second volume by it.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { minute } from './lever.ts';

const day = 24 * 60 * minute;
const made = (world: World) => world.state().volumes.filter(({ id }) => !/^vol-0{16}\d$/.test(id));

describe('two days after a CreateVolume of which the answer was lost', () => {
  test.each([
    ['of an unattached volume', volumePlan, 1, false],
    ['of an instance', instancePlan, 2, false],
    ['of an unattached volume, whose tags somebody has taken off', volumePlan, 1, true],
    ['of an instance, whose tags somebody has taken off', instancePlan, 2, true],
  ])('%s no second one is left without a name', (_name, plan, count, strips) =>
    inWorld(twoVolumes, async (world) => {
      const plans = [plan];
      const first = await world.process([], { plans, diesAfter: (operation) => operation === 'ec2:CreateVolume' });
      expect(first.result).toBe('died');
      const [lost] = made(world);
      if (strips && lost)
        world.account.act({
          do: 'delete-tags',
          resource: lost.id,
          keys: Object.keys(lost.tags).filter((key) => key.startsWith('rekey:')),
        });
      world.pass(2 * day);
      const second = await world.process(first.disk, { plans });
      expect(exitOf(second), told(second)).toBe(0);
      const left = made(world).map(({ id }) => id);
      const unnamed = left.filter((id) => !world.told.some((text) => text.includes(id)));
      expect(unnamed, world.told.join('\n')).toHaveLength(count);
      expect(left).toHaveLength(strips ? count + 1 : count);
    }));
});
