import { describe, expect, test } from 'vitest';
import { codeOf } from '../../support.ts';
import { clusterClients, original, shop } from './support.ts';

const rename = { DBClusterIdentifier: 'shop', NewDBClusterIdentifier: 'Shop-Old', ApplyImmediately: true };

describe('renaming a simulated cluster', () => {
  test('both names or none are found for a while, the resource id always', async () => {
    const moments = new Set<string>();
    for (let seed = 1; seed <= 6; seed++) {
      const set = clusterClients(shop(), { seed });
      await set.rds.modifyDBCluster(rename);
      for (let i = 0; i < 60; i++) {
        const names = ['shop', 'shop-old'].map(
          async (name) =>
            (await set.rds.describeDBClusters({ Filters: [{ Name: 'db-cluster-id', Values: [name] }] })).DBClusters
              ?.length,
        );
        moments.add(JSON.stringify(await Promise.all(names)));
        const Filters = [{ Name: 'db-cluster-resource-id', Values: [original] }];
        expect((await set.rds.describeDBClusters({ Filters })).DBClusters).toHaveLength(1);
        set.pass(3000);
      }
    }
    expect([...moments].sort()).toEqual(['[0,0]', '[0,1]', '[1,0]', '[1,1]']);
  });

  test('the members keep their names, their sessions and their own endpoints, and follow the cluster', async () => {
    const set = clusterClients();
    set.pass(60_000);
    await set.rds.modifyDBCluster(rename);
    await set.settledCluster('shop-old');
    set.pass(600_000);
    expect(set.truth('shop-1')).toMatchObject({ cluster: 'shop-old', sessions: 2, up: true });
    expect((await set.describe('shop-2'))?.DBClusterIdentifier).toBe('shop-old');
    const custom = (await set.describeCluster('shop-old'))?.CustomEndpoints?.[0] ?? '';
    expect(await set.ask(custom)).toHaveLength(1);
  });

  test('the two old host names are gone at once, the new ones come after it is available, the shown ones in between', async () => {
    const set = clusterClients();
    const { Endpoint: old = '', ReaderEndpoint: oldReader = '' } = (await set.describeCluster('shop')) ?? {};
    await set.rds.modifyDBCluster(rename);
    await set.until(async () => set.account.state().clusters[0]?.status === 'renaming');
    for (const host of [old, oldReader]) await expect(set.ask(host)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await set.settledCluster('shop-old');
    const host = old.replace('shop.', 'shop-old.');
    await expect(set.ask(host)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await set.until(async () => (await set.describeCluster('shop-old'))?.Endpoint === host);
    set.pass(300_000);
    for (const name of [host, oldReader.replace('shop.', 'shop-old.')]) expect(await set.ask(name)).toHaveLength(1);
  });

  test('without ApplyImmediately it waits for the window', async () => {
    const set = clusterClients(shop({ maintenanceWindow: 'wed:03:00-wed:03:30' }));
    await set.rds.modifyDBCluster({ ...rename, ApplyImmediately: false });
    set.pass(600_000);
    expect(await set.describeCluster('shop')).toMatchObject({
      PendingModifiedValues: { DBClusterIdentifier: 'shop-old' },
    });
    set.pass(8 * 86_400_000);
    expect((await set.describeCluster('shop-old'))?.PendingModifiedValues).toBeUndefined();
  });

  test('a name that is taken, or is about to be, is refused', async () => {
    const set = clusterClients({ ...shop(), clusters: [...(shop().clusters ?? []), { id: 'other' }] });
    const taken = { ...rename, NewDBClusterIdentifier: 'other' };
    expect(await codeOf(set.rds.modifyDBCluster(taken))).toBe('DBClusterAlreadyExistsFault');
    await set.rds.modifyDBCluster(rename);
    const other = { ...rename, DBClusterIdentifier: 'other' };
    expect(await codeOf(set.rds.modifyDBCluster(other))).toBe('DBClusterAlreadyExistsFault');
  });

  test('a member that is renamed restarts, stays what it was, and is named anew wherever it is named', async () => {
    const set = clusterClients();
    set.pass(60_000);
    await set.rds.modifyDBInstance({
      DBInstanceIdentifier: 'shop-2',
      NewDBInstanceIdentifier: 'shop-2-old',
      ApplyImmediately: true,
    });
    await set.settled('shop-2-old');
    expect(await set.members('shop')).toEqual([
      ['shop-1', true],
      ['shop-2-old', false],
    ]);
    expect(set.clusterTruth('shop').endpoints).toMatchObject([{ id: 'shop-reports', static: ['shop-2-old'] }]);
  });
});
