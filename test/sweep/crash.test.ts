import { describe, expect, test } from 'vitest';
import { exitOf, expectInstanceMoved, expectVolumeMoved, told } from '../support/promises.ts';
import { type Crash, instancePlan, inWorld, twoVolumes, volumePlan, type World } from '../support/world.ts';

/** All of them in CI; by default each so many, so that `npm test` stays short: which ones moves with every call's number. */
const stride = process.env['REKEY_SWEEP'] === 'full' ? 1 : 13;

const plans = [
  { name: 'ec2-instance', plan: instancePlan, expectMoved: expectInstanceMoved },
  { name: 'ebs-volume', plan: volumePlan, expectMoved: expectVolumeMoved },
];

async function crashed(plan: (typeof plans)[number], crash: Crash): Promise<void> {
  await inWorld(twoVolumes, async (world: World) => {
    const first = await world.process([], { plans: [plan.plan], crash });
    if (!first.disk.some((record) => record.t === 'submitted')) return;
    const second = await world.process(first.disk, { plans: [plan.plan] });
    expect(exitOf(second), `${JSON.stringify(crash)} ${told(second)}`).toBe(0);
    plan.expectMoved(world);
  });
}

describe.each(plans)('a crash of the plan $name', (plan) => {
  test('at every API call, before it, after it or with its answer, is resumed to the same end', async () => {
    const calls = await inWorld(
      twoVolumes,
      async (world) => (await world.process([], { plans: [plan.plan] })).sent.length,
    );
    expect(calls).toBeGreaterThan(30);
    for (const [offset, when] of (['before', 'after', 'answered'] as const).entries()) {
      for (let number = 1 + offset; number <= calls; number += stride) await crashed(plan, { call: { number, when } });
    }
  }, 900_000);

  test('at every journal record, before or after it is on disk, is resumed to the same end', async () => {
    const records = await inWorld(
      twoVolumes,
      async (world) => (await world.process([], { plans: [plan.plan] })).disk.length,
    );
    for (const [offset, when] of (['crash-before', 'crash-after'] as const).entries()) {
      for (let number = 2 + offset; number <= records; number += stride)
        await crashed(plan, { record: { number, when } });
    }
  }, 900_000);
});
