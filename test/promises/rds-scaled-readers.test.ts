// Application Auto Scaling makes readers of a cluster and takes away what it has made, whenever it wants: that is no change of the cluster.
import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import {
  clusterNamed,
  clusterPlan,
  expectNoClusterWriteLost,
  oneCluster,
  originalCluster,
} from '../support/rds-cluster.ts';
import { inWorld, type Life, type World } from '../support/world.ts';

type Deed = Parameters<World['account']['act']>[0];

const minute = 60_000;
const scaled = 'application-autoscaling-9f8e7d6c-aaaa-4bbb-8ccc-ddddeeeeffff';
const withReader = oneCluster.replace(
  '    endpoints:',
  `      - { id: ${scaled}, class: db.r6g.large, tier: 15, tags: { "application-autoscaling:resourceId": "cluster:shop" } }
    endpoints:`,
);
const plans = [clusterPlan()];
const windowed = [clusterPlan('window={"cron":"0 1 * * MON","timezone":"Etc/UTC","duration":"3h","cutoff":"30m"}')];
const scaleIn: Deed = { do: 'scale-in-readers', cluster: originalCluster };
const scaleOut: Deed = { do: 'scale-out-readers', cluster: 'shop' };

const oneMore = 'application-autoscaling-00000000-0000-4000-8000-000000000003';
const namingReader = withReader.replace('static: [shop-2]', `static: [shop-2, ${scaled}]`);
const opened: Deed = { do: 'add-cluster-to-group', cluster: originalCluster, group: 'sg-0aaaaaaaaaaaaaaa1' };

async function disturbed(world: World, operation: string, nth: number, ...deeds: Deed[]): Promise<Life> {
  let seen = 0;
  let done = 0;
  const life = await world.process([], {
    plans,
    beforeCall: (call) => {
      if (call !== `rds:${operation}` || ++seen !== nth) return;
      for (const deed of deeds) world.account.act(deed);
      done++;
    },
  });
  expect(done, 'nobody did anything').toBe(1);
  return life;
}

const announced = (life: Life) => life.disk.flatMap((record) => (record.t === 'announced' ? [record.text] : []));

/** Moved, with these members, and nothing of the original left. */
function expectMoved(world: World, members: readonly string[]): void {
  world.pass(30 * minute);
  const found = clusterNamed(world, 'shop');
  expect(found?.resourceId).not.toBe(originalCluster);
  expect([...(found?.members ?? [])].sort()).toEqual([...members].sort());
  expect(world.state().clusters).toHaveLength(1);
  expect(
    world
      .state()
      .databases.map(({ identifier }) => identifier)
      .sort(),
  ).toEqual([...members].sort());
  expectNoClusterWriteLost(world);
}

const all = ['shop-1', 'shop-2', scaled];

describe('a reader that Application Auto Scaling takes away inside the cut-over', () => {
  it.each([
    ['before it is restarted behind the fence', 'RebootDBInstance', 1],
    ['when another is restarted', 'RebootDBInstance', 3],
    ['before the final snapshot', 'CreateDBClusterSnapshot', 1],
    ['before the restore', 'RestoreDBClusterFromSnapshot', 1],
    ['while members are made', 'CreateDBInstance', 2],
    ['before the names change hands', 'DeleteDBClusterEndpoint', 1],
    ['while members are renamed', 'ModifyDBInstance', 2],
    ['when the original has lost its name', 'ModifyDBCluster', 3],
  ] as const)('%s: it is told, and the cut-over goes on', (_when, operation, nth) =>
    inWorld(withReader, async (world) => {
      const life = await disturbed(world, operation, nth, scaleIn);
      expect(exitOf(life), told(life)).toBe(0);
      expectMoved(world, all);
    }));

  it('and that is not missed where the cut-over is taken back for another reason', () =>
    inWorld(withReader, async (world) => {
      const life = await disturbed(world, 'ModifyDBInstance', 2, scaleIn, opened);
      expect([4, 6], told(life)).toContain(exitOf(life));
      world.pass(30 * minute);
      const found = clusterNamed(world, 'shop');
      expect(found).toMatchObject({ resourceId: originalCluster, status: 'available' });
      expect([...(found?.members ?? [])].sort()).toEqual(['shop-1', 'shop-2']);
      expectNoClusterWriteLost(world);
    }));

  it('and the report names it', () =>
    inWorld(withReader, async (world) => {
      const life = await disturbed(world, 'CreateDBClusterSnapshot', 1, scaleIn);
      expect(announced(life)).toContain(
        `since it was read: the readers of Application Auto Scaling of shop: it was ${scaled}, it is none`,
      );
    }));
});

