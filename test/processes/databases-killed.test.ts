import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { build, root, workshop } from '../cli/command.ts';
import { type JudgedAccount, judgedAccount } from '../judge/judged-account.ts';
import { unreconciled } from '../support/ends.ts';
import { recordsIn } from '../support/records.ts';
import { source } from '../support/world.ts';
import { full } from '../sweep/sampled.ts';

// A kill costs a process of its own, so most of them are for CI.
const cases = full ? 10 : 1;
const killsOfEach = full ? 5 : 3;
/** The first is left alone. */
const databases = Array.from({ length: 1 + cases }, (_, at) => `shop-${at}`);

// A cluster's plan has three times the calls.
const clusterCases = full ? 2 : 0;
const clusters = full ? Array.from({ length: 1 + clusterCases }, (_, at) => `store-${at}`) : [];

const plans = { databases: 'plans/rds-instance.yaml', clusters: 'plans/rds-cluster.yaml' };
type Sort = keyof typeof plans;
const own = 'sg-0aaaaaaaaaaaaaaa1';
const fence = 'sg-0fe0ce00000000001';

/** An account with one database or cluster for each case, so that the cases can go side by side. */
const many = `
keys: [{ alias: alias/old }, { alias: alias/new }]
limits: { throttling: false, databases: 100, databaseSnapshots: 200 }
securityGroups:
  - { id: ${own}, inbound: [10.0.0.0/8:5432], outbound: [] }
  - { id: ${fence}, inbound: [10.9.0.7/32:5432], outbound: [] }
databases:
${databases
  .map(
    (id) => `  - id: ${id}
    storage: 20
    key: alias/old
    securityGroups: [${own}]
    parameterGroup: shop
    deletionProtection: true
    iamAuth: true
    monitoring: { everySeconds: 60, role: "arn:aws:iam::111122223333:role/monitoring" }
    roles: [{ role: "arn:aws:iam::111122223333:role/import", feature: s3Import }]
    tags: { team: shop }
    workload: { everySeconds: 7 }
`,
  )
  .join('')}
clusters:${clusters.length === 0 ? ' []' : ''}
${clusters
  .map(
    (id) => `  - id: ${id}
    storage: 10
    port: 5432
    key: alias/old
    securityGroups: [${own}]
    deletionProtection: true
    tags: { team: shop }
    members: [{ id: ${id}-a, az: eu-west-1a }, { id: ${id}-b, az: eu-west-1b }]
    endpoints: [{ id: ${id}-reports, type: READER, static: [${id}-b] }]
    workload: { everySeconds: 7 }
`,
  )
  .join('')}`;

interface State {
  readonly keys: readonly { readonly arn: string; readonly aliases: readonly string[] }[];
  readonly databases: readonly {
    readonly identifier: string;
    readonly key: string;
    readonly securityGroups: readonly string[];
    readonly roles: readonly { readonly feature: string }[];
    readonly settings: Readonly<Record<string, unknown>>;
    readonly tags: Readonly<Record<string, string>>;
  }[];
  readonly clusters: readonly {
    readonly identifier: string;
    readonly key: string;
    readonly securityGroups: readonly string[];
    readonly members: readonly string[];
    readonly endpoints: readonly { readonly id: string; readonly type: string; readonly static: readonly string[] }[];
    readonly settings: Readonly<Record<string, unknown>>;
    readonly tags: Readonly<Record<string, string>>;
  }[];
  readonly clusterSnapshots: readonly { readonly type: string; readonly tags: Readonly<Record<string, string>> }[];
  readonly databaseSnapshots: readonly { readonly type: string; readonly tags: Readonly<Record<string, string>> }[];
  readonly clients: readonly { readonly identifier: string; readonly lost: boolean | null }[];
}

/** What every case must come to, without what differs: the ids of what was made. */
function endOf(state: State, name: string): unknown {
  const current = state.keys.find((key) => key.aliases.includes('alias/new'))?.arn;
  const isOurs = (one: { identifier: string; tags: Readonly<Record<string, string>> }) =>
    one.identifier === name || one.tags['rekey:target'] === name;
  const ours = state.databases.filter((one) => isOurs(one) || one.identifier.startsWith(`${name}-`));
  const claimsOf = (tags: Readonly<Record<string, string>>) =>
    Object.keys(tags).filter((tag) => tag.startsWith('rekey:claim'));
  return {
    clusters: state.clusters.filter(isOurs).map(({ identifier, key, members, endpoints, tags, ...rest }) => ({
      identifier,
      moved: key === current,
      members,
      endpoints: endpoints.map(({ id, type, static: led }) => ({ id, type, led })),
      securityGroups: rest.securityGroups,
      settings: rest.settings,
      team: tags['team'],
      claims: claimsOf(tags),
    })),
    databases: ours.map(({ identifier, key, securityGroups, roles, settings, tags }) => ({
      identifier,
      moved: key === current,
      securityGroups,
      roles: roles.map(({ feature }) => feature),
      settings,
      team: tags['team'],
      claims: claimsOf(tags),
    })),
    snapshots: [...state.databaseSnapshots, ...state.clusterSnapshots].filter(
      (one) => one.type === 'manual' && one.tags['rekey:target'] === name,
    ),
    lost: state.clients.filter((one) => one.identifier === name).map((one) => one.lost),
  };
}

