import type { World } from '../../support/world.ts';
import type { Choices } from '../choices.ts';
import { plannedOf, type Wide, type WideDeed, without } from '../wide.ts';
import { aroundTheRunner } from './runner.ts';

type Act = Parameters<World['account']['act']>[0];

/** What a deed has to know of the database or cluster that the plan moves. */
export interface Moved {
  readonly kind: 'database' | 'cluster';
  readonly name: string;
  readonly original: string;
  readonly fence: string;
  /** The group that clients are let in by, and one that nobody has named. */
  readonly own: string;
  readonly third: string;
}

const everybody = '10.0.0.0/8:5432';
const anybody = '10.20.0.0/16:5432';
const did = (world: World, act: Act) => world.account.act(act);
const rds = (world: World) => world.account.world.rds;

/** A database or a cluster, as far as a deed looks at it. */
interface Held {
  readonly resourceId: string;
  readonly identifier: string;
  readonly status: string;
  readonly tags: { readonly now: ReadonlyMap<string, string> };
}

const all = (world: World, { kind }: Moved): readonly Held[] =>
  kind === 'database' ? [...rds(world).databases.values()] : [...rds(world).clusters.values()];
const originalOf = (world: World, moved: Moved) => all(world, moved).find((one) => one.resourceId === moved.original);
/** The replacement that is there now. */
const made = (world: World, moved: Moved) => all(world, moved).findLast((one) => one.tags.now.has('rekey:original'));
const named = (world: World, moved: Moved) => all(world, moved).find((one) => one.identifier === moved.name);

/** The moments of a cut-over that other people's deeds hurt most. */
const moments: Readonly<Record<string, (world: World, moved: Moved) => boolean>> = {
  'when the original is fenced': (world, moved) => groupsOf(world, moved, moved.original).includes(moved.fence),
  'when there is a replacement': (world, moved) => made(world, moved)?.status === 'available',
  'when nobody has the name': (world, moved) => named(world, moved) === undefined,
  'when the replacement has the name': (world, moved) => named(world, moved)?.tags.now.has('rekey:original') === true,
  'when the replacement serves': (world, moved) => {
    const holder = named(world, moved);
    return (
      holder?.tags.now.has('rekey:original') === true &&
      !groupsOf(world, moved, holder.resourceId).includes(moved.fence)
    );
  },
};

function groupsOf(world: World, { kind }: Moved, id: string): readonly string[] {
  const { databases, clusters } = rds(world);
  return (kind === 'database' ? databases.get(id) : clusters.get(id))?.settings.SecurityGroupIds ?? [];
}

function modify(
  { kind }: Moved,
  id: string,
  change: { identifier?: string; securityGroups?: string[]; deletionProtection?: boolean },
): Act {
  return kind === 'database'
    ? { do: 'modify-database', database: id, now: true, ...change }
    : { do: 'modify-cluster', cluster: id, now: true, ...change };
}

function tagged({ kind }: Moved, id: string, tags: Record<string, string>): Act {
  return kind === 'database' ? { do: 'tag-database', database: id, tags } : { do: 'tag-cluster', cluster: id, tags };
}

function untagged({ kind }: Moved, id: string, keys: string[]): Act {
  return kind === 'database'
    ? { do: 'untag-database', database: id, keys }
    : { do: 'untag-cluster', cluster: id, keys };
}

/** A rule that stands open for so long, and is gone before anybody has been told. */
function openAwhile(world: World, group: string, inbound: string, forMs: number): void {
  did(world, { do: 'open-group', group, inbound });
  world.account.schedule(Date.now() + forMs, () =>
    world.attempt(() => did(world, { do: 'close-group', group, inbound })),
  );
}

