import { describe, expect, it } from 'vitest';
import { DatabaseFailure } from '../../src/aws/databases/failure.ts';
import { exitOf, keyOf, told } from '../support/promises.ts';
import {
  databaseNamed,
  databasePlan,
  expectDatabaseMoved,
  expectNoWriteLost,
  expectOriginalDatabaseServing,
  fence,
  oneDatabase,
  original,
} from '../support/rds.ts';
import { isRead } from '../support/reads.ts';
import { inWorld, type Life, type World } from '../support/world.ts';

type Deed = Parameters<World['account']['act']>[0];

const plans = [databasePlan()];
const minute = 60_000;

/** Lives the plan with a deed right before the nth call of an operation. */
async function disturbed(world: World, operation: string, nth: number, deeds: readonly Deed[]): Promise<Life> {
  let seen = 0;
  let done = 0;
  const life = await world.process([], {
    plans,
    beforeCall: (call) => {
      if (call !== `rds:${operation}` || ++seen !== nth) return;
      for (const deed of deeds) {
        world.account.act(deed);
        done++;
      }
    },
  });
  expect(done, 'nobody did anything').toBe(deeds.length);
  return life;
}

async function expectDoneWhenResumed(world: World, life: Life): Promise<void> {
  const second = await world.process(life.disk, { plans });
  expect(exitOf(second), told(second)).toBe(0);
  world.pass(20 * minute);
  expectDatabaseMoved(world);
}

describe('what somebody does to an RDS instance between the plan and its cut-over', () => {
  it('storage that has grown by itself is carried over as it is by then', () =>
    inWorld(oneDatabase, async (world) => {
      const life = await disturbed(world, 'CopyDBSnapshot', 1, [
        { do: 'grow-database', database: 'orders', storage: 150 },
      ]);
      expect(exitOf(life), told(life)).toBe(0);
      expectDatabaseMoved(world);
      expect(databaseNamed(world, 'orders')?.settings.AllocatedStorage).toBe(150);
    }));

  it('another class is read again and carried over, and that is told', () =>
    inWorld(oneDatabase, async (world) => {
      const life = await disturbed(world, 'CopyDBSnapshot', 1, [
        { do: 'modify-database', database: 'orders', class: 'db.m6g.xlarge', now: true },
      ]);
      expect(exitOf(life), told(life)).toBe(0);
      expectDatabaseMoved(world);
      expect(databaseNamed(world, 'orders')?.settings.DBInstanceClass).toBe('db.m6g.xlarge');
    }));

  it.each([
    [
      'a change that waits for the maintenance window',
      { class: 'db.m6g.xlarge', now: false },
      /changes of DBInstanceClass wait for the maintenance window/,
    ],
    [
      'another parameter group',
      { parameterGroup: 'default.postgres16', now: true },
      /parameters of orders wait for a restart/,
    ],
  ] as const)('%s stops the run before it touches anything, and is carried over by a resume if it can be', async (_what, change, why) => {
    await inWorld(oneDatabase, async (world) => {
      const life = await disturbed(world, 'CopyDBSnapshot', 1, [
        { do: 'modify-database', database: 'orders', ...change } as Deed,
      ]);
      expect(exitOf(life), told(life)).toBe(2);
      expect(told(life)).toMatch(why);
      expect(life.calls.get('rds:ModifyDBInstance')).toBeUndefined();
      world.pass(20 * minute);
      expectOriginalDatabaseServing(world);
      if ('parameterGroup' in change) world.account.act({ do: 'reboot-database', database: 'orders' });
      if (!change.now) world.account.act({ do: 'modify-database', database: 'orders', now: true });
      world.pass(20 * minute);
      await expectDoneWhenResumed(world, life);
    });
  });

  it('stopped by somebody, it is left so and told; started again, a resume goes on', () =>
    inWorld(oneDatabase, async (world) => {
      const life = await disturbed(world, 'CopyDBSnapshot', 1, [{ do: 'stop-database', database: 'orders' }]);
      expect(exitOf(life), told(life)).toBe(2);
      expect(life.calls.get('rds:ModifyDBInstance')).toBeUndefined();
      world.account.act({ do: 'start-database', database: 'orders' });
      world.pass(20 * minute);
      await expectDoneWhenResumed(world, life);
    }));

  it("a restart or a failover of it is nobody's business", () =>
    inWorld(oneDatabase.replace('storage: 100', 'storage: 100\n    multiAZ: true'), async (world) => {
      const life = await disturbed(world, 'CopyDBSnapshot', 1, [
        { do: 'reboot-database', database: 'orders', failover: true },
      ]);
      expect(exitOf(life), told(life)).toBe(0);
      expectDatabaseMoved(world);
    }));

  it('deleted by somebody, the run says so and keeps the snapshots that hold its data', () =>
    inWorld(oneDatabase.replace('deletionProtection: true', 'deletionProtection: false'), async (world) => {
      const life = await disturbed(world, 'CopyDBSnapshot', 1, [{ do: 'delete-database', database: 'orders' }]);
      expect([1, 2, 6], told(life)).toContain(exitOf(life));
      expect(world.state().databaseSnapshots.filter((one) => one.type === 'manual').length).toBeGreaterThan(0);
    }));

  it('deleted by somebody, a rollback keeps what the run has made of it, and tells it by name', () =>
    inWorld(oneDatabase.replace('deletionProtection: true', 'deletionProtection: false'), async (world) => {
      const life = await disturbed(world, 'CopyDBSnapshot', 1, [{ do: 'delete-database', database: 'orders' }]);
      const made = () => world.state().databaseSnapshots.flatMap((one) => (one.type === 'manual' ? [one.id] : []));
      const before = made();
      expect(before.length).toBeGreaterThan(0);
      world.pass(10 * minute);
      const command = { command: 'rollback', discardWrites: false } as const;
      const second = await world.process(life.disk, { plans, command });
      expect(made(), told(second)).toEqual(before);
      const texts = second.disk.flatMap((record) => (record.t === 'announced' ? [record.text] : [])).join('\n');
      for (const id of before)
        expect(texts).toContain(`kept: ${id}: ${original} is gone (for 5 min): this may be the last copy`);
    }));
});

