// A name that a rename frees for a moment may be taken by somebody else before this run gives it.
import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databaseNamed, databasePlan, expectNoWriteLost, oneDatabase, original } from '../support/rds.ts';
import {
  clusterNamed,
  clusterPlan,
  expectNoClusterWriteLost,
  expectOriginalClusterServing,
  oneCluster,
  originalCluster,
} from '../support/rds-cluster.ts';
import { inWorld, type World } from '../support/world.ts';

type Deed = Parameters<World['account']['act']>[0];
const minute = 60_000;
const day = 24 * 60 * minute;

async function taken(
  world: World,
  plans: ReturnType<typeof clusterPlan>[],
  [operation, nth]: [string, number],
  deed: Deed,
) {
  let seen = 0;
  const life = await world.process([], {
    plans,
    interruptAfterMs: 2 * day,
    beforeCall: (call) => {
      if (call === `rds:${operation}` && ++seen === nth) world.account.act(deed);
    },
  });
  expect(seen, told(life)).toBeGreaterThanOrEqual(nth);
  return life;
}

describe('the name of a member that somebody takes for another one inside the cut-over', () => {
  it('is said within hours, with who is down; once it is free again, a rollback gives the original everything back', () =>
    inWorld(oneCluster, async (world) => {
      const plans = [clusterPlan()];
      const another = {
        do: 'add-member',
        cluster: originalCluster,
        member: 'shop-2',
        class: 'db.r6g.large',
        tier: 3,
      } as const;
      const first = await taken(world, plans, ['ModifyDBCluster', 3], another);
      expect(exitOf(first), told(first)).toBe(1);
      expect(told(first)).toMatch(/unwind-failed[\s\S]*rename shop-2-old-\w+ to shop-2: DBInstanceAlreadyExists/);
      const theirs = world.state().databases.find(({ identifier }) => identifier === 'shop-2')?.resourceId ?? '';
      world.account.act({ do: 'delete-database', database: theirs });
      world.pass(20 * minute);
      const command = { command: 'rollback', discardWrites: false } as const;
      const second = await world.process(first.disk, { plans, command });
      expect(exitOf(second), told(second)).toBe(0);
      world.pass(20 * minute);
      expectOriginalClusterServing(world);
    }));
});

describe('the name of the target that somebody gives to something else inside the cut-over', () => {
  it.each([
    [
      'an instance',
      `${oneDatabase}`.replace(
        'databases:\n',
        'databases:\n  - { id: other, engine: postgres, engineVersion: "16.4", key: alias/old, storage: 20 }\n',
      ),
      databasePlan(),
      ['ModifyDBInstance', 4],
      { do: 'modify-database', database: 'other', now: true, identifier: 'orders' },
    ],
    [
      'a cluster',
      oneCluster.replace('clusters:\n', 'clusters:\n  - { id: other, key: alias/old }\n'),
      clusterPlan(),
      ['ModifyDBCluster', 4],
      { do: 'modify-cluster', cluster: 'other', now: true, identifier: 'shop' },
    ],
  ] as const)('of %s: the process ends and says so, and a rollback brings the original back once the name is free', (kind, scenario, plan, at, deed) =>
    inWorld(scenario, async (world) => {
      const first = await taken(world, [plan], [...at], deed as Deed);
      expect([1, 6], told(first)).toContain(exitOf(first));
      expect(told(first)).toMatch(/AlreadyExists|is held by|named/);
      const back = {
        ...deed,
        ...(kind === 'an instance' ? { database: 'orders' } : { cluster: 'shop' }),
        identifier: 'other',
      };
      world.account.act(back as Deed);
      world.pass(20 * minute);
      const command = { command: 'rollback', discardWrites: false } as const;
      const second = await world.process(first.disk, { plans: [plan], command });
      expect(exitOf(second), told(second)).toBe(0);
      world.pass(20 * minute);
      if (kind === 'an instance') {
        expect(databaseNamed(world, 'orders')).toMatchObject({ resourceId: original, status: 'available' });
        expectNoWriteLost(world);
      } else {
        expect(clusterNamed(world, 'shop')).toMatchObject({ resourceId: originalCluster, status: 'available' });
        expectNoClusterWriteLost(world);
      }
    }));
});
