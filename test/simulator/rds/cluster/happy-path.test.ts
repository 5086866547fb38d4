import { expect, test } from 'vitest';
import { apps, fence } from '../support.ts';
import { clusterClients, original, shop } from './support.ts';

test('a cluster goes over to another key under its own names, and what was acknowledged is there', async () => {
  const set = clusterClients(shop({ deletionProtection: true }));
  const { rds } = set;
  const before = await set.describeCluster('shop');
  const [host, readers] = [before?.Endpoint ?? '', before?.ReaderEndpoint ?? ''];
  expect(before).toMatchObject({ Status: 'available', Engine: 'aurora-postgresql', DbClusterResourceId: original });
  expect(await set.members('shop')).toEqual([
    ['shop-1', true],
    ['shop-2', false],
  ]);
  set.pass(600_000);
  await rds.modifyDBCluster({ DBClusterIdentifier: 'shop', VpcSecurityGroupIds: [fence], ApplyImmediately: true });
  await set.settledCluster('shop');
  for (const name of ['shop-1', 'shop-2']) {
    await rds.rebootDBInstance({ DBInstanceIdentifier: name });
    await set.settled(name);
  }
  for (const name of [host, readers]) expect(await set.ask(name, 'select * from pg_stat_activity')).toEqual([]);
  await rds.createDBClusterSnapshot({ DBClusterIdentifier: 'shop', DBClusterSnapshotIdentifier: 'last' });
  await set.clusterSnapshotted('last');
  await rds.restoreDBClusterFromSnapshot({
    DBClusterIdentifier: 'rekey-1',
    SnapshotIdentifier: 'last',
    Engine: 'aurora-postgresql',
    KmsKeyId: 'alias/new',
    VpcSecurityGroupIds: [fence],
    DBClusterParameterGroupName: 'shop-16',
    DBSubnetGroupName: 'private',
  });
  await set.settledCluster('rekey-1');
  await set.settledCluster('shop');
  for (const name of ['shop-1', 'shop-2']) {
    const NewDBInstanceIdentifier = `${name}-old`;
    await rds.modifyDBInstance({ DBInstanceIdentifier: name, NewDBInstanceIdentifier, ApplyImmediately: true });
    await set.settled(NewDBInstanceIdentifier);
  }
  const rename = async (from: string, to: string) => {
    await rds.modifyDBCluster({ DBClusterIdentifier: from, NewDBClusterIdentifier: to, ApplyImmediately: true });
    await set.settledCluster(to);
  };
  await rename('shop', 'shop-old');
  await rds.deleteDBClusterEndpoint({ DBClusterEndpointIdentifier: 'shop-reports' });
  set.pass(120_000);
  await rename('rekey-1', 'shop');
  for (const [i, name] of ['shop-1', 'shop-2'].entries()) {
    await rds.createDBInstance({
      DBInstanceIdentifier: name,
      DBClusterIdentifier: 'shop',
      DBInstanceClass: 'db.r6g.large',
      Engine: 'aurora-postgresql',
      PromotionTier: i + 1,
    });
    await set.settled(name);
  }
  await rds.createDBClusterEndpoint({
    DBClusterIdentifier: 'shop',
    DBClusterEndpointIdentifier: 'shop-reports',
    EndpointType: 'READER',
    StaticMembers: ['shop-2'],
  });
  set.pass(600_000);
  const after = await set.describeCluster('shop');
  expect(after).toMatchObject({ Endpoint: host, ReaderEndpoint: readers, CustomEndpoints: before?.CustomEndpoints });
  const oldHost = (await set.describeCluster('shop-old'))?.Endpoint ?? '';
  const [old] = await set.ask(oldHost);
  for (const name of [host, readers, ...(after?.CustomEndpoints ?? [])]) expect(await set.ask(name)).toEqual([old]);
  await rds.modifyDBCluster({ DBClusterIdentifier: 'shop', VpcSecurityGroupIds: [apps], ApplyImmediately: true });
  await set.settledCluster('shop');
  set.pass(600_000);
  const [clients] = set.account.state().clients;
  expect(clients).toMatchObject({ identifier: 'shop', cluster: true, lost: false, connected: 2 });
  expect(clients?.writes).toBeGreaterThan(150);
  expect(after?.KmsKeyId).not.toBe(before?.KmsKeyId);
  expect(after?.DbClusterResourceId).not.toBe(original);
  await rds.modifyDBCluster({ DBClusterIdentifier: 'shop-old', DeletionProtection: false });
  await set.settledCluster('shop-old');
  for (const name of ['shop-1-old', 'shop-2-old']) await rds.deleteDBInstance({ DBInstanceIdentifier: name });
  await rds.deleteDBCluster({ DBClusterIdentifier: 'shop-old', SkipFinalSnapshot: true });
  set.pass(900_000);
  await rds.deleteDBClusterSnapshot({ DBClusterSnapshotIdentifier: 'last' });
  set.pass(60_000);
  const state = set.account.state();
  expect(state.clusters.map((one) => one.identifier)).toEqual(['shop']);
  expect(state.databases.map((one) => one.identifier)).toEqual(['shop-1', 'shop-2']);
  expect(state.clusterSnapshots.filter((one) => one.type === 'manual')).toEqual([]);
});
