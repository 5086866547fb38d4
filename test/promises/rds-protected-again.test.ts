// Deletion protection that somebody sets after this run has taken it off says that the original is to stay, with all that belongs to it.
import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, oneDatabase, original } from '../support/rds.ts';
import { clusterPlan, oneCluster, originalCluster } from '../support/rds-cluster.ts';
import { inWorld } from '../support/world.ts';

const minute = 60_000;

describe('an original that somebody protects against deletion again before it is deleted', () => {
  it('keeps the members that it has as a cluster, and the run says why; with the protection off a resume ends done', () =>
    inWorld(oneCluster, async (world) => {
      const plans = [clusterPlan()];
      const protect = (deletionProtection: boolean) =>
        world.account.act({ do: 'modify-cluster', cluster: originalCluster, now: true, deletionProtection });
      const old = () => world.state().clusters.find(({ resourceId }) => resourceId === originalCluster);
      let asked = 0;
      const first = await world.process([], {
        plans,
        beforeCall: (operation) => {
          // The first answer of CloudTrail is waited for after the protection is off.
          if (operation === 'cloudtrail:LookupEvents' && old()?.settings.DeletionProtection === false && ++asked === 1)
            protect(true);
        },
      });
      expect(asked).toBeGreaterThan(0);
      expect(exitOf(first), told(first)).toBe(4);
      expect(told(first)).toMatch(/somebody has protected original shop-old-\w+ against deletion again/);
      expect(old()?.members).toHaveLength(2);
      protect(false);
      world.pass(5 * minute);
      const second = await world.process(first.disk, { plans });
      expect(exitOf(second), told(second)).toBe(0);
      expect(old()).toBeUndefined();
    }));

  it('stays as an instance, and the run says why', () =>
    inWorld(oneDatabase, async (world) => {
      const old = () => world.state().databases.find(({ resourceId }) => resourceId === original);
      let done = false;
      const first = await world.process([], {
        plans: [databasePlan()],
        beforeCall: (operation) => {
          if (done || operation !== 'cloudtrail:LookupEvents' || old()?.settings.DeletionProtection !== false) return;
          done = true;
          world.account.act({ do: 'modify-database', database: original, now: true, deletionProtection: true });
        },
      });
      expect(done).toBe(true);
      expect(exitOf(first), told(first)).toBe(4);
      expect(told(first)).toMatch(/somebody has protected original orders-old-\w+ against deletion again/);
      expect(old()).toBeDefined();
    }));
});
