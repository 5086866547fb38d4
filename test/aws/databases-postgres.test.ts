import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DatabaseFailure } from '../../src/aws/databases/failure.ts';
import { logInToPostgres } from '../../src/aws/databases/postgres.ts';
import type { Way } from '../../src/aws/databases/way.ts';
import { connectDatabases } from '../../src/aws/databases.ts';
import type { AwsContext } from '../../src/aws/services.ts';
import { writtenBetween } from '../../src/steps/rds/fence/position.ts';
import { foreignSessions, sessionsAt } from '../../src/steps/rds/fence/sessions.ts';
import { describeWith, type PostgresServer, postgresPrograms, startPostgres } from './databases-server.ts';

type TlsServer = Awaited<ReturnType<typeof startPostgres>>;
const given = describeWith(postgresPrograms(), 'postgresql');

given('a real PostgreSQL server', () => {
  let server: PostgresServer;
  const env = (user = 'postgres', more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    REKEY_DB_USER: user,
    REKEY_DB_PASSWORD: server.password,
    ...more,
  });
  const at = () => ({ engine: 'postgres', host: '127.0.0.1', port: server.port }) as const;
  const ask = (statement: string, user?: string, signal = new AbortController().signal) =>
    connectDatabases(env(user)).query(at(), statement, signal);
  const failure = async (asking: Promise<unknown>) => {
    const error: unknown = await asking.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof DatabaseFailure)) throw new Error(`no DatabaseFailure, but ${String(error)}`);
    return error;
  };
  /** What the fence's proof finds, with the statement that it sends. */
  const found = async (user?: string, databases = connectDatabases(env(user))) => {
    const ctx: Partial<Omit<AwsContext, 'aws'>> & { aws: object } = {
      aws: { databases },
      signal: new AbortController().signal,
    };
    return (await foreignSessions(ctx as AwsContext, at())).seen;
  };
  /** A backend is gone a moment after its client. */
  const until = async (test: () => Promise<boolean>) => {
    while (!(await test())) await new Promise((resolve) => setImmediate(resolve));
  };

  beforeAll(async () => {
    server = await startPostgres();
    const admin = await server.connect();
    await admin.query(`
      CREATE TABLE orders (id int PRIMARY KEY, note text);
      INSERT INTO orders SELECT n, 'order ' || n FROM generate_series(1, 100) n;
      CREATE ROLE app LOGIN PASSWORD '${server.password}';
      GRANT ALL ON orders TO app;
      CREATE ROLE watcher LOGIN PASSWORD '${server.password}';
      GRANT pg_monitor TO watcher;
      CREATE ROLE rdsadmin SUPERUSER LOGIN PASSWORD '${server.password}'`);
    await admin.end();
  });
  afterAll(() => server?.stop());

  describe('the proof that nobody else is connected', () => {
    test('an idle server shows nobody: neither us nor its own workers', async () => {
      await until(async () => (await found()).length === 0);
      expect(await found()).toEqual([]);
    });

    test('to one who asks several questions at once, his own sessions are nobody else', async () => {
      await until(async () => (await found()).length === 0);
      const one = connectDatabases(env());
      for (let round = 0; round < 5; round++)
        expect((await Promise.all(Array.from({ length: 8 }, () => found(undefined, one)))).flat()).toEqual([]);
    });

    test('every foreign session is listed with who it is, until it has gone', async () => {
      const [one, two] = [await server.connect('app', { application_name: 'shop' }), await server.connect()];
      const sessions = await found();
      expect(sessions).toHaveLength(2);
      expect(sessions[0]).toMatch(/still connected to 127\.0\.0\.1: \d+ app shop 127\.0\.0\.1\S* client backend/);
      await one.end();
      await until(async () => (await found()).length === 1);
      await two.end();
      await until(async () => (await found()).length === 0);
    });

    test('a pooled session that keeps writing is seen in each look, at rest or at work', async () => {
      const pooled = await server.connect('app');
      let writing = true;
      const writes = (async () => {
        let written = 0;
        for (; writing; written++) await pooled.query("UPDATE orders SET note = 'again' WHERE id = 1");
        return written;
      })();
      for (let look = 0; look < 5; look++) expect(await found()).toHaveLength(1);
      writing = false;
      expect(await writes).toBeGreaterThan(0);
      expect(await found()).toHaveLength(1);
      await pooled.end();
      await until(async () => (await found()).length === 0);
    });

    test('a session with an open transaction, and one that receives the log, are sessions', async () => {
      const open = await server.connect('app');
      await open.query('BEGIN; UPDATE orders SET note = note');
      const replication = await server.connect('postgres', { replication: 'database' } as object);
      const sessions = await found();
      expect(sessions.some((one) => one.includes('walsender'))).toBe(true);
      expect(sessions).toHaveLength(2);
      await Promise.all([open.end(), replication.end()]);
      await until(async () => (await found()).length === 0);
    });

    test("AWS's own session does not count", async () => {
      const aws = await server.connect('rdsadmin');
      expect(await found()).toEqual([]);
      await aws.end();
    });

    test('who may not see the sessions of others never proves that there are none', async () => {
      expect((await found('app')).join()).toMatch(/pg_read_all_stats|privilege/);
      const other = await server.connect();
      expect(await found('app')).not.toEqual([]);
      await other.end();
      await until(async () => (await found('watcher')).length === 0);
    });
  });

  describe('the position of the log', () => {
    const position = async () => {
      const ctx = { aws: { databases: connectDatabases(env()) }, signal: new AbortController().signal };
      const answer = await sessionsAt(ctx as object as AwsContext, at());
      return answer.seen && answer.position;
    };
    const visit = async (statement: string, database = 'postgres') => {
      const client = await server.connect('postgres', { database });
      await client.query(statement);
      await client.end();
      await until(async () => (await found()).length === 0);
    };

    test.each([
      ['written', "UPDATE orders SET note = 'in between' WHERE id = 2", 'postgres'],
      ['made a table', 'CREATE TABLE more (id int)', 'postgres'],
      ['written in another database', 'CREATE TABLE IF NOT EXISTS more (id int)', 'shop'],
    ])('shows who has come, %s and left between two looks', async (_what, statement, database) => {
      if (database === 'shop') await visit('CREATE DATABASE shop');
      await until(async () => (await found()).length === 0);
      const before = await position();
      await visit(statement, database);
      const now = await position();
      expect(now?.position).not.toBe(before?.position);
      expect(writtenBetween(before, now).is).toBe('written');
    });

    test("moves by autovacuum's analyze, a checkpoint and the heartbeat of RDS, and nobody has written", async () => {
      await visit('CREATE DATABASE rdsadmin');
      await visit('CREATE TABLE rds_heartbeat2 (id int PRIMARY KEY, value bigint)', 'rdsadmin');
      await visit("ALTER SYSTEM SET autovacuum_naptime = '1s'");
      await visit('SELECT pg_reload_conf()');
      const texts = 'SELECT n, repeat(md5(n::text), 100) FROM generate_series(1, 20000) n';
      await visit(`CREATE TABLE busy (id int PRIMARY KEY, note text); INSERT INTO busy ${texts}`);
      const before = await position();
      const analyzed = "SELECT 1 FROM pg_stat_all_tables WHERE relname = 'busy' AND autoanalyze_count > 0";
      await until(async () => (await ask(analyzed)).length > 0);
      await visit('CHECKPOINT');
      await visit('INSERT INTO rds_heartbeat2 VALUES (1, 1)', 'rdsadmin');
      const now = await position();
      expect(now?.position).not.toBe(before?.position);
      expect(writtenBetween(before, now)).toEqual({ is: 'not' });
    });
  });

  describe('a question', () => {
    test('is answered in text, row by row, null as null', async () => {
      const rows = await ask(
        "SELECT 9007199254740993::int8, 1.10::numeric, NULL, true, '\\xff00'::bytea, 'é\n' UNION ALL SELECT 1, 2, 'x', false, '', ''",
      );
      expect(rows).toEqual([
        ['9007199254740993', '1.10', null, 't', '\\xff00', 'é\n'],
        ['1', '2', 'x', 'f', '\\x', ''],
      ]);
      expect(await ask('SELECT 1 WHERE false')).toEqual([]);
    });

    test('changes nothing', async () => {
      expect(await failure(ask('DELETE FROM orders'))).toMatchObject({ code: '25006', final: true });
      expect(await ask('SELECT count(*) FROM orders')).toEqual([['100']]);
    });

    test('leaves no connection behind, however it ended', async () => {
      await Promise.allSettled([ask('SELECT 1'), ask('SELECT nothing'), ask('SELECT pg_sleep(0.1)')]);
      const admin = await server.connect();
      const left = async () =>
        (await admin.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'rekey'")).rowCount;
      await until(async () => (await left()) === 0);
      await admin.end();
    });

    test('that is refused says so in the words of the server, for good', async () => {
      const error = await failure(ask('SELECT nothing -- \u001b[31m'));
      expect(error).toMatchObject({ code: '42703', final: true });
      expect(error.message).toContain('column "nothing" does not exist');
    });

    test('that answers with control characters in its error can be printed', async () => {
      const { message } = await failure(ask("SELECT ('a' || chr(27) || '[31m' || chr(10))::int"));
      expect(message).toContain('\\u001b');
      expect(message).not.toMatch(/\p{Cc}/u);
    });

    test('with an answer without end is cut off', async () => {
      expect(await failure(ask('SELECT generate_series(1, 100000000)'))).toMatchObject({ code: 'TOO_LARGE' });
      expect(await failure(ask("SELECT repeat('x', 1000000), generate_series(1, 1000)"))).toMatchObject({
        code: 'TOO_LARGE',
      });
    });

    test('ends when this process is to end', async () => {
      const abort = new AbortController();
      const asking = ask('SELECT pg_sleep(3600)', undefined, abort.signal);
      await until(
        async () =>
          (await ask("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3600)' AND pid <> pg_backend_pid()"))
            .length > 0,
      );
      abort.abort();
      await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
    });

    test('that takes too long is given up by the server', async () => {
      const asking = connectDatabases(env(), { connectTimeoutMs: 10_000, statementTimeoutMs: 100 }).query(
        at(),
        'SELECT pg_sleep(3600)',
        new AbortController().signal,
      );
      expect(['57014', 'ETIMEDOUT']).toContain((await failure(asking)).code);
    });
  });

  describe('a login', () => {
    test('that is refused is so for good, and the password is nowhere in the error', async () => {
      const error = await failure(
        connectDatabases(env('app', { REKEY_DB_PASSWORD: 'battery staple' })).query(
          at(),
          'SELECT 1',
          new AbortController().signal,
        ),
      );
      expect(error).toMatchObject({ code: '28P01', final: true });
      expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toContain('battery staple');
    });

    test('takes nothing from the environment of psql', async () => {
      const before = { ...process.env };
      Object.assign(process.env, {
        PGUSER: 'nobody',
        PGPASSWORD: 'none',
        PGDATABASE: 'none',
        PGHOST: '192.0.2.1',
        PGSSLMODE: 'require',
        PGOPTIONS: '-c nothing=1',
      });
      try {
        expect(await ask('SELECT current_user, current_database()')).toEqual([['postgres', 'postgres']]);
      } finally {
        for (const name of ['PGUSER', 'PGPASSWORD', 'PGDATABASE', 'PGHOST', 'PGSSLMODE', 'PGOPTIONS']) {
          if (before[name] === undefined) delete process.env[name];
          else process.env[name] = before[name];
        }
      }
    });

    test('to a server that is not there is worth another try', async () => {
      const asking = connectDatabases(env()).query({ ...at(), port: 1 }, 'SELECT 1', new AbortController().signal);
      expect(await failure(asking)).toMatchObject({ code: 'ECONNREFUSED', final: false });
    });
  });
});