describe('a reader that Application Auto Scaling makes', () => {
  it.each([
    ['before the final snapshot', 'CreateDBClusterSnapshot', 1],
    ['before the restore', 'RestoreDBClusterFromSnapshot', 1],
    ['before the names change hands', 'DeleteDBClusterEndpoint', 1],
  ] as const)('%s would stay with the original: that serves again', (_when, operation, nth) =>
    inWorld(withReader, async (world) => {
      const life = await disturbed(world, operation, nth, scaleOut);
      expect([4, 6], told(life)).toContain(exitOf(life));
      world.pass(30 * minute);
      expect(clusterNamed(world, 'shop')).toMatchObject({ resourceId: originalCluster, status: 'available' });
      expectNoClusterWriteLost(world);
    }));

  it('in the hold is one of the replacement, and stays', () =>
    inWorld(withReader, async (world) => {
      const first = await world.process([], { plans, wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.account.act(scaleOut);
      world.pass(120 * minute);
      const second = await world.process(first.disk, { plans });
      expect(exitOf(second), told(second)).toBe(0);
      expectMoved(world, [...all, oneMore]);
    }));
});

describe('a reader that Application Auto Scaling', () => {
  it('makes for what has its name by now is one of the replacement, and the cut-over goes on', () =>
    inWorld(withReader, async (world) => {
      const life = await disturbed(world, 'CreateDBClusterEndpoint', 1, { do: 'scale-out-readers', cluster: 'shop' });
      expect(exitOf(life), told(life)).toBe(0);
      expectMoved(world, [...all, oneMore]);
    }));

  it.each([
    ['is taken away from what has its name by now', withReader],
    ['and that a custom endpoint names, is taken away from what has its name by now', namingReader],
  ])('%s: the cut-over goes on', (_what, scenario) =>
    inWorld(scenario, async (world) => {
      const life = await disturbed(world, 'CreateDBClusterEndpoint', 1, { do: 'scale-in-readers', cluster: 'shop' });
      expect(exitOf(life), told(life)).toBe(0);
      expectMoved(world, ['shop-1', 'shop-2']);
      expect(clusterNamed(world, 'shop')?.endpoints[0]?.static).toContain('shop-2');
    }));
});

describe('a member that is gone when a cut-over is taken back', () => {
  it('and that a custom endpoint names, keeps no resume from its work: the endpoint leads to the others, and that is told', () =>
    inWorld(namingReader, async (world) => {
      const first = await disturbed(world, 'ModifyDBInstance', 2, scaleIn, opened);
      expect([4, 6], told(first)).toContain(exitOf(first));
      world.pass(30 * minute);
      expect(clusterNamed(world, 'shop')?.endpoints.map((one) => one.static)).toEqual([['shop-2']]);
      expect(announced(first).join('\n')).toContain(`custom endpoint shop-reports is made without ${scaled}`);
      const second = await world.process(first.disk, { plans });
      expect(exitOf(second), told(second)).toBe(0);
      expectMoved(world, ['shop-1', 'shop-2']);
    }));

  it('and that is the only one of a custom endpoint, is told with what to do, and the original serves', () =>
    inWorld(oneCluster, async (world) => {
      const first = await disturbed(world, 'ModifyDBInstance', 1, { do: 'delete-database', database: 'shop-2' });
      expect([1, 4, 6], told(first)).toContain(exitOf(first));
      expect(announced(first).join('\n')).toMatch(/not set back: [\s\S]*led to shop-2 alone, which is gone: make it/);
      world.pass(30 * minute);
      expect(clusterNamed(world, 'shop')).toMatchObject({ resourceId: originalCluster, status: 'available' });
      world.account.act({
        do: 'create-cluster-endpoint',
        cluster: 'shop',
        endpoint: 'shop-reports',
        type: 'ANY',
        static: ['shop-1'],
      });
      world.pass(10 * minute);
      const second = await world.process(first.disk, { plans });
      expect(exitOf(second), told(second)).toBe(0);
      expectMoved(world, ['shop-1']);
    }));
});

describe('before the cut-over', () => {
  it.each([
    ['makes', scaleOut, [...all, oneMore]],
    ['takes away', scaleIn, ['shop-1', 'shop-2']],
  ] as const)('a reader that Application Auto Scaling %s has the cluster read again', (_what, deed, members) =>
    inWorld(withReader, async (world) => {
      setTimeout(() => world.account.act(deed), 30 * minute);
      const life = await world.process([], { plans: windowed });
      expect(exitOf(life), told(life)).toBe(0);
      expectMoved(world, members);
    }));
});
