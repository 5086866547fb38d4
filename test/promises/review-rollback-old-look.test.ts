// A colleague deletes the original; the next look shows it as it was a minute ago. Nothing else is left then but what the run made.
import { describe, expect, test } from 'vitest';
import { told } from '../support/promises.ts';
import { inWorld, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { loose, minute } from './lever.ts';

const left = (world: World) => {
  const { volumes, snapshots } = world.state();
  return [...volumes, ...snapshots].filter(({ tags }) => tags['rekey:original'] === loose).map(({ id }) => id);
};

describe('a rollback right after somebody has deleted the original of an unattached volume', () => {
  test.each([0, 60_000, 240_000])('AWS shows it for %i ms more: a copy is left', (staleMs) =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
      const first = await world.process([], {
        plans: [volumePlan],
        diesOn: (record) => record.t === 'done' && record.key.step === 'create',
      });
      expect(first.result).toBe('died');
      expect(left(world)).toHaveLength(2);
      world.pass(10 * minute);
      world.account.act({ do: 'delete-volume', volume: loose });
      world.pass(5_000);
      if (staleMs > 0) world.account.faults.add({ operation: 'DescribeVolumes', kind: 'stale', staleMs, forMs: staleMs });
      const second = await world.process(first.disk, {
        plans: [volumePlan],
        command: { command: 'rollback', discardWrites: false },
      });
      world.pass(30 * minute);
      expect(left(world), `${told(second)} ${second.sent.join()}`).not.toEqual([]);
    }));
});
