import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DatabaseFailure, failureOf } from '../../src/aws/databases/failure.ts';
import { wayTo } from '../../src/aws/databases/way.ts';
import { connectDatabases } from '../../src/aws/databases.ts';

const endpoint = { engine: 'postgres', host: 'orders.c1.eu-west-1.rds.amazonaws.com', port: 5432 } as const;
const login = { REKEY_DB_USER: 'checker', REKEY_DB_PASSWORD: 'correct horse' };
const who = { user: 'checker', password: 'correct horse', from: 'REKEY_DB_USER' };
const never = new AbortController().signal;

describe('the way to a database', () => {
  test('leads over TLS, with the name and the roots of RDS checked', async () => {
    const way = await wayTo(endpoint, who, {}, never);
    expect(way).toMatchObject({ name: endpoint.host, host: endpoint.host, tls: { rejectUnauthorized: true } });
    expect(way.tls?.ca?.length).toBeGreaterThan(100);
  });

  test('does without TLS on the loopback interface alone', async () => {
    for (const host of ['127.0.0.1', '127.8.9.1', '::1', 'localhost']) {
      expect((await wayTo({ ...endpoint, host }, who, {}, never)).tls).toBeUndefined();
    }
    for (const host of ['127.0.0.1.example.com', '10.0.0.1', 'localhost.example.com']) {
      expect((await wayTo({ ...endpoint, host }, who, {}, never)).tls).toBeDefined();
    }
  });

  test('trusts the file of REKEY_DB_CA and nothing else, and says when it can not be read', async () => {
    const here = join(import.meta.dirname, 'databases.test.ts');
    const { tls } = await wayTo(endpoint, who, { REKEY_DB_CA: here }, never);
    expect(tls?.ca).toHaveLength(1);
    await expect(wayTo(endpoint, who, { REKEY_DB_CA: 'no/such.pem' }, never)).rejects.toMatchObject({
      code: 'database-ca-unreadable',
    });
  });

  test('is refused without a login, naming what to set', async () => {
    const asking = connectDatabases({ REKEY_DB_USER: 'checker' }).query(endpoint, 'SELECT 1', never);
    await expect(asking).rejects.toMatchObject({
      code: 'database-credentials-absent',
      message: expect.stringContaining('REKEY_DB_PASSWORD is not set'),
    });
  });

  test('asks PostgreSQL for its own database and MySQL for none, unless one is named', async () => {
    expect((await wayTo(endpoint, who, {}, never)).database).toBe('postgres');
    expect((await wayTo({ ...endpoint, engine: 'mysql' }, who, {}, never)).database).toBeUndefined();
    expect((await wayTo({ ...endpoint, database: 'shop' }, who, {}, never)).database).toBe('shop');
  });
});

describe('the resolver of a simulated account', () => {
  let answer: object;
  let asked: URL | undefined;
  let server: Server;
  let url: string;
  const env = () => ({ ...login, REKEY_RESOLVER: `${url}/_rekey/resolve`, AWS_ENDPOINT_URL: url });
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked = new URL(request.url ?? '', url);
      response.end(JSON.stringify(answer));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  test('says where the name leads now', async () => {
    answer = { address: '127.0.0.1', port: 6000 };
    expect(await wayTo(endpoint, who, env(), never)).toMatchObject({
      name: endpoint.host,
      host: '127.0.0.1',
      port: 6000,
    });
    expect(Object.fromEntries(asked?.searchParams ?? [])).toEqual({ ...endpoint, port: '5432' });
  });

  test('says that a name leads nowhere, which is worth asking again', async () => {
    answer = { code: 'ENOTFOUND', message: 'getaddrinfo ENOTFOUND' };
    await expect(wayTo(endpoint, who, env(), never)).rejects.toMatchObject({ code: 'ENOTFOUND', final: false });
  });

  test('is not believed when it names another machine', async () => {
    answer = { address: '192.0.2.1', port: 5432 };
    await expect(wayTo(endpoint, who, env(), never)).rejects.toMatchObject({ code: 'resolver-refused' });
  });

  test('is not asked when it is on another machine, or the account is not the simulated one', async () => {
    asked = undefined;
    for (const [resolver, account] of [
      ['http://192.0.2.1/resolve', url],
      ['nonsense', url],
      [`${url}/_rekey/resolve`, undefined],
      [`${url}/_rekey/resolve`, 'https://rds.eu-west-1.amazonaws.com'],
    ]) {
      const given = { ...login, REKEY_RESOLVER: resolver, AWS_ENDPOINT_URL: account };
      await expect(wayTo(endpoint, who, given, never)).rejects.toMatchObject({ code: 'resolver-refused' });
    }
    expect(asked).toBeUndefined();
  });
});

describe('why a database does not answer', () => {
  const told = (code: string, message = 'it says so') =>
    failureOf(Object.assign(new Error(message), { code }), endpoint, who);

  test('is worth another try while it starts, stops, is full or is not to be reached', () => {
    const codes = ['57P03', '57P01', '53300', '08006', 'ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ECONNRESET'];
    for (const code of [...codes, 'ER_CON_COUNT_ERROR', 'PROTOCOL_CONNECTION_LOST']) {
      expect(told(code), code).toMatchObject({ code, final: false });
    }
    expect(failureOf(new Error('Connection terminated unexpectedly'), endpoint, who).final).toBe(false);
  });

  test('is final when the login, the statement or the certificate is refused', () => {
    const codes = ['28P01', '28000', '42P01', '42501', '3D000', 'ER_ACCESS_DENIED_ERROR', 'ER_NO_SUCH_TABLE'];
    for (const code of [...codes, 'SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID']) {
      expect(told(code), code).toMatchObject({ code, final: true });
    }
    const plain = failureOf(new Error('The server does not support SSL connections'), endpoint, who);
    expect(plain).toMatchObject({ final: true, message: expect.stringContaining("can't be trusted") });
  });

  test('is told without the password and without control characters, within reason', () => {
    const error = told('28P01', `no "checker" with correct horse\u001b[31m ${'x'.repeat(9999)}`);
    expect(error).toBeInstanceOf(DatabaseFailure);
    expect(error.message).not.toMatch(/correct horse|\p{Cc}/u);
    expect(error.message.length).toBeLessThan(310);
    expect(error.cause).toBeUndefined();
  });
});
