import { describe, expect, it } from 'vitest';
import { exitOf, keyOf, told } from '../support/promises.ts';
import {
  clusterFence,
  clusterNamed,
  clusterPlan,
  expectClusterMoved,
  expectNoClusterWriteLost,
  expectOriginalClusterServing,
  oneCluster,
  originalCluster,
  originalMembers,
} from '../support/rds-cluster.ts';
import { isRead } from '../support/reads.ts';
import { inWorld, type Life, type World } from '../support/world.ts';

type Deed = Parameters<World['account']['act']>[0];

const plans = [clusterPlan()];
const minute = 60_000;
const own = 'sg-0aaaaaaaaaaaaaaa1';
const windowed = [clusterPlan('window={"cron":"0 1 * * MON","timezone":"Etc/UTC","duration":"3h","cutoff":"30m"}')];

/** Lives the plan, which waits for its window when somebody does something. */
async function whileItWaits(world: World, deed: Deed): Promise<Life> {
  let done = false;
  setTimeout(() => {
    world.account.act(deed);
    done = true;
  }, 30 * minute);
  const life = await world.process([], { plans: windowed });
  expect(done, 'nobody did anything').toBe(true);
  return life;
}

/** Lives the plan with a deed right before the nth call of an operation. */
async function disturbed(world: World, operation: string, nth: number, deeds: readonly Deed[]): Promise<Life> {
  let seen = 0;
  let done = 0;
  const life = await world.process([], {
    plans,
    beforeCall: (call) => {
      if (call !== `rds:${operation}` || ++seen !== nth) return;
      for (const deed of deeds) {
        world.account.act(deed);
        done++;
      }
    },
  });
  expect(done, 'nobody did anything').toBe(deeds.length);
  return life;
}