given('a real PostgreSQL server with a certificate', () => {
  // The loopback interface does without TLS, so the way is made by hand.
  const logIn = async (server: TlsServer, changes: Partial<Way> = {}) => {
    const socket = new Socket();
    const ca = readFileSync(server.ca, 'utf8');
    const way = {
      name: 'localhost',
      host: 'localhost',
      port: server.port,
      database: 'postgres',
      user: 'postgres',
      password: server.password,
      tls: { ca, rejectUnauthorized: true },
    };
    try {
      const session = await logInToPostgres({ ...way, ...changes }, socket, { statementTimeoutMs: 5_000 });
      const rows: unknown[] = [];
      await session.ask('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()', (row) => rows.push(...row));
      await session.end();
      return rows;
    } finally {
      socket.destroy();
    }
  };
  const served = async (certificateFor: string | undefined, use: (server: TlsServer) => Promise<void>) => {
    const server = await startPostgres(certificateFor === undefined ? {} : { certificateFor });
    try {
      await use(server);
    } finally {
      await server.stop();
    }
  };

  test("is asked over TLS, and not at all when its certificate is nobody's that is trusted", () =>
    served('localhost', async (server) => {
      expect(await logIn(server)).toEqual(['t']);
      await expect(
        logIn(server, { tls: { ca: [...rootCertificates], rejectUnauthorized: true } }),
      ).rejects.toMatchObject({
        code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO/),
      });
    }));

  test('is not asked when its certificate is for another name', () =>
    served('orders.example.com', async (server) => {
      await expect(logIn(server)).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    }));
});
