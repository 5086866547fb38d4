// Another run's claim was taken off minutes ago, and looks of the past show it still.
import { expect, test } from 'vitest';
import { exitOf, expectInstanceMoved, told } from '../support/promises.ts';
import { inWorld, twoVolumes, volumePlan } from '../support/world.ts';
import { beforeFirst, data, instance, instancePlan, loose, minute, root, withText } from './lever.ts';

const plans = [
  withText(instancePlan, (text) =>
    text.replace(/ {2}- id: warm-up\n[\s\S]*?\n\n/, '').replace(/ {2}- id: discard-warm-up\n[\s\S]*$/, ''),
  ),
];
const other = '20260101T000000Z-bbbbbb';

test('a claim that the operator had taken over by the process before does not leave the instance down', () =>
  inWorld(twoVolumes, async (world) => {
    for (const resource of [instance, root, data])
      world.account.act({ do: 'create-tags', resource, tags: { [`rekey:claim:${other}`]: 'ec2-instance' } });
    world.account.faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
    world.pass(10 * minute);
    let replacedAt = 0;
    world.watch(({ operation, at }) => {
      if (operation === 'DeleteTags') replacedAt ||= at;
    });
    const first = await world.process([], {
      plans,
      replaceClaim: other,
      diesOn: (record) => record.t === 'done' && record.key.step === 'stop',
    });
    expect(first.result).toBe('died');
    const agoMs = world.account.world.time - replacedAt;
    expect(agoMs).toBeLessThan(290_000);
    const staleMs = agoMs + 1_000;
    for (const operation of ['DescribeInstances', 'DescribeVolumes'])
      world.account.faults.add({ operation, kind: 'stale', staleMs, forMs: 2 * minute });
    const second = await world.process(first.disk, { plans });
    expect(exitOf(second), told(second)).toBe(0);
    expectInstanceMoved(world);
  }));

test('a claim that its own run has let go of does not leave the instance down', () =>
  inWorld(twoVolumes, async (world) => {
    const claimed = [instance, root, data];
    const key = `rekey:claim:${other}`;
    for (const resource of claimed) world.account.act({ do: 'create-tags', resource, tags: { [key]: 'ec2-instance' } });
    world.account.faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
    world.pass(10 * minute);
    for (const resource of claimed) world.account.act({ do: 'delete-tags', resource, keys: [key] });
    const releasedAt = world.account.world.time;
    world.pass(2_000);
    const beforeCall = beforeFirst('ec2:CreateSnapshot', () => {
      const staleMs = world.account.world.time - releasedAt + 100_000;
      expect(staleMs).toBeLessThan(290_000);
      for (const operation of ['DescribeInstances', 'DescribeVolumes'])
        world.account.faults.add({ operation, kind: 'stale', staleMs, forMs: 2 * minute });
    });
    const life = await world.process([], { plans, beforeCall });
    expect(exitOf(life), told(life)).toBe(0);
    expectInstanceMoved(world);
  }));

test('a claim that its own run has let go of keeps nobody from an unattached volume', () =>
  inWorld(twoVolumes, async (world) => {
    const key = `rekey:claim:${other}`;
    world.account.act({ do: 'create-tags', resource: loose, tags: { [key]: 'ebs-volume' } });
    world.account.faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
    world.pass(10 * minute);
    world.account.act({ do: 'delete-tags', resource: loose, keys: [key] });
    const releasedAt = world.account.world.time;
    world.pass(2_000);
    const beforeCall = beforeFirst('ec2:CreateSnapshot', () => {
      const staleMs = world.account.world.time - releasedAt + 100_000;
      world.account.faults.add({ operation: 'DescribeVolumes', kind: 'stale', staleMs, forMs: 2 * minute });
    });
    const life = await world.process([], { plans: [volumePlan], beforeCall });
    expect(exitOf(life), told(life)).toBe(0);
  }));
