// A client that comes, writes and leaves between two looks is in no list of sessions: the position of the log shows it.
import { describe, expect, it } from 'vitest';
import type { PlanSource } from '../../src/contract/plan.ts';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, fence, noTrail, oneDatabase, original } from '../support/rds.ts';
import { clusterPlan, oneCluster, originalCluster } from '../support/rds-cluster.ts';
import { inWorld, type World } from '../support/world.ts';

const minute = 60_000;
const everybody = '10.0.0.0/8:5432';
/** Each write opens a connection of its own, so that nobody is connected at any look. */
const passing = (scenario: string) => scenario.replaceAll('pooled: true', 'pooled: false');
const without = 'steps.check-sql.with.statements=[]';
const kinds: readonly (readonly [string, string, PlanSource, string])[] = [
  ['an instance', passing(oneDatabase), databasePlan(without), 'RestoreDBInstanceFromDBSnapshot'],
  ['a cluster', passing(oneCluster), clusterPlan(without), 'RestoreDBClusterFromSnapshot'],
];

/** Lets everybody through the fence, for as long as a write takes. */
function letIn(world: World): void {
  world.account.act({ do: 'open-group', group: fence, inbound: everybody });
  world.pass(minute);
  world.account.act({ do: 'close-group', group: fence, inbound: everybody });
}

const originalThere = (world: World) => {
  const { databases, clusters } = world.state();
  return [...databases, ...clusters].some((one) => [original, originalCluster].includes(one.resourceId));
};
const lost = (world: World) => world.state().clients.map((one) => one.lost);

