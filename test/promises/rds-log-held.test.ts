// A restore goes on with the log that is in its snapshot: what stands before that was made of something older.
import { describe, expect, it } from 'vitest';
import type { Databases } from '../../src/contract/databases.ts';
import type { PlanSource } from '../../src/contract/plan.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import { simulatedDatabases } from '../../src/simulator/rds/sql.ts';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, oneDatabase, original } from '../support/rds.ts';
import { clusterPlan, oneCluster, originalCluster, originalMembers } from '../support/rds-cluster.ts';
import { inWorld, type World } from '../support/world.ts';

type Rows = Awaited<ReturnType<Databases['query']>>;
const kinds: readonly (readonly [string, string, PlanSource])[] = [
  ['an instance', oneDatabase, databasePlan()],
  ['a cluster', oneCluster, clusterPlan()],
];
const ours = [original, originalCluster, ...originalMembers];
const originalThere = (world: World) =>
  [...world.state().databases, ...world.state().clusters].some((one) =>
    [original, originalCluster].includes(one.resourceId),
  );

/** The account's databases, where those that replace others say that their log stands at another place. */
function standing(world: World, at: () => { readonly position: string | null } | undefined): Databases {
  const databases = simulatedDatabases(world.account);
  const isMade = (server: string | null | undefined) =>
    [...world.account.world.rds.databases.values()].some((one) => one.ip === server && !ours.includes(one.resourceId));
  const lie = (row: Rows[number]): Rows[number] => {
    const other = row[0] === 'position of the log' && isMade(row[1]) ? at() : undefined;
    return other ? [...row.slice(0, 3), other.position, ...row.slice(4)] : row;
  };
  return { query: async (...asked) => (await databases.query(...asked)).map(lie) };
}

/** What the verdict about the placed pair says of the two logs. */
const logIn = (disk: readonly JournalRecord[]) =>
  disk.flatMap((one) =>
    one.t === 'done' && one.key.step === 'verify' ? [(one.output as { readonly log?: object }).log] : [],
  );
const announced = (disk: readonly JournalRecord[]) =>
  disk.flatMap((one) => (one.t === 'announced' ? [one.text] : [])).join('\n');

describe.each(kinds)('the log of what replaces %s', (_what, scenario, plan) => {
  it('holds all that the log of its original held, as the verdict says', () =>
    inWorld(scenario, async (world) => {
      const life = await world.process([], { plans: [plan] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(logIn(life.disk)).toMatchObject([{ unknown: null, final: { position: expect.any(String) } }]);
      expect(announced(life.disk)).not.toMatch(/does not know whether the log/);
    }));

  it('that stands before it keeps clients from being let in: the original serves again', () =>
    inWorld(scenario, async (world) => {
      const life = await world.process([], { plans: [plan], databases: standing(world, () => ({ position: '7:7:' })) });
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(/it lacks transactions 7 to \d+ of the original/);
      expect(originalThere(world)).toBe(true);
      world.pass(600_000);
      expect(world.state().clients.map((one) => one.lost)).toEqual([false]);
    }));

  it('that tells no position stops nothing, and the verdict says that nobody knows', () =>
    inWorld(scenario, async (world) => {
      const life = await world.process([], { plans: [plan], databases: standing(world, () => ({ position: null })) });
      expect(exitOf(life), told(life)).toBe(0);
      expect(logIn(life.disk)).toMatchObject([{ unknown: expect.stringContaining('shows no position') }]);
      expect(announced(life.disk)).toMatch(/holds all of its original's: the replacement shows no position/);
    }));

  it('is asked again before the original is deleted', () =>
    inWorld(scenario, async (world) => {
      let holds = false;
      const life = await world.process([], {
        plans: [plan],
        databases: standing(world, () => (holds ? { position: '7:7:' } : undefined)),
        diesOn: (record) => {
          holds ||= record.t === 'done' && record.key.step === 'serve';
          return false;
        },
      });
      expect(holds).toBe(true);
      expect(exitOf(life), told(life)).not.toBe(0);
      expect(told(life)).toMatch(/it lacks transactions 7 to \d+ of the original/);
      expect(originalThere(world)).toBe(true);
    }));
});