describe('what somebody does to an RDS instance inside its cut-over', () => {
  it('its own groups given back to it, with clients in again: what was built since is stale, and it serves', () =>
    inWorld(oneDatabase, async (world) => {
      const life = await disturbed(world, 'RestoreDBInstanceFromDBSnapshot', 1, [
        { do: 'modify-database', database: 'orders', now: true, securityGroups: ['sg-0aaaaaaaaaaaaaaa1'] },
      ]);
      expect([4, 6], told(life)).toContain(exitOf(life));
      world.pass(20 * minute);
      expectOriginalDatabaseServing(world);
      await expectDoneWhenResumed(world, life);
    }));

  it('a second group beside the fence counts as open', () =>
    inWorld(oneDatabase, async (world) => {
      const life = await disturbed(world, 'RestoreDBInstanceFromDBSnapshot', 1, [
        { do: 'add-database-to-group', database: 'orders', group: 'sg-0aaaaaaaaaaaaaaa1' },
      ]);
      expect([4, 6], told(life)).toContain(exitOf(life));
      world.pass(20 * minute);
      expectOriginalDatabaseServing(world);
    }));

  it('stopped behind its fence, it is started again and gets its clients back', () =>
    inWorld(oneDatabase, async (world) => {
      const life = await disturbed(world, 'CreateDBSnapshot', 2, [{ do: 'stop-database', database: 'orders' }]);
      expect([1, 4, 6], told(life)).toContain(exitOf(life));
      world.pass(20 * minute);
      expectOriginalDatabaseServing(world);
    }));

  it('the replacement changed by somebody after it was compared: that is seen before clients are admitted, and the original serves', () =>
    inWorld(oneDatabase, async (world) => {
      let changed = '';
      let modifies = 0;
      const life = await world.process([], {
        plans,
        beforeCall: (call) => {
          // Fence, settings, and now the old one is about to give its name away: both were compared.
          if (call !== 'rds:ModifyDBInstance' || ++modifies !== 3) return;
          changed = world.state().databases.find((one) => one.tags['rekey:original'])?.resourceId ?? '';
          world.account.act({ do: 'modify-database', database: changed, now: true, class: 'db.m6g.2xlarge' });
        },
      });
      expect(changed).toMatch(/^db-/);
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toContain('DBInstanceClass');
      world.pass(20 * minute);
      expectOriginalDatabaseServing(world);
      await expectDoneWhenResumed(world, life);
    }));

  it('the replacement opened by somebody, at its name, is the write point: the run goes forward', () =>
    inWorld(oneDatabase, async (world) => {
      let renames = 0;
      const life = await world.process([], {
        plans,
        beforeCall: (call) => {
          if (call !== 'rds:ModifyDBInstance' || ++renames !== 5) return;
          world.account.act({
            do: 'modify-database',
            database: 'orders',
            now: true,
            securityGroups: ['sg-0aaaaaaaaaaaaaaa1'],
          });
        },
      });
      expect(renames).toBeGreaterThanOrEqual(5);
      expect(exitOf(life), told(life)).toBe(0);
      expectDatabaseMoved(world);
    }));
});

