// A hold is long, and an original belongs to its owner: what he does with it in the hold speaks against its delete.
import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, oneDatabase, original } from '../support/rds.ts';
import {
  clusterPlan,
  expectClusterMoved,
  oneCluster,
  originalCluster,
  originalMembers,
} from '../support/rds-cluster.ts';
import { inWorld, type Life, type World } from '../support/world.ts';

const minute = 60_000;

/** Lives the plan to its hold, lets `deed` be done there, and resumes when the hold is over. */
async function held(world: World, plan: ReturnType<typeof databasePlan>, deed: () => void): Promise<Life> {
  const first = await world.process([], { plans: [plan], wait: false });
  expect(exitOf(first), told(first)).toBe(3);
  world.pass(30 * minute);
  deed();
  world.pass(90 * minute);
  return world.process(first.disk, { plans: [plan] });
}

const open = (scenario: string) => scenario.replace('deletionProtection: true', 'deletionProtection: false');
const there = (world: World, id: string) =>
  [...world.state().databases, ...world.state().clusters].some((one) => one.resourceId === id);

describe('an original that somebody has protected against deletion in the hold', () => {
  it('is not deleted, and the protection stays: an instance', () =>
    inWorld(open(oneDatabase), async (world) => {
      const plan = databasePlan();
      const life = await held(world, plan, () =>
        world.account.act({ do: 'modify-database', database: original, now: true, deletionProtection: true }),
      );
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(/somebody has protected original db-\S+ against deletion since it was moved/);
      const found = world.state().databases.find((one) => one.resourceId === original);
      expect(found?.settings.DeletionProtection).toBe(true);
      world.account.act({ do: 'modify-database', database: original, now: true, deletionProtection: false });
      world.pass(10 * minute);
      const second = await world.process(life.disk, { plans: [plan] });
      expect(exitOf(second), told(second)).toBe(0);
    }));

  it('is not deleted, and the protection stays: a cluster', () =>
    inWorld(open(oneCluster), async (world) => {
      const life = await held(world, clusterPlan(), () =>
        world.account.act({ do: 'modify-cluster', cluster: originalCluster, now: true, deletionProtection: true }),
      );
      expect(exitOf(life), told(life)).toBe(4);
      const found = world.state().clusters.find((one) => one.resourceId === originalCluster);
      expect(found?.settings.DeletionProtection).toBe(true);
    }));
});

describe('the members of an original cluster in its hold', () => {
  it('with one that somebody has added none is deleted: RDS would keep the cluster, without them', () =>
    inWorld(oneCluster, async (world) => {
      const plan = clusterPlan();
      const life = await held(world, plan, () =>
        world.account.act({
          do: 'add-member',
          cluster: originalCluster,
          member: 'salvage',
          class: 'db.r6g.large',
          tier: 3,
        }),
      );
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(/has got a member, salvage, since it was moved.*delete-db-instance.* salvage/);
      for (const id of [originalCluster, ...originalMembers.slice(0, 2)]) expect(there(world, id), id).toBe(true);
      world.account.act({ do: 'delete-database', database: 'salvage' });
      world.pass(30 * minute);
      const second = await world.process(life.disk, { plans: [plan] });
      expect(exitOf(second), told(second)).toBe(0);
      expectClusterMoved(world);
    }));

  it('are not deleted where one has been given back the name that clients know', () =>
    inWorld(oneCluster, async (world) => {
      const life = await held(world, clusterPlan(), () => {
        world.account.act({ do: 'modify-database', database: 'shop-2', now: true, identifier: 'shop-2-new' });
        world.pass(20 * minute);
        const old = originalMembers[1] ?? '';
        world.account.act({ do: 'modify-database', database: old, now: true, identifier: 'shop-2' });
      });
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(/holds the name shop-2 again/);
      for (const id of originalMembers.slice(0, 2)) expect(there(world, id), id).toBe(true);
    }));
});

describe('an original that was restarted in the hold', () => {
  const mysql = oneDatabase
    .replace('engine: postgres', 'engine: mysql')
    .replace('"16.4"', '"8.0.36"')
    .replace('orders-16', 'orders')
    .replace('logExports: [postgresql]', 'logExports: [error]')
    .replace(/ {4}roles:\n.*\n.*\n/, '')
    .replaceAll(':5432', ':3306');
  const lately = (life: Life, from: number) =>
    life.disk
      .slice(from)
      .flatMap((one) => (one.t === 'announced' ? [one.text] : []))
      .join('\n');

  it('and whose statistics began again with that does not go without a word: nobody knows who has written', () =>
    inWorld(mysql, async (world) => {
      const plan = databasePlan();
      const first = await world.process([], { plans: [plan], wait: false });
      world.account.act({ do: 'reboot-database', database: original });
      world.pass(120 * minute);
      const second = await world.process(first.disk, { plans: [plan] });
      expect(exitOf(second), told(second)).toBe(0);
      expect(lately(second, first.disk.length)).toMatch(
        /original orders-old-aaaaaa: the server was restarted.*only the sessions that were seen/,
      );
    }));

  it('and does not say whether anybody has written to it, since it is stopped, does not go without a word', () =>
    inWorld(open(oneDatabase), async (world) => {
      const plan = databasePlan();
      const first = await world.process([], { plans: [plan], wait: false });
      world.account.act({ do: 'stop-database', database: original });
      world.pass(120 * minute);
      const second = await world.process(first.disk, { plans: [plan] });
      expect(lately(second, first.disk.length), `exit ${exitOf(second)} ${told(second)}`).toMatch(
        /original orders-old-aaaaaa: .* does not answer/,
      );
    }));
});
