import { clusterFence, originalCluster } from '../../support/rds-cluster.ts';
import type { World } from '../../support/world.ts';
import type { Choices } from '../choices.ts';
import { wideOfDatabases } from '../deeds/databases.ts';
import type { Deed, Grammar } from '../grammar.ts';
import { variedOfDatabases } from '../variants/varied.ts';
import { faultOfCluster, moreFaultsOfCluster } from './rds-cluster-faults.ts';
import { sceneOf } from './rds-cluster-scene.ts';
import { type Act, deedsAround, foreignClaim, own, third } from './rds-shared.ts';

/** Who is meant, when the time has come. */
const whos = ['original', 'original', 'replacement', 'whoever has the name'] as const;
type Who = (typeof whos)[number];

function idOf(world: World, who: Who): string {
  if (who === 'whoever has the name') return 'shop';
  if (who === 'original') return originalCluster;
  const made = world.state().clusters.filter((one) => 'rekey:run' in one.tags);
  return made.at(-1)?.resourceId ?? 'cluster-NOBODYNOBODYNOBODYNOBODY';
}

/** The first member of a cluster, or its last. */
function memberOf(world: World, who: Who, last: boolean): string {
  const id = idOf(world, who);
  const cluster = world.state().clusters.find((one) => one.resourceId === id || one.identifier === id);
  return cluster?.members.at(last ? -1 : 0) ?? 'nobody';
}

function snapshotOf(world: World): string {
  const made = world.state().clusterSnapshots.filter((one) => one.type === 'manual' && one.id.startsWith('rekey-'));
  return made.at(-1)?.id ?? 'rekey-nobody';
}

const changes: readonly Omit<Extract<Act, { do: 'modify-cluster' }>, 'do' | 'cluster' | 'now'>[] = [
  { engineVersion: '16.6' },
  { deletionProtection: true },
  { deletionProtection: false },
  { backupRetention: 3 },
  { iamAuth: true },
  { parameterGroup: 'default.aurora-postgresql16' },
];