describe('a restore or a snapshot that comes to nothing', () => {
  it.each([
    'incompatible-restore',
    'incompatible-network',
    'incompatible-parameters',
    'failed',
  ])('a restore that ends %s is told, discarded, and the original serves', (status) =>
    inWorld(oneDatabase, async (world) => {
      const life = await disturbed(world, 'RestoreDBInstanceFromDBSnapshot', 1, [{ do: 'fail-next-restore', status }]);
      expect(exitOf(life), told(life)).toBe(1);
      expect(told(life)).toContain(status);
      world.pass(20 * minute);
      expectOriginalDatabaseServing(world);
      expect(world.state().databases).toHaveLength(1);
      await expectDoneWhenResumed(world, life);
    }));

  it('a key that is disabled in the cut-over brings the original back, and is named', () =>
    inWorld(oneDatabase, async (world) => {
      const life = await disturbed(world, 'CopyDBSnapshot', 2, [{ do: 'disable-key', key: 'alias/new' }]);
      expect(exitOf(life), told(life)).toBe(1);
      expect(told(life)).toMatch(/key/i);
      world.pass(20 * minute);
      expectOriginalDatabaseServing(world);
    }));
});

describe('an original that loses its key for good in the cut-over', () => {
  it('is never named as something to delete; what was restored is kept, and a person is told', () =>
    inWorld(oneDatabase, async (world) => {
      let renames = 0;
      const dying = await world.process([], {
        plans,
        beforeCall: (call) => {
          if (call !== 'rds:ModifyDBInstance' || databaseNamed(world, 'orders')?.resourceId === original) return;
          if (renames++) return;
          world.account.act({ do: 'disable-key', key: 'alias/old' });
          world.account.faults.add({ operation: 'ModifyDBInstance', kind: 'error', code: 'AccessDenied', status: 403 });
        },
      });
      expect(renames, 'the original never gave its name away').toBeGreaterThan(0);
      expect(told(dying)).toContain('unwind-failed');
      world.account.faults.clear();
      world.pass(9 * 24 * 60 * minute);
      expect(world.state().databases.find((one) => one.resourceId === original)?.status).toBe(
        'inaccessible-encryption-credentials',
      );
      const life = await world.process(dying.disk, { plans });
      expect(told(life)).toContain('do not delete it');
      expect(told(life)).not.toContain('delete-db-instance');
      expect(world.state().databases).toHaveLength(2);
    }));
});

