// What is said of a target on its way back was seen: nothing is compared there, so what is expected of it is no look.
import { describe, expect, it } from 'vitest';
import { saidOf } from '../judge/said.ts';
import { exitOf, told } from '../support/promises.ts';
import { databaseNamed, databasePlan, expectDatabaseMoved, oneDatabase, original } from '../support/rds.ts';
import { inWorld, planOf, type World } from '../support/world.ts';

const plan = databasePlan();
const plans = [plan];

/** Refuses the settings of the replacement, and calls the original otherwise right before. Gives what is done before each call. */
function renamedBeforeTheWayBack(world: World): (operation: string) => void {
  // The fence is let through.
  const denied = { times: 1, kind: 'error', code: 'AccessDenied', status: 403 } as const;
  world.account.faults.add({ operation: 'ModifyDBInstance', skip: 1, ...denied });
  let modifies = 0;
  return (operation) => {
    if (operation !== 'rds:ModifyDBInstance' || ++modifies !== 2) return;
    world.account.act({ do: 'modify-database', database: original, now: true, identifier: 'orders-elsewhere' });
  };
}

describe('an original whose name somebody has changed before its clients are let in again', () => {
  it('is not said to be open under the name that clients know, should the process die after that', () =>
    inWorld(oneDatabase, async (world) => {
      const life = await world.process([], {
        plans,
        beforeCall: renamedBeforeTheWayBack(world),
        diesAfter: (operation) => operation === 'rds:DeleteDBInstance',
      });
      expect(databaseNamed(world, 'orders-elsewhere')?.resourceId).toBe(original);
      expect(life.result, told(life)).toBe('died');
      const { status, lines } = saidOf(planOf(plan), life.disk, undefined);
      expect(status.lastSeen, lines.join('\n')).toMatchObject({ running: false, holds: 'nothing' });
      expect(lines.join('\n')).toContain('orders has been out of service since');
    }));

  it('lets its clients in under the name that it has now, and the resume says which one; with the old name back it is moved', () =>
    inWorld(oneDatabase, async (world) => {
      const first = await world.process([], { plans, beforeCall: renamedBeforeTheWayBack(world) });
      const elsewhere = databaseNamed(world, 'orders-elsewhere');
      expect(elsewhere?.securityGroups, told(first)).toEqual(['sg-0aaaaaaaaaaaaaaa1']);
      expect(world.state().databases).toHaveLength(1);
      const second = await world.process(first.disk, { plans });
      expect(exitOf(second), told(second)).toBe(2);
      expect(told(second)).toContain(
        `somebody has renamed orders, which this run has claimed, to orders-elsewhere (${original})`,
      );
      world.account.act({ do: 'modify-database', database: original, now: true, identifier: 'orders' });
      world.pass(20 * 60_000);
      const third = await world.process(second.disk, { plans });
      expect(exitOf(third), told(third)).toBe(0);
      expectDatabaseMoved(world);
    }));
});
