import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import {
  clusterFence,
  clusterNamed,
  clusterPlan,
  expectNoClusterWriteLost,
  expectOriginalClusterServing,
  oneCluster,
  originalCluster,
} from '../support/rds-cluster.ts';
import type { World } from '../support/world.ts';
import { falsify, type Members, put, retag, withVerdict } from './lies.ts';
import { sampled } from './sampled.ts';
import { swept } from './swept.ts';

const inWorld = swept('lying');
const plans = [clusterPlan()];
const minute = 60_000;
const hour = 60 * minute;
const own = 'sg-0aaaaaaaaaaaaaaa1';

// Smaller, so that a way takes less time, without protection, so that others can take things away, and with somebody else's data.
const scenario = `${oneCluster
  .replace('keys: [', 'keys: [{ alias: alias/third }, ')
  .replace('storage: 80', 'storage: 10')
  .replace('deletionProtection: true', 'deletionProtection: false')}
  - id: bills
    storage: 10
    key: alias/new
    data: of somebody else
    members: [{ id: bills-1 }]
clusterSnapshots: [{ id: bills-then, cluster: bills }]
`;

const arnOf = (world: World, alias: string) => world.account.world.findKey(alias)?.arn ?? '';
const madeOf = (world: World) => world.state().clusters.find((one) => one.tags['rekey:original'] === originalCluster);

/** Watches for the calls that must not come: the original's own delete, and its members'. */
function originalAskedFor(world: World): string[] {
  const deleted: string[] = [];
  world.watch(({ operation, input, outcome }) => {
    const { DBClusterIdentifier: cluster, DBInstanceIdentifier: member } = input as Record<string, string>;
    const { clusters, databases } = world.state();
    const found = clusters.find((one) => one.resourceId === originalCluster);
    const memberOf = databases.find((one) => one.identifier === member)?.cluster;
    if (operation === 'DeleteDBCluster' && found?.identifier === cluster) deleted.push(outcome);
    if (operation === 'DeleteDBInstance' && memberOf === found?.identifier) deleted.push(outcome);
  });
  return deleted;
}

function expectOriginalThere(world: World, deleted: readonly string[], about: string): void {
  expect(deleted, about).toEqual([]);
  const found = world.state().clusters.find((one) => one.resourceId === originalCluster);
  expect(found?.readable, about).toBe(true);
  expect(found?.members, about).toHaveLength(2);
  expect(clusterNamed(world, 'bills')?.members, about).toEqual(['bills-1']);
}

interface MakingLie {
  readonly name: string;
  readonly operation: string;
  readonly change: (world: World, input: Members) => boolean;
  readonly names: RegExp;
  /** 4 by a verdict; 1 where an effect itself could not be brought about. */
  readonly exit: 4 | 1;
}

const restore = 'RestoreDBClusterFromSnapshot';

/** A replacement that is not what was asked for. */
const makings: readonly MakingLie[] = [
  {
    name: "from somebody else's snapshot",
    operation: restore,
    change: (_world, asked) => put(asked, { SnapshotIdentifier: 'bills-then' }),
    names: /is answered otherwise by the two|the original had/,
    exit: 4,
  },
  {
    name: 'under the old key',
    operation: restore,
    change: (_world, asked) => put(asked, { KmsKeyId: undefined }),
    names: /is under arn:\S+, not under arn:/,
    exit: 4,
  },
  {
    name: 'under a third key',
    operation: restore,
    change: (world, asked) => put(asked, { KmsKeyId: arnOf(world, 'alias/third') }),
    names: /is under arn:\S+, not under arn:/,
    exit: 4,
  },
  {
    name: 'with default parameters',
    operation: restore,
    change: (_world, asked) => put(asked, { DBClusterParameterGroupName: undefined }),
    names: /default\.aurora-postgresql16/,
    exit: 4,
  },
  {
    name: 'without IAM logins',
    operation: restore,
    change: (_world, asked) => put(asked, { EnableIAMDatabaseAuthentication: false }),
    names: /IAMDatabaseAuthenticationEnabled false, the original had true/,
    exit: 4,
  },
  {
    name: 'with a tag that lost its name',
    operation: restore,
    change: (_world, asked) => retag(asked, 'team', 'teám'),
    names: /differs in the tag "team"/,
    exit: 4,
  },
  {
    name: 'with a member of another class',
    operation: 'CreateDBInstance',
    change: (_world, asked) =>
      asked['DBInstanceClass'] === 'db.r6g.xlarge' && put(asked, { DBInstanceClass: 'db.t4g.medium' }),
    names: /has DBInstanceClass "db\.t4g\.medium", the original had "db\.r6g\.xlarge"/,
    exit: 4,
  },
  {
    name: 'with a member that has default parameters',
    operation: 'CreateDBInstance',
    change: (_world, asked) => 'DBParameterGroupName' in asked && put(asked, { DBParameterGroupName: undefined }),
    names: /default\.aurora-postgresql16/,
    exit: 4,
  },
  {
    name: 'with a member that another one fails over to first',
    operation: 'CreateDBInstance',
    change: (_world, asked) => asked['PromotionTier'] === 2 && put(asked, { PromotionTier: 0 }),
    names: /has PromotionTier 0, the original had 2/,
    exit: 4,
  },
  {
    name: 'with a role for something else',
    operation: 'AddRoleToDBCluster',
    change: (_world, asked) => put(asked, { FeatureName: `${asked['FeatureName']}-not` }),
    names: /role arn:\S+ of (rekey-|shop|orders)/,
    exit: 1,
  },
];

