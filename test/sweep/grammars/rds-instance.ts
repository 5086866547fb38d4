import { fence, original } from '../../support/rds.ts';
import type { World } from '../../support/world.ts';
import type { Choices } from '../choices.ts';
import { wideOfDatabases } from '../deeds/databases.ts';
import type { Deed, Grammar } from '../grammar.ts';
import { variedOfDatabases } from '../variants/varied.ts';
import { faultOfRds, moreFaultsOfRds } from './rds-faults.ts';
import { sceneOf } from './rds-scene.ts';
import { deedsAround, foreignClaim, own, third } from './rds-shared.ts';

type Act = Parameters<World['account']['act']>[0];

/** Who is meant, when the time has come. */
const whos = ['original', 'original', 'replacement', 'whoever has the name'] as const;
type Who = (typeof whos)[number];

function idOf(world: World, who: Who): string {
  if (who === 'whoever has the name') return 'orders';
  if (who === 'original') return original;
  const made = world.state().databases.filter((one) => one.tags['rekey:original'] === original);
  return made.at(-1)?.resourceId ?? 'db-NOBODYNOBODYNOBODYNOBODYNO';
}

/** Of the run's snapshots the one before the last, or the last: the final one or its copy, the warm-up or its copy. */
function snapshotOf(world: World, last: boolean): string {
  const made = world.state().databaseSnapshots.filter((one) => one.type === 'manual' && one.id.startsWith('rekey-'));
  return made.at(last ? -1 : -2)?.id ?? 'rekey-nobody';
}

const changes: readonly Omit<Extract<Act, { do: 'modify-database' }>, 'do' | 'database' | 'now'>[] = [
  { class: 'db.m6g.xlarge' },
  { storage: 300 },
  { engineVersion: '16.6' },
  { deletionProtection: true },
  { deletionProtection: false },
  { backupRetention: 3 },
  { parameterGroup: 'default.postgres16' },
];

function deedOf(choices: Choices): Deed {
  const who = choices.one(whos);
  const last = choices.chance(0.5);
  const change = choices.one(changes);
  const now = choices.chance(0.7);
  const key = choices.one(['alias/new', 'alias/new', 'alias/old']);
  const broken = choices.one(['failed', 'incompatible-parameters', 'incompatible-network', 'insufficient-capacity']);
  const to = (act: (database: string) => Act) => (world: World) => world.account.act(act(idOf(world, who)));
  const plain = (act: Act) => (world: World) => world.account.act(act);
  const deeds: readonly Deed[] = [
    { name: `stop-database ${who}`, hostile: false, act: to((database) => ({ do: 'stop-database', database })) },
    { name: `start-database ${who}`, hostile: false, act: to((database) => ({ do: 'start-database', database })) },
    { name: `reboot-database ${who}`, hostile: false, act: to((database) => ({ do: 'reboot-database', database })) },
    {
      name: `reboot-database with failover ${who}`,
      hostile: false,
      act: to((database) => ({ do: 'reboot-database', database, failover: true })),
    },
    {
      name: `modify-database ${who}`,
      hostile: false,
      act: to((database) => ({ do: 'modify-database', database, now, ...change })),
    },
    {
      name: `modify-database ${who} again`,
      hostile: false,
      act: to((database) => ({ do: 'modify-database', database, now, ...change })),
    },
    {
      name: `rename ${who}`,
      hostile: true,
      act: to((database) => ({ do: 'modify-database', database, now, identifier: 'orders-elsewhere' })),
    },
    {
      name: `open ${who}`,
      hostile: true,
      act: to((database) => ({ do: 'modify-database', database, now: true, securityGroups: [own] })),
    },
    {
      name: `add-database-to-group ${who}`,
      hostile: true,
      act: to((database) => ({ do: 'add-database-to-group', database, group: own })),
    },
    {
      name: `fence ${who}`,
      hostile: true,
      act: to((database) => ({ do: 'modify-database', database, now: true, securityGroups: [fence] })),
    },
    { name: `delete-database ${who}`, hostile: true, act: to((database) => ({ do: 'delete-database', database })) },
    {
      name: `tag-database ${who}`,
      hostile: false,
      act: to((database) => ({ do: 'tag-database', database, tags: { owner: 'somebody' } })),
    },
    {
      name: `untag-database ${who}`,
      hostile: false,
      act: to((database) => ({ do: 'untag-database', database, keys: ['team'] })),
    },
    {
      name: 'foreign claim',
      hostile: false,
      act: plain({
        do: 'tag-database',
        database: 'orders',
        tags: { [foreignClaim]: 'other' },
      }),
    },
    {
      name: `grow-database ${who}`,
      hostile: false,
      act: to((database) => ({ do: 'grow-database', database, storage: 200 })),
    },
    {
      name: `maintain-database ${who}`,
      hostile: false,
      act: to((database) => ({ do: 'maintain-database', database })),
    },
    {
      name: `announce-maintenance ${who}`,
      hostile: false,
      act: to((database) => ({ do: 'announce-maintenance', database, action: 'system-update' })),
    },
    {
      name: `rotate-database-secret ${who}`,
      hostile: false,
      act: to((database) => ({ do: 'rotate-database-secret', database })),
    },
    {
      name: `break-database ${who}: storage-full`,
      hostile: false,
      act: to((database) => ({ do: 'break-database', database, status: 'storage-full' })),
    },
    {
      name: `break-database ${who}`,
      hostile: true,
      act: to((database) => ({ do: 'break-database', database, status: broken })),
    },
    {
      name: 'fail-next-restore',
      hostile: false,
      act: plain({ do: 'fail-next-restore', status: broken }),
    },
    {
      name: 'delete-database-snapshot',
      hostile: false,
      act: (world) => world.account.act({ do: 'delete-database-snapshot', snapshot: snapshotOf(world, last) }),
    },
    {
      name: 'fail-database-snapshot',
      hostile: false,
      act: (world) => world.account.act({ do: 'fail-database-snapshot', snapshot: snapshotOf(world, last) }),
    },
    ...deedsAround(key),
  ];
  return choices.one(deeds);
}

const reach = { calls: 270, records: 100, soonMs: 3_600_000, lateMs: 9_000_000, interruptMs: 4_000_000 };
const moved = { kind: 'database', name: 'orders', original, fence, own, third } as const;

/** Histories of a DB instance with clients that write through its name, beside another one that is nobody's business. */
export const databaseGrammar: Grammar = {
  scene: sceneOf,
  fault: faultOfRds,
  deed: deedOf,
  moreFaults: moreFaultsOfRds,
  moreDeed: deedOf,
  wide: (choices) => wideOfDatabases(choices, moved, reach),
  varied: (choices) => variedOfDatabases(choices, moved, reach.lateMs),
  share: 2,
  reach,
};