describe('a run on a database whose processes are killed', () => {
  const room = workshop();
  let account: JudgedAccount;
  beforeAll(async () => {
    build();
    account = await judgedAccount(room.dir, many, 500);
  }, 120_000);
  afterAll(async () => {
    await account.close();
    room.clear();
  });

  const sets = (name: string) => [
    `target.id=${name}`,
    'keys.from=alias/old',
    'keys.to=alias/new',
    `steps.read.with.fence.securityGroup=${fence}`,
    'steps.read.with.fence.inbound=[10.9.0.7/32]',
    'steps.check-sql.with.statements=["SELECT count(*) FROM orders"]',
    'steps.soak.with.for=0s',
  ];

  /** A run whose processes are killed one after the other, each so many lines into a step; the last is left alone. Gives how many were. */
  async function killed(sort: Sort, name: string, instants: readonly Instant[]): Promise<number> {
    const run = { stateDir: name, plan: source(plans[sort], sets(name)) };
    let kills = 0;
    let running = account.start(run, [
      'run',
      join(root, plans[sort]),
      ...run.plan.sets.flatMap((set) => ['--set', set]),
    ]);
    for (const { step, lines } of instants) {
      await running.says(new RegExp(`Z ${step}: `));
      await running.printsMore(lines);
      running.child.kill('SIGKILL');
      if ((await running.ended).code === null) kills++;
      running = account.start(run, ['resume']);
    }
    const { code, said } = await running.ended;
    expect(code, said).toBe(0);
    const records = recordsIn(join(room.dir, name));
    expect(records.length).toBeGreaterThan(50);
    expect(unreconciled(records)).toEqual([]);
    return kills;
  }

  test('again and again, in every step of the plan, comes to the end of one that was left alone, with no effect unreconciled', async () => {
    const limit = pLimit(4);
    const kills = await Promise.all(
      databases.map((name, at) =>
        limit(() => killed('databases', name, at === 0 ? [] : instants(stepsOf('databases'), at, cases))),
      ),
    );
    const state = account.state() as State;
    const undisturbed = JSON.stringify(endOf(state, databases[0] ?? '')).replaceAll('shop-0', 'shop');
    expect(endOf(state, databases[0] ?? '')).toMatchObject({
      databases: [
        { identifier: 'shop-0', moved: true, securityGroups: [own], roles: ['s3Import'], team: 'shop', claims: [] },
      ],
      snapshots: [],
      lost: [false],
    });
    for (const name of databases)
      expect(JSON.stringify(endOf(state, name)).replaceAll(name, 'shop'), name).toBe(undisturbed);
    const all = kills.reduce((sum, one) => sum + one, 0);
    process.stderr.write(`${all} processes killed, ${databases.length} databases at the same end\n`);
    expect(all).toBe(cases * killsOfEach);
    expect(account.auditor.violations).toEqual([]);
    for (const kind of ['P1.last-copy', 'P2.not-ours', 'P3.over-and-down', 'P5.gone', 'P6.groups'] as const)
      expect(account.auditor.evaluations.get(kind), kind).toBeGreaterThan(0);
  }, 600_000);

  // Lived in CI's sweep alone.
  test.runIf(full)(
    'and so does one on an Aurora cluster, with its members and custom endpoints',
    async () => {
      const [first = '', ...others] = clusters;
      await killed('clusters', first, []);
      const sent = recordsIn(join(room.dir, first)).flatMap((one) => (one.t === 'intent' ? [one.key.step] : []));
      // What is not needed of this cluster says nothing, so nothing can be killed there.
      const needed = stepsOf('clusters').filter((step) => sent.includes(step));
      const kills = await Promise.all(
        others.map((name, at) => killed('clusters', name, instants(needed, at + 1, clusterCases))),
      );
      const state = account.state() as State;
      const undisturbed = JSON.stringify(endOf(state, first)).replaceAll(first, 'store');
      expect(endOf(state, first)).toMatchObject({
        clusters: [
          {
            identifier: first,
            moved: true,
            members: [`${first}-a`, `${first}-b`],
            endpoints: [{ id: `${first}-reports`, type: 'READER', led: [`${first}-b`] }],
            securityGroups: [own],
            team: 'shop',
            claims: [],
          },
        ],
        snapshots: [],
        lost: [false],
      });
      for (const name of others)
        expect(JSON.stringify(endOf(state, name)).replaceAll(name, 'store'), name).toBe(undisturbed);
      const all = kills.reduce((sum, one) => sum + one, 0);
      process.stderr.write(`${all} processes killed, ${clusters.length} clusters at the same end\n`);
      expect(all).toBe(clusterCases * killsOfEach);
      expect(account.auditor.violations).toEqual([]);
    },
    600_000,
  );
});

/** So many lines after the first of a step. */
interface Instant {
  readonly step: string;
  readonly lines: number;
}

/** The steps of the plan that do something, in their order, but for the last: a process may be through with it before it is killed. */
function stepsOf(sort: Sort): string[] {
  const { steps } = parse(readFileSync(join(root, plans[sort]), 'utf8')) as {
    steps: readonly { id: string; uses?: string }[];
  };
  return steps.flatMap(({ id, uses }) => (uses === undefined || id === 'key' ? [] : [id])).slice(0, -1);
}

/** Where the processes of a case are killed: all cases together in every part of the plan, each case from its beginning to its end. */
function instants(all: readonly string[], at: number, cases: number): Instant[] {
  const kills = cases * killsOfEach;
  return Array.from({ length: killsOfEach }, (_, kill) => {
    const number = at - 1 + kill * cases;
    return { step: all[Math.floor((number * all.length) / kills)] ?? '', lines: number % 3 };
  });
}