function deedOf(choices: Choices): Deed {
  const who = choices.one(whos);
  const last = choices.chance(0.5);
  const change = choices.one(changes);
  const now = choices.chance(0.7);
  const key = choices.one(['alias/new', 'alias/new', 'alias/old']);
  const broken = choices.one(['failed', 'incompatible-parameters', 'incompatible-network', 'insufficient-capacity']);
  const deed = (name: string, hostile: boolean, act: (world: World) => Act): Deed => ({
    name,
    hostile,
    act: (world) => world.account.act(act(world)),
  });
  const plain = (name: string, act: Act) => deed(name, false, () => act);
  const to = (name: string, hostile: boolean, act: (cluster: string) => Act) =>
    deed(`${name} ${who}`, hostile, (world) => act(idOf(world, who)));
  const toMember = (name: string, hostile: boolean, act: (database: string) => Act) =>
    deed(`${name} of ${who}`, hostile, (world) => act(memberOf(world, who, last)));
  const deeds: readonly Deed[] = [
    to('fail-over-cluster', false, (cluster) => ({ do: 'fail-over-cluster', cluster })),
    deed(`fail-over-cluster ${who} to a member`, false, (world) => ({
      do: 'fail-over-cluster',
      cluster: idOf(world, who),
      member: memberOf(world, who, last),
    })),
    to('stop-cluster', false, (cluster) => ({ do: 'stop-cluster', cluster })),
    to('start-cluster', false, (cluster) => ({ do: 'start-cluster', cluster })),
    to('delete-cluster', true, (cluster) => ({ do: 'delete-cluster', cluster })),
    deed(`modify-cluster ${who}`, false, (world) => ({
      do: 'modify-cluster',
      cluster: idOf(world, who),
      now,
      ...change,
    })),
    to('rename', true, (cluster) => ({ do: 'modify-cluster', cluster, now, identifier: 'shop-elsewhere' })),
    to('open', true, (cluster) => ({ do: 'modify-cluster', cluster, now: true, securityGroups: [own] })),
    to('add-cluster-to-group', true, (cluster) => ({ do: 'add-cluster-to-group', cluster, group: own })),
    to('fence', true, (cluster) => ({ do: 'modify-cluster', cluster, now: true, securityGroups: [clusterFence] })),
    to('tag-cluster', false, (cluster) => ({ do: 'tag-cluster', cluster, tags: { owner: 'somebody' } })),
    to('untag-cluster', false, (cluster) => ({ do: 'untag-cluster', cluster, keys: ['team'] })),
    plain('foreign claim', { do: 'tag-cluster', cluster: 'shop', tags: { [foreignClaim]: 'other' } }),
    to('add-member', true, (cluster) => ({
      do: 'add-member',
      cluster,
      member: 'shop-9',
      class: 'db.r6g.large',
      tier: 3,
    })),
    deed(`create-cluster-endpoint of ${who}`, true, (world) => ({
      do: 'create-cluster-endpoint',
      cluster: idOf(world, who),
      endpoint: 'shop-more',
      type: 'ANY',
      static: [memberOf(world, who, last)],
    })),
    deed(`modify-cluster-endpoint to a member of ${who}`, true, (world) => ({
      do: 'modify-cluster-endpoint',
      endpoint: 'shop-reports',
      static: [memberOf(world, who, false)],
    })),
    deed('delete-cluster-endpoint', true, () => ({ do: 'delete-cluster-endpoint', endpoint: 'shop-reports' })),
    to('grow-cluster', false, (cluster) => ({ do: 'grow-cluster', cluster, storage: 400 })),
    to('announce-cluster-maintenance', false, (cluster) => ({
      do: 'announce-cluster-maintenance',
      cluster,
      action: 'system-update',
    })),
    to('maintain-cluster', false, (cluster) => ({ do: 'maintain-cluster', cluster })),
    to('break-cluster', true, (cluster) => ({ do: 'break-cluster', cluster, status: broken })),
    deed('delete-cluster-snapshot', false, (world) => ({ do: 'delete-cluster-snapshot', snapshot: snapshotOf(world) })),
    deed('fail-cluster-snapshot', false, (world) => ({ do: 'fail-cluster-snapshot', snapshot: snapshotOf(world) })),
    plain('fail-next-restore', { do: 'fail-next-restore', status: broken }),
    toMember('reboot-database', false, (database) => ({ do: 'reboot-database', database })),
    deed(`modify-database of ${who}`, false, (world) => {
      const database = memberOf(world, who, last);
      return { do: 'modify-database', database, now, class: 'db.r6g.2xlarge' };
    }),
    toMember('rename a member', true, (database) => ({
      do: 'modify-database',
      database,
      now,
      identifier: 'shop-member-elsewhere',
    })),
    toMember('delete-database', true, (database) => ({ do: 'delete-database', database })),
    toMember('maintain-database', false, (database) => ({ do: 'maintain-database', database })),
    toMember('break-database', true, (database) => ({ do: 'break-database', database, status: broken })),
    toMember('tag-database', false, (database) => ({ do: 'tag-database', database, tags: { owner: 'somebody' } })),
    ...deedsAround(key),
  ];
  return choices.one(deeds);
}

const reach = { calls: 500, records: 150, soonMs: 3_600_000, lateMs: 9_000_000, interruptMs: 4_500_000 };
const moved = { kind: 'cluster', name: 'shop', original: originalCluster, fence: clusterFence, own, third } as const;

/** Histories of an Aurora cluster with clients that write through its name, beside another one that is nobody's business. */
export const clusterGrammar: Grammar = {
  scene: sceneOf,
  fault: faultOfCluster,
  deed: deedOf,
  moreFaults: moreFaultsOfCluster,
  moreDeed: deedOf,
  wide: (choices) => wideOfDatabases(choices, moved, reach),
  varied: (choices) => variedOfDatabases(choices, moved, reach.lateMs),
  share: 1,
  reach,
};
