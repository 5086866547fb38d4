// AWS gives every account so many calls a second, which all that runs there shares: a run says with how few it looks.
import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, oneDatabase } from '../support/rds.ts';
import { clusterPlan, oneCluster } from '../support/rds-cluster.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan } from '../support/world.ts';
import { withSets } from './lever.ts';

const anHour = 'steps.soak.with.for=1h';

describe.each([
  ['an EC2 instance with two volumes', twoVolumes, withSets(instancePlan, anHour), 250],
  ['a volume', twoVolumes, withSets(volumePlan, anHour), 95],
  ['a DB instance', oneDatabase, databasePlan(), 310],
  ['a DB cluster', oneCluster, clusterPlan(), 520],
] as const)('a whole run of %s, with an hour of hold', (_what, scenario, plan, most) => {
  it.each([1, 2, 3])('takes its calls and no more, with seed %s', (seed) =>
    inWorld(
      scenario,
      async (world) => {
        const life = await world.process([], { plans: [plan] });
        expect(exitOf(life), told(life)).toBe(0);
        expect(life.sent.length).toBeLessThanOrEqual(most);
      },
      seed,
    ));

  it('ends when it is done: nobody looks for the original that it has deleted', () =>
    inWorld(scenario, async (world) => {
      const life = await world.process([], { plans: [plan] });
      expect(exitOf(life), told(life)).toBe(0);
      const released = life.disk.findLast((one) => one.t === 'done');
      expect(Date.now() - Date.parse(released?.at ?? '')).toBeLessThan(60_000);
    }));
});
