import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src/simulator/scenario.ts';
import { codeOf } from '../support.ts';
import { apps, fence, rdsClients, shop } from './support.ts';

const dayMs = 86_400_000;

describe('what others do to the simulated databases', () => {
  test('a stopped database starts by itself after seven days', async () => {
    const set = rdsClients(shop({ backupRetention: 0 }));
    set.account.act({ do: 'stop-database', database: 'orders' });
    set.pass(300_000);
    const stopped = await set.describe('orders');
    expect(stopped?.DBInstanceStatus).toBe('stopped');
    expect(stopped?.AutomaticRestartTime?.getTime()).toBeGreaterThan(set.now() + 6.9 * dayMs);
    const modify = { DBInstanceIdentifier: 'orders', DeletionProtection: true };
    expect(await codeOf(set.rds.modifyDBInstance(modify))).toBe('InvalidDBInstanceStateFault');
    set.pass(7 * dayMs);
    expect((await set.describe('orders'))?.DBInstanceStatus).toBe('available');
    set.pass(60_000);
    expect(set.truth('orders').sessions).toBe(2);
  });

  test('a replica, and a database that has one, can not be stopped', async () => {
    const base = shop();
    const set = rdsClients({ ...base, databases: [...(base.databases ?? []), { id: 'reader', replicaOf: 'orders' }] });
    expect(await codeOf(set.rds.stopDBInstance({ DBInstanceIdentifier: 'orders' }))).toBe(
      'InvalidDBInstanceStateFault',
    );
    expect(await codeOf(set.rds.stopDBInstance({ DBInstanceIdentifier: 'reader' }))).toBe(
      'InvalidDBInstanceStateFault',
    );
    expect((await set.describe('orders'))?.ReadReplicaDBInstanceIdentifiers).toEqual(['reader']);
    expect((await set.describe('reader'))?.ReadReplicaSourceDBInstanceIdentifier).toBe('orders');
  });

  test('a replica follows the name of its source, and becomes an instance of its own when the source is deleted', async () => {
    const base = shop();
    const set = rdsClients({ ...base, databases: [{ id: 'reader', replicaOf: 'orders' }, ...(base.databases ?? [])] });
    const source = async () => (await set.describe('reader'))?.ReadReplicaSourceDBInstanceIdentifier;
    set.account.act({ do: 'modify-database', database: 'orders', now: true, identifier: 'renamed' });
    await set.settled('renamed');
    expect(await source()).toBe('renamed');
    set.account.act({ do: 'delete-database', database: 'renamed' });
    set.pass(600_000);
    expect(await source()).toBeUndefined();
  });

  test('what the account refuses changes nothing: a rename goes on when the storage can not run full meanwhile', async () => {
    const set = rdsClients(shop());
    set.account.act({ do: 'modify-database', database: 'orders', now: true, identifier: 'renamed' });
    let refused = 0;
    for (let second = 0; second < 120; second++) {
      set.pass(1000);
      if (set.account.state().databases[0]?.status !== 'renaming') continue;
      const full = { do: 'break-database', database: 'orders', status: 'storage-full' } as const;
      expect(() => set.account.act(full)).toThrow(/renaming/);
      refused++;
    }
    expect(refused).toBeGreaterThan(0);
    await set.settled('renamed');
    expect((await set.describe('renamed'))?.DBInstanceStatus).toBe('available');
  });

  test('one that was stopped before the beginning starts within seven days, too', () => {
    const set = rdsClients(shop({ status: 'stopped' }));
    expect(set.truth('orders')).toMatchObject({ status: 'stopped', up: false });
    set.pass(8 * dayMs);
    expect(set.truth('orders')).toMatchObject({ status: 'available', up: true });
  });

  test('maintenance that is announced with a day fires then, takes the engine down and applies what pends', async () => {
    const set = rdsClients(
      shop({
        maintenance: [{ action: 'system-update', inDays: 2 }],
        pending: { class: 'db.m6g.xlarge' },
        maintenanceWindow: 'wed:03:00-wed:03:30',
      }),
    );
    const { PendingMaintenanceActions = [] } = await set.rds.describePendingMaintenanceActions({});
    expect(PendingMaintenanceActions[0]?.PendingMaintenanceActionDetails).toMatchObject([{ Action: 'system-update' }]);
    set.pass(2 * dayMs + 30_000);
    expect(set.truth('orders').status).toMatch(/^(maintenance|available|modifying)$/);
    set.pass(dayMs / 24);
    expect(await set.describe('orders')).toMatchObject({
      DBInstanceStatus: 'available',
      DBInstanceClass: 'db.m6g.xlarge',
    });
    expect((await set.rds.describePendingMaintenanceActions({})).PendingMaintenanceActions).toEqual([]);
  });

  test('a master secret is rotated in mid-run', async () => {
    const set = rdsClients(shop({ masterSecret: true }));
    const status = async () => (await set.describe('orders'))?.MasterUserSecret?.SecretStatus;
    expect(await status()).toBe('active');
    set.account.act({ do: 'rotate-database-secret', database: 'orders' });
    expect(await status()).toBe('rotating');
    set.pass(60_000);
    expect(await status()).toBe('active');
  });

  test('a full database takes sessions and no writes', async () => {
    const set = rdsClients();
    set.pass(60_000);
    set.account.act({ do: 'break-database', database: 'orders', status: 'storage-full' });
    const before = set.account.state().clients[0]?.writes;
    set.pass(600_000);
    expect(set.account.state().clients[0]).toMatchObject({ writes: before, connected: 2 });
    expect((await set.describe('orders'))?.DBInstanceStatus).toBe('storage-full');
  });

  test('somebody modifies, opens, renames, tags, deletes: each as the API call it is, refused like it', async () => {
    const set = rdsClients();
    set.account.act({ do: 'add-database-to-group', database: 'orders', group: fence });
    await set.settled('orders');
    expect(set.truth('orders').securityGroups).toEqual([apps, fence]);
    set.account.act({ do: 'modify-database', database: 'orders', now: true, identifier: 'taken-away' });
    expect(() => set.account.act({ do: 'reboot-database', database: 'orders' })).toThrow(/not in available state/);
    await set.settled('taken-away');
    const { resourceId } = set.truth('taken-away');
    set.account.act({ do: 'delete-database', database: resourceId });
    set.pass(600_000);
    expect(() => set.account.act({ do: 'stop-database', database: resourceId })).toThrow(/not found/);
  });

  test('events of a scenario do the same at their times', async () => {
    const set = rdsClients(shop({}, { events: [{ at: '10m', do: 'reboot-database', database: 'orders' }] }));
    set.pass(605_000);
    expect(set.truth('orders').status).toBe('rebooting');
    expect(set.account.state().events).toMatchObject([{ do: 'reboot-database', outcome: 'done' }]);
  });

  test('a disabled key takes a running database down two hours later, for a week so that it can come back', async () => {
    const set = rdsClients(shop({ workload: { everySeconds: 60 } }));
    set.account.act({ do: 'disable-key', key: 'alias/old' });
    set.pass(3_600_000);
    expect(set.truth('orders')).toMatchObject({ status: 'available', up: true });
    set.pass(3_700_000);
    expect(set.truth('orders').status).toBe('inaccessible-encryption-credentials-recoverable');
    expect(await codeOf(set.rds.startDBInstance({ DBInstanceIdentifier: 'orders' }))).toBe('KMSKeyNotAccessibleFault');
    set.account.act({ do: 'enable-key', key: 'alias/old' });
    await set.rds.startDBInstance({ DBInstanceIdentifier: 'orders' });
    set.pass(300_000);
    expect(set.truth('orders')).toMatchObject({ status: 'available', up: true });
    set.account.act({ do: 'disable-key', key: 'alias/old' });
    set.pass(8 * dayMs);
    expect(set.truth('orders').status).toBe('inaccessible-encryption-credentials');
  });

  test('without backups it stays up until its storage leaves the host', async () => {
    const set = rdsClients(shop({ backupRetention: 0 }));
    set.account.act({ do: 'disable-key', key: 'alias/old' });
    set.pass(dayMs);
    expect(set.truth('orders').up).toBe(true);
    await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'orders' });
    set.pass(300_000);
    expect(set.truth('orders').status).toBe('inaccessible-encryption-credentials');
  });

  test('mistakes in a scenario are told by path, unknown keys and actions by name', () => {
    const told = (text: string) => {
      try {
        parseScenario(text, 'shop.yaml');
        return '';
      } catch (error) {
        return JSON.stringify(error, ['message', 'details', 'problems']) + String((error as Error).message);
      }
    };
    expect(told('databases: [{ id: Orders }]')).toContain('databases[0].id');
    expect(told('databases: [{ id: orders, key: alias/nobody }]')).toContain('there is no key alias/nobody');
    expect(told('databases: [{ id: orders, securityGroups: [sg-0000000f] }]')).toContain('there is no security group');
    expect(told('databases: [{ id: a }, { id: a }]')).toContain('a is given twice');
    expect(told('databases: [{ id: a, backupWindow: "02:45-03:15" }]')).toContain('must not overlap');
    expect(told('clusters: [{ id: a, maintenanceWindow: mon-tue }]')).toContain('Invalid window: mon-tue');
    expect(told('databases: [{ id: orders, sice: 3 }]')).toContain('sice');
    expect(told('events: [{ at: 1m, do: melt-database, database: orders }]')).toContain('melt-database');
  });
});
