// Nobody looks while somebody else uses an original, but AWS shows it afterwards: what was put back has another AttachTime.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes, type World } from '../support/world.ts';
import { data, instance, minute, root, withSets } from './lever.ts';

const other = 'i-0aaaaaaaaaaaaaaa1';
const withOther = twoVolumes.replace(
  '\nvolumes:',
  `\n  - id: ${other}\n    type: m5.large\n    workload: { everySeconds: 7 }\n    volumes:\n      - { device: /dev/xvda, id: vol-00000000000000006, size: 8, type: gp3, key: alias/new }\nvolumes:`,
);
const device = { [root]: '/dev/xvda', [data]: '/dev/sdf' } as const;
const madeOf = (world: World, original: string) =>
  world.state().volumes.find(({ tags }) => tags['rekey:original'] === original)?.id ?? '';

/** Puts a volume at its device, and what is there away, as somebody does by hand. */
function swap(world: World, out: string, into: string, original: keyof typeof device): void {
  world.account.act({ do: 'detach-volume', volume: out });
  world.pass(minute);
  world.account.act({ do: 'attach-volume', volume: into, instance, device: device[original] });
  world.pass(minute);
}

function halted(world: World, act: () => void): void {
  world.account.act({ do: 'stop-instance', instance });
  world.pass(5 * minute);
  act();
  world.account.act({ do: 'start-instance', instance });
  world.pass(10 * minute);
}

describe('an original that was in use between two looks is not deleted', () => {
  test('of the hold: somebody went back to the originals for two hours', () =>
    inWorld(withOther, async (world) => {
      // Where the changed blocks may not be read, the time of the attachment is all that shows it.
      const plans = [withSets(instancePlan, 'steps.delete.with.changedBlocks=off')];
      const first = await world.process([], { plans, wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      const made = { [root]: madeOf(world, root), [data]: madeOf(world, data) };
      halted(world, () => {
        for (const one of [root, data] as const) swap(world, made[one] ?? '', one, one);
      });
      world.pass(120 * minute);
      halted(world, () => {
        for (const one of [root, data] as const) swap(world, one, made[one] ?? '', one);
      });
      world.pass(60 * minute);
      const second = await world.process(first.disk, { plans, wait: false });
      expect(
        world.state().volumes.map(({ id }) => id),
        told(second),
      ).toContain(data);
    }));

  test('of the cut-over: somebody borrowed the data volume of the stopped instance, and has put it back', () =>
    inWorld(withOther.replace('size: 50,', 'size: 4000,'), async (world) => {
      let at = 0;
      const ends: string[] = [];
      // Where the changed blocks may not be read, the time of the attachment is all that shows it.
      const plans = [withSets(instancePlan, 'steps.delete.with.changedBlocks=off')];
      const life = await world.process([], {
        plans,
        wait: false,
        beforeCall: () => {
          const { snapshots } = world.state();
          const finals = snapshots.filter(({ tags }) => tags['rekey:original'] === data).length === 2;
          if (at > 0 || !finals || world.state().instances[0]?.state !== 'stopped') return;
          at = Date.now();
          const steps = [
            () => world.account.act({ do: 'detach-volume', volume: data }),
            () => world.account.act({ do: 'attach-volume', volume: data, instance: other, device: '/dev/sdz' }),
            () => world.account.act({ do: 'detach-volume', volume: data }),
            () => world.account.act({ do: 'attach-volume', volume: data, instance, device: '/dev/sdf' }),
          ];
          for (const [index, step] of steps.entries())
            setTimeout(() => ends.push(world.attempt(step)), (index + 1) * 20_000);
        },
      });
      expect(ends).toEqual(['done', 'done', 'done', 'done']);
      world.pass(70 * minute);
      const second = exitOf(life) === 3 ? await world.process(life.disk, { plans, wait: false }) : life;
      expect(
        world.state().volumes.map(({ id }) => id),
        `${told(life)} ${told(second)}`,
      ).toContain(data);
    }));
});