describe('a client that comes, writes and leaves while nobody looks', () => {
  it.each(kinds)('before the final snapshot of %s, has the cut-over taken back', async (_what, scenario, plan) => {
    const number = await inWorld(scenario, async (world) => {
      const clean = await world.process([], { plans: [plan] });
      return clean.disk.findIndex((one) => one.t === 'done' && one.key.step === 'fenced') + 1;
    });
    await inWorld(scenario, async (world) => {
      const first = await world.process([], { plans: [plan], crash: { record: { number, when: 'crash-after' } } });
      expect(first.result).toBe('died');
      letIn(world);
      const calls: string[] = [];
      world.watch(({ operation }) => calls.push(operation));
      const second = await world.process(first.disk, { plans: [plan] });
      expect(calls.filter((one) => /^CreateDB(Cluster)?Snapshot$/.test(one))).toEqual([]);
      expect(told(second), `exit ${exitOf(second)}`).toMatch(/somebody has written to it behind its fence/);
      expect(originalThere(world)).toBe(true);
      world.pass(20 * minute);
      expect(lost(world)).toEqual([false]);
    });
  });

  it.each(
    kinds,
  )('while the final snapshot of %s is taken, keeps anything from being restored from it', (_what, scenario, plan, restores) =>
    inWorld(scenario, async (world) => {
      let taken = false;
      const calls: string[] = [];
      let hole = 0;
      world.watch(({ operation }) => {
        calls.push(operation);
        taken ||= /^CreateDB(Cluster)?Snapshot$/.test(operation) && calls.some((one) => /^Reboot/.test(one));
        if (!taken || hole > 2 || !/^DescribeDB(Cluster)?Snapshots$/.test(operation)) return;
        hole++;
        if (hole === 1) world.account.act({ do: 'open-group', group: fence, inbound: everybody });
        if (hole === 2) world.account.act({ do: 'close-group', group: fence, inbound: everybody });
      });
      const run = await world.process([], { plans: [plan] });
      expect(hole).toBeGreaterThan(1);
      expect(told(run), `exit ${exitOf(run)}`).toMatch(/somebody has written to it behind its fence/);
      expect(calls).not.toContain(restores);
      world.pass(20 * minute);
      expect(lost(world)).toEqual([false]);
    }));

  it.each(kinds)('while %s is in its hold, keeps the original from being deleted', (_what, scenario, plan) =>
    // They believe for ever what their name led to at first.
    inWorld(scenario.replace('pooled: false', 'pooled: false, cacheSeconds: 999999'), async (world) => {
      world.account.faults.add(noTrail);
      const first = await world.process([], { plans: [plan], wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      letIn(world);
      world.pass(7_200_000);
      const second = await world.process(first.disk, { plans: [plan] });
      expect(originalThere(world), `exit ${exitOf(second)} ${told(second)}`).toBe(true);
    }));

  it.each(
    kinds,
  )('while %s is in its hold, is on record from the next look on, long before the delete', (_what, scenario, plan) =>
    inWorld(scenario.replace('pooled: false', 'pooled: false, cacheSeconds: 999999'), async (world) => {
      const first = await world.process([], { plans: [plan], wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      letIn(world);
      world.pass(10 * minute);
      const second = await world.process(first.disk, { plans: [plan], wait: false });
      expect(exitOf(second), told(second)).toBe(3);
      expect(second.disk.filter(({ t }) => t === 'stale')).toHaveLength(1);
    }));

  it.each(kinds)('when %s is restored, keeps the replacement from being admitted', (_what, scenario, plan, restores) =>
    inWorld(scenario, async (world) => {
      let restored = 0;
      let hole = 0;
      world.watch(({ operation }) => {
        if (operation === restores) restored++;
        if (restored === 0 || hole > 2 || !/^DescribeDB(Instances|Clusters)$/.test(operation)) return;
        hole++;
        if (hole === 1) world.account.act({ do: 'open-group', group: fence, inbound: everybody });
        if (hole === 3) world.account.act({ do: 'close-group', group: fence, inbound: everybody });
      });
      const run = await world.process([], { plans: [plan] });
      expect(hole).toBe(3);
      expect(told(run), `exit ${exitOf(run)}`).toMatch(/somebody has written to it behind its fence/);
      expect(originalThere(world)).toBe(true);
      world.pass(20 * minute);
      expect(lost(world)).toEqual([false]);
    }));
});

describe('what the engine and RDS write by themselves', () => {
  const of = (engine: string, version: string) =>
    passing(oneDatabase)
      .replace('engine: postgres', `engine: ${engine}`)
      .replace('"16.4"', `"${version}"`)
      .replace('orders-16', 'orders')
      .replace('logExports: [postgresql]', 'logExports: [error]')
      .replace(/ {4}roles:\n.*\n.*\n/, '')
      .replaceAll(':5432', ':3306');
  const mysqlPlan = databasePlan(without, 'steps.read.with.fence.inbound=[10.9.0.7/32]');
  const engines: readonly (readonly [string, string, PlanSource])[] = [
    ['PostgreSQL', passing(oneDatabase), databasePlan(without)],
    ['MySQL', of('mysql', '8.0.36'), mysqlPlan],
    ['MariaDB', of('mariadb', '10.11.8'), mysqlPlan],
  ];

  it.each(engines)('moves the position of the log of %s, and stops no run', (_engine, scenario, plan) =>
    inWorld(scenario, async (world) => {
      const run = await world.process([], { plans: [plan] });
      expect(exitOf(run), told(run)).toBe(0);
      expect(originalThere(world)).toBe(false);
      expect(lost(world)).toEqual([false]);
    }));

  it.each(
    engines.slice(1),
  )('does not hide who comes, writes and leaves during the hold of %s', (_engine, scenario, plan) =>
    inWorld(scenario.replace('pooled: false', 'pooled: false, cacheSeconds: 999999'), async (world) => {
      world.account.faults.add(noTrail);
      const first = await world.process([], { plans: [plan], wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.account.act({ do: 'open-group', group: fence, inbound: '10.0.0.0/8:3306' });
      world.pass(minute);
      world.account.act({ do: 'close-group', group: fence, inbound: '10.0.0.0/8:3306' });
      world.pass(7_200_000);
      const second = await world.process(first.disk, { plans: [plan] });
      expect(originalThere(world), `exit ${exitOf(second)} ${told(second)}`).toBe(true);
    }));

  it.each([
    ['8.0.36', /^mysql-bin-changelog\.\d+:\d+$/],
    ['8.4.3', /^mysql-bin-changelog\.\d+:\d+$/],
  ] as const)('has no GTID with MySQL %s: file and offset of its log stand for it', (version, place) =>
    inWorld(of('mysql', version), async (world) => {
      const run = await world.process([], { plans: [mysqlPlan] });
      expect(exitOf(run), told(run)).toBe(0);
      const outputs = run.disk.flatMap((one) => (one.t === 'done' ? [[one.key.step, one.output] as const] : []));
      const of = (step: string) => outputs.find(([id]) => id === step)?.[1];
      expect(of('fenced')).toMatchObject({ position: { position: expect.stringMatching(place) } });
      expect(of('verify')).toMatchObject({ log: { unknown: null, final: { position: expect.stringMatching(place) } } });
    }));

  it('is not needed for what was seen beside the claim of another run: that is on record, when all else is gone with a restart', () =>
    inWorld(engines[1]?.[1] ?? '', async (world) => {
      const foreign = 'rekey:claim:20251231T000000Z-zzzzzz';
      const grouped = (group: string) =>
        world.account.act({ do: 'modify-database', database: original, now: true, securityGroups: [group] });
      const first = await world.process([], {
        plans: [mysqlPlan],
        diesOn: (record) => record.t === 'intent' && record.uses === 'rds.modify-instance',
      });
      expect(first.result, told(first)).toBe('died');
      world.account.act({ do: 'tag-database', database: original, tags: { [foreign]: 'x' } });
      grouped('sg-0aaaaaaaaaaaaaaa1');
      world.pass(20 * minute);
      const second = await world.process(first.disk, { plans: [mysqlPlan] });
      expect(exitOf(second), told(second)).toBe(5);
      world.account.act({ do: 'untag-database', database: original, keys: [foreign] });
      grouped(fence);
      world.pass(2 * minute);
      world.account.act({ do: 'reboot-database', database: original });
      world.pass(20 * minute);
      const third = await world.process(second.disk, { plans: [mysqlPlan] });
      expect(exitOf(third), told(third)).toBe(6);
      expect(lost(world)).toEqual([false]);
    }));

  it('is not told apart after a restart of MySQL, which is said', () =>
    inWorld(engines[1]?.[1] ?? '', async (world) => {
      const run = await world.process([], { plans: [mysqlPlan] });
      const said = run.disk.flatMap((one) => (one.t === 'announced' ? [one.text] : []));
      expect(said.join('\n')).toMatch(
        /the server was restarted, and its statistics began again: only the sessions that were seen/,
      );
    }));
});
