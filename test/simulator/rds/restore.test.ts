import { describe, expect, test } from 'vitest';
import { codeOf } from '../support.ts';
import { apps, fence, rdsClients, shop } from './support.ts';

async function withSnapshot(changes: Parameters<typeof shop>[0] = {}, more: Parameters<typeof shop>[1] = {}, seed = 1) {
  const set = rdsClients(shop(changes, more), { seed });
  await set.rds.createDBSnapshot({ DBInstanceIdentifier: 'orders', DBSnapshotIdentifier: 'last' });
  await set.settled('orders');
  const restore = (given: Partial<Parameters<typeof set.rds.restoreDBInstanceFromDBSnapshot>[0]> = {}) =>
    set.rds.restoreDBInstanceFromDBSnapshot({
      DBInstanceIdentifier: 'new',
      DBSnapshotIdentifier: 'last',
      ...given,
    });
  return { ...set, restore };
}

const rich: Parameters<typeof shop>[0] = {
  class: 'db.r6g.large',
  storageType: 'io1',
  iops: 3000,
  multiAZ: true,
  maxStorage: 100,
  deletionProtection: true,
  copyTagsToSnapshot: true,
  autoMinorVersionUpgrade: false,
  backupRetention: 14,
  maintenanceWindow: 'tue:04:00-tue:04:30',
  iamAuth: true,
  logExports: ['postgresql'],
  performanceInsights: { retentionDays: 31 },
  monitoring: { everySeconds: 60, role: 'arn:aws:iam::111122223333:role/monitoring' },
  roles: [{ role: 'arn:aws:iam::111122223333:role/import', feature: 's3Import' }],
  ca: 'rds-ca-rsa4096-g1',
  publiclyAccessible: true,
  masterSecret: true,
};

