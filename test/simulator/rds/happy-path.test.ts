import { expect, test } from 'vitest';
import { apps, fence, rdsClients, shop } from './support.ts';

test('a database goes over to another key under its own name, and what was acknowledged is there', async () => {
  const set = rdsClients(shop({ deletionProtection: true }));
  const { rds } = set;
  const before = await set.describe('orders');
  const host = before?.Endpoint?.Address ?? '';
  expect(before).toMatchObject({ DBInstanceStatus: 'available', Engine: 'postgres', AllocatedStorage: 20 });
  set.pass(600_000);
  await rds.modifyDBInstance({ DBInstanceIdentifier: 'orders', VpcSecurityGroupIds: [fence], ApplyImmediately: true });
  await set.settled('orders');
  await rds.rebootDBInstance({ DBInstanceIdentifier: 'orders' });
  await set.settled('orders');
  expect(await set.ask(host, 'select * from pg_stat_activity')).toEqual([]);
  await rds.createDBSnapshot({ DBInstanceIdentifier: 'orders', DBSnapshotIdentifier: 'last' });
  await set.snapshotted('last');
  await rds.copyDBSnapshot({
    SourceDBSnapshotIdentifier: 'last',
    TargetDBSnapshotIdentifier: 'last-new',
    KmsKeyId: 'alias/new',
  });
  await set.snapshotted('last-new');
  await rds.restoreDBInstanceFromDBSnapshot({
    DBInstanceIdentifier: 'rekey-1',
    DBSnapshotIdentifier: 'last-new',
    VpcSecurityGroupIds: [fence],
    DBParameterGroupName: 'orders-16',
    DBSubnetGroupName: 'private',
  });
  await set.settled('rekey-1');
  await set.settled('orders');
  await rds.modifyDBInstance({
    DBInstanceIdentifier: 'orders',
    NewDBInstanceIdentifier: 'orders-old',
    ApplyImmediately: true,
  });
  await set.settled('orders-old');
  await rds.modifyDBInstance({
    DBInstanceIdentifier: 'rekey-1',
    NewDBInstanceIdentifier: 'orders',
    ApplyImmediately: true,
  });
  await set.settled('orders');
  await set.until(async () => (await set.describe('orders'))?.Endpoint?.Address === host);
  set.pass(600_000);
  const [old] = await set.ask((await set.describe('orders-old'))?.Endpoint?.Address ?? '');
  expect(await set.ask(host)).toEqual([old]);
  await rds.modifyDBInstance({ DBInstanceIdentifier: 'orders', VpcSecurityGroupIds: [apps], ApplyImmediately: true });
  await set.settled('orders');
  set.pass(600_000);
  const [clients] = set.account.state().clients;
  expect(clients).toMatchObject({ lost: false, connected: 2 });
  expect(clients?.writes).toBeGreaterThan(150);
  const [after] = (await rds.describeDBInstances({ DBInstanceIdentifier: 'orders' })).DBInstances ?? [];
  expect(after?.KmsKeyId).not.toBe(before?.KmsKeyId);
  expect(after?.DbiResourceId).not.toBe(before?.DbiResourceId);
  await rds.modifyDBInstance({ DBInstanceIdentifier: 'orders-old', DeletionProtection: false, ApplyImmediately: true });
  await set.settled('orders-old');
  await rds.deleteDBInstance({ DBInstanceIdentifier: 'orders-old', SkipFinalSnapshot: true });
  set.pass(600_000);
  await rds.deleteDBSnapshot({ DBSnapshotIdentifier: 'last' });
  set.pass(60_000);
  expect(set.account.state()).toMatchObject({
    databases: [{ identifier: 'orders' }],
    databaseSnapshots: [{ id: 'last-new' }],
  });
});