describe('an Aurora cluster that AWS restored otherwise than it was asked', () => {
  test.each(
    sampled(makings, 5),
  )('$name: the original comes back and serves, it is not deleted, and the message names it', (lie) =>
    inWorld(scenario, async (world) => {
      const deleted = originalAskedFor(world);
      const count = falsify(world, {
        asked: (operation, input) => operation === lie.operation && lie.change(world, input),
      });
      const life = await world.process([], { plans });
      const about = `${lie.name}: ${told(life)}`;
      expect(count.lies, 'it never lied').toBeGreaterThan(0);
      expect(exitOf(life), about).toBe(lie.exit);
      expect(told(life)).toMatch(lie.names);
      world.pass(20 * minute);
      expectOriginalThere(world, deleted, about);
      expectOriginalClusterServing(world);
    }));

  test.each([
    ['open to clients from birth', restore, { VpcSecurityGroupIds: [own] }],
    ['with a custom endpoint for other members', 'CreateDBClusterEndpoint', { StaticMembers: ['shop-1'] }],
  ])('%s: nothing is deleted, and a person is asked', (_name, lied, values) =>
    inWorld(scenario, async (world) => {
      const deleted = originalAskedFor(world);
      const count = falsify(world, {
        asked: (operation, asked) => operation === lied && put(asked, values),
      });
      const life = await world.process([], { plans });
      expect(count.lies).toBeGreaterThan(0);
      expect([1, 4, 6], told(life)).toContain(exitOf(life));
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
    act: (world) => {
      for (const database of ['shop-2', 'shop-1']) world.account.act({ do: 'delete-database', database });
      world.account.act({ do: 'delete-cluster', cluster: 'shop' });
    },
    names: /is not there|is deleting|has no (member|writer)/,
  },
  {
    name: 'the members of the replacement were deleted',
    act: (world) => {
      for (const database of ['shop-2', 'shop-1']) world.account.act({ do: 'delete-database', database });
    },
    names: /has no writer/,
  },
  {
    name: 'the replacement was stopped',
    act: (world) => world.account.act({ do: 'stop-cluster', cluster: 'shop' }),
    names: /is stopp(ed|ing)/,
  },
  {
    name: 'the replacement has failed',
    act: (world) =>
      world.account.act({ do: 'break-cluster', cluster: 'shop', status: 'inaccessible-encryption-credentials' }),
    names: /is inaccessible-encryption-credentials/,
  },
  {
    name: 'the replacement lets no clients in any more',
    act: (world) =>
      world.account.act({ do: 'modify-cluster', cluster: 'shop', now: true, securityGroups: [clusterFence] }),
    names: /lets no clients in/,
  },
  {
    name: 'the group that keeps clients out of the original was opened',
    act: (world) => world.account.act({ do: 'open-group', group: clusterFence, inbound: '10.0.0.0/8:5432' }),
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
      world.account.act({ do: 'modify-cluster', cluster: 'shop', now: true, identifier: 'shop-now' });
      world.pass(20 * minute);
      world.account.act({ do: 'modify-cluster', cluster: originalCluster, now: true, identifier: 'shop' });
      world.pass(20 * minute);
    },
    names: /holds the name shop again|is named shop-now/,
  },
];

describe('a verdict about clusters that was true when it was given', () => {
  test.each(
    sampled(holds, 4, { turn: 1 }),
  )('and then $name: the original stays, exit 4, and the message names it', (lie) =>
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
  { name: 'names a cluster that nobody made', change: () => ({ replacement: 'cluster-FFFFFFFFFFFFFFFFFFFFFFFFF9' }) },
  { name: 'names the original as its own replacement', change: () => ({ replacement: originalCluster }) },
  {
    name: 'names the replacement as the original',
    change: (world) => ({ original: madeOf(world)?.resourceId, id: madeOf(world)?.resourceId }),
  },
  {
    name: 'is about a cluster that this run never moved',
    change: (world) => ({ original: clusterNamed(world, 'bills')?.resourceId }),
  },
  { name: 'is about another key', change: (world) => ({ key: arnOf(world, 'alias/old') }) },
  { name: 'is about another name', change: () => ({ name: 'bills' }) },
  { name: 'is about another fence', change: () => ({ fence: own }) },
];

describe('a verdict that is not about the pair of clusters', () => {
  test.each(sampled(wrongVerdicts, 3))('since it $name: nothing is deleted by it, exit 4', ({ change }) =>
    inWorld(scenario, async (world) => {
      const deleted = originalAskedFor(world);
      const first = await world.process([], { plans, wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.pass(2 * hour);
      const life = await world.process(withVerdict(first.disk, change(world)), { plans, wait: false });
      expect(exitOf(life), told(life)).toBe(4);
      expectOriginalThere(world, deleted, told(life));
      expect(clusterNamed(world, 'shop')?.resourceId).toBe(madeOf(world)?.resourceId);
      expectNoClusterWriteLost(world);
    }));
});
