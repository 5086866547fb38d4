// What a read has found once stays claimed, also when a later read does not find it on the target any more.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { inWorld, twoVolumes, type World } from '../support/world.ts';
import { data, instance, minute } from './lever.ts';

const other = 'i-0aaaaaaaaaaaaaaa1';
const withOther = twoVolumes.replace(
  '\nvolumes:',
  `\n  - id: ${other}\n    type: m5.large\n    volumes:\n      - { device: /dev/xvda, id: vol-00000000000000006, size: 8, type: gp3, key: alias/new }\nvolumes:`,
);

/** A first process may not tag, so it has claimed nothing; meanwhile the data volume is taken off. */
async function unclaimed(world: World) {
  world.account.faults.add({
    operation: 'CreateTags',
    times: 1,
    kind: 'error',
    code: 'UnauthorizedOperation',
    status: 403,
  });
  const first = await world.process([]);
  expect(exitOf(first), told(first)).toBe(1);
  world.account.act({ do: 'stop-instance', instance });
  world.pass(5 * minute);
  world.account.act({ do: 'detach-volume', volume: data });
  world.pass(10 * minute);
  world.account.act({ do: 'start-instance', instance });
  world.pass(10 * minute);
  return first;
}

describe('a volume that was taken off the instance before anything was claimed', () => {
  test('and deleted: a resume moves what is left', () =>
    inWorld(withOther, async (world) => {
      const first = await unclaimed(world);
      world.account.act({ do: 'delete-volume', volume: data });
      world.pass(60 * minute);
      const second = await world.process(first.disk);
      expect(exitOf(second), `${told(first)}\n${told(second)}`).toBe(0);
    }));

  test('and given to another instance: it gets no claim of this run, and is no matter of it', () =>
    inWorld(withOther, async (world) => {
      const first = await unclaimed(world);
      world.account.act({ do: 'attach-volume', volume: data, instance: other, device: '/dev/sdf' });
      world.pass(60 * minute);
      const tagged: string[] = [];
      world.watch(({ operation, input }) => {
        if (operation === 'CreateTags') tagged.push(JSON.stringify(input));
      });
      const second = await world.process(first.disk);
      expect(
        tagged.filter((one) => one.includes(data)),
        `${told(second)}`,
      ).toEqual([]);
      expect(exitOf(second), told(second)).toBe(0);
    }));
});
