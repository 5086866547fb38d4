import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { clusterPlan, expectClusterMoved, oneCluster } from '../support/rds-cluster.ts';
import { inWorld } from '../support/world.ts';

describe('an Aurora cluster', () => {
  it('goes over to the new key under the same names, with every setting, member and endpoint, and loses nothing', () =>
    inWorld(oneCluster, async (world) => {
      const life = await world.process([], { plans: [clusterPlan()] });
      expect(exitOf(life), told(life)).toBe(0);
      expectClusterMoved(world);
      world.pass(600_000);
      expectClusterMoved(world);
    }));
});