/** What other people and their programs do to databases, clusters and what stands around them. */
export function deedsOfDatabases(choices: Choices, moved: Moved): readonly WideDeed[] {
  const moment = choices.one(Object.keys(moments));
  const comes = (world: World, id: string | undefined) => (id && moments[moment]?.(world, moved) ? [id] : []);
  const onOriginal = (world: World) => comes(world, originalOf(world, moved)?.resourceId);
  const onReplacement = (world: World) => comes(world, made(world, moved)?.resourceId);
  const onWho = choices.chance(0.5) ? onOriginal : onReplacement;
  const who = onWho === onOriginal ? 'the original' : 'the replacement';
  const forMs = choices.one([20_000, 120_000, 900_000]);
  const inbound = choices.one([everybody, anybody]);
  const { kind } = moved;
  const snapshots = (world: World) => [
    ...(kind === 'database' ? rds(world).snapshots : rds(world).clusterSnapshots).values(),
  ];
  const common: readonly WideDeed[] = [
    {
      name: `the fence is opened and closed ${moment}`,
      hostile: false,
      on: onOriginal,
      act: (world) => openAwhile(world, moved.fence, everybody, forMs),
    },
    {
      name: 'the fence is opened and closed at any time',
      hostile: false,
      act: (world) => openAwhile(world, moved.fence, inbound, forMs),
    },
    {
      name: `a third group is added to ${who} ${moment}`,
      hostile: true,
      on: onWho,
      act: (world, id) =>
        did(
          world,
          kind === 'database'
            ? { do: 'add-database-to-group', database: id, group: moved.third }
            : { do: 'add-cluster-to-group', cluster: id, group: moved.third },
        ),
    },
    {
      name: 'a third group is added to the original at any time',
      hostile: true,
      act: (world) =>
        did(
          world,
          kind === 'database'
            ? { do: 'add-database-to-group', database: moved.original, group: moved.third }
            : { do: 'add-cluster-to-group', cluster: moved.original, group: moved.third },
        ),
    },
    {
      name: `a tagger tags ${who} ${moment}`,
      hostile: false,
      on: onWho,
      act: (world, id) => did(world, tagged(moved, id, { CreatorName: 'rekey-role' })),
    },
    {
      name: 'the tags of a replacement are stripped',
      hostile: false,
      on: (world) => {
        const replacement = made(world, moved);
        return replacement ? [replacement.resourceId] : [];
      },
      act: (world, id) => {
        const keys = [
          ...(all(world, moved)
            .find((one) => one.resourceId === id)
            ?.tags.now.keys() ?? []),
        ];
        did(world, untagged(moved, id, keys));
      },
    },
    {
      name: `the original is protected ${moment}`,
      hostile: false,
      on: onOriginal,
      act: (world, id) => did(world, modify(moved, id, { deletionProtection: true })),
    },
    {
      name: `the protection of ${who} is taken away ${moment}`,
      hostile: false,
      on: onWho,
      act: (world, id) => did(world, modify(moved, id, { deletionProtection: false })),
    },
    {
      name: `somebody swaps the names ${moment}`,
      hostile: true,
      on: onReplacement,
      act: (world, id) => {
        const [old, now] = [
          originalOf(world, moved)?.identifier,
          all(world, moved).find((one) => one.resourceId === id)?.identifier,
        ];
        if (!old || !now) return;
        did(world, modify(moved, moved.original, { identifier: `${moved.name}-swap` }));
        world.account.schedule(Date.now() + 180_000, () =>
          world.attempt(() => did(world, modify(moved, id, { identifier: old }))),
        );
        world.account.schedule(Date.now() + 400_000, () =>
          world.attempt(() => did(world, modify(moved, moved.original, { identifier: now }))),
        );
      },
    },
    {
      name: 'a cleaner deletes manual snapshots',
      hostile: false,
      on: (world) =>
        snapshots(world).flatMap((one) => (one.type === 'manual' && one.status === 'available' ? [one.id] : [])),
      act: (world, snapshot) =>
        did(
          world,
          kind === 'database'
            ? { do: 'delete-database-snapshot', snapshot }
            : { do: 'delete-cluster-snapshot', snapshot },
        ),
    },
    {
      name: 'both of a pair are deleted',
      hostile: true,
      on: onReplacement,
      act: (world, id) => {
        const deleted = (one: string): Act =>
          kind === 'database' ? { do: 'delete-database', database: one } : { do: 'delete-cluster', cluster: one };
        // Refused where it is protected, and then neither goes.
        did(world, deleted(moved.original));
        world.attempt(() => did(world, deleted(id)));
      },
    },
  ];
  return [
    ...common,
    ...(kind === 'database'
      ? deedsOfInstances(choices, moved, onWho, who, moment)
      : deedsOfClusters(onWho, who, moment)),
  ];
}

function deedsOfInstances(
  choices: Choices,
  moved: Moved,
  onWho: (world: World) => readonly string[],
  who: string,
  moment: string,
): readonly WideDeed[] {
  const replica = `${moved.name}-copy`;
  const change = choices.one([{ class: 'db.m6g.xlarge' }, { identifier: `${replica}-2` }]);
  const followed: WideDeed = {
    name: `a replica is made of ${who} ${moment}`,
    hostile: true,
    on: onWho,
    act: (world, database) => did(world, { do: 'create-replica', database, replica }),
  };
  return [
    followed,
    {
      ...followed,
      name: `a replica is made of ${who} ${moment}, and promoted`,
      act: (world, database) => {
        did(world, { do: 'create-replica', database, replica });
        world.account.schedule(Date.now() + 900_000, () =>
          world.attempt(() => did(world, { do: 'promote-replica', database: replica })),
        );
      },
    },
    {
      name: 'a replica is made of the original at any time, and changed',
      hostile: true,
      act: (world) => {
        did(world, { do: 'create-replica', database: moved.original, replica });
        world.account.schedule(Date.now() + 900_000, () =>
          world.attempt(() => did(world, { do: 'modify-database', database: replica, now: true, ...change })),
        );
      },
    },
    {
      name: `Secrets Manager is given the password of ${who} ${moment}`,
      hostile: true,
      on: onWho,
      act: (world, database) => did(world, { do: 'manage-database-password', database }),
    },
    {
      name: 'Secrets Manager is given the password of the original at any time',
      hostile: true,
      act: (world) => did(world, { do: 'manage-database-password', database: moved.original }),
    },
  ];
}

