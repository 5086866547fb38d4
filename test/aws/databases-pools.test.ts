// Real servers, one made of the files of the other, and real pools that keep trying through the fence.
import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectDatabases } from '../../src/aws/databases.ts';
import type { AwsContext } from '../../src/aws/services.ts';
import { containedIn } from '../../src/steps/rds/fence/contains.ts';
import { sessionsAt } from '../../src/steps/rds/fence/sessions.ts';
import { lookForClients } from '../../src/steps/rds/judge/clients-back.ts';
import type { Original } from '../../src/steps/rds/kinds/kind.ts';
import { describeWith, mariadbProgram, postgresPrograms, startMariadb, startPostgres } from './databases-server.ts';

const password = 'correct horse';
const turn = () => new Promise((resolve) => setImmediate(resolve));

interface Server {
  readonly port: number;
  readonly data: string;
  stop(): Promise<void>;
}

/** A pool that asks again and again, whatever it is told, until it is closed. */
interface Pool {
  /** Resolves with the next answer that it gets. */
  served(): Promise<void>;
  close(): Promise<void>;
}

interface Engine {
  readonly name: string;
  readonly speaks: 'postgres' | 'mysql';
  start(copyOf?: string): Promise<Server>;
  /** Somebody writes. */
  write(port: number): Promise<void>;
  pool(port: number): Pool;
}

function asking(ask: () => Promise<unknown>, end: () => Promise<unknown>): Pool {
  let open = true;
  let hear: (() => void)[] = [];
  const asked = (async () => {
    while (open) {
      // What a fence does to a pool is what it is to bear.
      const answered = await ask().then(
        () => true,
        () => false,
      );
      if (answered) for (const one of hear.splice(0)) one();
      await turn();
    }
  })();
  return {
    served: () =>
      new Promise((resolve) => {
        hear = [...hear, resolve];
      }),
    async close() {
      open = false;
      await asked;
      await end();
    },
  };
}

const postgres: Engine = {
  name: 'PostgreSQL',
  speaks: 'postgres',
  start: (copyOf) => startPostgres(copyOf === undefined ? {} : { copyOf }),
  async write(port) {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' });
    await client.connect();
    await client.query('CREATE TABLE IF NOT EXISTS orders (id int)');
    await client.query('INSERT INTO orders VALUES (1)');
    await client.end();
  },
  pool(port) {
    const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres', max: 2 });
    // Without a listener a connection that is cut at rest would end this process.
    pool.on('error', () => undefined);
    return asking(
      () => pool.query('SELECT 1'),
      () => pool.end(),
    );
  },
};

const mariadb: Engine = {
  name: 'MariaDB',
  speaks: 'mysql',
  async start(copyOf) {
    const users = ['checker', 'app', 'rdsadmin'].map(
      (user) => `CREATE USER ${user}@'127.0.0.1' IDENTIFIED BY '${password}'`,
    );
    const made = [
      'CREATE DATABASE shop',
      'CREATE TABLE shop.orders (id INT)',
      ...users,
      "GRANT PROCESS ON *.* TO checker@'127.0.0.1'",
      "GRANT ALL ON shop.* TO app@'127.0.0.1'",
    ];
    const server = await startMariadb(copyOf === undefined ? made : ['SELECT 1'], ['--log-bin=mysql-bin'], copyOf);
    // As on RDS, where AWS is always connected.
    const aws = await mysql.createConnection({ host: '127.0.0.1', port: server.port, user: 'rdsadmin', password });
    aws.on('error', () => undefined);
    return {
      ...server,
      async stop() {
        aws.destroy();
        await server.stop();
      },
    };
  },
  async write(port) {
    const client = await mysql.createConnection({ host: '127.0.0.1', port, user: 'app', password, database: 'shop' });
    await client.query('INSERT INTO orders VALUES (1)');
    await client.end();
  },
  pool(port) {
    const pool = mysql.createPool({ host: '127.0.0.1', port, user: 'app', password, connectionLimit: 2 });
    return asking(
      () => pool.query('SELECT 1'),
      () => pool.end(),
    );
  },
};

