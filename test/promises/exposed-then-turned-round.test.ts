// An unwinding that is turned round goes forward to the deletes: what was seen of an original before, or on the way, still counts.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, type Life, twoVolumes, type World } from '../support/world.ts';
import { data, minute, refuse, root, withSets } from './lever.ts';

const other = 'i-0aaaaaaaaaaaaaaa1';
const withOther = twoVolumes.replace(
  '\nvolumes:',
  `\n  - id: ${other}\n    type: m5.large\n    workload: { everySeconds: 7 }\n    volumes:\n      - { device: /dev/xvda, id: vol-00000000000000006, size: 8, type: gp3, key: alias/new }\nvolumes:`,
);
// Where the changed blocks may not be read, what was seen is all that speaks against the delete.
const plans = [withSets(instancePlan, 'steps.delete.with.changedBlocks=off')];
const borrow = (world: World) =>
  world.account.act({ do: 'attach-volume', volume: root, instance: other, device: '/dev/sdz' });
const giveBack = (world: World) => world.account.act({ do: 'detach-volume', volume: root });

/** A cut-over that is taken back by a process which dies as that begins; before the swap somebody does something. */
async function dyingOnItsWayBack(world: World, beforeSwap: () => void): Promise<Life> {
  refuse(world, 'StartInstances');
  let done = false;
  const life = await world.process([], {
    plans,
    wait: false,
    diesOn: (record) => record.t === 'unwinding',
    beforeCall: (operation) => {
      if (operation !== 'ec2:AttachVolume' || done) return;
      done = true;
      beforeSwap();
    },
  });
  expect(life.result).toBe('died');
  world.pass(10 * minute);
  return life;
}

/** It goes forward, and the original that was in use elsewhere is not deleted at the end of its hold. */
async function expectKept(world: World, life: Life): Promise<void> {
  expect(exitOf(life), told(life)).toBe(3);
  world.pass(120 * minute);
  const last = await world.process(life.disk, { plans, wait: false });
  expect(
    world.state().volumes.map(({ id }) => id),
    told(last),
  ).toContain(root);
}

describe('an original that was seen in use elsewhere is not deleted by a run that was turned round', () => {
  test('when it was seen before the unwinding began', () =>
    inWorld(withOther, async (world) => {
      const first = await dyingOnItsWayBack(world, () => borrow(world));
      giveBack(world);
      world.account.act({ do: 'delete-volume', volume: data });
      world.pass(5 * minute);
      await expectKept(world, await world.process(first.disk, { plans, wait: false }));
    }));

  test('when it was seen by the unwinding itself', () =>
    inWorld(withOther, async (world) => {
      const first = await dyingOnItsWayBack(world, () => {});
      borrow(world);
      world.account.act({ do: 'delete-volume', volume: data });
      world.pass(5 * minute);
      let given = false;
      const second = await world.process(first.disk, {
        plans,
        wait: false,
        beforeCall: () => {
          if (given) return;
          given = true;
          // It takes five minutes until it is certain that the other one is gone.
          setTimeout(() => giveBack(world), 2 * minute);
        },
      });
      await expectKept(world, second);
    }));
});
