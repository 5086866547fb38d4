import { describe, expect, it } from 'vitest';
import { DatabaseFailure } from '../../src/aws/databases/failure.ts';
import { claimKey } from '../../src/aws/tags.ts';
import type { Databases } from '../../src/contract/databases.ts';
import type { FaultRule } from '../../src/simulator/faults.ts';
import { simulatedDatabases } from '../../src/simulator/rds/sql.ts';
import { endOf, idsIn, unreconciled } from '../support/ends.ts';
import { exitOf, expectInstanceMoved, expectOriginalServing, told } from '../support/promises.ts';
import { databasePlan, expectDatabaseMoved, expectOriginalDatabaseServing, oneDatabase } from '../support/rds.ts';
import { instancePlan, inWorld as inWorldOf, type Life, twoVolumes, type World } from '../support/world.ts';

/** The instance with two volumes and the database in one account. */
const mixed = `${oneDatabase}${twoVolumes.replace(/^keys:.*\nlimits:.*\n/m, '')}`;
const plans = [instancePlan, databasePlan()];
const inWorld = <T>(body: (world: World) => Promise<T>) => inWorldOf(mixed, body);

const denied = { times: 1, kind: 'error', code: 'UnauthorizedOperation', status: 403 } as const;
const instanceFails: FaultRule = { operation: 'StartInstances', ...denied };
const databaseFails: FaultRule = { operation: 'RestoreDBInstanceFromDBSnapshot', ...denied };

/** How each plan of a run ended. */
function statuses({ result }: Life): Record<string, string> {
  return result === 'died' ? {} : Object.fromEntries(result.plans.map(({ name, status }) => [name, status]));
}

/** The account's databases, but a statement of the check is refused. */
function refusing(world: World): Databases {
  const databases = simulatedDatabases(world.account);
  return {
    query: async (at, statement, signal) => {
      if (statement.includes('FROM orders'))
        throw new DatabaseFailure('42P01', 'relation "orders" does not exist', true);
      return databases.query(at, statement, signal);
    },
  };
}

function expectBothMoved(world: World): void {
  world.pass(3_600_000);
  expectInstanceMoved(world);
  expectDatabaseMoved(world);
}

describe('an instance with its volumes and a database in one run', () => {
  it('go over side by side, each as in a run of its own', async () => {
    await inWorld(async (world) => {
      const life = await world.process([], { plans });
      expect(exitOf(life), told(life)).toBe(0);
      expect(statuses(life)).toEqual({ 'ec2-instance': 'done', 'rds-instance': 'done' });
      const at = (plan: string, step: string) =>
        life.disk.findIndex((one) => one.t === 'intent' && one.key.plan === plan && one.key.step === step);
      // Neither waits for the other.
      expect(at('rds-instance', 'warm-up')).toBeLessThan(at('ec2-instance', 'stop'));
      expect(at('ec2-instance', 'start')).toBeLessThan(at('rds-instance', 'fence'));
      expectBothMoved(world);
    });
  });

  it('a database that fails is given back, and the instance goes over all the same', async () => {
    await inWorld(async (world) => {
      world.account.faults.add(databaseFails);
      const life = await world.process([], { plans });
      expect(exitOf(life), told(life)).toBe(1);
      expect(statuses(life)).toEqual({ 'ec2-instance': 'done', 'rds-instance': 'failed' });
      world.pass(3_600_000);
      expectInstanceMoved(world);
      expectOriginalDatabaseServing(world);
      // What is left is what failed.
      const again = await world.process(life.disk, { plans });
      expect(exitOf(again), told(again)).toBe(0);
      expectBothMoved(world);
    });
  });

  it('an instance that fails is given back, and the database goes over all the same', async () => {
    await inWorld(async (world) => {
      world.account.faults.add(instanceFails);
      const life = await world.process([], { plans });
      expect(exitOf(life), told(life)).toBe(1);
      expect(statuses(life)).toEqual({ 'ec2-instance': 'failed', 'rds-instance': 'done' });
      world.pass(3_600_000);
      expectOriginalServing(world);
      expectDatabaseMoved(world);
      const again = await world.process(life.disk, { plans });
      expect(exitOf(again), told(again)).toBe(0);
      expectBothMoved(world);
    });
  });

  it('a verification that failed is told before a failure, a failure before what another run holds, and that before a pause', async () => {
    const exits: unknown[] = [];
    const ends = async (set: (world: World) => Parameters<World['process']>[1]) =>
      inWorld(async (world) => {
        const life = await world.process([], { plans, ...set(world) });
        exits.push([exitOf(life), statuses(life)]);
      });
    await ends((world) => {
      world.account.faults.add(instanceFails);
      return { databases: refusing(world) };
    });
    await ends((world) => {
      world.account.faults.add(instanceFails);
      claimed(world);
      return {};
    });
    await ends((world) => {
      claimed(world);
      return { wait: false };
    });
    await ends(() => ({ wait: false }));
    expect(exits).toEqual([
      [4, { 'ec2-instance': 'failed', 'rds-instance': 'failed' }],
      [1, { 'ec2-instance': 'failed', 'rds-instance': 'failed' }],
      [5, { 'ec2-instance': 'paused', 'rds-instance': 'failed' }],
      [3, { 'ec2-instance': 'paused', 'rds-instance': 'paused' }],
    ]);
  });

  it('an interruption leaves both where they are, and a resume brings both to their end', async () => {
    await inWorld(async (world) => {
      const life = await world.process([], { plans, interruptAfterMs: 10 * 60_000 });
      expect(exitOf(life)).toBe(130);
      const again = await world.process(life.disk, { plans });
      expect(exitOf(again), told(again)).toBe(0);
      expectBothMoved(world);
    });
  });

  it('a crash anywhere is resumed to the same end, with no effect of either unreconciled', async () => {
    const undisturbed = await inWorld(async (world) => {
      const before = idsIn(world);
      const { sent } = await world.process([], { plans });
      return { calls: sent.length, end: endOf(world, before) };
    });
    // Their crashes alone are swept call by call; here it matters how far the other one is.
    const stride = /^(full|whole)$/.test(process.env['REKEY_SWEEP'] ?? '') ? 15 : 41;
    const whens = ['before', 'after', 'answered'] as const;
    let crashed = 0;
    for (let number = 10; number <= undisturbed.calls; number += stride) {
      await inWorld(async (world) => {
        const before = idsIn(world);
        const when = whens[crashed++ % whens.length] ?? 'after';
        const first = await world.process([], { plans, crash: { call: { number, when } } });
        const second = await world.process(first.disk, { plans });
        expect(exitOf(second), `${number} ${when}: ${told(second)}`).toBe(0);
        expectBothMoved(world);
        expect(endOf(world, before), `${number} ${when}`).toBe(undisturbed.end);
        expect(unreconciled(second.disk), `${number} ${when}`).toEqual([]);
      });
    }
    expect(crashed).toBeGreaterThan(5);
  }, 600_000);
});

/** Another run has the database. */
function claimed(world: World): void {
  const database = [...world.account.world.rds.databases.values()].find((one) => one.identifier === 'orders');
  if (!database) throw new Error('there is no database to claim');
  database.tags.change(world.account.world.visibleFrom, (tags) =>
    tags.set(claimKey('20260103T000000Z-bbbbbb'), 'theirs'),
  );
}
