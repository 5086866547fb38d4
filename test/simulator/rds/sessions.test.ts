import { describe, expect, test } from 'vitest';
import { apps, fence, rdsClients, shop } from './support.ts';

const sessions = 'select * from pg_stat_activity';

async function fenced(set: ReturnType<typeof rdsClients>): Promise<string> {
  const host = (await set.describe('orders'))?.Endpoint?.Address ?? '';
  set.pass(60_000);
  await set.rds.modifyDBInstance({ DBInstanceIdentifier: 'orders', VpcSecurityGroupIds: [fence] });
  await set.settled('orders');
  return host;
}

const writes = (set: ReturnType<typeof rdsClients>) => set.account.state().clients[0]?.writes ?? 0;

describe('sessions of the simulated databases', () => {
  test('a pooled session goes on writing after its security group is gone, until a reboot', async () => {
    const set = rdsClients();
    const host = await fenced(set);
    const before = writes(set);
    expect(await set.ask(host, sessions)).toHaveLength(2);
    set.pass(3_600_000);
    expect(writes(set)).toBeGreaterThan(before + 500);
    await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'orders' });
    await set.settled('orders');
    expect(await set.ask(host, sessions)).toEqual([]);
    const after = writes(set);
    set.pass(3_600_000);
    expect(writes(set)).toBe(after);
  });

  test('without a pool each write needs a connection, which the fence refuses', async () => {
    const set = rdsClients(shop({ workload: { everySeconds: 7, pooled: false } }));
    set.pass(60_000);
    expect(writes(set)).toBeGreaterThan(5);
    await fenced(set);
    const before = writes(set);
    set.pass(600_000);
    expect(writes(set)).toBe(before);
  });

  test('the fence shows as on its way in before it is in force', async () => {
    const set = rdsClients();
    const { DBInstance } = await set.rds.modifyDBInstance({
      DBInstanceIdentifier: 'orders',
      VpcSecurityGroupIds: [fence],
    });
    expect(DBInstance?.VpcSecurityGroups).toEqual([
      { VpcSecurityGroupId: apps, Status: 'removing' },
      { VpcSecurityGroupId: fence, Status: 'adding' },
    ]);
    await set.settled('orders');
    expect((await set.describe('orders'))?.VpcSecurityGroups).toEqual([
      { VpcSecurityGroupId: fence, Status: 'active' },
    ]);
  });

  test('the runner gets in only where a group lets it in, and only while the engine is up', async () => {
    const set = rdsClients();
    const host = (await set.describe('orders'))?.Endpoint?.Address ?? '';
    const code = (host: string, port?: number) =>
      set.ask(host, sessions, port).then(
        () => 'answered',
        (error: { code?: string }) => error.code,
      );
    expect(await code(host)).toBe('answered');
    expect(await code(host, 5433)).toBe('ETIMEDOUT');
    expect(await code('nobody.example')).toBe('ENOTFOUND');
    set.account.act({ do: 'close-group', group: apps, inbound: '10.0.0.0/8:5432' });
    expect(await code(host)).toBe('ETIMEDOUT');
    set.account.act({ do: 'open-group', group: apps, inbound: '10.9.0.0/16:5432' });
    await set.rds.stopDBInstance({ DBInstanceIdentifier: 'orders' });
    set.pass(300_000);
    expect(await code(host)).toBe('ECONNREFUSED');
  });

  test('clients that cached an address write to the renamed database when it is not fenced, and that shows as lost', async () => {
    const set = rdsClients(shop({ workload: { everySeconds: 7, cacheSeconds: 86_400 } }));
    set.pass(60_000);
    await set.rds.createDBSnapshot({ DBInstanceIdentifier: 'orders', DBSnapshotIdentifier: 'last' });
    await set.settled('orders');
    await set.rds.restoreDBInstanceFromDBSnapshot({ DBInstanceIdentifier: 'new', DBSnapshotIdentifier: 'last' });
    await set.settled('new');
    const rename = (from: string, to: string) =>
      set.rds.modifyDBInstance({ DBInstanceIdentifier: from, NewDBInstanceIdentifier: to, ApplyImmediately: true });
    await rename('orders', 'orders-old');
    await set.settled('orders-old');
    await rename('new', 'orders');
    await set.settled('orders');
    set.pass(1_200_000);
    expect(set.truth('orders-old').sessions).toBe(2);
    expect(set.account.state().clients[0]?.lost).toBe(true);
  });

  test('a fence keeps nothing out that writes inside the database, and its writes are acknowledged', async () => {
    const set = rdsClients(shop({ inside: ['pg_cron'] }));
    await fenced(set);
    await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'orders' });
    await set.settled('orders');
    const before = writes(set);
    set.pass(600_000);
    expect(writes(set)).toBe(before + 10);
    expect(set.account.state().clients[0]?.lost).toBe(false);
    set.account.act({ do: 'stop-inside-writers', database: 'orders' });
    set.pass(600_000);
    expect(writes(set)).toBe(before + 10);
  });

  test('an inside writer and clients that write by turns lose nothing in a quiet database', async () => {
    const set = rdsClients(shop({ inside: ['pg_cron', 'subscription'] }));
    for (const ms of [1_000, 61_000, 7_000, 3_600_000, 86_400_000]) {
      set.pass(ms);
      expect(set.account.state().clients[0]?.lost).toBe(false);
    }
    expect(set.truth('orders').writes).toBe(writes(set));
  });

  test('inside writers travel with the data', async () => {
    const set = rdsClients(shop({ inside: ['pg_cron'] }));
    await set.rds.createDBSnapshot({ DBInstanceIdentifier: 'orders', DBSnapshotIdentifier: 'last' });
    await set.settled('orders');
    await set.rds.restoreDBInstanceFromDBSnapshot({ DBInstanceIdentifier: 'new', DBSnapshotIdentifier: 'last' });
    await set.settled('new');
    const before = set.truth('new').writes ?? 0;
    set.pass(600_000);
    expect(set.truth('new').writes).toBe(before + 10);
  });

  test('two databases with the same records answer the same, others do not', async () => {
    const set = rdsClients(shop({ workload: undefined }));
    await set.rds.createDBSnapshot({ DBInstanceIdentifier: 'orders', DBSnapshotIdentifier: 'last' });
    await set.settled('orders');
    await set.rds.restoreDBInstanceFromDBSnapshot({
      DBInstanceIdentifier: 'new',
      DBSnapshotIdentifier: 'last',
      VpcSecurityGroupIds: [fence],
    });
    await set.settled('new');
    const host = async (name: string) => (await set.describe(name))?.Endpoint?.Address ?? '';
    expect(await set.ask(await host('new'))).toEqual(await set.ask(await host('orders')));
  });
});