describe('a restore in the simulated account', () => {
  test('what is left out takes the defaults of RDS, not the settings of the source', async () => {
    const set = await withSnapshot(rich);
    await set.restore();
    await set.settled('new');
    const made = await set.describe('new');
    expect(made).toMatchObject({
      DBInstanceClass: 'db.r6g.large',
      StorageType: 'gp3',
      MultiAZ: false,
      DeletionProtection: false,
      CopyTagsToSnapshot: false,
      IAMDatabaseAuthenticationEnabled: false,
      PubliclyAccessible: false,
      PerformanceInsightsEnabled: false,
      MonitoringInterval: 0,
      AutoMinorVersionUpgrade: true,
      CACertificateIdentifier: 'rds-ca-rsa2048-g1',
      AssociatedRoles: [],
      BackupRetentionPeriod: 14,
      DBParameterGroups: [{ DBParameterGroupName: 'default.postgres16' }],
      OptionGroupMemberships: [{ OptionGroupName: 'default:postgres-16' }],
      DBSubnetGroup: { DBSubnetGroupName: 'default' },
    });
    expect(made?.Iops).toBeUndefined();
    expect(made?.MaxAllocatedStorage).toBeUndefined();
    expect(made?.EnabledCloudwatchLogsExports ?? []).toEqual([]);
    expect(made?.MasterUserSecret).toBeUndefined();
    expect(made?.VpcSecurityGroups).toEqual([{ VpcSecurityGroupId: 'sg-0a1b2c3d4e5f60718', Status: 'active' }]);
    expect(made?.PreferredMaintenanceWindow).not.toBe('tue:04:00-tue:04:30');
  });

  test('tags that are given replace those of the source; without any, those of the time of the snapshot come along', async () => {
    const set = await withSnapshot();
    set.account.act({ do: 'tag-database', database: 'orders', tags: { later: 'yes' } });
    await set.restore({ DBInstanceIdentifier: 'bare' });
    await set.restore({ DBInstanceIdentifier: 'marked', Tags: [{ Key: 'rekey:run', Value: 'r' }] });
    expect((await set.describe('bare'))?.TagList).toEqual([{ Key: 'team', Value: 'shop' }]);
    expect((await set.describe('marked'))?.TagList).toEqual([{ Key: 'rekey:run', Value: 'r' }]);
  });

  test('it is creating, without address or creation time; then backing-up, loading its blocks and available', async () => {
    const set = await withSnapshot();
    const { DBInstance } = await set.restore({ VpcSecurityGroupIds: [fence] });
    expect(DBInstance).toMatchObject({ DBInstanceStatus: 'creating' });
    expect(DBInstance?.Endpoint).toBeUndefined();
    expect(DBInstance?.InstanceCreateTime).toBeUndefined();
    const statuses: (string | undefined)[] = [];
    let progress = 0;
    for (let i = 0; i < 400; i++) {
      set.pass(2000);
      const one = await set.describe('new');
      if (one?.DBInstanceStatus !== statuses.at(-1)) statuses.push(one?.DBInstanceStatus);
      progress = Math.max(progress, one?.StorageOperationPercentProgress ?? 0);
    }
    expect(statuses).toEqual(['creating', 'backing-up', 'storage-initialization', 'available']);
    expect(progress).toBeGreaterThan(80);
    const made = await set.describe('new');
    expect(made?.DbiResourceId).not.toBe((await set.describe('orders'))?.DbiResourceId);
    expect(made?.StorageOperationStatus).toBeUndefined();
    expect(set.truth('new').digest).toBeTruthy();
  });

  test('it is fenced from birth when it is told to: nobody but the runner gets in', async () => {
    const set = await withSnapshot();
    await set.restore({ VpcSecurityGroupIds: [fence] });
    await set.settled('new');
    const host = (await set.describe('new'))?.Endpoint?.Address ?? '';
    expect(await set.ask(host)).toHaveLength(1);
    expect(set.truth('new').securityGroups).toEqual([fence]);
  });

  test('parameters of a group of its own pend in some accounts until a reboot', async () => {
    const pending = new Set<string | undefined>();
    for (let seed = 1; seed <= 6; seed++) {
      const set = await withSnapshot({ workload: undefined }, {}, seed);
      await set.restore({ DBParameterGroupName: 'orders-16' });
      await set.settled('new');
      const status = async () => (await set.describe('new'))?.DBParameterGroups?.[0]?.ParameterApplyStatus;
      pending.add(await status());
      await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'new' });
      await set.settled('new');
      expect(await status()).toBe('in-sync');
    }
    expect([...pending].sort()).toEqual(['in-sync', 'pending-reboot']);
  });

  test('groups that are not there, a smaller size and a zone with Multi-AZ are refused', async () => {
    const set = await withSnapshot();
    expect(await codeOf(set.restore({ DBParameterGroupName: 'nobody' }))).toBe('DBParameterGroupNotFoundFault');
    expect(await codeOf(set.restore({ OptionGroupName: 'nobody' }))).toBe('OptionGroupNotFoundFault');
    expect(await codeOf(set.restore({ DBSubnetGroupName: 'nobody' }))).toBe('DBSubnetGroupNotFoundFault');
    expect(await codeOf(set.restore({ VpcSecurityGroupIds: ['sg-0000000f'] }))).toBe('InvalidParameterValue');
    expect(await codeOf(set.restore({ AllocatedStorage: 10 }))).toBe('InvalidParameterValue');
    const zone = { MultiAZ: true, AvailabilityZone: 'eu-west-1a' };
    expect(await codeOf(set.restore(zone))).toBe('InvalidParameterCombination');
    expect(await codeOf(set.restore({ DBSnapshotIdentifier: 'nobody' }))).toBe('DBSnapshotNotFoundFault');
    expect(await codeOf(set.restore({ DBInstanceIdentifier: 'Orders' }))).toBe('DBInstanceAlreadyExistsFault');
    expect(await codeOf(set.restore({ DBInstanceIdentifier: 'x'.repeat(64) }))).toBe('InvalidParameterValue');
  });

  test('instances and storage have quotas, which DescribeAccountAttributes tells', async () => {
    const few = await withSnapshot({}, { limits: { databases: 1 } });
    expect(await codeOf(few.restore())).toBe('InstanceQuotaExceededFault');
    const small = await withSnapshot({}, { limits: { databaseStorageGiB: 30 } });
    expect(await codeOf(small.restore())).toBe('StorageQuotaExceededFault');
    const { AccountQuotas } = await small.rds.describeAccountAttributes();
    expect(AccountQuotas).toContainEqual({ AccountQuotaName: 'AllocatedStorage', Used: 20, Max: 30 });
  });

  test('the size is that of the snapshot, also when the instance has grown since', async () => {
    const set = await withSnapshot();
    set.account.act({ do: 'grow-database', database: 'orders', storage: 40 });
    await set.restore();
    set.pass(600_000);
    expect((await set.describe('new'))?.AllocatedStorage).toBe(20);
    expect((await set.describe('orders'))?.AllocatedStorage).toBe(40);
  });

  test('a key that can not be used is refused; one that is disabled meanwhile ends in incompatible-restore', async () => {
    const set = await withSnapshot();
    await set.restore();
    set.account.act({ do: 'disable-key', key: 'alias/old' });
    expect(await codeOf(set.restore({ DBInstanceIdentifier: 'other' }))).toBe('KMSKeyNotAccessibleFault');
    set.pass(600_000);
    expect((await set.describe('new'))?.DBInstanceStatus).toBe('incompatible-restore');
    expect(await codeOf(set.rds.deleteDBInstance({ DBInstanceIdentifier: 'new', SkipFinalSnapshot: true }))).toBe(
      'accepted',
    );
  });

  test('a restore can be made to end as any restore can', async () => {
    const set = await withSnapshot();
    set.account.act({ do: 'fail-next-restore', status: 'incompatible-network' });
    await set.restore();
    await set.restore({ DBInstanceIdentifier: 'second', VpcSecurityGroupIds: [apps] });
    set.pass(900_000);
    expect((await set.describe('new'))?.DBInstanceStatus).toBe('incompatible-network');
    expect((await set.describe('second'))?.DBInstanceStatus).toMatch(/^(available|backing-up|storage-init)/);
  });

  test('what the account does not model is refused by name, not ignored', async () => {
    const set = await withSnapshot();
    await expect(set.restore({ Domain: 'd-1' })).rejects.toThrow(/does not model the parameter Domain/);
  });
});
