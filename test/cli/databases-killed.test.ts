import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { JournalRecord } from '../../src/contract/record.ts';
import { unreconciled } from '../support/ends.ts';
import { build, root, type Simulated, simulate, start, workshop } from './command.ts';

// A kill costs a process of its own, so most of them are for CI.
const full = /^(full|whole)$/.test(process.env['REKEY_SWEEP'] ?? '');
const cases = full ? 10 : 1;
const killsOfEach = full ? 5 : 3;
/** The first is left alone. */
const databases = Array.from({ length: 1 + cases }, (_, at) => `shop-${at}`);

const plan = join(root, 'plans/rds-instance.yaml');
const own = 'sg-0aaaaaaaaaaaaaaa1';
const fence = 'sg-0fe0ce00000000001';

/** An account with one database for each case, so that the cases can go side by side. */
const manyDatabases = `
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
  readonly databaseSnapshots: readonly { readonly type: string; readonly tags: Readonly<Record<string, string>> }[];
  readonly clients: readonly { readonly identifier: string; readonly lost: boolean | null }[];
}

/** What every case must come to, without what differs: the ids of what was made. */
function endOf(state: State, name: string): unknown {
  const current = state.keys.find((key) => key.aliases.includes('alias/new'))?.arn;
  const ours = state.databases.filter((one) => one.identifier === name || one.tags['rekey:target'] === name);
  return {
    databases: ours.map(({ identifier, key, securityGroups, roles, settings, tags }) => ({
      identifier,
      moved: key === current,
      securityGroups,
      roles: roles.map(({ feature }) => feature),
      settings,
      team: tags['team'],
      claims: Object.keys(tags).filter((tag) => tag.startsWith('rekey:claim')),
    })),
    snapshots: state.databaseSnapshots.filter((one) => one.type === 'manual' && one.tags['rekey:target'] === name),
    lost: state.clients.filter((one) => one.identifier === name).map((one) => one.lost),
  };
}

/** The records of the only run in a folder, without the line that a kill tore. */
function recordsIn(stateDir: string): JournalRecord[] {
  const [id = '', ...more] = readdirSync(join(stateDir, 'runs'));
  expect(more).toEqual([]);
  const folder = join(stateDir, 'runs', id);
  const segments = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  const lines = segments.sort().flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as JournalRecord];
    } catch (error) {
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  });
}

describe('a run on a database whose processes are killed', () => {
  const room = workshop();
  let aws: Simulated;
  beforeAll(async () => {
    build();
    writeFileSync(join(room.dir, 'account.yaml'), manyDatabases);
    aws = await simulate(room.dir, 500, join(room.dir, 'account.yaml'));
  }, 120_000);
  afterAll(() => {
    aws.stop();
    room.clear();
  });

  const sets = (name: string) =>
    [
      `target.id=${name}`,
      'keys.from=alias/old',
      'keys.to=alias/new',
      `steps.read.with.fence.securityGroup=${fence}`,
      'steps.read.with.fence.inbound=[10.9.0.7/32]',
      'steps.check-sql.with.statements=["SELECT count(*) FROM orders"]',
      'steps.soak.with.for=0s',
    ].flatMap((one) => ['--set', one]);

  /** A run whose processes are killed one after the other, each so many lines into a step; the last is left alone. Gives how many were. */
  async function killed(name: string, instants: readonly Instant[]): Promise<number> {
    const where = { cwd: room.dir, env: aws.env };
    const dir = ['--state-dir', name];
    let kills = 0;
    let running = start(['run', plan, ...sets(name), ...dir], where);
    for (const { step, lines } of instants) {
      await running.says(new RegExp(`Z ${step}: `));
      await running.printsMore(lines);
      running.child.kill('SIGKILL');
      if ((await running.ended).code === null) kills++;
      running = start(['resume', ...dir], where);
    }
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(0);
    const records = recordsIn(join(room.dir, name));
    expect(records.length).toBeGreaterThan(50);
    expect(unreconciled(records)).toEqual([]);
    return kills;
  }

  test('again and again, in every step of the plan, comes to the end of one that was left alone, with no effect unreconciled', async () => {
    const limit = pLimit(4);
    const kills = await Promise.all(
      databases.map((name, at) => limit(() => killed(name, at === 0 ? [] : instants(at)))),
    );
    const state = (await aws.state()) as object as State;
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
  }, 600_000);
});

/** So many lines after the first of a step. */
interface Instant {
  readonly step: string;
  readonly lines: number;
}

/** The steps of the plan that do something, in their order, but for the last: a process may be through with it before it is killed. */
function steps(): string[] {
  const { steps } = parse(readFileSync(plan, 'utf8')) as { steps: readonly { id: string; uses?: string }[] };
  return steps.flatMap(({ id, uses }) => (uses === undefined || id === 'key' ? [] : [id])).slice(0, -1);
}

/** Where the processes of a case are killed: all cases together in every part of the plan, each case from its beginning to its end. */
function instants(at: number): Instant[] {
  const all = steps();
  const kills = cases * killsOfEach;
  return Array.from({ length: killsOfEach }, (_, kill) => {
    const number = at - 1 + kill * cases;
    return { step: all[Math.floor((number * all.length) / kills)] ?? '', lines: number % 3 };
  });
}
