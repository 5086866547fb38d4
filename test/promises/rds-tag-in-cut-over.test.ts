// A tag takes nothing away from anybody: one that is set while clients are out is carried over, and costs no second cut-over.
import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databaseNamed, databasePlan, oneDatabase, original } from '../support/rds.ts';
import { clusterNamed, clusterPlan, oneCluster, originalCluster } from '../support/rds-cluster.ts';
import { inWorld, type World } from '../support/world.ts';

type Deed = Parameters<World['account']['act']>[0];

const tags = { 'cost-center': '4711', team: 'checkout' };
const tagged: Deed = { do: 'tag-database', database: original, tags };
const clusterTagged: Deed = { do: 'tag-cluster', cluster: originalCluster, tags };

const ofDatabase = (world: World) => databaseNamed(world, 'orders');
const ofCluster = (world: World) => clusterNamed(world, 'shop');
const ofMember = (world: World) => databaseNamed(world, 'shop-1');

describe('tags that somebody sets on an original inside the cut-over', () => {
  it.each([
    ['an instance, when it is restarted', oneDatabase, databasePlan(), 'RebootDBInstance', tagged, ofDatabase],
    ['an instance, when it is snapshotted', oneDatabase, databasePlan(), 'CreateDBSnapshot', tagged, ofDatabase],
    ['a cluster, when it is restarted', oneCluster, clusterPlan(), 'RebootDBInstance', clusterTagged, ofCluster],
    [
      'a cluster, when it is snapshotted',
      oneCluster,
      clusterPlan(),
      'CreateDBClusterSnapshot',
      clusterTagged,
      ofCluster,
    ],
    [
      'a member, when the cluster is restored',
      oneCluster,
      clusterPlan(),
      'RestoreDBClusterFromSnapshot',
      tagged,
      ofMember,
    ],
  ] as const)('of %s are on what takes its place', (_what, scenario, plan, operation, deed, now) =>
    inWorld(scenario, async (world) => {
      let done = 0;
      const life = await world.process([], {
        plans: [plan],
        beforeCall: (call) => {
          // Of an instance the first snapshot is the warm-up.
          const nth = operation === 'CreateDBSnapshot' ? 2 : 1;
          if (call === `rds:${operation}` && ++done === nth) world.account.act(deed);
        },
      });
      expect(done, 'nobody did anything').toBeGreaterThan(0);
      expect(exitOf(life), told(life)).toBe(0);
      expect([original, originalCluster]).not.toContain(now(world)?.resourceId);
      expect(now(world)?.tags).toMatchObject(tags);
    }));
});