describe('what somebody does while an RDS instance is held', () => {
  const held = async (world: World, deed: () => void) => {
    const first = await world.process([], { plans, wait: false });
    expect(exitOf(first), told(first)).toBe(3);
    world.pass(30 * minute);
    deed();
    world.pass(90 * minute);
    return world.process(first.disk, { plans });
  };

  it.each([
    ['the original let clients in again', 'modify-old', /was seen in a place where somebody can write to it/],
    ['the new key was disabled', 'disable-key', /Disabled/],
    ['the replacement was renamed', 'rename', /is named/],
  ] as const)('%s: it is not deleted', (_what, deed, why) =>
    inWorld(oneDatabase, async (world) => {
      const life = await held(world, () => {
        const old = world.state().databases.find((one) => one.resourceId === original)?.identifier ?? '';
        if (deed === 'disable-key') world.account.act({ do: 'disable-key', key: 'alias/new' });
        if (deed === 'modify-old')
          world.account.act({
            do: 'modify-database',
            database: old,
            now: true,
            securityGroups: ['sg-0aaaaaaaaaaaaaaa1'],
          });
        if (deed === 'rename')
          world.account.act({ do: 'modify-database', database: 'orders', now: true, identifier: 'orders-2' });
      });
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(why);
      expect(world.state().databases.some((one) => one.resourceId === original)).toBe(true);
    }));

  it('the replacement changed by its owner is no reason to keep the original', () =>
    inWorld(oneDatabase, async (world) => {
      const life = await held(world, () => {
        world.account.act({ do: 'modify-database', database: 'orders', now: true, class: 'db.m6g.2xlarge' });
        world.account.act({ do: 'tag-database', database: 'orders', tags: { team: 'billing' } });
      });
      expect(exitOf(life), told(life)).toBe(0);
      expectNoWriteLost(world);
      expect(databaseNamed(world, 'orders')?.key).toBe(keyOf(world.state(), 'alias/new'));
    }));
});

describe('two runs on one RDS instance', () => {
  it('the second refuses with exit 5 and changes nothing, also while the first holds', () =>
    inWorld(oneDatabase, async (world) => {
      const first = await world.process([], { plans, wait: false });
      expect(exitOf(first)).toBe(3);
      const second = await world.process([], {
        plans: [databasePlan('keys.from=alias/new', 'keys.to=alias/old')],
        run: '20260105T000000Z-bbbbbb',
        wait: false,
      });
      expect(exitOf(second), told(second)).toBe(5);
      expect(second.sent.filter((call) => !isRead(call))).toEqual([]);
    }));
});

describe('an RDS instance is refused before anything is touched', () => {
  const database = (line: string) =>
    oneDatabase.replace('    tags: { team: shop }', `    tags: { team: shop }\n    ${line}`);
  it.each<[string, string, RegExp]>([
    ['that is not there', oneDatabase.replace('id: orders\n', 'id: order\n'), /there is no DB instance orders/],
    ['that is stopped', database('status: stopped'), /is stopped[\s\S]*start it/],
    ['that is full', database('status: storage-full'), /storage-full/],
    [
      'whose key is gone',
      database('status: inaccessible-encryption-credentials'),
      /inaccessible-encryption-credentials/,
    ],
    ['with changes that wait', database('pending: { class: db.m6g.xlarge }'), /changes of DBInstanceClass wait/],
    ['with parameters that wait', database('parametersPending: true'), /parameters of orders wait for a restart/],
    [
      'with maintenance due',
      database('maintenance: [{ action: system-update, inDays: 2 }]'),
      /maintenance of orders \(system-update\) is due/,
    ],
    [
      'that is a replica',
      `${oneDatabase.replace('    tags: { team: shop }', '    tags: { team: shop }\n    replicaOf: main')}  - { id: main, key: alias/old }\n`,
      /is a read replica/,
    ],
    ['that is no database rekey can ask', oneDatabase.replace('engine: postgres', 'engine: oracle-ee'), /oracle-ee/],
    ['that is RDS Custom', oneDatabase.replace('engine: postgres', 'engine: custom-oracle-ee'), /RDS Custom/],
    [
      'with a blue/green deployment',
      `${oneDatabase}blueGreens: [{ name: upgrade, source: orders, status: PROVISIONING }]\n`,
      /blue\/green deployment upgrade/,
    ],
    [
      'behind a proxy',
      `${oneDatabase}proxies: [{ name: pool, database: orders }]\n`,
      /the proxy pool stands before orders/,
    ],
    [
      'with a zero-ETL integration',
      database('integrations: [warehouse]'),
      /the zero-ETL integration warehouse reads from orders/,
    ],
    [
      'with an option that opens a port of its own',
      database('optionGroup: orders-memcached\n    options: [MEMCACHED]'),
      /the option MEMCACHED of orders-memcached lets clients in to orders by port 11211[\s\S]*accept: \[other-ways-in\]/,
    ],
    [
      'under another key',
      oneDatabase.replace('key: alias/old\n    securityGroups', 'key: alias/new\n    securityGroups'),
      /is under .* already/,
    ],
    [
      'in the fence already',
      oneDatabase.replace('securityGroups: [sg-0aaaaaaaaaaaaaaa1]', `securityGroups: [${fence}]`),
      /behind the fence .* already/,
    ],
    [
      'with a fence that lets others in',
      oneDatabase.replace('inbound: [10.9.0.7/32:5432]', 'inbound: [10.9.0.7/32:5432, 10.0.0.0/16]'),
      /lets in 10\.0\.0\.0\/16/,
    ],
    [
      'with a fence that lets out',
      oneDatabase.replace('inbound: [10.9.0.7/32:5432], outbound: []', 'inbound: [10.9.0.7/32:5432]'),
      /lets out to 0\.0\.0\.0\/0/,
    ],
    [
      'where the account has no room for a second one',
      oneDatabase.replace('throttling: false', 'throttling: false, databases: 1'),
      /1 of 1 DB instances/,
    ],
    [
      'where the account has no room for its snapshots',
      oneDatabase.replace('throttling: false', 'throttling: false, databaseSnapshots: 3'),
      /0 of 3 manual snapshots/,
    ],
    [
      'where the name for the old one is taken',
      `${oneDatabase}  - { id: orders-old-aaaaaa, key: alias/old }\n`,
      /the name orders-old-aaaaaa, .* is taken/,
    ],
  ])('%s', async (_what, scenario, why) => {
    await inWorld(scenario, async (world) => {
      const life = await world.process([], { plans });
      expect(exitOf(life), told(life)).toBe(2);
      expect(told(life)).toMatch(why);
      expect(life.sent.filter((call) => !isRead(call))).toEqual([]);
    });
  });
});

