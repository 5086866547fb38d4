import mysql from 'mysql2';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { connectDatabases } from '../../../src/aws/databases.ts';
import type { ScenarioInput } from '../../../src/simulator/scenario.ts';
import { serve } from '../../../src/simulator/server.ts';
import { closingFetch } from '../../support/closing-fetch.ts';
import { apps, fence, rdsClients, shop } from './support.ts';

const filled = `CREATE TABLE orders (id int PRIMARY KEY, note text);
  INSERT INTO orders SELECT n, 'order ' || n FROM generate_series(1, 100) n`;
const never = new AbortController().signal;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** The account on HTTP, with databases that real clients can ask. */
async function served(input: ScenarioInput = shop()) {
  const set = rdsClients(input);
  const engine = input.databases?.[0]?.engine === 'mysql' ? 'mysql' : 'postgres';
  const port = engine === 'mysql' ? 3306 : 5432;
  const { url, close } = await serve(set.account);
  closing.push(close);
  const env = {
    REKEY_DB_USER: 'rekey',
    REKEY_DB_PASSWORD: 'any',
    AWS_ENDPOINT_URL: url,
    REKEY_RESOLVER: `${url}/_rekey/resolve`,
  };
  const databases = connectDatabases(env, { connectTimeoutMs: 20_000, statementTimeoutMs: 20_000 });
  const host = async (name = 'orders') => (await set.describe(name))?.Endpoint?.Address ?? '';
  /** As rekey asks. */
  const ask = async (statement: string, at?: string) =>
    databases.query({ engine, host: at ?? (await host()), port }, statement, never);
  const placeOf = async (from: string, at?: string) => {
    const asked = new URLSearchParams({ host: at ?? (await host()), port: String(port), from });
    return (await (await closingFetch(`${url}/_rekey/resolve?${asked}`)).json()) as { address: string; port: number };
  };
  /** A client of another address, with whatever libpq would say. */
  const connect = async (from = '10.0.1.17', at?: string) => {
    const place = await placeOf(from, at);
    const client = new pg.Client({
      host: place.address,
      port: place.port,
      user: 'app',
      password: 'any',
      database: 'postgres',
      application_name: 'shop',
    });
    const lost: Error[] = [];
    client.on('error', (error) => lost.push(error));
    closing.unshift(() => client.end());
    await client.connect();
    return Object.assign(client, { lost });
  };
  const fenceIt = async () => {
    await set.rds.modifyDBInstance({ DBInstanceIdentifier: 'orders', VpcSecurityGroupIds: [fence] });
    await set.settled('orders');
  };
  return { ...set, host, ask, connect, fenceIt, place: placeOf, url };
}

describe('a simulated database on the wire', () => {
  test('answers a real client what it answers in the same process', async () => {
    const set = await served();
    set.pass(60_000);
    const host = await set.host();
    expect(await set.ask('SELECT count(*) FROM orders')).toEqual([[set.truth('orders').digest]]);
    expect(await set.ask('select * from pg_stat_activity')).toEqual([
      [expect.any(String), 'app', 'orders', '10.0.1.17', 'client backend'],
      [expect.any(String), 'app', 'orders', '10.0.1.17', 'client backend'],
    ]);
    expect(await set.ask('select * from pg_stat_activity', host)).toHaveLength(2);
  });

  test('lists the sessions of other clients, and never the one that asks', async () => {
    const set = await served(shop({ workload: undefined }));
    expect(await set.ask('select * from pg_stat_activity')).toEqual([]);
    const client = await set.connect();
    expect(await set.ask('select * from pg_stat_activity')).toEqual([
      [expect.any(String), 'app', 'shop', '10.0.1.17', 'client backend'],
    ]);
    expect((await client.query('select * from pg_stat_activity')).rowCount).toBe(0);
    await client.end();
    expect(await set.ask('select * from pg_stat_activity')).toEqual([]);
  });

  test('lets no new client in through a fence; one that is in stays until a restart', async () => {
    const set = await served(shop({ workload: undefined }));
    const client = await set.connect();
    await set.fenceIt();
    await expect(set.connect()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await client.query('SELECT 1')).rowCount).toBe(1);
    expect(await set.ask('select * from pg_stat_activity')).toHaveLength(1);
    await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'orders' });
    await set.settled('orders');
    await expect(client.query('SELECT 1')).rejects.toThrow();
    expect(await set.ask('select * from pg_stat_activity')).toEqual([]);
  });

  test('hangs up on clients that ask nothing as well', async () => {
    const set = await served(shop({ workload: undefined }));
    const client = await set.connect();
    const ended = new Promise((resolve) => client.once('end', resolve));
    await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'orders' });
    await set.settled('orders');
    await ended;
    expect(client.lost[0]).toMatchObject({ code: '57P01' });
  });

  test('is found by its name as the name leads now, by none while it is renamed', async () => {
    const set = await served();
    const host = await set.host();
    await set.rds.modifyDBInstance({
      DBInstanceIdentifier: 'orders',
      NewDBInstanceIdentifier: 'orders-old',
      ApplyImmediately: true,
    });
    set.pass(30_000);
    await set.until(
      async () => (await set.ask('SELECT 1', host).catch((error: { code?: string }) => error.code)) === 'ENOTFOUND',
    );
    const now = host.replace('orders', 'orders-old');
    await set.until(async () => Array.isArray(await set.ask('SELECT 1', now).catch(() => undefined)));
    await expect(set.ask('SELECT 1', host)).rejects.toMatchObject({ code: 'ENOTFOUND', final: false });
  });

  test('says that it can not prepare statements without an engine, and goes on', async () => {
    const set = await served();
    const client = await set.connect();
    await expect(client.query('SELECT $1::int', [1])).rejects.toMatchObject({ code: '0A000' });
    expect((await client.query('SELECT 1')).rowCount).toBe(1);
  });

  test('survives what is not PostgreSQL', async () => {
    const set = await served();
    await set.ask('SELECT 1');
    const asked = new URLSearchParams({ host: await set.host(), port: '5432' });
    const { port } = (await (await closingFetch(`${set.url}/_rekey/resolve?${asked}`)).json()) as { port: number };
    await expect(closingFetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    expect(await set.ask('SELECT 1')).toHaveLength(1);
  });
});

