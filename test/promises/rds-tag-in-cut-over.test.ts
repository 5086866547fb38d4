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

describe('a tag that somebody sets on an original in the hold', () => {
  it.each([
    ['an instance', oneDatabase, databasePlan(), tagged],
    ['a cluster', oneCluster, clusterPlan(), clusterTagged],
  ] as const)('of %s is told before that goes with it', (_what, scenario, plan, deed) =>
    inWorld(scenario, async (world) => {
      const first = await world.process([], { plans: [plan], wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.account.act(deed);
      world.pass(7_200_000);
      const life = await world.process(first.disk, { plans: [plan] });
      expect(exitOf(life), told(life)).toBe(0);
      const announced = life.disk.flatMap((record) => (record.t === 'announced' ? [record.text] : []));
      expect(announced.join('\n')).toMatch(/goes with the tag cost-center=4711: (orders|shop) has not got it/);
      expect(announced.join('\n')).not.toContain('goes with the role');
    }));
});