function deedsOfClusters(onWho: (world: World) => readonly string[], who: string, moment: string): readonly WideDeed[] {
  return [
    {
      name: `the Data API of ${who} is switched on ${moment}`,
      hostile: true,
      on: onWho,
      act: (world, cluster) => did(world, { do: 'enable-data-api', cluster }),
    },
    {
      name: `a member is added to ${who} ${moment}`,
      hostile: true,
      on: onWho,
      act: (world, cluster) =>
        did(world, { do: 'add-member', cluster, member: 'shop-8', class: 'db.r6g.large', tier: 2 }),
    },
    {
      name: `${who} fails over ${moment}`,
      hostile: false,
      on: onWho,
      act: (world, cluster) => did(world, { do: 'fail-over-cluster', cluster }),
    },
  ];
}

/** Who has Secrets Manager keep the master password, or change it, later. */
export function deedsOfPasswords(choices: Choices, moved: Moved): readonly WideDeed[] {
  const moment = choices.one(Object.keys(moments));
  const manage = (id: string): Act =>
    moved.kind === 'database'
      ? { do: 'manage-database-password', database: id }
      : { do: 'manage-cluster-password', cluster: id };
  const rotate = (id: string): Act =>
    moved.kind === 'database'
      ? { do: 'rotate-database-secret', database: id }
      : { do: 'rotate-cluster-secret', cluster: id };
  const comes = (world: World, id: string | undefined) => (id && moments[moment]?.(world, moved) ? [id] : []);
  const rotateLater = (world: World, id: string) =>
    world.account.schedule(Date.now() + 600_000, () => world.attempt(() => did(world, rotate(id))));
  return [
    {
      name: 'the password of the original is managed at any time',
      hostile: true,
      act: (world) => did(world, manage(moved.original)),
    },
    {
      name: `the password of the original is managed ${moment}`,
      hostile: true,
      on: (world) => comes(world, originalOf(world, moved)?.resourceId),
      act: (world, id) => did(world, manage(id)),
    },
    {
      name: `the password of the replacement is managed ${moment}, and rotated`,
      hostile: true,
      on: (world) => comes(world, made(world, moved)?.resourceId),
      act: (world, id) => {
        did(world, manage(id));
        rotateLater(world, id);
      },
    },
    {
      name: 'the password of the original is managed at any time, and rotated',
      hostile: true,
      act: (world) => {
        did(world, manage(moved.original));
        rotateLater(world, moved.original);
      },
    },
  ];
}

const operations = {
  database: {
    mutating: [
      'CreateDBSnapshot',
      'CopyDBSnapshot',
      'ModifyDBInstance',
      'RebootDBInstance',
      'RestoreDBInstanceFromDBSnapshot',
      'AddRoleToDBInstance',
      'DeleteDBInstance',
      'DeleteDBSnapshot',
      'AddTagsToResource',
    ],
    reading: ['DescribeDBInstances', 'DescribeDBSnapshots', 'DescribeSecurityGroups', 'DescribeEvents', 'DescribeKey'],
  },
  cluster: {
    mutating: [
      'CreateDBClusterSnapshot',
      'RestoreDBClusterFromSnapshot',
      'ModifyDBCluster',
      'ModifyDBInstance',
      'RebootDBInstance',
      'CreateDBInstance',
      'DeleteDBInstance',
      'DeleteDBCluster',
      'DeleteDBClusterSnapshot',
      'AddTagsToResource',
    ],
    reading: ['DescribeDBClusters', 'DescribeDBInstances', 'DescribeDBClusterSnapshots', 'DescribeSecurityGroups'],
  },
} as const;

/** Steps that the checker lets a plan be without, or not: it decides. */
const spared: readonly string[] = [
  'warm-up',
  'warm-up-copy',
  'drop-sessions',
  'settings',
  'roles',
  'check-sql',
  'serve',
  'soak',
  'unprotect',
  'discard-copy',
  'reboot',
];

/** The wider world of databases: with a group that nobody has named, and plans that check nothing by SQL or lack a step. */
export function wideOfDatabases(choices: Choices, moved: Moved, reach: { calls: number; lateMs: number }): Wide {
  const silent = choices.chance(0.5);
  const dropped = choices.chance(0.15) ? choices.one(spared) : undefined;
  const deeds = choices.chance(0.85) ? plannedOf(choices, deedsOfDatabases(choices, moved), reach.lateMs) : [];
  return {
    deeds,
    ...aroundTheRunner(choices, { ...operations[moved.kind], denial: 'AccessDenied' }, reach),
    scenario: (text) =>
      text.replace(
        'securityGroups:\n',
        `securityGroups:\n  - { id: ${moved.third}, inbound: [${anybody}], outbound: [] }\n`,
      ),
    plan: (given) => {
      const plain = { ...given, sets: [...given.sets, 'steps.check-sql.with.statements=[]'] };
      const asked = silent ? { plan: plain, names: ['a plan without statements'] } : { plan: given, names: [] };
      return without(asked, dropped);
    },
  };
}
