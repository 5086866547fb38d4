import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { serve } from '../../../../src/simulator/server.ts';
import { closingFetch } from '../../../support/closing-fetch.ts';
import { fence } from '../support.ts';
import { clusterClients, shop } from './support.ts';

const filled = `CREATE TABLE orders (id int PRIMARY KEY, note text);
  INSERT INTO orders SELECT n, 'order ' || n FROM generate_series(1, 100) n`;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** The account on HTTP, with a cluster that real clients can ask. */
async function served(...changes: Parameters<typeof shop>) {
  const set = clusterClients(shop(...changes));
  const { url, close } = await serve(set.account);
  closing.push(close);
  const placeOf = async (host: string, from = '10.0.1.17') => {
    const asked = new URLSearchParams({ host, port: '5432', from });
    return (await (await closingFetch(`${url}/_rekey/resolve?${asked}`)).json()) as { address: string; port: number };
  };
  const connect = async (host: string, from?: string) => {
    const place = await placeOf(host, from);
    const client = new pg.Client({
      host: place.address,
      port: place.port,
      user: 'app',
      password: 'any',
      database: 'postgres',
      application_name: 'shop',
    });
    client.on('error', () => {});
    closing.unshift(() => client.end());
    await client.connect();
    return client;
  };
  const endpoints = async (name = 'shop') => {
    const { Endpoint = '', ReaderEndpoint = '', CustomEndpoints = [] } = (await set.describeCluster(name)) ?? {};
    return [Endpoint, ReaderEndpoint, CustomEndpoints[0] ?? ''] as const;
  };
  return { ...set, url, connect, endpoints, placeOf };
}

describe('a simulated cluster on the wire', () => {
  test('each endpoint leads a real client to a member, whose sessions that member lists', async () => {
    const set = await served({ workload: undefined });
    const [writer, reader, custom] = await set.endpoints();
    const own = (await set.describe('shop-1'))?.Endpoint?.Address ?? '';
    expect(await set.placeOf(writer)).toEqual(await set.placeOf(own));
    expect(await set.placeOf(reader)).toEqual(await set.placeOf(custom));
    expect(await set.placeOf(reader)).not.toEqual(await set.placeOf(writer));
    await set.connect(writer);
    await set.connect(custom);
    expect(await set.ask(writer, 'select * from pg_stat_activity')).toHaveLength(1);
    expect(await set.ask(reader, 'select * from pg_stat_activity')).toHaveLength(1);
    const { rows } = await (await set.connect(reader)).query('SELECT 1');
    expect(Object.values(rows[0] ?? {})).toEqual([set.clusterTruth('shop').digest]);
  });

  test('what a real PostgreSQL holds comes along through a snapshot and a restore, and stays when members go', async () => {
    const set = await served({ workload: undefined, sql: filled });
    const [host] = await set.endpoints();
    const client = await set.connect(host);
    await client.query("INSERT INTO orders VALUES (101, 'one more')");
    await set.rds.createDBClusterSnapshot({ DBClusterIdentifier: 'shop', DBClusterSnapshotIdentifier: 'last' });
    await set.clusterSnapshotted('last');
    await client.query("INSERT INTO orders VALUES (102, 'too late')");
    await set.rds.restoreDBClusterFromSnapshot({
      DBClusterIdentifier: 'made',
      SnapshotIdentifier: 'last',
      Engine: 'aurora-postgresql',
      KmsKeyId: 'alias/new',
      VpcSecurityGroupIds: [fence],
    });
    await set.settledCluster('made');
    set.account.act({ do: 'add-member', cluster: 'made', member: 'made-1', class: 'db.r6g.large', tier: 1 });
    await set.settled('made-1');
    await set.rds.deleteDBInstance({ DBInstanceIdentifier: 'shop-1' });
    set.pass(900_000);
    const counted = async (name: string, from?: string) =>
      (await (await set.connect((await set.endpoints(name))[0], from)).query('SELECT count(*)::int AS n FROM orders'))
        .rows[0]?.n;
    expect(await counted('made', '10.9.0.7')).toBe(101);
    expect(await counted('shop')).toBe(102);
  }, 60_000);
});
