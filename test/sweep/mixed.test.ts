import { describe, expect, it } from 'vitest';
import { DatabaseFailure } from '../../src/aws/databases/failure.ts';
import { claimKey } from '../../src/aws/tags.ts';
import type { Databases } from '../../src/contract/databases.ts';
import type { PlanSource } from '../../src/contract/plan.ts';
import type { FaultRule } from '../../src/simulator/faults.ts';
import { simulatedDatabases } from '../../src/simulator/rds/sql.ts';
import { endOf, idsIn, unreconciled } from '../support/ends.ts';
import { exitOf, expectInstanceMoved, expectOriginalServing, told } from '../support/promises.ts';
import {
  databasePlan,
  expectDatabaseMoved,
  expectOriginalDatabaseServing,
  oneDatabase,
  original,
} from '../support/rds.ts';
import { clusterPlan, expectClusterMoved, expectOriginalClusterServing, oneCluster } from '../support/rds-cluster.ts';
import { instancePlan, inWorld as inWorldOf, type Life, twoVolumes, type World } from '../support/world.ts';
import { full, sampled } from './sampled.ts';

/** The instance with two volumes and the database in one account. */
const mixed = `${oneDatabase}${twoVolumes.replace(/^keys:.*\nlimits:.*\n/m, '')}`;
const plans = [instancePlan, databasePlan()];
const inWorld = <T>(body: (world: World) => Promise<T>) => inWorldOf(mixed, body);

// A member of the cluster has the resource id that the database has when it is alone.
const besideCluster = original.replace(/1$/, '9');
/** With the cluster in the same account, behind the same security groups. */
const withCluster = `${mixed.replace(original, besideCluster)}${oneCluster.slice(oneCluster.indexOf('clusters:'))}`;
const allPlans = [...plans, clusterPlan()];

const denied = { times: 1, kind: 'error', code: 'UnauthorizedOperation', status: 403 } as const;
const instanceFails: FaultRule = { operation: 'StartInstances', ...denied };
const databaseFails: FaultRule = { operation: 'RestoreDBInstanceFromDBSnapshot', ...denied };
const clusterFails: FaultRule = { operation: 'CreateDBClusterEndpoint', ...denied };

/** How each plan of a run ended. */
function statuses({ result }: Life): Record<string, string> {
  return result === 'died' ? {} : Object.fromEntries(result.plans.map(({ name, status }) => [name, status]));
}

