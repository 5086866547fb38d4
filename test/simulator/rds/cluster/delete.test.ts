import { describe, expect, test } from 'vitest';
import { codeOf } from '../../support.ts';
import { clusterClients, shop } from './support.ts';

const cluster = { DBClusterIdentifier: 'shop', SkipFinalSnapshot: true };

describe('deleting simulated clusters and their members', () => {
  test('a cluster that has members, or is protected, is not deleted', async () => {
    const set = clusterClients(shop({ deletionProtection: true }));
    expect(await codeOf(set.rds.deleteDBCluster(cluster))).toBe('InvalidParameterCombination');
    await set.rds.modifyDBCluster({ DBClusterIdentifier: 'shop', DeletionProtection: false });
    await set.settledCluster('shop');
    expect(await codeOf(set.rds.deleteDBCluster(cluster))).toBe('InvalidDBClusterStateFault');
    await set.rds.deleteDBInstance({ DBInstanceIdentifier: 'shop-1' });
    expect(await codeOf(set.rds.deleteDBCluster(cluster))).toBe('InvalidDBClusterStateFault');
    await set.rds.deleteDBInstance({ DBInstanceIdentifier: 'shop-2' });
    await set.rds.deleteDBCluster(cluster);
    expect((await set.describeCluster('shop'))?.Status).toBe('deleting');
    set.pass(600_000);
    expect(set.account.state()).toMatchObject({ clusters: [], databases: [], clusterBackups: [], endpoints: {} });
    const { keys } = set.account.state();
    expect(keys.find((key) => key.aliases.includes('alias/old'))?.grants).toBe(0);
  });

  test('without members the data is still there: another one opens it', async () => {
    const set = clusterClients();
    set.pass(60_000);
    for (const name of ['shop-1', 'shop-2']) await set.rds.deleteDBInstance({ DBInstanceIdentifier: name });
    set.pass(600_000);
    expect(await set.describeCluster('shop')).toMatchObject({ Status: 'available', DBClusterMembers: [] });
    const { digest } = set.clusterTruth('shop');
    await set.rds.createDBInstance({
      DBInstanceIdentifier: 'shop-3',
      DBClusterIdentifier: 'shop',
      DBInstanceClass: 'db.r6g.large',
      Engine: 'aurora-postgresql',
    });
    await set.settled('shop-3');
    expect(set.clusterTruth('shop').digest).toBe(digest);
    set.pass(300_000);
    expect(set.account.state().clients[0]).toMatchObject({ lost: false, connected: 2 });
  });

  test('a member takes no final snapshot with it', async () => {
    const { rds } = clusterClients();
    const final = { DBInstanceIdentifier: 'shop-2', FinalDBSnapshotIdentifier: 'f' };
    expect(await codeOf(rds.deleteDBInstance(final))).toBe('InvalidParameterCombination');
  });

  test('when the writer is deleted the next of the lowest tier writes, and nothing is lost', async () => {
    const set = clusterClients(
      shop({
        members: [
          { id: 'shop-1', tier: 1 },
          { id: 'shop-2', tier: 5 },
          { id: 'shop-3', tier: 2 },
        ],
      }),
    );
    set.pass(60_000);
    await set.rds.deleteDBInstance({ DBInstanceIdentifier: 'shop-1' });
    set.pass(900_000);
    expect(await set.members('shop')).toEqual([
      ['shop-2', false],
      ['shop-3', true],
    ]);
    const [clients] = set.account.state().clients;
    expect(clients).toMatchObject({ lost: false, connected: 2 });
    expect(clients?.writes).toBeGreaterThan(80);
  });

  test('a final snapshot is there when the cluster is gone, and so are backups that are to stay', async () => {
    const set = clusterClients(shop({ members: [], endpoints: [] }));
    const final = { DBClusterIdentifier: 'shop', FinalDBSnapshotIdentifier: 'final', DeleteAutomatedBackups: false };
    expect(await codeOf(set.rds.deleteDBCluster({ DBClusterIdentifier: 'shop' }))).toBe('InvalidParameterCombination');
    // Meanwhile the cluster is available, and takes nothing else.
    expect((await set.rds.deleteDBCluster(final)).DBCluster?.Status).toBe('available');
    const again = { DBClusterIdentifier: 'shop', FinalDBSnapshotIdentifier: 'again' };
    expect(await codeOf(set.rds.deleteDBCluster(again))).toBe('InvalidDBClusterStateFault');
    set.pass(900_000);
    expect(set.account.state()).toMatchObject({
      clusters: [],
      clusterSnapshots: [{ id: 'final', status: 'available' }],
      clusterBackups: [{ identifier: 'shop', retained: true }],
    });
  });
});
