import { describe, expect, test } from 'vitest';
import { codeOf } from '../../support.ts';
import { clusterClients, original, shop } from './support.ts';

const snapshot = { DBClusterIdentifier: 'shop', DBClusterSnapshotIdentifier: 'Last' };
const kept = { clusterSnapshots: [{ id: 'kept', cluster: 'shop' }] };
const copy = { SourceDBClusterSnapshotIdentifier: 'kept', TargetDBClusterSnapshotIdentifier: 'copied' };

describe('snapshots of simulated clusters', () => {
  test('a snapshot is creating, then available, and the cluster backing-up meanwhile', async () => {
    const set = clusterClients(shop({ copyTagsToSnapshot: true }));
    const { DBClusterSnapshot } = await set.rds.createDBClusterSnapshot(snapshot);
    expect(DBClusterSnapshot).toMatchObject({ DBClusterSnapshotIdentifier: 'last', Status: 'creating' });
    expect((await set.describeCluster('shop'))?.Status).toBe('backing-up');
    await set.clusterSnapshotted('last');
    const Filters = [{ Name: 'db-cluster-snapshot-id', Values: ['last'] }];
    const { DBClusterSnapshots = [] } = await set.rds.describeDBClusterSnapshots({ Filters });
    expect(DBClusterSnapshots).toMatchObject([
      { Status: 'available', PercentProgress: 100, DbClusterResourceId: original, SnapshotType: 'manual' },
    ]);
    expect(DBClusterSnapshots[0]?.TagList).toEqual([{ Key: 'team', Value: 'shop' }]);
    await set.settledCluster('shop');
  });

  test('it holds what was written until its point in time, and nothing later', async () => {
    const set = clusterClients();
    set.pass(60_000);
    await set.rds.createDBClusterSnapshot(snapshot);
    await set.clusterSnapshotted('last');
    set.pass(600_000);
    await set.rds.restoreDBClusterFromSnapshot({
      DBClusterIdentifier: 'copy',
      SnapshotIdentifier: 'last',
      Engine: 'aurora-postgresql',
    });
    await set.settledCluster('copy');
    const [was, is] = ['copy', 'shop'].map((name) => set.clusterTruth(name).writes ?? 0);
    expect(was).toBeGreaterThan(5);
    expect(is).toBeGreaterThan((was ?? 0) + 80);
  });

  test('a copy tells its source, takes another key, and there are five at once', async () => {
    const set = clusterClients(shop({}, kept));
    const copied = (i: number) =>
      set.rds.copyDBClusterSnapshot({
        ...copy,
        TargetDBClusterSnapshotIdentifier: `copied-${i}`,
        KmsKeyId: 'alias/new',
      });
    for (let i = 0; i < 5; i++) await copied(i);
    expect(await codeOf(copied(5))).toBe('SnapshotQuotaExceededFault');
    await set.clusterSnapshotted('copied-4');
    await copied(5);
    const found = await set.rds.describeDBClusterSnapshots({ DBClusterSnapshotIdentifier: 'copied-0' });
    const { KmsKeyId } = (await set.describeCluster('shop')) ?? {};
    expect(found.DBClusterSnapshots?.[0]?.SourceDBClusterSnapshotArn).toContain(':cluster-snapshot:kept');
    expect(found.DBClusterSnapshots?.[0]?.KmsKeyId).not.toBe(KmsKeyId);
  });

  test('an unencrypted one can not be copied under a key, but be restored under one', async () => {
    const set = clusterClients({
      ...shop(),
      clusters: [{ id: 'shop', members: [{ id: 'shop-1' }] }],
      clusterSnapshots: [{ id: 'kept', cluster: 'shop' }],
    });
    const keyed = set.rds.copyDBClusterSnapshot({ ...copy, KmsKeyId: 'alias/new' });
    expect(await codeOf(keyed)).toBe('InvalidParameterCombination');
    await set.rds.restoreDBClusterFromSnapshot({
      DBClusterIdentifier: 'made',
      SnapshotIdentifier: 'kept',
      Engine: 'aurora-postgresql',
      KmsKeyId: 'alias/new',
    });
    expect(await set.describeCluster('made')).toMatchObject({ StorageEncryptionType: 'sse-kms' });
  });

  test('what can not be is refused in RDS’s codes', async () => {
    const { rds } = clusterClients(
      shop({}, { clusterSnapshots: [...kept.clusterSnapshots, { id: 'rds:1', cluster: 'shop', type: 'automated' }] }),
    );
    const named = (id: string) => ({ DBClusterSnapshotIdentifier: id });
    expect(await codeOf(rds.createDBClusterSnapshot({ ...snapshot, ...named('kept') }))).toBe(
      'DBClusterSnapshotAlreadyExistsFault',
    );
    expect(await codeOf(rds.createDBClusterSnapshot({ ...snapshot, ...named('a'.repeat(64)) }))).toBe(
      'InvalidParameterValue',
    );
    expect(await codeOf(rds.deleteDBClusterSnapshot(named('nobody')))).toBe('DBClusterSnapshotNotFoundFault');
    expect(await codeOf(rds.deleteDBClusterSnapshot(named('rds:1')))).toBe('InvalidDBClusterSnapshotStateFault');
    await rds.createDBClusterSnapshot(snapshot);
    expect(await codeOf(rds.deleteDBClusterSnapshot(named('last')))).toBe('InvalidDBClusterSnapshotStateFault');
    expect(await codeOf(rds.copyDBClusterSnapshot({ ...copy, SourceDBClusterSnapshotIdentifier: 'last' }))).toBe(
      'InvalidDBClusterSnapshotStateFault',
    );
  });

  test('manual ones have a quota of their own', async () => {
    const { rds } = clusterClients(shop({}, { ...kept, limits: { clusterSnapshots: 1 } }));
    expect(await codeOf(rds.createDBClusterSnapshot(snapshot))).toBe('SnapshotQuotaExceededFault');
  });

  test('Aurora takes one of its own a day, and keeps as many as the retention has days', async () => {
    const set = clusterClients(shop({ backupRetention: 2, workload: { everySeconds: 3600 } }));
    set.pass(5 * 86_400_000);
    const own = set.account.state().clusterSnapshots;
    expect(own.map((one) => one.type)).toEqual(['automated', 'automated']);
    expect(own.every((one) => /^rds:shop-2026-01-0/.test(one.id))).toBe(true);
  });

  test('they are told of by events of their own', async () => {
    const set = clusterClients();
    await set.rds.createDBClusterSnapshot(snapshot);
    await set.clusterSnapshotted('last');
    const of = async (SourceType: 'db-cluster' | 'db-cluster-snapshot') =>
      (await set.rds.describeEvents({ SourceType })).Events?.map((one) => [one.SourceIdentifier, one.Message]);
    expect(await of('db-cluster-snapshot')).toEqual([['last', 'Manual snapshot created']]);
    expect((await of('db-cluster'))?.[0]).toEqual(['shop', 'Backing up DB cluster']);
  });
});