/** The account's databases, but a statement of the check is refused once it has been tried. */
function refusing(world: World): Databases {
  const databases = simulatedDatabases(world.account);
  let tried = 0;
  return {
    query: async (at, statement, signal) => {
      if (statement.includes('FROM orders') && ++tried > 1)
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

/** Plans that go over side by side in one run. */
interface Cast {
  readonly name: string;
  readonly scenario: string;
  readonly plans: readonly PlanSource[];
  expectMoved(world: World): void;
  /** What is done between two deeds of another plan: each is `[plan, step]`, in the order in which they begin. */
  readonly order: readonly (readonly [plan: string, step: string])[];
  /** A call by which the plans have come to different parts of themselves. */
  readonly midst: string;
  /** How many deaths are lived, beginning with one in the midst; of what takes long no more than so many in a full sweep. */
  readonly deaths: number;
  readonly inFull?: number;
}

const both: Cast = {
  name: 'an instance and a database',
  scenario: mixed,
  plans,
  expectMoved: expectBothMoved,
  order: [
    ['rds-instance', 'warm-up'],
    ['ec2-instance', 'stop'],
    ['ec2-instance', 'start'],
    ['rds-instance', 'fence'],
  ],
  midst: 'ec2:AttachVolume',
  deaths: 5,
};

const all: Cast = {
  name: 'an instance, a database and a cluster',
  scenario: withCluster,
  plans: allPlans,
  expectMoved: (world) => {
    world.pass(3_600_000);
    expectInstanceMoved(world);
    expectDatabaseMoved(world, besideCluster);
    expectClusterMoved(world);
  },
  order: [
    ['rds-cluster', 'fence'],
    ['ec2-instance', 'stop'],
    ['rds-cluster', 'restore'],
    ['rds-instance', 'fence'],
    ['rds-cluster', 'rename-away'],
    ['rds-instance', 'admit'],
    ['rds-cluster', 'admit'],
  ],
  // The instance is in its hold, the database is judged and not yet open to its clients, the cluster is between its names.
  midst: 'rds:CreateDBClusterEndpoint',
  deaths: 2,
  inFull: 10,
};

describe.each([both, all])('$name in one run', (cast) => {
  const { scenario, plans, midst } = cast;
  let lived: Promise<{ life: Life; end: string }> | undefined;
  /** A run that nothing happens to. */
  const undisturbed = () => {
    lived ??= inWorldOf(scenario, async (world) => {
      const before = idsIn(world);
      const life = await world.process([], { plans });
      const end = endOf(world, before);
      expect(exitOf(life), told(life)).toBe(0);
      cast.expectMoved(world);
      return { life, end };
    });
    return lived;
  };

  it('go over side by side, each as in a run of its own', async () => {
    const { life } = await undisturbed();
    expect(Object.values(statuses(life))).toEqual(plans.map(() => 'done'));
    // None waits for another.
    const begun = cast.order.map(([plan, step]) =>
      life.disk.findIndex((one) => one.t === 'intent' && one.key.plan === plan && one.key.step === step),
    );
    expect(begun).not.toContain(-1);
    expect(begun).toEqual(begun.toSorted((a, b) => a - b));
  });

  it('a crash anywhere is resumed to the same end, with no effect of any unreconciled', async () => {
    const { life, end } = await undisturbed();
    // Their crashes alone are swept call by call; here it matters how far the others are.
    const stride = 15;
    const at = life.sent.indexOf(midst);
    expect(at).toBeGreaterThan(stride);
    const numbers = life.sent
      .map((_call, index) => index + 1)
      .filter((number) => number % stride === (at + 1) % stride);
    const ways = ['after', 'answered', 'before'] as const;
    let crashed = 0;
    for (const number of sampled(numbers, cast.deaths, { ...cast, turn: numbers.indexOf(at + 1) })) {
      await inWorldOf(scenario, async (world) => {
        const before = idsIn(world);
        const when = ways[crashed++ % ways.length] ?? 'after';
        const first = await world.process([], { plans, crash: { call: { number, when } } });
        expect(first.result).toBe('died');
        const second = await world.process(first.disk, { plans });
        expect(exitOf(second), `${number} ${when}: ${told(second)}`).toBe(0);
        cast.expectMoved(world);
        expect(endOf(world, before), `${number} ${when}`).toBe(end);
        expect(unreconciled(second.disk), `${number} ${when}`).toEqual([]);
      });
    }
    expect(crashed).toBeGreaterThan(full ? 9 : 0);
  }, 600_000);
});

describe('an instance with its volumes and a database in one run', () => {
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
  // Three plans and two processes of each: too long for every `npm test`.
  it.runIf(full)('a cluster that fails beside both is given back, and both go over all the same', async () => {
    await inWorldOf(all.scenario, async (world) => {
      world.account.faults.add(clusterFails);
      const life = await world.process([], { plans: all.plans });
      expect(exitOf(life), told(life)).toBe(1);
      expect(statuses(life)).toEqual({ 'ec2-instance': 'done', 'rds-instance': 'done', 'rds-cluster': 'failed' });
      world.pass(3_600_000);
      expectInstanceMoved(world);
      expectDatabaseMoved(world, besideCluster);
      expectOriginalClusterServing(world);
      const again = await world.process(life.disk, { plans: all.plans });
      expect(exitOf(again), told(again)).toBe(0);
      all.expectMoved(world);
    });
  });
});

/** Another run has the database. */
function claimed(world: World): void {
  const database = [...world.account.world.rds.databases.values()].find((one) => one.identifier === 'orders');
  if (!database) throw new Error('there is no database to claim');
  database.tags.change(world.account.world.visibleFrom, (tags) =>
    tags.set(claimKey('20260103T000000Z-bbbbbb'), 'theirs'),
  );
}