describe('what somebody does to an Aurora cluster between the plan and its cut-over', () => {
  it('a failover is nobody’s business: all members are fenced and asked, whichever writes', () =>
    inWorld(oneCluster, async (world) => {
      const life = await whileItWaits(world, { do: 'fail-over-cluster', cluster: 'shop' });
      expect(exitOf(life), told(life)).toBe(0);
      expectClusterMoved(world);
    }));

  it('a failover between two processes makes the writer of now the first of the new cluster', () =>
    inWorld(oneCluster, async (world) => {
      const first = await world.process([], { plans: windowed, wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.account.act({ do: 'fail-over-cluster', cluster: 'shop' });
      world.pass(20 * minute);
      const second = await world.process(first.disk, { plans: windowed });
      expect(exitOf(second), told(second)).toBe(0);
      expectClusterMoved(world, ['shop-2', 'shop-1']);
      const writer = world
        .state()
        .databases.find(({ resourceId }) => resourceId === clusterNamed(world, 'shop')?.writer);
      expect(writer?.identifier).toBe('shop-2');
    }));

  it('data that has grown is carried over as it is by then', () =>
    inWorld(oneCluster, async (world) => {
      const life = await whileItWaits(world, { do: 'grow-cluster', cluster: 'shop', storage: 400 });
      expect(exitOf(life), told(life)).toBe(0);
      expectClusterMoved(world);
    }));

  const memberNamed = (world: World, name: string) =>
    world.state().databases.find(({ identifier }) => identifier === name);
  it.each<[string, Deed, (world: World) => unknown, unknown]>([
    [
      'a member of another class',
      { do: 'modify-database', database: 'shop-2', class: 'db.r6g.4xlarge', now: true } as Deed,
      (world) => memberNamed(world, 'shop-2')?.settings.DBInstanceClass,
      'db.r6g.4xlarge',
    ],
    [
      'a member added',
      { do: 'add-member', cluster: 'shop', member: 'shop-3', class: 'db.r6g.large', tier: 3 },
      (world) => memberNamed(world, 'shop-3')?.settings.DBInstanceClass,
      'db.r6g.large',
    ],
    [
      'a custom endpoint that leads elsewhere',
      { do: 'modify-cluster-endpoint', endpoint: 'shop-reports', static: ['shop-1'] },
      (world) => clusterNamed(world, 'shop')?.endpoints.find(({ id }) => id === 'shop-reports')?.static,
      ['shop-1'],
    ],
    [
      'other backups',
      { do: 'modify-cluster', cluster: 'shop', now: true, backupRetention: 20 },
      (world) => clusterNamed(world, 'shop')?.settings['BackupRetentionPeriod'],
      20,
    ],
  ])('%s is read again and carried over', async (_what, deed, found, expected) => {
    await inWorld(oneCluster, async (world) => {
      const life = await whileItWaits(world, deed);
      expect(exitOf(life), told(life)).toBe(0);
      world.pass(20 * minute);
      expect(clusterNamed(world, 'shop')?.resourceId).not.toBe(originalCluster);
      expect(found(world)).toEqual(expected);
    });
  });

  it('stopped, it stops the run before it touches anything, in words', async () => {
    await inWorld(oneCluster, async (world) => {
      const life = await whileItWaits(world, { do: 'stop-cluster', cluster: 'shop' });
      expect(exitOf(life), told(life)).toBe(2);
      expect(told(life)).toContain('shop is stopped');
      for (const call of ['ModifyDBCluster', 'RebootDBInstance', 'CreateDBClusterSnapshot'])
        expect(life.calls.get(`rds:${call}`), call).toBeUndefined();
      expect(clusterNamed(world, 'shop')?.resourceId).toBe(originalCluster);
      expect(clusterNamed(world, 'shop')?.securityGroups).toEqual([own]);
    });
  });

  it('stopped by somebody, it is left so and told; started again, a resume goes on', () =>
    inWorld(oneCluster, async (world) => {
      const life = await whileItWaits(world, { do: 'stop-cluster', cluster: 'shop' });
      expect(exitOf(life), told(life)).toBe(2);
      world.account.act({ do: 'start-cluster', cluster: 'shop' });
      world.pass(20 * minute);
      const second = await world.process(life.disk, { plans: windowed });
      expect(exitOf(second), told(second)).toBe(0);
      expectClusterMoved(world);
    }));
});

describe('what somebody does to an Aurora cluster inside its cut-over', () => {
  it('a failover behind the fence changes nothing', () =>
    inWorld(oneCluster, async (world) => {
      const life = await disturbed(world, 'RestoreDBClusterFromSnapshot', 1, [
        { do: 'fail-over-cluster', cluster: 'shop' },
      ]);
      expect(exitOf(life), told(life)).toBe(0);
      expectClusterMoved(world);
    }));

  it.each<[string, string, Deed]>([
    [
      'its own groups given back to it',
      'RestoreDBClusterFromSnapshot',
      { do: 'modify-cluster', cluster: 'shop', now: true, securityGroups: [own] } as Deed,
    ],
    [
      'a second group beside the fence',
      'RestoreDBClusterFromSnapshot',
      { do: 'add-cluster-to-group', cluster: 'shop', group: own },
    ],
    [
      'a member that nobody has restarted',
      'CreateDBClusterSnapshot',
      { do: 'add-member', cluster: 'shop', member: 'shop-3', class: 'db.r6g.large', tier: 3 },
    ],
    ['a stop behind the fence', 'CreateDBClusterSnapshot', { do: 'stop-cluster', cluster: 'shop' }],
  ])('%s: what was built since is stale, and the original serves again', (_what, operation, deed) =>
    inWorld(oneCluster, async (world) => {
      const life = await disturbed(world, operation, 1, [deed]);
      expect([1, 4, 6], told(life)).toContain(exitOf(life));
      world.pass(20 * minute);
      const found = clusterNamed(world, 'shop');
      expect(found).toMatchObject({ resourceId: originalCluster, status: 'available', securityGroups: [own] });
      expect(found?.endpoints.map(({ id }) => id)).toEqual(['shop-reports']);
      expectNoClusterWriteLost(world);
    }));

  it.each([
    'incompatible-restore',
    'failed',
  ])('a restore that ends %s is told, discarded, and the original serves', (status) =>
    inWorld(oneCluster, async (world) => {
      const life = await disturbed(world, 'RestoreDBClusterFromSnapshot', 1, [{ do: 'fail-next-restore', status }]);
      expect(exitOf(life), told(life)).toBe(1);
      expect(told(life)).toContain(status);
      world.pass(20 * minute);
      expectOriginalClusterServing(world);
      expect(world.state().clusters).toHaveLength(1);
      const second = await world.process(life.disk, { plans });
      expect(exitOf(second), told(second)).toBe(0);
      expectClusterMoved(world);
    }));
});

describe('an Aurora cluster whose old key can not be used any more', () => {
  it('is not restarted, since it would not come up again, and gets its clients back', () =>
    inWorld(oneCluster, async (world) => {
      const life = await disturbed(world, 'ModifyDBCluster', 1, [{ do: 'disable-key', key: 'alias/old' }]);
      expect(exitOf(life), told(life)).toBe(1);
      expect(told(life)).toMatch(/would not come up again/);
      expect(life.calls.get('rds:RebootDBInstance')).toBeUndefined();
      world.pass(20 * minute);
      expectOriginalClusterServing(world);
    }));
});

describe('what somebody does while an Aurora cluster is held', () => {
  const held = async (world: World, deed: () => void) => {
    const first = await world.process([], { plans, wait: false });
    expect(exitOf(first), told(first)).toBe(3);
    world.pass(30 * minute);
    deed();
    world.pass(90 * minute);
    return world.process(first.disk, { plans });
  };

  it.each<[string, (world: World) => void, RegExp]>([
    [
      'the original let clients in again',
      (world) =>
        world.account.act({ do: 'modify-cluster', cluster: originalCluster, now: true, securityGroups: [own] } as Deed),
      /was seen in a place where somebody can write to it/,
    ],
    ['the new key was disabled', (world) => world.account.act({ do: 'disable-key', key: 'alias/new' }), /Disabled/],
    [
      'the replacement was renamed',
      (world) =>
        world.account.act({ do: 'modify-cluster', cluster: 'shop', now: true, identifier: 'shop-2nd' } as Deed),
      /is named/,
    ],
  ])('%s: neither it nor a member of it is deleted', (_what, deed, why) =>
    inWorld(oneCluster, async (world) => {
      const life = await held(world, () => deed(world));
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(why);
      const old = world.state().clusters.find((one) => one.resourceId === originalCluster);
      expect(old?.members).toHaveLength(2);
    }));

  it('a member of the original changed and tagged: what goes with it is told', () =>
    inWorld(oneCluster, async (world) => {
      const life = await held(world, () => {
        const database = originalMembers[1] ?? '';
        world.account.act({ do: 'modify-database', database, now: true, class: 'db.r6g.4xlarge' } as Deed);
        world.account.act({ do: 'tag-database', database, tags: { owner: 'reports' } });
      });
      expect(exitOf(life), told(life)).toBe(0);
      const texts = life.disk.flatMap((record) => (record.t === 'announced' ? [record.text] : [])).join('\n');
      expect(texts).toMatch(
        /shop-2-old-\w+ goes with the DBInstanceClass "db.r6g.4xlarge": shop-2 has "db.r6g.xlarge"/,
      );
      expect(texts).toMatch(/shop-2-old-\w+ goes with the tag owner=reports: shop-2 has not got it/);
    }));

  it('the replacement changed or failed over by its owner is no reason to keep the original', () =>
    inWorld(oneCluster, async (world) => {
      const life = await held(world, () => {
        world.account.act({ do: 'modify-database', database: 'shop-2', now: true, class: 'db.r6g.2xlarge' } as Deed);
        world.account.act({ do: 'tag-cluster', cluster: 'shop', tags: { team: 'billing' } });
      });
      expect(exitOf(life), told(life)).toBe(0);
      expectNoClusterWriteLost(world);
      expect(clusterNamed(world, 'shop')?.key).toBe(keyOf(world.state(), 'alias/new'));
    }));
});

describe('two runs on one Aurora cluster', () => {
  it('the second refuses with exit 5 and changes nothing, also while the first holds', () =>
    inWorld(oneCluster, async (world) => {
      const first = await world.process([], { plans, wait: false });
      expect(exitOf(first)).toBe(3);
      const second = await world.process([], {
        plans: [clusterPlan('keys.from=alias/new', 'keys.to=alias/old')],
        run: '20260105T000000Z-bbbbbb',
        wait: false,
      });
      expect(exitOf(second), told(second)).toBe(5);
      expect(second.sent.filter((call) => !isRead(call))).toEqual([]);
    }));
});

describe('an Aurora cluster is refused before anything is touched', () => {
  const having = (line: string) =>
    oneCluster.replace('    tags: { team: shop }', `    tags: { team: shop }\n    ${line}`);
  const member = (line: string) => oneCluster.replace('tier: 2,', `tier: 2, ${line},`);
  it.each<[string, string, RegExp]>([
    ['that is not there', oneCluster.replace('id: shop\n', 'id: shops\n'), /there is no DB cluster shop/],
    ['that is stopped', having('status: stopped'), /shop is stopped[\s\S]*start it/],
    [
      'that is serverless v1',
      having('engineMode: serverless'),
      /engine mode serverless[\s\S]*--db-cluster-identifier shop --engine-mode provisioned --allow-engine-mode-change/,
    ],
    [
      'that is a Multi-AZ DB cluster',
      oneCluster.replace('engine: aurora-postgresql', 'engine: postgres\n    instanceClass: db.m6gd.large'),
      /a Multi-AZ DB cluster/,
    ],
    ['in a global cluster', having('global: world'), /global cluster world/],
    ['that is a replica', having('replicaOf: "arn:aws:rds:us-east-1:111122223333:cluster:main"'), /is a replica of/],
    [
      'with a managed master password',
      having('masterSecret: true'),
      /Secrets Manager[\s\S]*--no-manage-master-user-password/,
    ],
    ['with the Data API on', having('httpEndpoint: true'), /Data API[\s\S]*disable-http-endpoint/],
    [
      'with an activity stream',
      having('activityStream: true'),
      /ActivityStreamStatus of shop is not carried over[\s\S]*accept: \[not-carried\]/,
    ],
    ['with a zero-ETL integration', having('integrations: [warehouse]'), /integration warehouse/],
    ['with changes that wait', having('pending: { engineVersion: "16.6" }'), /changes of EngineVersion wait/],
    [
      'with a change that waits on a member',
      member('pending: { class: db.r6g.4xlarge }'),
      /changes of DBInstanceClass wait .*shop-2/,
    ],
    [
      'with parameters that wait on a member',
      member('clusterParametersPending: true'),
      /parameters of shop-2 wait for a restart/,
    ],
    [
      'with maintenance due on a member',
      member('maintenance: [{ action: system-update, inDays: 2 }]'),
      /maintenance of shop-2 \(system-update\) is due/,
    ],
    [
      'with a blue/green deployment',
      `${oneCluster}blueGreens: [{ name: upgrade, cluster: shop, status: PROVISIONING }]\n`,
      /blue\/green deployment upgrade/,
    ],
    [
      'behind a proxy',
      `${oneCluster}proxies: [{ name: pool, cluster: shop }]\n`,
      /the proxy pool stands before shop[\s\S]*--db-cluster-identifiers shop/,
    ],
    ['without encryption', oneCluster.replace('    key: alias/old\n', ''), /is under no key, not under/],
    [
      'under a key that is not the plan’s to move',
      oneCluster.replace('    key: alias/old\n', '    encryption: sse-rds\n'),
      /is under a key of AWS's own, not under/,
    ],
    [
      'under the new key already',
      oneCluster.replace('    key: alias/old\n', '    key: alias/new\n'),
      /is under .* already/,
    ],
    [
      'in the fence already',
      oneCluster.replace(`securityGroups: [${own}]`, `securityGroups: [${clusterFence}]`),
      /behind the fence .* already/,
    ],
    [
      'where the account has no room for more members',
      oneCluster.replace('throttling: false', 'throttling: false, databases: 3'),
      /2 of 3 DB instances/,
    ],
    [
      'where the account has no room for a second cluster',
      oneCluster.replace('throttling: false', 'throttling: false, clusters: 1'),
      /1 of 1 DB clusters/,
    ],
    [
      'where the account has no room for its snapshot',
      `${oneCluster.replace('throttling: false', 'throttling: false, clusterSnapshots: 1')}clusterSnapshots: [{ id: kept, cluster: shop }]\n`,
      /1 of 1 manual cluster snapshots/,
    ],
    [
      'where the name for the old one is taken',
      oneCluster.replace('clusters:\n', 'clusters:\n  - { id: shop-old-aaaaaa, key: alias/old }\n'),
      /the name shop-old-aaaaaa, .* is taken/,
    ],
  ])('%s', async (_what, scenario, why) => {
    await inWorld(scenario, async (world) => {
      const life = await world.process([], { plans });
      expect(exitOf(life), told(life)).toBe(2);
      expect(told(life)).toMatch(why);
      expect(life.sent.filter((call) => !isRead(call))).toEqual([]);
    });
  });
});
