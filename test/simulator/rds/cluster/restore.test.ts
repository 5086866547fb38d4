import { describe, expect, test } from 'vitest';
import { codeOf } from '../../support.ts';
import { apps, fence } from '../support.ts';
import { clusterClients, shop } from './support.ts';

const restored = { DBClusterIdentifier: 'rekey-1', SnapshotIdentifier: 'kept', Engine: 'aurora-postgresql' };
const kept = { clusterSnapshots: [{ id: 'kept', cluster: 'shop' }] };
const member = {
  DBInstanceIdentifier: 'new-1',
  DBClusterIdentifier: 'rekey-1',
  DBInstanceClass: 'db.r6g.large',
  Engine: 'aurora-postgresql',
};

describe('restoring a simulated cluster', () => {
  test('a restore takes the key that it is given, and keeps that of the snapshot without one', async () => {
    const set = clusterClients(shop({}, kept));
    await set.rds.restoreDBClusterFromSnapshot({ ...restored, KmsKeyId: 'alias/new' });
    await set.rds.restoreDBClusterFromSnapshot({ ...restored, DBClusterIdentifier: 'same' });
    await set.settledCluster('rekey-1');
    await set.settledCluster('same');
    const keys = set.account.state().keys;
    const keyOf = (name: string) => keys.find((key) => key.aliases.includes(name))?.arn;
    expect(set.clusterTruth('rekey-1')).toMatchObject({
      key: keyOf('alias/new'),
      readable: true,
      restoredFrom: 'kept',
    });
    expect(set.clusterTruth('same').key).toBe(keyOf('alias/old'));
    expect(set.clusterTruth('rekey-1').digest).toBe(set.clusterTruth('same').digest);
  });

  test('what it leaves out takes defaults: group, parameters, protection, roles, logs, endpoints, members', async () => {
    const set = clusterClients(
      shop(
        {
          deletionProtection: true,
          iamAuth: true,
          logExports: ['postgresql'],
          roles: [{ role: 'arn:aws:iam::111122223333:role/import', feature: 's3Import' }],
          copyTagsToSnapshot: true,
          maintenanceWindow: 'wed:04:00-wed:04:30',
        },
        kept,
      ),
    );
    await set.rds.restoreDBClusterFromSnapshot(restored);
    await set.settledCluster('rekey-1');
    const found = await set.describeCluster('rekey-1');
    expect(found).toMatchObject({
      DBClusterParameterGroup: 'default.aurora-postgresql16',
      DBSubnetGroup: 'default',
      DeletionProtection: false,
      IAMDatabaseAuthenticationEnabled: false,
      EnabledCloudwatchLogsExports: [],
      AssociatedRoles: [],
      CopyTagsToSnapshot: false,
      CustomEndpoints: [],
      DBClusterMembers: [],
    });
    expect(found?.PreferredMaintenanceWindow).not.toBe('wed:04:00-wed:04:30');
    expect(found?.VpcSecurityGroups?.map((one) => one.VpcSecurityGroupId)).not.toContain(apps);
    // Those of the source come along unless others are given.
    expect(found?.TagList).toEqual([{ Key: 'team', Value: 'shop' }]);
  });

  test('given tags replace those of the source', async () => {
    const set = clusterClients(shop({}, kept));
    const Tags = [{ Key: 'rekey:run', Value: 'r1' }];
    const { DBCluster } = await set.rds.restoreDBClusterFromSnapshot({ ...restored, Tags });
    expect(DBCluster?.TagList).toEqual(Tags);
  });

  test('nobody reaches it before it has a member, and a member comes only once it is available', async () => {
    const set = clusterClients(shop({}, kept));
    await set.rds.restoreDBClusterFromSnapshot({ ...restored, VpcSecurityGroupIds: [fence] });
    expect(await codeOf(set.rds.createDBInstance(member))).toBe('InvalidDBClusterStateFault');
    await set.settledCluster('rekey-1');
    const host = (await set.describeCluster('rekey-1'))?.Endpoint ?? '';
    await expect(set.ask(host)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await set.rds.createDBInstance(member);
    await set.settled('new-1');
    set.pass(30_000);
    expect(await set.ask(host)).toEqual(await set.ask((await set.describe('new-1'))?.Endpoint?.Address ?? ''));
    expect(set.truth('new-1').securityGroups).toEqual([fence]);
    expect(await set.members('rekey-1')).toEqual([['new-1', true]]);
  });

  test('of members that are made side by side the first that is up writes', async () => {
    const writers = new Set<string | undefined>();
    for (let seed = 1; seed <= 6; seed++) {
      const set = clusterClients(shop({}, kept), { seed });
      await set.rds.restoreDBClusterFromSnapshot(restored);
      await set.settledCluster('rekey-1');
      for (const name of ['new-1', 'new-2']) await set.rds.createDBInstance({ ...member, DBInstanceIdentifier: name });
      await set.settled('new-1');
      await set.settled('new-2');
      writers.add((await set.members('rekey-1'))?.find(([, writes]) => writes)?.[0] as string);
    }
    expect([...writers].sort()).toEqual(['new-1', 'new-2']);
  });

  test.each([
    [{ DBClusterIdentifier: 'shop' }, 'DBClusterAlreadyExistsFault'],
    [{ DBClusterIdentifier: 'SHOP' }, 'DBClusterAlreadyExistsFault'],
    [{ DBClusterIdentifier: 'no_name' }, 'InvalidParameterValue'],
    [{ SnapshotIdentifier: 'nobody' }, 'DBClusterSnapshotNotFoundFault'],
    [{ KmsKeyId: 'alias/disabled' }, 'KMSKeyNotAccessibleFault'],
    [{ KmsKeyId: 'alias/nobody' }, 'KMSKeyNotAccessibleFault'],
    [{ Engine: 'aurora-mysql' }, 'InvalidParameterCombination'],
    [{ DBClusterParameterGroupName: 'nobody' }, 'DBClusterParameterGroupNotFoundFault'],
    [{ DBSubnetGroupName: 'nobody' }, 'DBSubnetGroupNotFoundFault'],
    [{ VpcSecurityGroupIds: ['sg-0123456789abcdef0'] }, 'InvalidParameterValue'],
  ])('%o is refused with %s', async (changes, code) => {
    const { rds } = clusterClients(shop({}, kept));
    expect(await codeOf(rds.restoreDBClusterFromSnapshot({ ...restored, ...changes }))).toBe(code);
  });

  test('clusters and instances have quotas', async () => {
    const { rds } = clusterClients(shop({}, { ...kept, limits: { clusters: 1, databases: 2 } }));
    expect(await codeOf(rds.restoreDBClusterFromSnapshot(restored))).toBe('DBClusterQuotaExceededFault');
    const more = rds.createDBInstance({ ...member, DBClusterIdentifier: 'shop' });
    expect(await codeOf(more)).toBe('InstanceQuotaExceededFault');
  });

  test('a snapshot that is deleted under it, or a key that is disabled under it, leaves nothing to restore', async () => {
    for (const way of ['snapshot', 'key']) {
      const set = clusterClients(shop({}, kept));
      await set.rds.restoreDBClusterFromSnapshot({ ...restored, KmsKeyId: 'alias/new' });
      if (way === 'key') set.account.act({ do: 'disable-key', key: 'alias/new' });
      else await set.rds.deleteDBClusterSnapshot({ DBClusterSnapshotIdentifier: 'kept' });
      set.pass(900_000);
      expect(set.clusterTruth('rekey-1')).toMatchObject({ status: 'incompatible-restore', readable: false });
      await set.rds.deleteDBCluster({ DBClusterIdentifier: 'rekey-1', SkipFinalSnapshot: true });
    }
  });

  test('a restore can be made to end as any restore can', async () => {
    const set = clusterClients(shop({}, kept));
    set.account.act({ do: 'fail-next-restore', status: 'failed' });
    await set.rds.restoreDBClusterFromSnapshot(restored);
    set.pass(600_000);
    expect((await set.describeCluster('rekey-1'))?.Status).toBe('failed');
  });

  test('what belongs to the cluster can not be given to a member', async () => {
    const { rds } = clusterClients();
    const named = { ...member, DBClusterIdentifier: 'shop' };
    expect(await codeOf(rds.createDBInstance({ ...named, VpcSecurityGroupIds: [fence] }))).toBe('UnsupportedOperation');
    expect(await codeOf(rds.createDBInstance({ ...named, DBInstanceIdentifier: 'shop-1' }))).toBe(
      'DBInstanceAlreadyExistsFault',
    );
    expect(await codeOf(rds.createDBInstance({ ...named, DBParameterGroupName: 'nobody' }))).toBe(
      'DBParameterGroupNotFoundFault',
    );
  });
});
