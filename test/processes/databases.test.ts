import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudTrail } from '@aws-sdk/client-cloudtrail';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runIn } from '../../src/aws/user-agent.ts';
import { build, rekey, root, type Simulated, simulateApart, workshop } from '../cli/command.ts';
import { closingFetch } from '../support/closing-fetch.ts';

const room = workshop();
beforeAll(build);
const accounts: Simulated[] = [];
afterAll(() => {
  for (const aws of accounts) aws.stop();
  room.clear();
});

const plan = join(root, 'plans/rds-instance.yaml');
const scenario = join(room.dir, 'shop.yaml');
writeFileSync(
  scenario,
  `
keys: [{ alias: alias/old }, { alias: alias/new }]
securityGroups:
  - { id: sg-0aaaaaaaaaaaaaaa1, inbound: [10.0.0.0/8:5432], outbound: [] }
  - { id: sg-0fe0ce00000000001, inbound: [10.9.0.7/32:5432], outbound: [] }
secrets: [{ name: shop/checker, database: orders, user: checker-of-the-shop, password: correct-horse-battery }]
databases:
  - id: orders
    key: alias/old
    storage: 20
    securityGroups: [sg-0aaaaaaaaaaaaaaa1]
    workload: { everySeconds: 7 }
    sql: |
      CREATE TABLE orders (id int PRIMARY KEY, placed timestamptz NOT NULL DEFAULT now());
      INSERT INTO orders SELECT generate_series(1, 100)
`,
);
// That of the plan's secret is used; this one is nobody's.
const login = { REKEY_DB_USER: 'somebody-else', REKEY_DB_PASSWORD: 'wrong-horse-battery' };
const secrets = /somebody-else|(?:correct|wrong)-horse-battery/;
const host = (name: string, state: DatabaseState) =>
  state.databases.find((one) => one.identifier === name)?.address ?? '';

interface DatabaseState {
  readonly keys: readonly { arn: string; aliases: readonly string[] }[];
  readonly databases: readonly {
    identifier: string;
    resourceId: string;
    key: string;
    address: string;
    status: string;
  }[];
  readonly clients: readonly { lost: boolean | null }[];
}

const stateOf = async (aws: Simulated) => (await aws.state()) as object as DatabaseState;

/** An application: one pooled connection to the endpoint's name, opened anew whenever it is lost. It remembers what was acknowledged. */
function application(aws: Simulated, name: string) {
  const acknowledged: number[] = [];
  let on = true;
  const connect = async () => {
    const asked = new URLSearchParams({ host: name, port: '5432', from: '10.0.1.17' });
    const place = (await (await closingFetch(`${aws.env['REKEY_RESOLVER']}?${asked}`)).json()) as {
      address?: string;
      port?: number;
    };
    if (place.port === undefined) throw new Error('no such name now');
    const client = new pg.Client({
      host: place.address,
      port: place.port,
      user: 'app',
      password: 'any',
      database: 'postgres',
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const refused: string[] = [];
  let first = (): void => undefined;
  const serves = new Promise<void>((resolve) => {
    first = resolve;
  });
  const work = async () => {
    for (let next = 101; on; ) {
      try {
        const client = await connect();
        try {
          for (; on; next++) {
            await client.query('INSERT INTO orders VALUES ($1)', [next]);
            acknowledged.push(next);
            first();
          }
        } finally {
          // What was in flight may or may not have been written.
          next++;
          await client.end();
        }
      } catch (error) {
        refused.push(error instanceof Error ? error.message : String(error));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  };
  const working = work();
  const all = async () => {
    const client = await connect();
    try {
      return (await client.query<{ id: number }>('SELECT id FROM orders ORDER BY id')).rows.map((row) => row.id);
    } finally {
      await client.end();
    }
  };
  return {
    /** Resolves with the first row that was acknowledged. */
    serves,
    acknowledged,
    refused,
    all,
    async end() {
      on = false;
      await working;
    },
  };
}

describe('a run on a database', () => {
  test('moves a real PostgreSQL, and an application that keeps writing through the endpoint name loses nothing', async () => {
    // Slow enough that a busy machine, on which an engine takes seconds to start, keeps the deadlines of the plan.
    const aws = await simulateApart(room.dir, 150, scenario);
    accounts.push(aws);
    const before = await stateOf(aws);
    const name = host('orders', before);
    const shop = application(aws, name);
    await shop.serves;
    const sets = [
      'target.id=orders',
      'keys.from=alias/old',
      'keys.to=alias/new',
      'steps.read.with.fence.securityGroup=sg-0fe0ce00000000001',
      'steps.read.with.fence.inbound=[10.9.0.7/32]',
      'steps.read.with.credentials.secret=shop/checker',
      'steps.check-sql.with.statements=["SELECT count(*), sum(id), min(placed), max(placed) FROM orders"]',
      'steps.soak.with.for=10m',
    ];
    const args = ['run', plan, '--wait', ...sets.flatMap((one) => ['--set', one])];
    const { code, stdout, stderr } = await rekey(args, { cwd: room.dir, env: { ...aws.env, ...login } });
    expect(code, stdout + stderr).toBe(0);
    expect(secrets.test(stdout + stderr)).toBe(false);
    await shop.end();

    const after = await stateOf(aws);
    const moved = after.databases.find((one) => one.identifier === 'orders');
    expect(after.databases).toHaveLength(1);
    expect(moved?.key).toBe(after.keys.find((key) => key.aliases.includes('alias/new'))?.arn);
    expect(moved?.resourceId).not.toBe(before.databases[0]?.resourceId);
    expect(host('orders', after)).toBe(name);
    expect(after.clients.map((one) => one.lost)).toEqual([false]);

    expect(shop.refused.length).toBeGreaterThan(0);
    const held = await shop.all();
    expect(held.filter((id) => id <= 100)).toHaveLength(100);
    expect(shop.acknowledged.filter((id) => !held.includes(id))).toEqual([]);
    expect(shop.acknowledged.length).toBeGreaterThan(10);

    // CloudTrail was asked before the delete, and shows of every call for which run it was made.
    expect(stdout + stderr).toMatch(/CloudTrail shows a call up to 15 minutes late/);
    expect(stdout + stderr).not.toMatch(/CloudTrail does not show/);
    const credentials = { accessKeyId: 'simulated', secretAccessKey: 'simulated' };
    const trail = new CloudTrail({ endpoint: aws.endpoint, region: 'eu-west-1', credentials });
    const LookupAttributes = [{ AttributeKey: 'EventName', AttributeValue: 'ModifyDBInstance' }] as const;
    const { Events = [] } = await trail.lookupEvents({ LookupAttributes: [...LookupAttributes] });
    const agents = Events.map(({ CloudTrailEvent = '' }) => String(JSON.parse(CloudTrailEvent).userAgent));
    expect(agents.length).toBeGreaterThan(2);
    expect(new Set(agents.map(runIn))).toEqual(new Set(readdirSync(join(room.dir, '.rekey/runs'))));
  }, 180_000);

  test('keeps no login in its journal, nor tells it', () => {
    const runs = join(room.dir, '.rekey/runs');
    const text = readdirSync(runs, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'))
      .join();
    expect(text.includes('rds.check-sql')).toBe(true);
    expect(secrets.test(text)).toBe(false);
  });
});
