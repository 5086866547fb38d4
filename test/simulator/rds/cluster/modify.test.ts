import { describe, expect, test } from 'vitest';
import { codeOf } from '../../support.ts';
import { apps, fence } from '../support.ts';
import { clusterClients, shop } from './support.ts';

const dayMs = 86_400_000;
const fenced = { DBClusterIdentifier: 'shop', VpcSecurityGroupIds: [fence], ApplyImmediately: true };

describe('modifying a simulated cluster', () => {
  test('the status stays available for a moment, then is modifying, as some of the members are, then available', async () => {
    const set = clusterClients();
    await set.rds.modifyDBCluster(fenced);
    const seen: (string | undefined)[] = [];
    const members = new Set<string | undefined>();
    for (let i = 0; i < 40; i++) {
      const status = (await set.describeCluster('shop'))?.Status;
      if (seen.at(-1) !== status) seen.push(status);
      members.add((await set.describe('shop-1'))?.DBInstanceStatus);
      set.pass(2000);
    }
    expect(seen).toEqual(['available', 'modifying', 'available']);
    expect([...members].sort()).toEqual(['available', 'modifying']);
  });

  test('sessions survive a change of security groups on every member, each until its own restart', async () => {
    const set = clusterClients(shop({ workload: { everySeconds: 7, sessions: 2, readers: 2 } }));
    set.pass(60_000);
    const sessions = () => ['shop-1', 'shop-2'].map((name) => set.truth(name).sessions);
    expect(sessions()).toEqual([2, 2]);
    await set.rds.modifyDBCluster(fenced);
    await set.settledCluster('shop');
    set.pass(600_000);
    expect(sessions()).toEqual([2, 2]);
    const writes = set.account.state().clients[0]?.writes ?? 0;
    await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'shop-1' });
    await set.settled('shop-1');
    set.pass(600_000);
    expect(sessions()).toEqual([0, 2]);
    expect(set.account.state().clients[0]?.writes).toBeLessThanOrEqual(writes + 15);
    await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'shop-2' });
    await set.settled('shop-2');
    set.pass(60_000);
    expect(sessions()).toEqual([0, 0]);
    expect(await set.members('shop')).toEqual([
      ['shop-1', true],
      ['shop-2', false],
    ]);
  });

  test('security groups are adding and removing until they are in force, on the members too', async () => {
    const set = clusterClients();
    await set.rds.modifyDBCluster(fenced);
    const both = [
      { VpcSecurityGroupId: apps, Status: 'removing' },
      { VpcSecurityGroupId: fence, Status: 'adding' },
    ];
    expect((await set.describeCluster('shop'))?.VpcSecurityGroups).toEqual(both);
    expect((await set.describe('shop-2'))?.VpcSecurityGroups).toEqual(both);
    await set.settledCluster('shop');
    const active = [{ VpcSecurityGroupId: fence, Status: 'active' }];
    expect((await set.describe('shop-2'))?.VpcSecurityGroups).toEqual(active);
  });

  test('a cluster parameter group is there at once, its parameters in each member after its reboot', async () => {
    const set = clusterClients();
    await set.rds.modifyDBCluster({
      DBClusterIdentifier: 'shop',
      DBClusterParameterGroupName: 'default.aurora-postgresql16',
    });
    await set.settledCluster('shop');
    await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'shop-2' });
    await set.settled('shop-2');
    const found = await set.describeCluster('shop');
    expect(found?.DBClusterParameterGroup).toBe('default.aurora-postgresql16');
    expect(found?.DBClusterMembers?.map((one) => one.DBClusterParameterGroupStatus)).toEqual([
      'pending-reboot',
      'in-sync',
    ]);
  });

  test('a backup window that conflicts with the maintenance window is refused', async () => {
    const set = clusterClients(shop({ maintenanceWindow: 'wed:03:00-wed:03:30' }));
    const modified = (window: string) =>
      set.rds.modifyDBCluster({ DBClusterIdentifier: 'shop', PreferredBackupWindow: window });
    expect(await codeOf(modified('02:45-03:15'))).toBe('InvalidParameterValue');
    expect(await codeOf(modified('03:30-04:00'))).toBe('accepted');
  });

  test('some settings wait for the window, and ApplyImmediately of anything applies all that wait', async () => {
    const set = clusterClients(shop({ maintenanceWindow: 'wed:03:00-wed:03:30' }));
    await set.rds.modifyDBCluster({
      DBClusterIdentifier: 'shop',
      EnableIAMDatabaseAuthentication: true,
      BackupRetentionPeriod: 14,
      CloudwatchLogsExportConfiguration: { EnableLogTypes: ['postgresql'] },
      DeletionProtection: true,
    });
    expect((await set.describeCluster('shop'))?.PendingModifiedValues).toEqual({
      IAMDatabaseAuthenticationEnabled: true,
      BackupRetentionPeriod: 14,
      PendingCloudwatchLogsExports: { LogTypesToEnable: ['postgresql'], LogTypesToDisable: [] },
    });
    await set.settledCluster('shop');
    expect((await set.describeCluster('shop'))?.DeletionProtection).toBe(true);
    set.pass(60_000);
    expect((await set.describeCluster('shop'))?.IAMDatabaseAuthenticationEnabled).toBe(false);
    await set.rds.modifyDBCluster(fenced);
    await set.settledCluster('shop');
    const found = await set.describeCluster('shop');
    expect(found).toMatchObject({ IAMDatabaseAuthenticationEnabled: true, BackupRetentionPeriod: 14 });
    expect(found?.PendingModifiedValues).toBeUndefined();
  });

  test('what waits happens in the window by itself', async () => {
    const set = clusterClients(shop({ maintenanceWindow: 'wed:03:00-wed:03:30', pending: { engineVersion: '16.6' } }));
    expect((await set.describeCluster('shop'))?.PendingModifiedValues).toEqual({ EngineVersion: '16.6' });
    set.pass(8 * dayMs);
    expect(await set.describeCluster('shop')).toMatchObject({ Status: 'available', EngineVersion: '16.6' });
    expect((await set.describe('shop-2'))?.EngineVersion).toBe('16.6');
  });

  test.each([
    [{ VpcSecurityGroupIds: ['sg-0123456789abcdef0'] }, 'InvalidParameterValue'],
    [{ DBClusterParameterGroupName: 'nobody' }, 'DBClusterParameterGroupNotFoundFault'],
    [{ BackupRetentionPeriod: 0 }, 'InvalidParameterValue'],
    [{ PreferredMaintenanceWindow: 'never' }, 'InvalidParameterValue'],
    [{ DBClusterIdentifier: 'nobody' }, 'DBClusterNotFoundFault'],
    [{ Domain: 'd-1' }, 'UnsupportedOperation'],
  ])('%o is refused with %s', async (changes, code) => {
    const { rds } = clusterClients();
    expect(await codeOf(rds.modifyDBCluster({ DBClusterIdentifier: 'shop', ...changes }))).toBe(code);
  });

  test('one change at a time', async () => {
    const { rds } = clusterClients();
    await rds.modifyDBCluster(fenced);
    expect(await codeOf(rds.modifyDBCluster(fenced))).toBe('InvalidDBClusterStateFault');
    const snapshot = { DBClusterIdentifier: 'shop', DBClusterSnapshotIdentifier: 's' };
    expect(await codeOf(rds.createDBClusterSnapshot(snapshot))).toBe('InvalidDBClusterStateFault');
  });

  test('what is the cluster’s is not done to a member', async () => {
    const { rds } = clusterClients();
    const one = { DBInstanceIdentifier: 'shop-1' };
    const groups = rds.modifyDBInstance({ ...one, VpcSecurityGroupIds: [fence] });
    expect(await codeOf(groups)).toBe('InvalidParameterCombination');
    expect(await codeOf(rds.modifyDBInstance({ ...one, DeletionProtection: true }))).toBe(
      'InvalidParameterCombination',
    );
    expect(await codeOf(rds.createDBSnapshot({ ...one, DBSnapshotIdentifier: 's' }))).toBe('InvalidParameterValue');
    expect(await codeOf(rds.stopDBInstance(one))).toBe('InvalidDBClusterStateFault');
  });

  test('what is a member’s own is changed by itself', async () => {
    const set = clusterClients();
    await set.rds.modifyDBInstance({
      DBInstanceIdentifier: 'shop-2',
      DBInstanceClass: 'db.r6g.xlarge',
      PromotionTier: 0,
      ApplyImmediately: true,
    });
    await set.settled('shop-2');
    expect(await set.describe('shop-2')).toMatchObject({ DBInstanceClass: 'db.r6g.xlarge', PromotionTier: 0 });
    expect(set.clusterTruth('shop').writer).toBe(set.truth('shop-1').resourceId);
  });

  test('roles come one after the other, and are PENDING for a while', async () => {
    const { rds, describeCluster, pass } = clusterClients();
    const role = { DBClusterIdentifier: 'shop', RoleArn: 'arn:aws:iam::111122223333:role/a', FeatureName: 's3Import' };
    await rds.addRoleToDBCluster(role);
    expect((await describeCluster('shop'))?.AssociatedRoles).toMatchObject([{ Status: 'PENDING' }]);
    pass(60_000);
    expect((await describeCluster('shop'))?.AssociatedRoles).toMatchObject([{ Status: 'ACTIVE' }]);
    expect(await codeOf(rds.addRoleToDBCluster(role))).toBe('DBClusterRoleAlreadyExistsFault');
    await rds.removeRoleFromDBCluster(role);
    expect(await codeOf(rds.removeRoleFromDBCluster(role))).toBe('DBClusterRoleNotFoundFault');
  });
});