/** What a name leads to, with the fence before it: nobody gets in while it is closed, and who was in is thrown out. */
async function nameFor(first: number) {
  let to: number | undefined = first;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    if (to === undefined) {
      client.destroy();
      return;
    }
    const onward = dial(to, '127.0.0.1');
    for (const [one, other] of [
      [client, onward],
      [onward, client],
    ] as const) {
      open.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const lead = (port: number | undefined) => {
    to = port;
    for (const one of open) one.destroy();
  };
  return { port: address.port, lead, close: () => server.close() };
}

describe.each([
  { engine: postgres, given: describeWith(postgresPrograms(), 'postgresql') },
  { engine: mariadb, given: describeWith(mariadbProgram(), 'mariadb-server-core mariadb-client-core') },
])('$engine.name', ({ engine, given }) => {
  given('as a real server, and one that was made of its files', () => {
    let original: Server;
    let replacement: Server;
    let older: Server;
    const databases = connectDatabases({
      REKEY_DB_USER: engine.speaks === 'postgres' ? 'postgres' : 'checker',
      REKEY_DB_PASSWORD: password,
    });
    const told: string[] = [];
    let now = Date.parse('2026-11-30T12:00:00Z');
    // Minutes pass by themselves: only what servers and pools do takes time.
    const sleepUntil = async (at: number) => {
      now = Math.max(now, at);
      await turn();
    };
    const ctx = {
      aws: { databases },
      clock: { speed: 1, now: () => now, sleepUntil },
      signal: new AbortController().signal,
      announce: (text: string) => told.push(text),
    } as object as AwsContext;
    const at = (port: number) => ({ engine: engine.speaks, host: '127.0.0.1', port, database: 'postgres' });
    const asked = async ({ port }: Server) => {
      const { database, ...address } = at(port);
      const answer = await sessionsAt(ctx, engine.speaks === 'postgres' ? { ...address, database } : address);
      if (!answer.seen) throw new Error(answer.unknown);
      return answer;
    };
    const left = async (server: Server) => {
      while ((await asked(server)).seen.length > 0) await turn();
    };
    const shop = { name: 'orders', engine: engine.speaks, connected: true } as Original;
    const parts = () => [
      { DBInstanceIdentifier: 'orders', Endpoint: { Address: '127.0.0.1', Port: replacement.port } },
    ];

    beforeAll(async () => {
      original = await engine.start();
      await engine.write(original.port);
      await left(original);
      older = await engine.start(original.data);
      await engine.write(original.port);
      await left(original);
      replacement = await engine.start(original.data);
    });
    afterAll(async () => {
      for (const one of [original, replacement, older]) await one?.stop();
    });

    test('what was made of its last files holds all of its log, and what was made of older ones does not', async () => {
      const { position } = await asked(original);
      expect(position?.position).toBeTruthy();
      expect(containedIn(position, (await asked(replacement)).position)).toEqual({ is: 'contained' });
      expect(containedIn(position, (await asked(older)).position)).toMatchObject({ is: 'lacking' });
    });

    test('a pool that keeps trying through the fence is seen back; one that knows only the old address is not', async () => {
      const name = await nameFor(original.port);
      const cached = await nameFor(original.port);
      const [pool, old] = [engine.pool(name.port), engine.pool(cached.port)];
      try {
        await Promise.all([pool.served(), old.served()]);
        expect((await asked(original)).seen.length).toBeGreaterThan(1);
        for (const one of [name, cached]) one.lead(undefined);
        await left(original);
        // The old one alone: nobody has come.
        const { seenAt } = await lookForClients(ctx, shop, parts(), 'wait');
        expect(seenAt).toBeNull();
        expect(told.at(-1)).toMatch(/^nobody has come back to orders by .*networkaddress\.cache\.ttl/);
        name.lead(replacement.port);
        await pool.served();
        const back = await lookForClients(ctx, shop, parts(), 'wait');
        expect(back.seenAt).not.toBeNull();
        expect(told.at(-1)).toMatch(/^clients are back: (a session|\d sessions) on orders at /);
        await left(original);
      } finally {
        for (const one of [name, cached]) {
          one.lead(undefined);
          one.close();
        }
        await Promise.all([pool.close(), old.close()]);
      }
    });
  });
});
