// Whatever somebody has called original and replacement meanwhile: on the way back each is known by its id, and has its name again.
import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, expectOriginalDatabaseServing, oneDatabase, original, refusedOnce } from '../support/rds.ts';
import {
  clusterPlan,
  expectClusterMoved,
  expectOriginalClusterServing,
  oneCluster,
  originalCluster,
} from '../support/rds-cluster.ts';
import { inWorld, type World } from '../support/world.ts';

const minute = 60_000;
const own = ['sg-0aaaaaaaaaaaaaaa1'];

describe('somebody who has gone back by hand in the hold', () => {
  const command = { command: 'rollback', discardWrites: true } as const;
  const byHand = (world: World, deeds: readonly Parameters<World['account']['act']>[0][]) => {
    for (const deed of deeds) {
      world.pass(15 * minute);
      world.account.act(deed);
    }
    world.pass(15 * minute);
  };

  it('does not keep a rollback of an instance from its end', () =>
    inWorld(oneDatabase, async (world) => {
      const plans = [databasePlan()];
      const first = await world.process([], { plans, wait: false });
      const change = { do: 'modify-database', now: true } as const;
      byHand(world, [
        { ...change, database: 'orders', identifier: 'orders-broken' },
        { ...change, database: original, identifier: 'orders' },
        { ...change, database: original, securityGroups: own },
      ]);
      const life = await world.process(first.disk, { plans, command });
      expect(exitOf(life), told(life)).toBe(0);
      world.pass(20 * minute);
      expect(world.state().databases.find((one) => one.identifier === 'orders')).toMatchObject({
        resourceId: original,
        securityGroups: own,
      });
    }));

  it('and has forgotten the members of a cluster: a rollback gives them their names, and its custom endpoint', () =>
    inWorld(oneCluster, async (world) => {
      const plans = [clusterPlan()];
      const first = await world.process([], { plans, wait: false });
      const change = { do: 'modify-cluster', now: true } as const;
      byHand(world, [
        { ...change, cluster: 'shop', identifier: 'shop-broken' },
        { ...change, cluster: originalCluster, identifier: 'shop' },
        { ...change, cluster: originalCluster, securityGroups: own },
      ]);
      const life = await world.process(first.disk, { plans, command });
      expect(exitOf(life), told(life)).toBe(0);
      world.pass(20 * minute);
      const found = world.state().clusters.find((one) => one.identifier === 'shop');
      expect(found).toMatchObject({ resourceId: originalCluster, securityGroups: own });
      expect([...(found?.members ?? [])].sort()).toEqual(['shop-1', 'shop-2']);
      expect(found?.endpoints.map(({ id }) => id)).toEqual(['shop-reports']);
    }));
});

describe('an original that somebody has renamed when it has given its name away', () => {
  it.each([
    ['of an instance', oneDatabase, databasePlan(), 'ModifyDBInstance', expectOriginalDatabaseServing],
    ['of a cluster', oneCluster, clusterPlan(), 'ModifyDBCluster', expectOriginalClusterServing],
  ] as const)('has its name again, with its clients, %s', (_what, scenario, plan, renames, expectServing) =>
    inWorld(scenario, async (world) => {
      const plans = [plan];
      const first = await world.process([], {
        plans,
        diesOn: (record) => record.t === 'done' && record.key.step === 'rename-away',
      });
      expect(first.result).toBe('died');
      const mine = { now: true, identifier: 'renamed-by-hand' } as const;
      if (renames === 'ModifyDBInstance') world.account.act({ do: 'modify-database', database: original, ...mine });
      else world.account.act({ do: 'modify-cluster', cluster: originalCluster, ...mine });
      world.pass(15 * minute);
      world.account.faults.add(refusedOnce(renames));
      const life = await world.process(first.disk, { plans });
      expect(exitOf(life), told(life)).not.toBe(0);
      world.pass(20 * minute);
      expectServing(world);
    }));
});

describe('a replacement to which somebody has given the name of its original before it was its turn', () => {
  it.each([
    ['an instance', oneDatabase, databasePlan()],
    ['a cluster', oneCluster, clusterPlan()],
  ] as const)('of %s is not taken for one that has been moved already: the run says who has the name', (kind, scenario, plan) =>
    inWorld(scenario, async (world) => {
      const plans = [plan];
      const [name, id] = kind === 'an instance' ? ['orders', original] : ['shop', originalCluster];
      const all = () => [...world.state().databases, ...world.state().clusters];
      const call = (of: string, to: string) => {
        if (kind === 'an instance')
          world.account.act({ do: 'modify-database', database: of, now: true, identifier: to });
        else world.account.act({ do: 'modify-cluster', cluster: of, now: true, identifier: to });
        world.pass(15 * minute);
      };
      const first = await world.process([], {
        plans,
        diesOn: (record) => record.t === 'done' && record.key.step === 'restore',
      });
      expect(first.result, told(first)).toBe('died');
      const made = all().find((one) => one.tags['rekey:original'] === id)?.resourceId ?? '';
      // He lets clients in to it himself, too: nothing is left to be taken back.
      if (kind === 'an instance')
        world.account.act({ do: 'modify-database', database: id, now: true, securityGroups: own });
      else world.account.act({ do: 'modify-cluster', cluster: id, now: true, securityGroups: own });
      world.pass(15 * minute);
      call(id, `${name}-mine`);
      call(made, name);
      const second = await world.process(first.disk, { plans });
      expect(exitOf(second), told(second)).toBe(6);
      const third = await world.process(second.disk, { plans });
      expect(exitOf(third), told(third)).toBe(2);
      expect(told(third)).toMatch(
        new RegExp(`${name} is ${made}, which this run made of ${id}: somebody else has given`),
      );
      call(made, `${name}-made`);
      call(id, name);
      const fourth = await world.process(third.disk, { plans });
      expect(exitOf(fourth), told(fourth)).toBe(0);
    }));
});

describe('a cluster whose name somebody swaps with that of its replacement right before a member is made', () => {
  it('keeps no member of the run, and is moved once he has swapped them back', () =>
    inWorld(oneCluster, async (world) => {
      const { clusters } = world.account.world.rds;
      const swap = () => {
        const [one, other] = [...clusters.values()];
        if (one && other) [one.identifier, other.identifier] = [other.identifier, one.identifier];
      };
      let made = 0;
      const plans = [clusterPlan()];
      const first = await world.process([], {
        plans,
        beforeCall: (operation) => {
          if (operation === 'rds:CreateDBInstance' && ++made === 1) swap();
        },
      });
      expect(made).toBeGreaterThan(0);
      expect(exitOf(first), told(first)).toBe(6);
      swap();
      world.pass(20 * minute);
      const second = await world.process(first.disk, { plans });
      world.pass(20 * minute);
      const last = exitOf(second) === 0 ? second : await world.process(second.disk, { plans });
      expect(exitOf(last), `${told(second)}\n${told(last)}`).toBe(0);
      world.pass(20 * minute);
      expectClusterMoved(world);
    }));
});
