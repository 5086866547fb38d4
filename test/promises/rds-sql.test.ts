import { describe, expect, it } from 'vitest';
import { DatabaseFailure } from '../../src/aws/databases/failure.ts';
import type { Databases } from '../../src/contract/databases.ts';
import { problem } from '../../src/errors/index.ts';
import { simulatedDatabases } from '../../src/simulator/rds/sql.ts';
import { exitOf, told } from '../support/promises.ts';
import {
  databaseNamed,
  databasePlan,
  expectDatabaseMoved,
  expectOriginalDatabaseServing,
  fence,
  oneDatabase,
} from '../support/rds.ts';
import { inWorld, type World } from '../support/world.ts';

const plans = [databasePlan()];

/** The account's databases, but for statements that match: those fail. Counts how often. */
function failing(world: World, when: (statement: string, asked: number) => boolean, error: () => Error) {
  const databases = simulatedDatabases(world.account);
  let asked = 0;
  let struck = 0;
  const query: Databases['query'] = async (at, statement, signal) => {
    if (!when(statement, ++asked)) return databases.query(at, statement, signal);
    struck++;
    throw error();
  };
  return { databases: { query }, struck: () => struck };
}

describe('a database that is asked in SQL', () => {
  it('stays as it is when a resume forgot the login: nothing is taken back, and one with it goes on', async () => {
    await inWorld(oneDatabase, async (world) => {
      // After the questions before the fence: as by a resume in a terminal without it.
      const absent = () => problem('database-credentials-absent', { missing: ['REKEY_DB_PASSWORD'] });
      const { databases, struck } = failing(world, (_, asked) => asked > 3, absent);
      const life = await world.process([], { plans, databases });
      expect(struck()).toBe(1);
      expect(exitOf(life)).toBe(1);
      expect(told(life)).toContain('REKEY_DB_PASSWORD is not set');
      expect(databaseNamed(world, 'orders')?.securityGroups).toEqual([fence]);
      const resumed = await world.process(life.disk, { plans });
      expect(exitOf(resumed)).toBe(0);
      world.pass(3_600_000);
      expectDatabaseMoved(world);
    });
  });

  it('keeps its clients when a statement is refused: that is tried before they are kept out', async () => {
    await inWorld(oneDatabase, async (world) => {
      const refused = () => new DatabaseFailure('42P01', 'relation "orders" does not exist', true);
      const { databases, struck } = failing(world, (statement) => statement.includes('FROM orders'), refused);
      const life = await world.process([], { plans, databases });
      expect(struck()).toBe(1);
      expect(exitOf(life)).toBe(2);
      expect(told(life)).toContain('relation "orders" does not exist');
      expect(life.calls.get('rds:ModifyDBInstance')).toBeUndefined();
      expectOriginalDatabaseServing(world);
    });
  });

  it('serves again at once when a statement is refused in the cut-over, and the refusal is told', async () => {
    await inWorld(oneDatabase, async (world) => {
      const refused = () => new DatabaseFailure('42P01', 'relation "orders" does not exist', true);
      let tried = 0;
      const { databases, struck } = failing(world, (text) => text.includes('FROM orders') && ++tried > 1, refused);
      const life = await world.process([], { plans, databases });
      expect(struck()).toBe(2);
      expect(exitOf(life)).toBe(4);
      expect(told(life)).toContain('relation "orders" does not exist');
      world.pass(3_600_000);
      expectOriginalDatabaseServing(world);
    });
  });

  it('is asked again while it can not be reached', async () => {
    await inWorld(oneDatabase, async (world) => {
      let failures = 3;
      const restarting = () => new DatabaseFailure('57P03', 'the database system is starting up', false);
      const { databases, struck } = failing(
        world,
        (text) => text.includes('FROM orders') && failures-- > 0,
        restarting,
      );
      const life = await world.process([], { plans, databases });
      expect(struck()).toBe(3);
      expect(exitOf(life)).toBe(0);
      world.pass(3_600_000);
      expectDatabaseMoved(world);
    });
  });
});
