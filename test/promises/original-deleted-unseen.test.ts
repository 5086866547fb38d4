// A colleague deletes the original, and looks of the past show it. Nothing else is left then but what the run made.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { data, loose, minute } from './lever.ts';

const left = (world: World, original: string) => {
  const { volumes, snapshots } = world.state();
  return [...volumes, ...snapshots].filter(({ tags }) => tags['rekey:original'] === original).map(({ id }) => id);
};

describe('a rollback before the cut-over, after somebody has deleted the original', () => {
  test.each([
    ['of an unattached volume, and AWS shows what is', volumePlan, loose, 'snapshot', 0, 4 * minute],
    [
      'of an unattached volume, and Describe calls show it still',
      volumePlan,
      loose,
      'snapshot',
      4.8 * minute,
      4 * minute,
    ],
    ['of an instance, and Describe calls show it still', instancePlan, data, 'warm-up', 4.8 * minute, 4 * minute],
    ['of an unattached volume that is still being deleted', volumePlan, loose, 'snapshot', 4.8 * minute, 5_000],
    ['of an instance whose volume is still being deleted', instancePlan, data, 'warm-up', 4.8 * minute, 5_000],
  ])('%s: a copy is left', (_name, plan, original, step, staleMs, agoMs) =>
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
      // What is being deleted may still take a tag.
      world.pass(agoMs);
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

test('a box that serves on its replacements is not halted by a rollback four minutes after somebody has deleted an original', () =>
  inWorld(twoVolumes, async (world) => {
    world.account.faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
    const first = await world.process([], { wait: false });
    expect(exitOf(first), told(first)).toBe(3);
    world.pass(20 * minute);
    world.account.act({ do: 'delete-volume', volume: data });
    world.pass(4 * minute);
    world.account.faults.add({
      operation: 'DescribeVolumes',
      kind: 'stale',
      staleMs: 4.8 * minute,
      forMs: 4.8 * minute,
    });
    const second = await world.process(first.disk, { command: { command: 'rollback', discardWrites: true } });
    expect(second.sent, told(second)).not.toContain('ec2:StopInstances');
    expect(told(second)).toContain(`${data} is gone`);
    expect(world.state().instances[0]?.state).toBe('running');
  }));
