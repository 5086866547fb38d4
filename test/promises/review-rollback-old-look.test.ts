// A colleague deletes the original; the next look shows it as it was a minute ago. Nothing else is left then but what the run made.
import { describe, expect, test } from 'vitest';
import { told } from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { data, loose, minute } from './lever.ts';

const left = (world: World, original: string) => {
  const { volumes, snapshots } = world.state();
  return [...volumes, ...snapshots].filter(({ tags }) => tags['rekey:original'] === original).map(({ id }) => id);
};

describe('a rollback before the cut-over, right after somebody has deleted the original', () => {
  test.each([
    ['of an unattached volume, and AWS shows what is', volumePlan, loose, 'snapshot', 0],
    ['of an unattached volume, and AWS shows it for a minute more', volumePlan, loose, 'snapshot', minute],
    ['of an instance, and AWS shows it for a minute more', instancePlan, data, 'warm-up', minute],
  ])('%s: a copy is left', (_name, plan, original, step, staleMs) =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
      let done = 0;
      const first = await world.process([], {
        plans: [plan],
        diesOn: (record) =>
          record.t === 'done' && record.key.step === step && ++done === (plan === instancePlan ? 2 : 1),
      });
      expect(first.result).toBe('died');
      world.pass(10 * minute);
      if (plan === instancePlan) world.account.act({ do: 'detach-volume', volume: original });
      world.pass(minute);
      world.account.act({ do: 'delete-volume', volume: original });
      world.pass(5_000);
      if (staleMs > 0)
        world.account.faults.add({ operation: 'DescribeVolumes', kind: 'stale', staleMs, forMs: staleMs });
      const second = await world.process(first.disk, {
        plans: [plan],
        command: { command: 'rollback', discardWrites: false },
      });
      world.pass(30 * minute);
      expect(left(world, original), `${told(second)} ${second.sent.join()}`).not.toEqual([]);
    }));
});
