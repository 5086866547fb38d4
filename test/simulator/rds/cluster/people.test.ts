import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../../src/simulator/scenario.ts';
import { codeOf } from '../../support.ts';
import { fence } from '../support.ts';
import { clusterClients, original, shop } from './support.ts';

const dayMs = 86_400_000;

describe('what others do to the simulated clusters', () => {
  test('a failover has another member write; clients find it by the same name, and lose nothing', async () => {
    const set = clusterClients();
    set.pass(60_000);
    set.account.act({ do: 'fail-over-cluster', cluster: 'shop' });
    expect((await set.describeCluster('shop'))?.Status).toBe('failing-over');
    await set.settledCluster('shop');
    expect(await set.members('shop')).toEqual([
      ['shop-1', false],
      ['shop-2', true],
    ]);
    const host = (await set.describeCluster('shop'))?.Endpoint ?? '';
    expect(set.account.state().endpoints[host]).toBe(set.truth('shop-1').resourceId);
    set.pass(300_000);
    expect(set.account.state().endpoints[host]).toBe(set.truth('shop-2').resourceId);
    expect(set.truth('shop-2').sessions).toBe(2);
    expect(set.account.state().clients[0]).toMatchObject({ lost: false });
    const { Events = [] } = await set.rds.describeEvents({ SourceType: 'db-cluster', SourceIdentifier: 'shop' });
    expect(Events.map((one) => one.Message)).toContain('Completed failover to DB instance: shop-2');
  });

  test('a failover is to a reader that is up, or is refused', async () => {
    const { rds } = clusterClients(shop({ members: [{ id: 'shop-1' }], endpoints: [] }));
    const failover = { DBClusterIdentifier: 'shop' };
    expect(await codeOf(rds.failoverDBCluster(failover))).toBe('InvalidDBClusterStateFault');
    const self = { ...failover, TargetDBInstanceIdentifier: 'shop-1' };
    expect(await codeOf(rds.failoverDBCluster(self))).toBe('InvalidDBClusterStateFault');
  });

  test('a stopped cluster stops its members, takes no changes, and starts by itself after seven days', async () => {
    const set = clusterClients();
    set.account.act({ do: 'stop-cluster', cluster: 'shop' });
    set.pass(300_000);
    const stopped = await set.describeCluster('shop');
    expect(stopped?.Status).toBe('stopped');
    expect(stopped?.AutomaticRestartTime?.getTime()).toBeGreaterThan(set.now() + 6.9 * dayMs);
    expect((await set.describe('shop-2'))?.DBInstanceStatus).toBe('stopped');
    const modify = { DBClusterIdentifier: 'shop', DeletionProtection: true };
    expect(await codeOf(set.rds.modifyDBCluster(modify))).toBe('InvalidDBClusterStateFault');
    set.pass(7 * dayMs + 300_000);
    expect((await set.describeCluster('shop'))?.Status).toBe('available');
    expect(set.truth('shop-1').sessions).toBe(2);
  });

  test('somebody starts it earlier, and one that was stopped before the beginning starts in time, too', async () => {
    const set = clusterClients(shop({ status: 'stopped' }));
    expect(set.truth('shop-1')).toMatchObject({ status: 'stopped', up: false });
    set.account.act({ do: 'start-cluster', cluster: 'shop' });
    set.pass(600_000);
    expect(set.truth('shop-1')).toMatchObject({ status: 'available', up: true });
    const other = clusterClients(shop({ status: 'stopped' }));
    other.pass(8 * dayMs);
    expect(other.clusterTruth('shop').status).toBe('available');
  });

  test('a member comes, as automatic scaling has one come, and goes', async () => {
    const set = clusterClients();
    set.account.act({ do: 'add-member', cluster: 'shop', member: 'scaled', class: 'db.r6g.large', tier: 15 });
    await set.settled('scaled');
    expect(set.clusterTruth('shop').members).toEqual(['shop-1', 'shop-2', 'scaled']);
    set.account.act({ do: 'delete-database', database: 'scaled' });
    set.pass(600_000);
    expect(set.clusterTruth('shop').members).toEqual(['shop-1', 'shop-2']);
  });

  test('Application Auto Scaling makes readers like the writer, and takes away only what it has made, the last first', async () => {
    const set = clusterClients();
    const scaled = ['application-autoscaling-00000000-0000-4000-8000-000000000002'];
    expect(() => set.account.act({ do: 'scale-in-readers', cluster: 'shop' })).toThrow(/no reader/);
    set.account.act({ do: 'scale-out-readers', cluster: 'shop' });
    await set.settled(scaled[0] ?? '');
    expect(set.clusterTruth('shop').members).toEqual(['shop-1', 'shop-2', ...scaled]);
    expect(set.truth(scaled[0] ?? '').tags).toEqual({ 'application-autoscaling:resourceId': 'cluster:shop' });
    set.account.act({ do: 'scale-in-readers', cluster: 'shop' });
    set.pass(600_000);
    expect(set.clusterTruth('shop').members).toEqual(['shop-1', 'shop-2']);
  });

  test('somebody modifies, opens, renames, tags, grows, breaks: each as the API call it is, refused like it', async () => {
    const set = clusterClients();
    const { act } = set.account;
    act({ do: 'add-cluster-to-group', cluster: 'shop', group: fence });
    await set.settledCluster('shop');
    expect(set.truth('shop-2').securityGroups).toContain(fence);
    act({ do: 'tag-cluster', cluster: 'shop', tags: { by: 'hand' } });
    act({ do: 'untag-cluster', cluster: 'shop', keys: ['team'] });
    expect(set.clusterTruth('shop').tags).toEqual({ by: 'hand' });
    act({ do: 'grow-cluster', cluster: 'shop', storage: 100 });
    expect(() => act({ do: 'grow-cluster', cluster: 'shop', storage: 50 })).toThrow(/only grows/);
    act({ do: 'create-cluster-endpoint', cluster: 'shop', endpoint: 'etl', type: 'ANY' });
    set.pass(120_000);
    act({ do: 'modify-cluster-endpoint', endpoint: 'etl', static: ['shop-1'] });
    set.pass(60_000);
    expect(set.clusterTruth('shop').endpoints[1]).toMatchObject({ id: 'etl', static: ['shop-1'] });
    act({ do: 'delete-cluster-endpoint', endpoint: 'etl' });
    act({ do: 'modify-cluster', cluster: 'shop', now: true, identifier: 'taken-away' });
    expect(() => act({ do: 'stop-cluster', cluster: 'shop' })).toThrow(/is being changed/);
    await set.settledCluster('taken-away');
    expect(() => act({ do: 'delete-cluster', cluster: 'taken-away' })).toThrow(/still contains/);
    act({ do: 'break-cluster', cluster: 'taken-away', status: 'inaccessible-encryption-credentials' });
    expect(set.truth('shop-1')).toMatchObject({ up: false, status: 'inaccessible-encryption-credentials' });
    expect(() => act({ do: 'stop-cluster', cluster: 'nobody' })).toThrow(/not found/);
  });

  test('a snapshot fails or is deleted under the caller', async () => {
    const set = clusterClients(shop({}, { clusterSnapshots: [{ id: 'kept', cluster: 'shop' }] }));
    set.account.act({ do: 'fail-cluster-snapshot', snapshot: 'kept' });
    expect(set.account.state().clusterSnapshots[0]?.status).toBe('failed');
    set.account.act({ do: 'delete-cluster-snapshot', snapshot: 'kept' });
    set.pass(30_000);
    expect(set.account.state().clusterSnapshots).toEqual([]);
  });

  test('a writer that breaks is succeeded by a reader', async () => {
    const set = clusterClients();
    set.pass(60_000);
    set.account.act({ do: 'break-database', database: 'shop-1', status: 'incompatible-network' });
    set.pass(300_000);
    expect(await set.members('shop')).toContainEqual(['shop-2', true]);
    expect(set.account.state().clients[0]).toMatchObject({ lost: false, connected: 2 });
  });

  test('maintenance restarts all members, by itself on the day that was announced', async () => {
    const set = clusterClients(shop({ maintenance: [{ action: 'system-update', inDays: 2 }] }));
    set.pass(60_000);
    set.account.act({ do: 'announce-cluster-maintenance', cluster: 'shop', action: 'os-upgrade' });
    set.pass(2 * dayMs - 60_000);
    expect((await set.describeCluster('shop'))?.Status).toBe('maintenance');
    set.pass(300_000);
    expect(set.clusterTruth('shop').status).toBe('available');
    expect((await set.rds.describePendingMaintenanceActions({})).PendingMaintenanceActions).toEqual([]);
    set.account.act({ do: 'maintain-cluster', cluster: 'shop' });
    expect(set.clusterTruth('shop').status).toBe('maintenance');
  });

  test('a disabled key takes it down two hours later, for a week so that it can come back', async () => {
    const set = clusterClients(shop({ workload: { everySeconds: 60 } }));
    set.account.act({ do: 'disable-key', key: 'alias/old' });
    set.pass(3_600_000);
    expect(set.truth('shop-1')).toMatchObject({ status: 'available', up: true });
    set.pass(3_700_000);
    const lost = 'inaccessible-encryption-credentials-recoverable';
    expect(set.clusterTruth('shop').status).toBe(lost);
    expect(set.truth('shop-2')).toMatchObject({ status: lost, up: false });
    expect(await codeOf(set.rds.startDBCluster({ DBClusterIdentifier: 'shop' }))).toBe('KMSKeyNotAccessibleFault');
    set.account.act({ do: 'enable-key', key: 'alias/old' });
    await set.rds.startDBCluster({ DBClusterIdentifier: 'shop' });
    set.pass(600_000);
    expect(set.clusterTruth('shop').status).toBe('available');
    expect(set.truth('shop-1')).toMatchObject({ status: 'available', up: true });
  });

  test.each([
    [
      'maintenance',
      (set: ReturnType<typeof clusterClients>) => set.account.act({ do: 'maintain-cluster', cluster: 'shop' }),
    ],
    [
      'a restart of one member',
      (set: ReturnType<typeof clusterClients>) => set.account.act({ do: 'reboot-database', database: 'shop-1' }),
    ],
  ])('a disabled key is noticed by %s, and the cluster shows it with its members', async (_, restart) => {
    const set = clusterClients(shop({ workload: { everySeconds: 60 } }));
    set.account.act({ do: 'disable-key', key: 'alias/old' });
    restart(set);
    set.pass(300_000);
    const lost = 'inaccessible-encryption-credentials-recoverable';
    expect(set.clusterTruth('shop').status).toBe(lost);
    expect(set.truth('shop-1')).toMatchObject({ status: lost, up: false });
    set.account.act({ do: 'enable-key', key: 'alias/old' });
    await set.rds.startDBCluster({ DBClusterIdentifier: 'shop' });
    set.pass(600_000);
    expect(set.clusterTruth('shop').status).toBe('available');
    expect(set.truth('shop-1')).toMatchObject({ status: 'available', up: true });
  });

  test('what writes inside the database writes whoever is let in, counts as acknowledged, and comes along', async () => {
    const set = clusterClients(shop({ inside: ['pg_cron'] }));
    await set.rds.modifyDBCluster({
      DBClusterIdentifier: 'shop',
      VpcSecurityGroupIds: [fence],
      ApplyImmediately: true,
    });
    await set.settledCluster('shop');
    await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'shop-1' });
    await set.settled('shop-1');
    const before = set.clusterTruth('shop').writes ?? 0;
    set.pass(600_000);
    expect(set.clusterTruth('shop').writes).toBe(before + 10);
    expect(set.account.state().clients[0]).toMatchObject({ lost: false, connected: 0 });
    set.account.act({ do: 'stop-inside-writers', database: 'shop-2' });
    set.pass(600_000);
    expect(set.clusterTruth('shop').writes).toBe(before + 10);
  });

  test('Secrets Manager is given the master password of a cluster, and rotates it', async () => {
    const set = clusterClients();
    const secret = async () => (await set.describeCluster('shop'))?.MasterUserSecret;
    set.account.act({ do: 'rotate-cluster-secret', cluster: 'shop' });
    expect(await secret()).toBeUndefined();
    set.account.act({ do: 'manage-cluster-password', cluster: original });
    expect(await secret()).toMatchObject({ SecretStatus: 'creating' });
    await set.settledCluster('shop');
    set.pass(60_000);
    expect(await secret()).toMatchObject({ SecretStatus: 'active' });
    set.account.act({ do: 'rotate-cluster-secret', cluster: 'shop' });
    expect(await secret()).toMatchObject({ SecretStatus: 'rotating' });
    set.pass(120_000);
    expect(await secret()).toMatchObject({ SecretStatus: 'active' });
    const modified = (input: object) =>
      codeOf(set.rds.modifyDBCluster({ DBClusterIdentifier: 'shop', ApplyImmediately: true, ...input }));
    expect(await modified({ MasterUserPassword: 'another-one' })).toBe('InvalidParameterCombination');
    expect(await modified({ ManageMasterUserPassword: false })).toBe('InvalidParameterCombination');
    await set.rds.modifyDBCluster({
      DBClusterIdentifier: 'shop',
      ManageMasterUserPassword: false,
      MasterUserPassword: 'another-one',
      ApplyImmediately: true,
    });
    expect(await secret()).toBeUndefined();
    expect(set.account.world.secrets.size).toBe(0);
  });

  test('events of a scenario do the same at their times', async () => {
    const set = clusterClients(shop({}, { events: [{ at: '10m', do: 'fail-over-cluster', cluster: 'shop' }] }));
    set.pass(601_000);
    expect(set.clusterTruth('shop').status).toBe('failing-over');
    expect(set.account.state().events).toMatchObject([{ do: 'fail-over-cluster', outcome: 'done' }]);
  });

  test('mistakes in a scenario are told by path', () => {
    const told = (text: string) => {
      try {
        parseScenario(text, 'shop.yaml');
        return '';
      } catch (error) {
        return JSON.stringify(error, ['message', 'details', 'problems']) + String((error as Error).message);
      }
    };
    expect(told('clusters: [{ id: Shop }]')).toContain('clusters[0].id');
    expect(told('clusters: [{ id: shop, key: alias/nobody }]')).toContain('there is no key alias/nobody');
    expect(told('clusters: [{ id: shop, members: [{ id: a }, { id: a }] }]')).toContain('a is given twice');
    expect(told('{ databases: [{ id: a }], clusters: [{ id: shop, members: [{ id: a }] }] }')).toContain('given twice');
    expect(told('clusters: [{ id: shop, endpoints: [{ id: e, static: [x] }] }]')).toContain('shop has no member x');
    expect(told('clusterSnapshots: [{ id: s, cluster: x }]')).toContain('there is no cluster x');
    expect(told('proxies: [{ name: p }]')).toContain('must name a database or a cluster');
  });
});
