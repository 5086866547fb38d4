import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Databases } from '../../src/contract/databases.ts';
import type { PlanSource } from '../../src/contract/plan.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import { simulatedDatabases } from '../../src/simulator/rds/sql.ts';
import { exitOf, keyOf, told } from '../support/promises.ts';
import {
  databaseNamed,
  databasePlan,
  expectNoDatabaseClaim,
  expectNoWriteLost,
  oneDatabase,
  original,
} from '../support/rds.ts';
import { inWorld, type Life, type World } from '../support/world.ts';

const replica = (id: string, more = '') => `
  - id: ${id}
    replicaOf: orders
    engine: postgres
    engineVersion: "16.4"
    class: db.r6g.large
    storage: 100
    key: alias/old
    securityGroups: [sg-0aaaaaaaaaaaaaaa1]
    subnetGroup: private
    parameterGroup: orders-16
    backupRetention: 0
    maintenanceWindow: "tue:02:00-tue:02:30"
    tags: { reads: "yes" }
    ${more}`;
const replicated = `${oneDatabase}${replica('orders-read')}${replica('orders-report', 'monitoring: { everySeconds: 60, role: "arn:aws:iam::111122223333:role/monitoring" }')}
`;

/** The shipped plan with its steps for replicas. */
function withReplicas(...sets: string[]): PlanSource {
  const text = readFileSync(resolve(import.meta.dirname, '../../plans/rds-instance.yaml'), 'utf8').replaceAll(
    /^ {2}# - id: (?:replica|verify-replica|rename-replica|delete-replica).*\n(?: {2}# {3}.*\n)+/gm,
    (step) => step.replaceAll(/^ {2}# /gm, '  '),
  );
  return { ...databasePlan(...sets), text };
}

const names = ['orders-read', 'orders-report'];
const group = 'sg-0cccccccccccccccc';

/** Lives the plan with a deed right before the first call of an operation. */
async function disturbed(world: World, operation: string, deed: () => void): Promise<Life> {
  let calls = 0;
  const life = await world.process([], {
    plans: [withReplicas()],
    beforeCall: (call) => {
      if (call === `rds:${operation}` && ++calls === 1) deed();
    },
  });
  expect(calls).toBeGreaterThan(0);
  return life;
}

/** Lives the plan with a deed as soon as a step is done for all its items. */
async function afterStep(world: World, step: string, deed: () => void): Promise<Life> {
  let left = names.length;
  const diesOn = (record: JournalRecord) =>
    record.t === 'done' && record.key.step === step && record.key.undo === undefined && --left === 0;
  const first = await world.process([], { plans: [withReplicas()], diesOn });
  expect(first.result).toBe('died');
  deed();
  world.pass(60_000);
  return world.process(first.disk, { plans: [withReplicas()] });
}

function expectReplicasMoved(world: World, before: ReturnType<World['state']>): void {
  const state = world.state();
  const primary = databaseNamed(world, 'orders');
  expect(primary?.resourceId).not.toBe(original);
  expect(state.databases.map((one) => one.identifier).sort()).toEqual(['orders', ...names]);
  for (const name of names) {
    const [was, is] = [before.databases.find((one) => one.identifier === name), databaseNamed(world, name)];
    expect(is?.resourceId).not.toBe(was?.resourceId);
    expect(is?.replicaOf).toBe(primary?.resourceId);
    expect(is?.key).toBe(keyOf(state, 'alias/new'));
    expect(is?.address).toBe(was?.address);
    expect(is?.settings).toEqual(was?.settings);
    expect(is?.tags['reads']).toBe('yes');
  }
  expectNoWriteLost(world);
  expectNoDatabaseClaim(world);
}

describe('the read replicas of an instance', () => {
  it('are refused before anything is touched when the plan does not make them anew, saying how', async () => {
    await inWorld(replicated, async (world) => {
      const life = await world.process([], { plans: [databasePlan()] });
      expect(exitOf(life)).toBe(2);
      expect(told(life)).toContain(
        'has the read replicas orders-read, orders-report, which would stay with the original',
      );
      expect(told(life)).toContain('rds.create-read-replica');
      expect(life.sent.some((call) => /Create|Modify|Copy|Restore/.test(call))).toBe(false);
    });
  });

  it('are made anew under the new key, get the names of the old ones with every setting, and those are deleted before the original', async () => {
    await inWorld(replicated, async (world) => {
      const before = world.state();
      const deleted: string[] = [];
      world.watch(({ operation, input, outcome }) => {
        const { DBInstanceIdentifier: name = '' } = input as { DBInstanceIdentifier?: string };
        if (operation === 'DeleteDBInstance' && outcome === 'done') deleted.push(name.replace(/-old-.*/, ''));
      });
      const life = await world.process([], { plans: [withReplicas()] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(deleted.slice(0, 2).sort()).toEqual(names);
      expect(deleted.slice(2)).toEqual(['orders']);
      world.pass(3_600_000);
      expectReplicasMoved(world, before);
    });
  });

  it('serve under their names all the time but for the renames, and clients of the primary do not wait for them', async () => {
    await inWorld(replicated, async (world) => {
      const order: string[] = [];
      world.watch(({ operation, input, outcome }) => {
        const {
          NewDBInstanceIdentifier: to,
          VpcSecurityGroupIds: groups,
          DeletionProtection: on,
        } = input as Record<string, unknown>;
        if (outcome !== 'done') return;
        if (operation === 'ModifyDBInstance' && groups && on) order.push('admit');
        if (operation === 'CreateDBInstanceReadReplica') order.push('create');
        if (operation === 'ModifyDBInstance' && /^orders-/.test(String(to)))
          order.push(/-old-/.test(String(to)) ? 'away' : 'into place');
      });
      const life = await world.process([], { plans: [withReplicas()] });
      expect(exitOf(life), told(life)).toBe(0);
      // The original's own rename away comes first.
      expect(order.filter((one, i) => one !== order[i - 1])).toEqual(['away', 'admit', 'create', 'away', 'into place']);
    });
  });

  it('are made once, wherever the run dies around their calls', async () => {
    const calls = await inWorld(replicated, async (world) => {
      const found = new Map<string, number>();
      let last = 0;
      world.watch(({ operation, input }) => {
        const { NewDBInstanceIdentifier: to = '', DBInstanceIdentifier: name = '' } = input as Record<string, string>;
        const about =
          operation === 'CreateDBInstanceReadReplica' ||
          /^orders-re/.test(to) ||
          (operation === 'DeleteDBInstance' && /^orders-re/.test(name));
        // The first of each kind.
        const kind = `${operation} ${/-old-/.test(to) ? 'away' : to && 'into place'}`;
        if (about && !found.has(kind)) found.set(kind, last);
      });
      const count = (_operation: string, number: number) => {
        last = number;
      };
      await world.process([], { plans: [withReplicas()], beforeCall: count });
      return [...found.values()];
    });
    expect(calls).toHaveLength(4);
    for (const number of calls) {
      await inWorld(replicated, async (world) => {
        const before = world.state();
        // The call has come to pass, and nobody heard of it.
        const crash = { call: { number, when: 'after' } } as const;
        const life = await world.process([], { plans: [withReplicas()], crash });
        expect(life.result).toBe('died');
        const resumed = await world.process(life.disk, { plans: [withReplicas()] });
        expect(exitOf(resumed), `${number}: ${told(resumed)}`).toBe(0);
        world.pass(3_600_000);
        expectReplicasMoved(world, before);
      });
    }
  });

  it('that can not be made as they are, are refused', async () => {
    for (const [more, words] of [
      ['deletionProtection: true', 'is protected against deletion'],
      ['roles: [{ role: "arn:aws:iam::111122223333:role/x", feature: s3Import }]', 'has IAM roles of its own'],
      ['status: stopped', 'is stopped'],
    ] as const) {
      await inWorld(`${oneDatabase}${replica('orders-read', more)}\n`, async (world) => {
        const life = await world.process([], { plans: [withReplicas()] });
        expect(exitOf(life)).toBe(2);
        expect(told(life)).toContain(`the read replica orders-read ${words}`);
      });
    }
  });

  describe('of MySQL', () => {
    const mysql = replicated
      .replaceAll('engine: postgres', 'engine: mysql')
      .replaceAll('"16.4"', '"8.0.36"')
      .replaceAll('orders-16', 'orders')
      .replace('logExports: [postgresql]', 'logExports: [error]')
      .replace(/ {4}roles:\n.*\n.*\n/, '')
      .replaceAll(':5432', ':3306');
    /** The account's databases, of which the replicas take writes of their own as long as `open` says so. */
    const writable = (world: World, open: () => boolean): Databases => {
      const databases = simulatedDatabases(world.account);
      return {
        query: async (at, statement, signal) =>
          /read_only/.test(statement) && open() ? [['0']] : databases.query(at, statement, signal),
      };
    };

    it('are made anew like others', () =>
      inWorld(mysql, async (world) => {
        const before = world.state();
        const life = await world.process([], { plans: [withReplicas()] });
        expect(exitOf(life), told(life)).toBe(0);
        world.pass(3_600_000);
        expectReplicasMoved(world, before);
      }));

    it('that take writes of their own are refused: what they alone hold would go with them', () =>
      inWorld(mysql, async (world) => {
        const databases = writable(world, () => true);
        const life = await world.process([], { plans: [withReplicas()], databases });
        expect(exitOf(life), told(life)).toBe(2);
        expect(told(life)).toMatch(/the read replica orders-read takes writes of its own \(read_only is off\)/);
      }));

    it('that take writes of their own since they were read keep their names', () =>
      inWorld(mysql, async (world) => {
        const old = databaseNamed(world, 'orders-read')?.resourceId;
        const life = await world.process([], {
          plans: [withReplicas()],
          databases: writable(world, () => world.state().databases.some((one) => /^orders-old/.test(one.identifier))),
        });
        expect(exitOf(life), told(life)).toBe(4);
        expect(told(life)).toMatch(/FAILED: orders-read takes writes of its own/);
        expect(databaseNamed(world, 'orders-read')?.resourceId).toBe(old);
      }));
  });

  it('that somebody has promoted in the hold are kept: they may hold what nothing else does', async () => {
    await inWorld(replicated, async (world) => {
      const plan = withReplicas('steps.soak.with.for=2h');
      const paused = await world.process([], { plans: [plan], wait: false });
      expect(exitOf(paused), told(paused)).toBe(3);
      const old = [...world.account.world.rds.databases.values()].find((one) =>
        one.identifier.startsWith('orders-read-old'),
      );
      if (!old) throw new Error('there is no old replica');
      old.replicaOf = undefined;
      world.pass(3 * 3_600_000);
      const life = await world.process(paused.disk, { plans: [plan] });
      expect(exitOf(life)).toBe(4);
      expect(told(life)).toContain('is no replica any more');
      expect(world.account.world.rds.databases.has(old.resourceId)).toBe(true);
      expect(world.account.world.rds.databases.has(original)).toBe(true);
    });
  });

  it('have their names back after a rollback in the hold, and the new ones are kept as they may have been read', async () => {
    await inWorld(replicated, async (world) => {
      const plans = [withReplicas('steps.soak.with.for=2h')];
      const ids = () => Object.fromEntries(world.state().databases.map((one) => [one.identifier, one.resourceId]));
      const before = ids();
      const paused = await world.process([], { plans, wait: false });
      expect(exitOf(paused), told(paused)).toBe(3);
      const command = { command: 'rollback', discardWrites: true } as const;
      const life = await world.process(paused.disk, { plans, command });
      expect(exitOf(life), told(life)).toBe(0);
      world.pass(3_600_000);
      expect(ids()).toMatchObject(before);
      for (const name of names) expect(databaseNamed(world, name)?.replicaOf).toBe(original);
      expectNoDatabaseClaim(world);
    });
  });

  it('are made as they are by then: what their owner has changed since they were read is not lost', async () => {
    await inWorld(replicated.replace('databases:', `  - { id: ${group} }\ndatabases:`), async (world) => {
      const change = () => {
        world.account.act({ do: 'tag-database', database: 'orders-read', tags: { owner: 'reports' } });
        world.account.act({ do: 'add-database-to-group', database: 'orders-read', group });
      };
      const life = await disturbed(world, 'RestoreDBInstanceFromDBSnapshot', change);
      expect(exitOf(life), told(life)).toBe(0);
      const made = databaseNamed(world, 'orders-read');
      expect(made?.tags['owner']).toBe('reports');
      expect(made?.securityGroups).toContain(group);
    });
  });

  it('that somebody changes after they were made anew keep their names until the new ones are like them', async () => {
    await inWorld(replicated, async (world) => {
      const old = databaseNamed(world, 'orders-read')?.resourceId;
      const change = () =>
        world.account.act({ do: 'tag-database', database: 'orders-read', tags: { owner: 'reports' } });
      const life = await disturbed(world, 'CreateDBInstanceReadReplica', change);
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(/differs in the tag "owner"/);
      expect(databaseNamed(world, 'orders-read')?.resourceId).toBe(old);
      const made = [...world.account.world.rds.databases.values()].filter((one) => one.replicaOf !== undefined);
      for (const { identifier, tags } of made)
        if (tags.now.get('rekey:original') === old)
          world.account.act({ do: 'tag-database', database: identifier, tags: { owner: 'reports' } });
      const second = await world.process(life.disk, { plans: [withReplicas()] });
      expect(exitOf(second), told(second)).toBe(0);
      expect(databaseNamed(world, 'orders-read')?.tags['owner']).toBe('reports');
    });
  });

  it.each([
    ['CreateDBInstanceReadReplica', /FAILED: changes of DBInstanceClass wait on orders-read/],
    // Between the verdict and the renames.
    ['verify-replica', /changes of DBInstanceClass wait on orders-read, and its rename would bring them into force/],
  ])('with a change that waits are not renamed, which would bring it into force: queued at %s', async (at, why) => {
    await inWorld(replicated, async (world) => {
      const old = databaseNamed(world, 'orders-read')?.resourceId;
      const queue = () =>
        world.account.act({ do: 'modify-database', database: 'orders-read', now: false, class: 'db.r6g.4xlarge' });
      const life = at === 'verify-replica' ? await afterStep(world, at, queue) : await disturbed(world, at, queue);
      expect([4, 6], told(life)).toContain(exitOf(life));
      expect(told(life)).toMatch(why);
      expect(databaseNamed(world, 'orders-read')).toMatchObject({ resourceId: old });
      expect(databaseNamed(world, 'orders-read')?.settings.DBInstanceClass).toBe('db.r6g.large');
    });
  });

  it('of which a new one is lost between the renames: it is said that nobody has the name, and what to do', async () => {
    await inWorld(replicated, async (world) => {
      const old = databaseNamed(world, 'orders-read')?.resourceId;
      const life = await afterStep(world, 'rename-replica-away', () => {
        const made = world.state().databases.find((one) => one.tags['rekey:original'] === old);
        world.account.act({ do: 'delete-database', database: made?.resourceId ?? '' });
      });
      expect(exitOf(life), told(life)).toBe(1);
      expect(told(life)).toMatch(
        /is gone, and nobody has the name orders-read: .*--new-db-instance-identifier orders-read/,
      );
      expect(world.state().databases.some((one) => one.resourceId === old)).toBe(true);
    });
  });

  it('cost nothing to an instance without any: the same plan moves it', async () => {
    await inWorld(oneDatabase, async (world) => {
      const life = await world.process([], { plans: [withReplicas()] });
      expect(exitOf(life), told(life)).toBe(0);
    });
  });
});
