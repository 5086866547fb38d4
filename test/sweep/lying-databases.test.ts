import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import {
  databaseNamed,
  databasePlan,
  expectNoWriteLost,
  expectOriginalDatabaseServing,
  fence,
  oneDatabase,
  original,
} from '../support/rds.ts';
import type { World } from '../support/world.ts';
import { falsify, type Members, put, retag, withVerdict } from './lies.ts';
import { sampled } from './sampled.ts';
import { swept } from './swept.ts';

const inWorld = swept('lying');
const plans = [databasePlan()];
const minute = 60_000;
const hour = 60 * minute;
const own = 'sg-0aaaaaaaaaaaaaaa1';

// Smaller, so that a way takes less time, without protection, so that others can take things away, and with somebody else's data.
const scenario = `${oneDatabase
  .replace('keys: [', 'keys: [{ alias: alias/third }, ')
  .replace('storage: 100', 'storage: 20')
  .replace(
    'deletionProtection: true',
    'deletionProtection: false',
  )}  - { id: bills, storage: 20, parameterGroup: bills-16, key: alias/new, data: of somebody else }
databaseSnapshots: [{ id: bills-1, database: bills }]
`;

const arnOf = (world: World, alias: string) => world.account.world.findKey(alias)?.arn ?? '';
const madeOf = (world: World) => world.state().databases.find((one) => one.tags['rekey:original'] === original);
const snapshots = (world: World) =>
  world.state().databaseSnapshots.filter((one) => one.type === 'manual' && one.id.startsWith('rekey-'));

/** Watches for the one call that must not come. */
function originalAskedFor(world: World): string[] {
  const deleted: string[] = [];
  world.watch((call) => {
    const name = (call.input as { DBInstanceIdentifier?: string }).DBInstanceIdentifier ?? '';
    const meant = world.state().databases.find((one) => one.identifier === name);
    if (call.operation === 'DeleteDBInstance' && meant?.resourceId === original) deleted.push(call.outcome);
  });
  return deleted;
}

function expectOriginalThere(world: World, deleted: readonly string[], about: string): void {
  expect(deleted, about).toEqual([]);
  const found = world.state().databases.find((one) => one.resourceId === original);
  expect(found?.readable, about).toBe(true);
  expect(databaseNamed(world, 'bills'), about).toBeDefined();
}

interface MakingLie {
  readonly name: string;
  readonly asked: (world: World, operation: string, input: Members) => boolean;
  readonly names: RegExp;
  /** 4 by a verdict; 1 where an effect itself could not be brought about. */
  readonly exit: 4 | 1;
}

const restoring =
  (change: (world: World, input: Members) => boolean) => (world: World, operation: string, input: Members) =>
    operation === 'RestoreDBInstanceFromDBSnapshot' && change(world, input);
/** Of the copies the final one. */
const copying =
  (change: (world: World, input: Members) => boolean) => (world: World, operation: string, input: Members) =>
    operation === 'CopyDBSnapshot' && snapshots(world).length > 2 && change(world, input);

/** A replacement that is not what was asked for. */
const makings: readonly MakingLie[] = [
  {
    name: 'from the copy of the warm-up snapshot',
    asked: restoring((world, asked) => put(asked, { DBSnapshotIdentifier: snapshots(world)[1]?.id })),
    names: /statement 1 .* is answered otherwise by the two/,
    exit: 4,
  },
  {
    name: "from somebody else's snapshot",
    asked: restoring((_world, asked) => put(asked, { DBSnapshotIdentifier: 'bills-1' })),
    names: /is answered otherwise by the two|the original had/,
    exit: 4,
  },
  {
    name: 'from the snapshot itself, under the old key',
    asked: restoring((world, asked) => put(asked, { DBSnapshotIdentifier: snapshots(world)[2]?.id })),
    names: /is under arn:\S+, not under arn:/,
    exit: 4,
  },
  {
    name: 'from a copy under a third key',
    asked: copying((world, asked) => put(asked, { KmsKeyId: arnOf(world, 'alias/third') })),
    names: /is under arn:\S+, not under arn:/,
    exit: 4,
  },
  {
    name: 'from a copy that has kept its key',
    asked: copying((_world, asked) => put(asked, { KmsKeyId: undefined })),
    names: /is under arn:\S+, not under arn:/,
    exit: 4,
  },
  {
    name: 'of another class',
    asked: restoring((_world, asked) => put(asked, { DBInstanceClass: 'db.t3.micro' })),
    names: /has DBInstanceClass "db\.t3\.micro", the original had "db\.m6g\.large"/,
    exit: 4,
  },
  {
    name: 'with default parameters',
    asked: restoring((_world, asked) => put(asked, { DBParameterGroupName: undefined })),
    names: /default\.postgres16/,
    exit: 4,
  },
  {
    name: 'without IAM logins',
    asked: restoring((_world, asked) => put(asked, { EnableIAMDatabaseAuthentication: false })),
    names: /IAMDatabaseAuthenticationEnabled false, the original had true/,
    exit: 4,
  },
  {
    name: 'with a tag that lost its name',
    asked: restoring((_world, asked) => retag(asked, 'team', 'teám')),
    names: /differs in the tag "team"/,
    exit: 4,
  },
  {
    name: 'without Enhanced Monitoring',
    asked: (_world, operation, asked) =>
      operation === 'ModifyDBInstance' &&
      'MonitoringInterval' in asked &&
      put(asked, { MonitoringInterval: 0, MonitoringRoleArn: undefined }),
    names: /settings of rekey-\S+ that only a modification sets: /,
    exit: 1,
  },
  {
    name: 'with a role for something else',
    asked: (_world, operation, asked) =>
      operation === 'AddRoleToDBInstance' && put(asked, { FeatureName: `${asked['FeatureName']}-not` }),
    names: /role arn:\S+ of (rekey-|shop|orders)/,
    exit: 1,
  },
];

