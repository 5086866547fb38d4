// A colleague deletes a replacement in the hold, and looks of the past show it: then its original is the last of the data.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan } from '../support/world.ts';
import { data, instance, loose, minute, root, withSets } from './lever.ts';

describe('a replacement that was deleted, which every look still shows', () => {
  test.each([
    ['an unattached volume, four minutes ago', volumePlan, loose, 3.5 * minute],
    ['an instance, four minutes ago', instancePlan, data, 3.5 * minute],
    // What is being deleted may still take a tag.
    ['an unattached volume, a moment ago', volumePlan, loose, 5_000],
    ['an instance, a moment ago', instancePlan, data, 5_000],
  ])('of %s: its original is not deleted', (_of, plan, original, agoMs) =>
    inWorld(twoVolumes, async (world) => {
      // A proof snapshot takes longer than AWS shows the past here.
      const plans = [withSets(plan, 'steps.delete.with.changedBlocks=off')];
      world.account.faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
      const first = await world.process([], { plans, wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.pass(90 * minute);
      const made = world.state().volumes.find(({ tags }) => tags['rekey:original'] === original)?.id ?? '';
      if (plan === instancePlan) world.account.act({ do: 'detach-volume', volume: made });
      world.pass(minute);
      world.account.act({ do: 'delete-volume', volume: made });
      world.pass(agoMs);
      world.account.faults.add({ kind: 'stale', staleMs: 4.8 * minute, forMs: 4.8 * minute });
      const second = await world.process(first.disk, { plans, wait: false });
      const { volumes } = world.state();
      expect(
        volumes.map(({ id }) => id),
        told(second),
      ).toContain(original);
      expect(told(second)).toContain(`replacement ${made} is not there`);
    }));

  test('of an instance that was terminated a moment ago, and goes with it: its original is not deleted', () =>
    inWorld(twoVolumes, async (world) => {
      const plans = [withSets(instancePlan, 'steps.delete.with.changedBlocks=off')];
      const staleMs = 4 * minute;
      world.account.faults.add({ kind: 'stale', staleMs, skip: Number.MAX_SAFE_INTEGER });
      const first = await world.process([], { plans, wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.pass(90 * minute);
      world.account.act({ do: 'terminate-instance', instance });
      for (const operation of ['DescribeInstances', 'DescribeInstanceStatus'])
        world.account.faults.add({ operation, kind: 'stale', staleMs, forMs: staleMs });
      const second = await world.process(first.disk, { plans, wait: false });
      expect(
        world.state().volumes.map(({ id }) => id),
        told(second),
      ).toContain(root);
    }));
});
