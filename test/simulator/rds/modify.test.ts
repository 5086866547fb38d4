import { describe, expect, test } from 'vitest';
import { codeOf } from '../support.ts';
import { fence, rdsClients, shop } from './support.ts';

type Set = ReturnType<typeof rdsClients>;
const modify = (set: Set, given: Partial<Parameters<Set['rds']['modifyDBInstance']>[0]>) =>
  set.rds.modifyDBInstance({ DBInstanceIdentifier: 'orders', ...given });

describe('a modification in the simulated account', () => {
  test('what waits for the window pends, what does not is applied', async () => {
    const set = rdsClients();
    await modify(set, { DBInstanceClass: 'db.m6g.xlarge', DeletionProtection: true, MaxAllocatedStorage: 200 });
    await set.settled('orders');
    expect(await set.describe('orders')).toMatchObject({
      DBInstanceClass: 'db.m6g.large',
      PendingModifiedValues: { DBInstanceClass: 'db.m6g.xlarge' },
      DeletionProtection: true,
      MaxAllocatedStorage: 200,
    });
  });

  test('ApplyImmediately of one thing also applies everything that was waiting', async () => {
    const set = rdsClients(shop({ pending: { class: 'db.m6g.xlarge', storage: 40 } }));
    expect((await set.describe('orders'))?.PendingModifiedValues).toMatchObject({ AllocatedStorage: 40 });
    await modify(set, { VpcSecurityGroupIds: [fence], ApplyImmediately: true });
    await set.until(async () => (await set.describe('orders'))?.DBInstanceClass === 'db.m6g.xlarge');
    const after = await set.describe('orders');
    expect(after?.AllocatedStorage).toBe(40);
    expect(after?.PendingModifiedValues).toEqual({});
  });

  test('a change of class drops all sessions, one of the security group none', async () => {
    const set = rdsClients();
    set.pass(60_000);
    await modify(set, { DBInstanceClass: 'db.m6g.xlarge', ApplyImmediately: true });
    set.pass(40_000);
    expect(set.truth('orders')).toMatchObject({ sessions: 0, up: false, status: 'modifying' });
    await set.settled('orders');
    set.pass(60_000);
    expect(set.truth('orders').sessions).toBe(2);
  });

  test('the status is still available for a while, and another change is refused already', async () => {
    const set = rdsClients();
    const { DBInstance } = await modify(set, { DeletionProtection: true });
    expect(DBInstance).toMatchObject({ DBInstanceStatus: 'available', DeletionProtection: false });
    expect(await codeOf(modify(set, { MaxAllocatedStorage: 100 }))).toBe('InvalidDBInstanceStateFault');
    set.pass(21_000);
    expect((await set.describe('orders'))?.DBInstanceStatus).toBe('modifying');
    await set.settled('orders');
    expect(await codeOf(modify(set, { MaxAllocatedStorage: 100 }))).toBe('accepted');
  });

  test('what is so already is no change', async () => {
    const set = rdsClients();
    await modify(set, { DeletionProtection: false, DBInstanceClass: 'db.m6g.large', ApplyImmediately: true });
    set.pass(15_000);
    expect(set.truth('orders')).toMatchObject({ status: 'available', busy: false });
  });

  test('a parameter group is there at once, its parameters only after a reboot', async () => {
    const set = rdsClients();
    const group = async () => (await set.describe('orders'))?.DBParameterGroups?.[0];
    await modify(set, { DBParameterGroupName: 'default.postgres16' });
    expect(await group()).toEqual({ DBParameterGroupName: 'default.postgres16', ParameterApplyStatus: 'applying' });
    await set.settled('orders');
    expect((await group())?.ParameterApplyStatus).toBe('pending-reboot');
    await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'orders' });
    await set.settled('orders');
    expect((await group())?.ParameterApplyStatus).toBe('in-sync');
  });

  test('what a restore can not set, a modification can', async () => {
    const set = rdsClients();
    await modify(set, {
      MonitoringInterval: 60,
      MonitoringRoleArn: 'arn:aws:iam::111122223333:role/monitoring',
      EnablePerformanceInsights: true,
      PerformanceInsightsKMSKeyId: 'alias/new',
      PerformanceInsightsRetentionPeriod: 31,
      PreferredMaintenanceWindow: 'tue:04:00-tue:04:30',
      CloudwatchLogsExportConfiguration: { EnableLogTypes: ['postgresql', 'upgrade'] },
      ApplyImmediately: true,
    });
    await set.settled('orders');
    await modify(set, { CloudwatchLogsExportConfiguration: { DisableLogTypes: ['upgrade'] } });
    await set.settled('orders');
    const { KeyMetadata } = await set.kms.describeKey({ KeyId: 'alias/new' });
    expect(await set.describe('orders')).toMatchObject({
      MonitoringInterval: 60,
      PerformanceInsightsEnabled: true,
      PerformanceInsightsKMSKeyId: KeyMetadata?.Arn,
      PerformanceInsightsRetentionPeriod: 31,
      PreferredMaintenanceWindow: 'tue:04:00-tue:04:30',
      EnabledCloudwatchLogsExports: ['postgresql'],
    });
  });

  test('combinations that AWS refuses are refused', async () => {
    const set = rdsClients(shop({ masterSecret: true }));
    const bad = 'InvalidParameterCombination';
    expect(await codeOf(modify(set, { AllocatedStorage: 21 }))).toBe(bad);
    expect(await codeOf(modify(set, { AllocatedStorage: 10 }))).toBe(bad);
    expect(await codeOf(modify(set, { MonitoringInterval: 60 }))).toBe(bad);
    expect(await codeOf(modify(set, { PerformanceInsightsRetentionPeriod: 7 }))).toBe(bad);
    expect(await codeOf(modify(set, { MasterUserPassword: 'a-new-password' }))).toBe(bad);
    expect(await codeOf(modify(set, { RotateMasterUserPassword: true }))).toBe(bad);
    expect(await codeOf(modify(rdsClients(), { RotateMasterUserPassword: true, ApplyImmediately: true }))).toBe(bad);
    expect(await codeOf(modify(set, { BackupRetentionPeriod: 36 }))).toBe('InvalidParameterValue');
    expect(await codeOf(modify(set, { PreferredBackupWindow: 'at night' }))).toBe('InvalidParameterValue');
    expect(await codeOf(modify(set, { VpcSecurityGroupIds: ['sg-0000000f'] }))).toBe('InvalidParameterValue');
    expect(await codeOf(modify(set, { DBInstanceIdentifier: 'nobody' }))).toBe('DBInstanceNotFoundFault');
  });

  test.each([
    ['06:00', 'no window'],
    ['24:00-24:30', 'no window'],
    ['06:00-06:20', 'too short'],
    ['wed:03:00-wed:03:30', 'the maintenance window itself'],
    ['02:45-03:15', 'open when its maintenance begins'],
    ['03:29-04:00', 'open when its maintenance ends'],
    ['00:00-23:59', 'open all day'],
  ])('a backup window of %s (%s) is refused, one beside the maintenance window is not', async (window) => {
    const set = rdsClients(shop({ maintenanceWindow: 'wed:03:00-wed:03:30' }));
    expect(await codeOf(modify(set, { PreferredBackupWindow: window }))).toBe('InvalidParameterValue');
    await modify(set, { PreferredBackupWindow: '03:30-04:00' });
    await set.settled('orders');
    expect(await codeOf(modify(set, { PreferredMaintenanceWindow: 'sat:23:45-sun:03:45' }))).toBe(
      'InvalidParameterValue',
    );
    await modify(set, { PreferredBackupWindow: '22:00-22:30', PreferredMaintenanceWindow: 'sat:23:45-sun:03:45' });
    await set.settled('orders');
    expect(await set.describe('orders')).toMatchObject({ PreferredBackupWindow: '22:00-22:30' });
  });

  test('storage that grows is optimised for a while, and more can be changed meanwhile', async () => {
    const set = rdsClients();
    await modify(set, { AllocatedStorage: 40, ApplyImmediately: true });
    await set.until(async () => set.truth('orders').status === 'storage-optimization');
    expect(await codeOf(modify(set, { DeletionProtection: true }))).toBe('accepted');
    set.pass(2 * 3_600_000);
    expect(set.truth('orders').status).toBe('available');
    const small = rdsClients(shop({}, { limits: { databaseStorageGiB: 30 } }));
    expect(await codeOf(modify(small, { AllocatedStorage: 40 }))).toBe('StorageQuotaExceededFault');
  });

  test('roles are added and removed by calls of their own, and pend for a moment', async () => {
    const set = rdsClients();
    const role = {
      DBInstanceIdentifier: 'orders',
      RoleArn: 'arn:aws:iam::111122223333:role/import',
      FeatureName: 's3Import',
    };
    await set.rds.addRoleToDBInstance(role);
    const roles = async () => (await set.describe('orders'))?.AssociatedRoles;
    expect(await roles()).toEqual([{ RoleArn: role.RoleArn, FeatureName: 's3Import', Status: 'PENDING' }]);
    expect(await codeOf(set.rds.addRoleToDBInstance(role))).toBe('DBInstanceRoleAlreadyExistsFault');
    set.pass(60_000);
    expect((await roles())?.[0]?.Status).toBe('ACTIVE');
    await set.rds.removeRoleFromDBInstance(role);
    expect(await codeOf(set.rds.removeRoleFromDBInstance(role))).toBe('DBInstanceRoleNotFoundFault');
  });

  test('a reboot tells by events when the engine went down and came up, and drops every session', async () => {
    const set = rdsClients();
    set.pass(60_000);
    const from = set.now();
    await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'orders' });
    expect((await set.describe('orders'))?.DBInstanceStatus).toBe('rebooting');
    expect(await codeOf(set.rds.rebootDBInstance({ DBInstanceIdentifier: 'orders' }))).toBe(
      'InvalidDBInstanceStateFault',
    );
    await set.settled('orders');
    const { Events = [] } = await set.rds.describeEvents({
      SourceIdentifier: 'orders',
      SourceType: 'db-instance',
      EventCategories: ['availability'],
      StartTime: new Date(from),
    });
    expect(Events.map((event) => event.Message)).toEqual(['DB instance shutdown', 'DB instance restarted']);
    expect(Events.every((event) => event.SourceArn?.endsWith(':db:orders'))).toBe(true);
    expect(await codeOf(set.rds.describeEvents({ SourceIdentifier: 'orders' }))).toBe('InvalidParameterCombination');
  });

  test('a failover needs Multi-AZ, and changes the zone', async () => {
    const single = rdsClients();
    const failover = { DBInstanceIdentifier: 'orders', ForceFailover: true };
    expect(await codeOf(single.rds.rebootDBInstance(failover))).toBe('InvalidParameterCombination');
    const set = rdsClients(shop({ multiAZ: true }));
    const before = (await set.describe('orders'))?.AvailabilityZone;
    await set.rds.rebootDBInstance(failover);
    await set.settled('orders');
    expect((await set.describe('orders'))?.AvailabilityZone).not.toBe(before);
  });
});