describe('a DB instance that AWS restored otherwise than it was asked', () => {
  test.each(
    sampled(makings, 6),
  )('$name: the original comes back and serves, it is not deleted, and the message names it', (lie) =>
    inWorld(scenario, async (world) => {
      const deleted = originalAskedFor(world);
      const count = falsify(world, { asked: (operation, input) => lie.asked(world, operation, input) });
      const life = await world.process([], { plans });
      const about = `${lie.name}: ${told(life)}`;
      expect(count.lies, 'it never lied').toBeGreaterThan(0);
      expect(exitOf(life), about).toBe(lie.exit);
      expect(told(life)).toMatch(lie.names);
      world.pass(20 * minute);
      expectOriginalThere(world, deleted, about);
      expectOriginalDatabaseServing(world);
    }));

  test('open to clients from birth: nothing is deleted, and a person is asked', () =>
    inWorld(scenario, async (world) => {
      const deleted = originalAskedFor(world);
      const count = falsify(world, {
        asked: (operation, asked) =>
          operation === 'RestoreDBInstanceFromDBSnapshot' && put(asked, { VpcSecurityGroupIds: [own] }),
      });
      const life = await world.process([], { plans });
      expect(count.lies).toBeGreaterThan(0);
      expect([4, 6], told(life)).toContain(exitOf(life));
      world.pass(20 * minute);
      expectOriginalThere(world, deleted, told(life));
    }));
});

interface HoldLie {
  readonly name: string;
  readonly act: (world: World) => void;
  readonly names: RegExp;
}

/** What people and AWS do while the verdict is already there and the original waits for its end. */
const holds: readonly HoldLie[] = [
  {
    name: 'the replacement was deleted',
    act: (world) => world.account.act({ do: 'delete-database', database: 'orders' }),
    names: /is not there|is deleting/,
  },
  {
    name: 'the replacement was stopped',
    act: (world) => world.account.act({ do: 'stop-database', database: 'orders' }),
    names: /is stopp(ed|ing)/,
  },
  {
    name: 'the replacement has failed',
    act: (world) => world.account.act({ do: 'break-database', database: 'orders', status: 'failed' }),
    names: /is failed/,
  },
  {
    name: 'the replacement lets no clients in any more',
    act: (world) =>
      world.account.act({ do: 'modify-database', database: 'orders', now: true, securityGroups: [fence] }),
    names: /lets no clients in/,
  },
  {
    name: 'the group that keeps clients out of the original was opened',
    act: (world) => world.account.act({ do: 'open-group', group: fence, inbound: '10.0.0.0/8:5432' }),
    names: /lets in 10\.0\.0\.0\/8/,
  },
  {
    name: 'the policy of the new key was closed',
    act: (world) => world.account.act({ do: 'put-key-policy', key: 'alias/new', policy: 'deny' }),
    names: /key/,
  },
  {
    name: 'the original has its name again',
    act(world) {
      world.account.act({ do: 'modify-database', database: 'orders', now: true, identifier: 'orders-2' });
      world.pass(20 * minute);
      world.account.act({ do: 'modify-database', database: original, now: true, identifier: 'orders' });
      world.pass(20 * minute);
    },
    names: /holds the name orders again|is named orders-2/,
  },
];

describe('a verdict about databases that was true when it was given', () => {
  test.each(sampled(holds, 4))('and then $name: the original stays, exit 4, and the message names it', (lie) =>
    inWorld(scenario, async (world) => {
      const deleted = originalAskedFor(world);
      const first = await world.process([], { plans, wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      lie.act(world);
      world.pass(2 * hour);
      const second = await world.process(first.disk, { plans, wait: false });
      expect(exitOf(second), told(second)).toBe(4);
      expect(told(second)).toMatch(lie.names);
      const third = await world.process(second.disk, { plans, wait: false });
      expect(exitOf(third), `resumed: ${told(third)}`).not.toBe(0);
      expectOriginalThere(world, deleted, lie.name);
    }));
});

const wrongVerdicts: readonly { name: string; change: (world: World) => Record<string, unknown> }[] = [
  { name: 'names a database that nobody made', change: () => ({ replacement: 'db-FFFFFFFFFFFFFFFFFFFFFFFFF9' }) },
  { name: 'names the original as its own replacement', change: () => ({ replacement: original }) },
  {
    name: 'names the replacement as the original',
    change: (world) => ({ original: madeOf(world)?.resourceId, id: madeOf(world)?.resourceId }),
  },
  {
    name: 'is about a database that this run never moved',
    change: (world) => ({ original: databaseNamed(world, 'bills')?.resourceId }),
  },
  { name: 'is about another key', change: (world) => ({ key: arnOf(world, 'alias/old') }) },
  { name: 'is about another name', change: () => ({ name: 'bills' }) },
  { name: 'is about another fence', change: () => ({ fence: own }) },
];

describe('a verdict that is not about the pair of databases', () => {
  test.each(sampled(wrongVerdicts, 3))('since it $name: nothing is deleted by it, exit 4', ({ change }) =>
    inWorld(scenario, async (world) => {
      const deleted = originalAskedFor(world);
      const first = await world.process([], { plans, wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.pass(2 * hour);
      const life = await world.process(withVerdict(first.disk, change(world)), { plans, wait: false });
      expect(exitOf(life), told(life)).toBe(4);
      expectOriginalThere(world, deleted, told(life));
      expect(databaseNamed(world, 'orders')?.resourceId).toBe(madeOf(world)?.resourceId);
      expectNoWriteLost(world);
    }));
});