describe('a simulated MySQL database on the wire', () => {
  const mysqlShop = () =>
    shop(
      { engine: 'mysql', engineVersion: '8.0.36', port: 3306 },
      {
        securityGroups: [
          { id: apps, inbound: ['10.0.0.0/8:3306'] },
          { id: fence, inbound: ['10.9.0.7/32:3306'], outbound: [] },
        ],
      },
    );

  test('answers what it answers in the same process, but for the session that asks', async () => {
    const set = await served(mysqlShop());
    set.pass(60_000);
    expect(await set.ask('SELECT count(*) FROM orders')).toEqual([[set.truth('orders').digest]]);
    expect(await set.ask('SELECT id FROM information_schema.processlist')).toEqual([
      [expect.any(String), 'app', expect.stringMatching(/^10\.0\.1\.17:/), 'orders', 'Sleep'],
      [expect.any(String), 'app', expect.stringMatching(/^10\.0\.1\.17:/), 'orders', 'Sleep'],
    ]);
    await set.fenceIt();
    await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'orders' });
    await set.settled('orders');
    expect(await set.ask('SELECT id FROM information_schema.processlist')).toEqual([]);
  });

  test('hangs up on a client when it restarts, and lets none through a fence', async () => {
    const set = await served(mysqlShop());
    const place = await set.place('10.0.1.17');
    const client = mysql.createConnection({ host: place.address, port: place.port, user: 'app', password: 'any' });
    const lost = new Promise((resolve) => client.on('error', resolve));
    await new Promise((resolve) => client.query('SELECT 1', resolve));
    await set.fenceIt();
    expect(await set.ask('SELECT id FROM information_schema.processlist')).toHaveLength(3);
    await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'orders' });
    await set.settled('orders');
    expect(await lost).toMatchObject({ code: 'PROTOCOL_CONNECTION_LOST' });
    const refused = mysql.createConnection({ host: place.address, port: place.port, user: 'app', password: 'any' });
    expect(await new Promise((resolve) => refused.on('error', resolve))).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('a real PostgreSQL behind a simulated database', () => {
  test('comes along through snapshot, copy and restore; what is written later does not', async () => {
    const set = await served(shop({ sql: filled, workload: undefined }));
    const client = await set.connect();
    const count = "SELECT count(*), sum(id), md5(string_agg(note, ',' ORDER BY id)) FROM orders";
    await client.query('INSERT INTO orders VALUES ($1, $2)', [101, 'before the snapshot']);
    const before = await set.ask(count);
    expect(before[0]?.slice(0, 2)).toEqual(['101', '5151']);

    await set.rds.createDBSnapshot({ DBInstanceIdentifier: 'orders', DBSnapshotIdentifier: 'final' });
    await set.snapshotted('final');
    await client.query('INSERT INTO orders VALUES ($1, $2)', [102, 'after it']);
    await set.rds.copyDBSnapshot({
      SourceDBSnapshotIdentifier: 'final',
      TargetDBSnapshotIdentifier: 'copy',
      KmsKeyId: 'alias/new',
    });
    await set.snapshotted('copy');
    await set.rds.restoreDBInstanceFromDBSnapshot({
      DBInstanceIdentifier: 'made',
      DBSnapshotIdentifier: 'copy',
      VpcSecurityGroupIds: [fence],
    });
    await set.settled('made');
    const made = await set.host('made');

    expect(await set.ask(count, made)).toEqual(before);
    expect(await set.ask(count)).not.toEqual(before);
    // They are two from now on.
    await client.query('DELETE FROM orders');
    expect(await set.ask(count, made)).toEqual(before);
  });

  test('has one session: transactions wait for one another, and what is left open is taken back', async () => {
    const set = await served(shop({ sql: filled, workload: undefined }));
    const [one, two] = [await set.connect(), await set.connect()];
    await one.query('BEGIN');
    await one.query('DELETE FROM orders');
    const seen = two.query<{ count: string }>('SELECT count(*) FROM orders');
    await one.query('ROLLBACK');
    expect((await seen).rows[0]?.count).toBe('100');

    await one.query('BEGIN');
    await one.query('DELETE FROM orders');
    await one.end();
    expect(await set.ask('SELECT count(*) FROM orders')).toEqual([['100']]);

    await expect(set.ask('DELETE FROM orders')).rejects.toMatchObject({ code: '25006' });
    expect((await two.query('DELETE FROM orders')).rowCount).toBe(100);
  });
});