describe('an RDS instance of a CloudFormation stack', () => {
  it('is moved, and what has to be done with the stack is told', () =>
    inWorld(
      oneDatabase.replace('tags: { team: shop }', 'tags: { team: shop, "aws:cloudformation:stack-name": prod-db }'),
      async (world) => {
        const life = await world.process([], { plans });
        expect(exitOf(life), told(life)).toBe(0);
        expect(world.told.join('\n')).toMatch(
          /orders was made by the CloudFormation stack prod-db.*detect-stack-drift --stack-name prod-db/,
        );
      },
    ));
});

describe('a database that can not be asked who is connected', () => {
  const asking = (world: World, query: () => Promise<readonly (readonly (string | null)[])[]>) =>
    world.process([], { plans, databases: { query } });
  const failing =
    (message: string, more: object = {}) =>
    async () => {
      throw Object.assign(new Error(message), more);
    };

  it.each<[string, Parameters<typeof asking>[1], RegExp]>([
    ['because the login is refused', failing('refuses the login', { final: true }), /refuses the login/],
    [
      'because this login does not see the sessions of others',
      async () => [
        ['nobody knows who, as', 'app', 'may not see the sessions of others:', 'pg_read_all_stats', 'is missing'],
      ],
      /may not see the sessions of others/,
    ],
    [
      'because its name does not resolve on this machine',
      async () => {
        throw new DatabaseFailure('ENOTFOUND', 'ENOTFOUND: getaddrinfo ENOTFOUND orders', false);
      },
      /this machine can't resolve the name orders\.\S+ \(ENOTFOUND\)[\s\S]*run rekey where DNS knows that name/,
    ],
  ])('%s is refused before anything is touched', (_what, query, why) =>
    inWorld(oneDatabase, async (world) => {
      const life = await asking(world, query);
      expect(exitOf(life), told(life)).toBe(2);
      expect(told(life)).toMatch(why);
      expect(life.sent.filter((call) => !isRead(call))).toEqual([]);
    }));

  it('because nothing gets through is told before, and taken back when the fence does not change it', () =>
    inWorld(oneDatabase, async (world) => {
      const life = await asking(world, failing('connect ETIMEDOUT', { code: 'ETIMEDOUT' }));
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(/does not answer: connect ETIMEDOUT/);
      expect(life.calls.get('rds:CreateDBSnapshot')).toBe(1);
      world.pass(20 * minute);
      expectOriginalDatabaseServing(world);
    }));
});
