import { describe, expect, it } from 'vitest';
import type { Databases } from '../../src/contract/databases.ts';
import { asksForSessions, simulatedDatabases } from '../../src/simulator/rds/sql.ts';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, expectDatabaseMoved, expectOriginalDatabaseServing, oneDatabase } from '../support/rds.ts';
import { inWorld, type World } from '../support/world.ts';

const plans = [databasePlan()];
type Rows = Awaited<ReturnType<Databases['query']>>;
type Asked = Parameters<Databases['query']>[0] & { readonly statement: string; readonly number: number };

/** The account's databases, some of whose answers are changed. Counts how often. */
function lying(world: World, lie: (asked: Asked, rows: Rows) => Rows | undefined) {
  const databases = simulatedDatabases(world.account);
  let number = 0;
  let lies = 0;
  const query: Databases['query'] = async (at, statement, signal) => {
    const rows = await databases.query(at, statement, signal);
    const other = lie({ ...at, statement, number: ++number }, rows);
    if (other) lies++;
    return other ?? rows;
  };
  return { databases: { query }, lies: () => lies };
}

const pooled: Rows = [['4711', 'app', 'orders', '10.0.1.17', 'client backend']];

describe('before the final snapshot', () => {
  it('a client that is there only at every second look is seen, and waited for', () =>
    inWorld(oneDatabase, async (world) => {
      let looks = 0;
      const shownAt: number[] = [];
      const { databases, lies } = lying(world, ({ statement, number }) => {
        // The very first question is whether it may be asked at all.
        if (number === 1 || !asksForSessions(statement) || ++looks % 2 === 1 || shownAt.length === 3) return undefined;
        shownAt.push(Date.now());
        return pooled;
      });
      const taken: number[] = [];
      world.watch(({ operation, at }) => {
        if (operation === 'CreateDBSnapshot') taken.push(at);
      });
      const life = await world.process([], { plans, databases });
      expect(exitOf(life), told(life)).toBe(0);
      expect(lies()).toBe(3);
      expect(taken[1]).toBeGreaterThan(shownAt.at(-1) ?? Number.POSITIVE_INFINITY);
      world.pass(3_600_000);
      expectDatabaseMoved(world);
    }));
});

describe('before the renames', () => {
  it('an answer that is another one on the replacement gives the original back, and does not tell what was answered', () =>
    inWorld(oneDatabase, async (world) => {
      const { databases, lies } = lying(world, ({ host, statement }) =>
        host.startsWith('rekey-') && statement.includes('FROM orders') ? [['one order less']] : undefined,
      );
      const life = await world.process([], { plans, databases });
      expect(lies()).toBe(1);
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toContain('is answered otherwise by the two');
      expect(JSON.stringify(life.disk)).not.toContain('one order less');
      expect(life.sent.filter((call) => call === 'rds:DeleteDBInstance')).toHaveLength(1);
      world.pass(3_600_000);
      expectOriginalDatabaseServing(world);
    }));
});

describe('before clients are let in', () => {
  it('a client of the original, under its new name, keeps them out: what it writes would be lost', () =>
    // With this seed the name is followed too late for the look before the next rename to see the client.
    inWorld(
      oneDatabase,
      async (world) => {
        const { databases, lies } = lying(world, ({ host, statement }) =>
          host.startsWith('orders-old-') && asksForSessions(statement) ? pooled : undefined,
        );
        const life = await world.process([], { plans, databases });
        expect(lies()).toBeGreaterThan(1);
        expect(exitOf(life), told(life)).toBe(4);
        expect(told(life)).toMatch(/still connected to orders-old-.*4711 app orders 10\.0\.1\.17/);
        world.pass(3_600_000);
        expectOriginalDatabaseServing(world);
      },
      2,
    ));
});
