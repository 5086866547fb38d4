import { describe, expect, test } from 'vitest';
import { codeOf } from '../../support.ts';
import { fence } from '../support.ts';
import { clusterClients, shop } from './support.ts';

const fail = (operation: string, code?: string) => ({ kind: 'fail' as const, operation, ...(code ? { code } : {}) });
const kept = { clusterSnapshots: [{ id: 'kept', cluster: 'shop' }] };

describe('faults that clusters meet', () => {
  test('a snapshot, a copy, a restore, a member are accepted and come to nothing', async () => {
    const set = clusterClients(shop({}, kept));
    set.account.faults.add(
      fail('CreateDBClusterSnapshot'),
      fail('CopyDBClusterSnapshot'),
      fail('RestoreDBClusterFromSnapshot'),
      fail('CreateDBInstance', 'insufficient-capacity'),
    );
    await set.rds.createDBClusterSnapshot({ DBClusterIdentifier: 'shop', DBClusterSnapshotIdentifier: 'last' });
    await set.rds.copyDBClusterSnapshot({
      SourceDBClusterSnapshotIdentifier: 'kept',
      TargetDBClusterSnapshotIdentifier: 'copied',
    });
    await set.rds.restoreDBClusterFromSnapshot({
      DBClusterIdentifier: 'made',
      SnapshotIdentifier: 'kept',
      Engine: 'aurora-postgresql',
    });
    await set.settledCluster('shop');
    set.account.act({ do: 'add-member', cluster: 'shop', member: 'acted', class: 'db.r6g.large', tier: 15 });
    await set.rds.createDBInstance({
      DBInstanceIdentifier: 'shop-3',
      DBClusterIdentifier: 'shop',
      DBInstanceClass: 'db.r6g.large',
      Engine: 'aurora-postgresql',
    });
    set.pass(1_200_000);
    const state = set.account.state();
    expect(state.clusterSnapshots.map((one) => [one.id, one.status])).toEqual([
      ['kept', 'available'],
      ['last', 'failed'],
      ['copied', 'failed'],
    ]);
    expect(set.clusterTruth('made').status).toBe('incompatible-restore');
    expect(set.truth('shop-3')).toMatchObject({ status: 'insufficient-capacity', up: false });
    expect(set.truth('acted').status).toBe('available');
  });

  test('a modification and a failover come to nothing, and the cluster is as it was', async () => {
    const set = clusterClients();
    set.account.faults.add(fail('ModifyDBCluster'), fail('FailoverDBCluster'));
    const before = set.clusterTruth('shop');
    await set.rds.modifyDBCluster({
      DBClusterIdentifier: 'shop',
      NewDBClusterIdentifier: 'other',
      VpcSecurityGroupIds: [fence],
      ApplyImmediately: true,
    });
    set.pass(300_000);
    await set.rds.failoverDBCluster({ DBClusterIdentifier: 'shop' });
    set.pass(300_000);
    const after = set.clusterTruth('shop');
    for (const name of ['status', 'identifier', 'securityGroups', 'writer'] as const)
      expect(after[name]).toEqual(before[name]);
    expect((await set.describeCluster('shop'))?.VpcSecurityGroups).toHaveLength(1);
  });

  test('a replica that lags shows a cluster, its members and its snapshots as they were', async () => {
    const set = clusterClients();
    set.account.faults.add({ kind: 'stale', staleMs: 60_000, operation: 'DescribeDBClusters' });
    set.pass(61_000);
    await set.rds.createDBClusterSnapshot({ DBClusterIdentifier: 'shop', DBClusterSnapshotIdentifier: 'last' });
    set.pass(5000);
    expect((await set.describeCluster('shop'))?.Status).toBe('available');
    set.account.faults.clear();
    expect((await set.describeCluster('shop'))?.Status).toBe('backing-up');
  });

  test('an answer that is lost leaves the effect, and the name tells of it', async () => {
    const set = clusterClients(shop({}, kept));
    set.account.faults.add({ kind: 'reset', when: 'after', operation: 'RestoreDBClusterFromSnapshot', times: 1 });
    const restore = { DBClusterIdentifier: 'made', SnapshotIdentifier: 'kept', Engine: 'aurora-postgresql' };
    await expect(set.rds.restoreDBClusterFromSnapshot(restore)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await codeOf(set.rds.restoreDBClusterFromSnapshot(restore))).toBe('DBClusterAlreadyExistsFault');
  });

  test('new clusters and endpoints are unseen for the delay of the account', async () => {
    const set = clusterClients(shop({}, { ...kept, visibilityDelayMs: 20_000 }));
    await set.rds.restoreDBClusterFromSnapshot({
      DBClusterIdentifier: 'made',
      SnapshotIdentifier: 'kept',
      Engine: 'aurora-postgresql',
    });
    expect(await codeOf(set.describeCluster('made'))).toBe('DBClusterNotFoundFault');
    set.pass(20_000);
    expect((await set.describeCluster('made'))?.Status).toBe('creating');
  });

  test('whatever is sent is answered, and never with an error of the account itself', async () => {
    const set = clusterClients(shop({ storage: 1 }, { ...kept, limits: { throttling: false } }), { seed: 11 });
    let n = 7;
    const of = (...names: string[]) => {
      n = (n * 16_807) % 2_147_483_647;
      return names[Math.floor(n / 128) % names.length] ?? 'nobody';
    };
    const cluster = () => of('shop', 'shop', 'made', 'nobody');
    const member = () => of('shop-1', 'shop-2', 'made-1', 'nobody');
    const snapshot = () => of('kept', 'last', 'other');
    const endpoint = () => of('shop-reports', 'etl');
    const calls = [
      () => set.rds.describeDBClusters({ DBClusterIdentifier: cluster() }),
      () =>
        set.rds.modifyDBCluster({
          DBClusterIdentifier: cluster(),
          NewDBClusterIdentifier: cluster(),
          ApplyImmediately: true,
        }),
      () => set.rds.modifyDBCluster({ DBClusterIdentifier: cluster(), VpcSecurityGroupIds: [fence] }),
      () =>
        set.rds.createDBClusterSnapshot({ DBClusterIdentifier: cluster(), DBClusterSnapshotIdentifier: snapshot() }),
      () => set.rds.deleteDBClusterSnapshot({ DBClusterSnapshotIdentifier: snapshot() }),
      () =>
        set.rds.restoreDBClusterFromSnapshot({
          DBClusterIdentifier: cluster(),
          SnapshotIdentifier: snapshot(),
          Engine: 'aurora-postgresql',
          KmsKeyId: 'alias/new',
        }),
      () =>
        set.rds.createDBInstance({
          DBInstanceIdentifier: member(),
          DBClusterIdentifier: cluster(),
          DBInstanceClass: 'db.r6g.large',
          Engine: 'aurora-postgresql',
        }),
      () => set.rds.deleteDBInstance({ DBInstanceIdentifier: member() }),
      () => set.rds.rebootDBInstance({ DBInstanceIdentifier: member() }),
      () =>
        set.rds.modifyDBInstance({
          DBInstanceIdentifier: member(),
          NewDBInstanceIdentifier: member(),
          ApplyImmediately: true,
        }),
      () => set.rds.failoverDBCluster({ DBClusterIdentifier: cluster() }),
      () => set.rds.stopDBCluster({ DBClusterIdentifier: cluster() }),
      () => set.rds.startDBCluster({ DBClusterIdentifier: cluster() }),
      () => set.rds.deleteDBCluster({ DBClusterIdentifier: cluster(), SkipFinalSnapshot: true }),
      () =>
        set.rds.createDBClusterEndpoint({
          DBClusterIdentifier: cluster(),
          DBClusterEndpointIdentifier: endpoint(),
          EndpointType: 'ANY',
          StaticMembers: [member()],
        }),
      () => set.rds.deleteDBClusterEndpoint({ DBClusterEndpointIdentifier: endpoint() }),
    ];
    const codes = new Map<string, number>();
    for (let i = 0; i < 600; i++) {
      n = (n * 16_807) % 2_147_483_647;
      const code = await codeOf((calls[Math.floor(n / 64) % calls.length] ?? calls[0])?.() ?? Promise.resolve());
      codes.set(code, (codes.get(code) ?? 0) + 1);
      expect(code).not.toMatch(/^(InternalFailure|\w*Error)$/);
      set.pass((Math.floor(n / 32) % 9) * 40_000);
      set.account.state();
    }
    expect(codes.get('accepted')).toBeGreaterThan(30);
    expect(codes.size).toBeGreaterThan(8);
  });
});
