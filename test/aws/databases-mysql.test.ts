import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DatabaseFailure } from '../../src/aws/databases/failure.ts';
import { connectDatabases } from '../../src/aws/databases.ts';
import type { AwsContext } from '../../src/aws/services.ts';
import { writtenBetween } from '../../src/steps/rds/fence/position.ts';
import { foreignSessions, type Sessions, sessionsAt } from '../../src/steps/rds/fence/sessions.ts';
import { describeWith, mariadbProgram, startMariadb } from './databases-server.ts';

type SessionsSeen = Extract<Sessions, { readonly seen: readonly string[] }>;

const given = describeWith(mariadbProgram(), 'mariadb-server-core');

given('a real MariaDB server', () => {
  const password = 'correct horse';
  let server: Awaited<ReturnType<typeof startMariadb>>;
  const at = () => ({ engine: 'mysql', host: '127.0.0.1', port: server.port, database: 'shop' }) as const;
  const login = (user: string) => ({ REKEY_DB_USER: user, REKEY_DB_PASSWORD: password });
  const ask = (statement: string, user = 'checker') =>
    connectDatabases(login(user)).query(at(), statement, new AbortController().signal);
  const failure = async (asking: Promise<unknown>) => {
    const error: unknown = await asking.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof DatabaseFailure)) throw new Error(`no DatabaseFailure, but ${String(error)}`);
    return error;
  };
  const found = async (user = 'checker', databases = connectDatabases(login(user))) => {
    const ctx = { aws: { databases }, signal: new AbortController().signal };
    return (await foreignSessions(ctx as object as AwsContext, at())).seen;
  };
  const connect = (user: string) =>
    mysql.createConnection({ host: '127.0.0.1', port: server.port, user, password, database: 'shop' });
  let aws: mysql.Connection;

  beforeAll(async () => {
    const users = ['checker', 'app', 'rdsadmin'].map(
      (user) => `CREATE USER ${user}@'127.0.0.1' IDENTIFIED BY '${password}'`,
    );
    server = await startMariadb(
      [
        'SET NAMES utf8mb4',
        'CREATE DATABASE shop CHARACTER SET utf8mb4',
        'CREATE TABLE shop.orders (id INT PRIMARY KEY, note TEXT, price DECIMAL(6,2), raw VARBINARY(8), big BIGINT UNSIGNED)',
        "INSERT INTO shop.orders VALUES (1, 'é', 1.10, x'ff00', 18446744073709551615), (2, NULL, NULL, 'abc', 1)",
        ...users,
        "GRANT PROCESS ON *.* TO checker@'127.0.0.1'",
        "GRANT ALL ON shop.* TO checker@'127.0.0.1', app@'127.0.0.1', rdsadmin@'127.0.0.1'",
        'CREATE TABLE mysql.rds_heartbeat2 (id INT PRIMARY KEY, value BIGINT) ENGINE = InnoDB',
        "GRANT ALL ON mysql.* TO rdsadmin@'127.0.0.1'",
        "GRANT SELECT ON mysql.* TO checker@'127.0.0.1'",
      ],
      ['--log-bin'],
    );
    // As on RDS, where AWS is always connected.
    aws = await connect('rdsadmin');
  });
  afterAll(async () => {
    aws?.destroy();
    await server?.stop();
  });

  test('lists every foreign session, at rest and at work, and neither us nor AWS', async () => {
    expect(await found()).toEqual([]);
    const pooled = await connect('app');
    expect(await found()).toEqual([
      expect.stringMatching(/still connected to 127\.0\.0\.1: \d+ app [\w.]+:\d+ shop Sleep/),
    ]);
    const asleep = pooled.query('SELECT SLEEP(1000)').catch((error: unknown) => error);
    expect(await found()).toHaveLength(1);
    pooled.destroy();
    await asleep;
    const killer = await connect('app');
    const [threads] = await killer.query<mysql.RowDataPacket[]>(
      "SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'",
    );
    for (const { id } of threads) {
      await killer.query(`KILL ${id}`).catch((error: { readonly code?: string }) => {
        // The server has noticed by itself that its client is gone.
        if (error.code !== 'ER_NO_SUCH_THREAD') throw error;
      });
    }
    await killer.end();
    while ((await found()).length > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  test('to one who asks several questions at once, his own sessions are nobody else', async () => {
    const one = connectDatabases(login('checker'));
    for (let round = 0; round < 5; round++)
      expect((await Promise.all(Array.from({ length: 8 }, () => found('checker', one)))).flat()).toEqual([]);
  });

  describe('the position of its log', () => {
    const position = async () => {
      const ctx = { aws: { databases: connectDatabases(login('checker')) }, signal: new AbortController().signal };
      const { seen, position: told } = (await sessionsAt(ctx as object as AwsContext, at())) as SessionsSeen;
      return { seen, told };
    };
    // Tables tell their last write in whole seconds.
    const aSecondLater = async () => {
      const clock = async () => (await ask('SELECT UNIX_TIMESTAMP()'))[0]?.[0];
      const now = await clock();
      while ((await clock()) === now) await new Promise((resolve) => setImmediate(resolve));
    };

    test('shows who has come, written and left between two looks', async () => {
      const { told: before } = await position();
      await aSecondLater();
      const client = await connect('app');
      await client.query("INSERT INTO orders (id, note) VALUES (3, 'in between')");
      await client.end();
      while ((await position()).seen.length > 0) await new Promise((resolve) => setImmediate(resolve));
      const { told: now } = await position();
      expect(before?.position).toMatch(/^\d+-\d+-\d+$/);
      expect(now?.position).not.toBe(before?.position);
      expect(writtenBetween(before, now)).toMatchObject({ is: 'written', how: expect.stringContaining('last write') });
    });

    test('shows who has come, made a table and left', async () => {
      const { told: before } = await position();
      const client = await connect('app');
      await client.query('CREATE TABLE more (id INT)');
      await client.end();
      expect(writtenBetween(before, (await position()).told).is).toBe('written');
    });

    test('moves by the heartbeat of RDS, which is nobody who writes, nor is who asks', async () => {
      await aSecondLater();
      const { told: before } = await position();
      await aws.query('REPLACE INTO mysql.rds_heartbeat2 VALUES (1, 1)');
      await ask('SELECT count(*) FROM orders');
      await aSecondLater();
      await aws.query('REPLACE INTO mysql.rds_heartbeat2 VALUES (1, 2)');
      const { told: now } = await position();
      expect(now?.position).not.toBe(before?.position);
      expect(writtenBetween(before, now)).toEqual({ is: 'not' });
    });
  });

  test('without GTIDs it is file and offset, to who may ask for them', async () => {
    const other = await startMariadb(
      [
        ...['checker', 'app', 'rdsadmin'].map((user) => `CREATE USER ${user}@'127.0.0.1' IDENTIFIED BY '${password}'`),
        "GRANT PROCESS, BINLOG MONITOR ON *.* TO checker@'127.0.0.1'",
        "GRANT PROCESS ON *.* TO app@'127.0.0.1'",
        'RESET MASTER',
      ],
      ['--log-bin=mysql-bin'],
    );
    const positionBy = async (user: string) => {
      const ctx = { aws: { databases: connectDatabases(login(user)) }, signal: new AbortController().signal };
      const answer = await sessionsAt(ctx as object as AwsContext, {
        engine: 'mysql',
        host: '127.0.0.1',
        port: other.port,
      });
      return answer.seen && answer.position?.position;
    };
    const always = await mysql.createConnection({ host: '127.0.0.1', port: other.port, user: 'rdsadmin', password });
    try {
      expect(await positionBy('checker')).toMatch(/^mysql-bin\.000001:\d+$/);
      expect(await positionBy('checker')).toBe(await positionBy('checker'));
      expect(await positionBy('app')).toBeNull();
    } finally {
      always.destroy();
      await other.stop();
    }
  });

  test('never proves that nobody is connected to who may not see the sessions of others', async () => {
    expect((await found('app')).join()).toMatch(/may not see the sessions of others: PROCESS is missing/);
  });

  test('answers in text, what is no text by its digits, null as null', async () => {
    expect(await ask('SELECT * FROM orders WHERE id < 3 ORDER BY id')).toEqual([
      ['1', 'é', '1.10', '0xff00', '18446744073709551615'],
      ['2', null, null, 'abc', '1'],
    ]);
    expect(await ask('SELECT 1 FROM orders WHERE false')).toEqual([]);
  });

  test('changes nothing that it is asked', async () => {
    expect(await failure(ask('DELETE FROM orders'))).toMatchObject({
      final: true,
      code: expect.stringContaining('READ_ONLY'),
    });
    expect(await ask('SELECT count(*) FROM orders WHERE id < 3')).toEqual([['2']]);
  });

  test('refuses several statements at once, an unknown table and a wrong password, each for good', async () => {
    expect(await failure(ask('SELECT 1; SELECT 2'))).toMatchObject({ code: 'ER_PARSE_ERROR', final: true });
    expect(await failure(ask('SELECT 1 FROM nothing'))).toMatchObject({ code: 'ER_NO_SUCH_TABLE', final: true });
    const wrong = connectDatabases({ REKEY_DB_USER: 'app', REKEY_DB_PASSWORD: 'battery staple' });
    const refused = await failure(wrong.query(at(), 'SELECT 1', new AbortController().signal));
    expect(refused).toMatchObject({ code: 'ER_ACCESS_DENIED_ERROR', final: true });
    expect(refused.message + refused.stack).not.toContain('battery staple');
  });

  test('is cut off when its answer has no end, and left when this process is to end', async () => {
    expect(await failure(ask("SELECT REPEAT('x', 1000000) FROM information_schema.collations"))).toMatchObject({
      code: 'TOO_LARGE',
    });
    const abort = new AbortController();
    const asking = connectDatabases(login('checker')).query(at(), 'SELECT SLEEP(1000)', abort.signal);
    while ((await ask("SELECT 1 FROM information_schema.processlist WHERE info = 'SELECT SLEEP(1000)'")).length === 0);
    abort.abort();
    await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
  });
});
