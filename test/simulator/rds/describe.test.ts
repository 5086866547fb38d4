import { describe, expect, test } from 'vitest';
import { codeOf } from '../support.ts';
import { apps, fence, rdsClients, shop } from './support.ts';

const twentyFive = shop(
  {},
  {
    limits: { throttling: false },
    databases: Array.from({ length: 25 }, (_, i) => ({ id: `db-${String(i).padStart(2, '0')}`, key: 'alias/old' })),
  },
);

describe('reads of the simulated databases', () => {
  test('pages have 20 to 100 records, and together hold each thing once', async () => {
    const set = rdsClients(twentyFive);
    const first = await set.rds.describeDBInstances({ MaxRecords: 20 });
    const second = await set.rds.describeDBInstances({ MaxRecords: 20, Marker: first.Marker });
    expect([first.DBInstances?.length, second.DBInstances?.length, second.Marker]).toEqual([20, 5, undefined]);
    const names = [...(first.DBInstances ?? []), ...(second.DBInstances ?? [])].map((one) => one.DBInstanceIdentifier);
    expect(new Set(names).size).toBe(25);
    expect(await codeOf(set.rds.describeDBInstances({ MaxRecords: 19 }))).toBe('InvalidParameterValue');
    expect(await codeOf(set.rds.describeDBInstances({ MaxRecords: 101 }))).toBe('InvalidParameterValue');
  });

  test('filters take names, ARNs and resource ids, find nothing without a word, and know no others', async () => {
    const set = rdsClients(twentyFive);
    const { resourceId } = set.truth('db-07');
    const found = async (Name: string, ...Values: string[]) =>
      (await set.rds.describeDBInstances({ Filters: [{ Name, Values }] })).DBInstances?.map(
        (one) => one.DBInstanceIdentifier,
      );
    expect(await found('dbi-resource-id', resourceId)).toEqual(['db-07']);
    expect(await found('db-instance-id', 'db-03', 'arn:aws:rds:eu-west-1:111122223333:db:db-04')).toEqual([
      'db-03',
      'db-04',
    ]);
    expect(await found('dbi-resource-id', 'db-NOBODY')).toEqual([]);
    expect(await found('engine', 'mysql')).toEqual([]);
    expect(await codeOf(found('tag:team', 'shop'))).toBe('InvalidParameterValue');
  });

  test('a name that is not there is an error, in the words and the status of RDS', async () => {
    const set = rdsClients();
    const error = await set.rds.describeDBInstances({ DBInstanceIdentifier: 'nobody' }).catch((thrown) => thrown);
    expect(error).toMatchObject({
      name: 'DBInstanceNotFoundFault',
      Code: 'DBInstanceNotFound',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('names are folded to lower case', async () => {
    const set = rdsClients();
    expect((await set.describe('ORDERS'))?.DBInstanceIdentifier).toBe('orders');
  });

  test('what is new stays unseen for a while, though its name is taken at once', async () => {
    const set = rdsClients(shop({}, { visibilityDelayMs: 30_000 }));
    const snapshot = { DBInstanceIdentifier: 'orders', DBSnapshotIdentifier: 'last', Tags: [{ Key: 'a', Value: 'b' }] };
    await set.rds.createDBSnapshot(snapshot);
    const read = () => set.rds.describeDBSnapshots({ DBSnapshotIdentifier: 'last' });
    expect(await codeOf(read())).toBe('DBSnapshotNotFoundFault');
    expect((await set.rds.describeDBSnapshots({})).DBSnapshots).toEqual([]);
    expect(await codeOf(set.rds.createDBSnapshot(snapshot))).toBe('DBSnapshotAlreadyExistsFault');
    set.pass(30_000);
    expect((await read()).DBSnapshots?.[0]?.TagList).toEqual([{ Key: 'a', Value: 'b' }]);
  });

  test('a stale read shows an instance as it was', async () => {
    const set = rdsClients();
    set.account.faults.add({ operation: 'DescribeDBInstances', kind: 'stale', staleMs: 60_000, skip: 1, times: 1 });
    set.pass(120_000);
    await set.rds.rebootDBInstance({ DBInstanceIdentifier: 'orders' });
    set.pass(2_000);
    expect((await set.describe('orders'))?.DBInstanceStatus).toBe('rebooting');
    expect((await set.describe('orders'))?.DBInstanceStatus).toBe('available');
    expect((await set.describe('orders'))?.DBInstanceStatus).toBe('rebooting');
  });

  test('security groups tell their rules, by group and one by one', async () => {
    const set = rdsClients();
    const { SecurityGroups = [] } = await set.ec2.describeSecurityGroups({ GroupIds: [fence] });
    expect(SecurityGroups).toMatchObject([
      {
        GroupId: fence,
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, IpRanges: [{ CidrIp: '10.9.0.7/32' }] }],
      },
    ]);
    expect(SecurityGroups[0]?.IpPermissionsEgress ?? []).toEqual([]);
    const { SecurityGroupRules = [] } = await set.ec2.describeSecurityGroupRules({
      Filters: [{ Name: 'group-id', Values: [apps] }],
    });
    expect(SecurityGroupRules).toMatchObject([
      { IsEgress: false, CidrIpv4: '10.0.0.0/8', FromPort: 5432 },
      { IsEgress: true, CidrIpv4: '0.0.0.0/0', FromPort: -1 },
    ]);
    expect(await codeOf(set.ec2.describeSecurityGroups({ GroupIds: ['sg-0000000f'] }))).toBe('InvalidGroup.NotFound');
  });

  test('what holds a database by its name is found: proxies, event subscriptions, blue/green deployments', async () => {
    const set = rdsClients(
      shop(
        {},
        {
          proxies: [{ name: 'front', database: 'orders' }],
          eventSubscriptions: [{ name: 'pager', sources: ['orders'] }],
          blueGreens: [{ name: 'upgrade', source: 'orders' }],
        },
      ),
    );
    expect((await set.rds.describeDBProxies({})).DBProxies).toMatchObject([{ DBProxyName: 'front' }]);
    const { Targets } = await set.rds.describeDBProxyTargets({ DBProxyName: 'front' });
    expect(Targets).toMatchObject([{ RdsResourceId: 'orders', Type: 'RDS_INSTANCE' }]);
    expect(await codeOf(set.rds.describeDBProxyTargets({ DBProxyName: 'nobody' }))).toBe('DBProxyNotFoundFault');
    const { EventSubscriptionsList } = await set.rds.describeEventSubscriptions({});
    expect(EventSubscriptionsList).toMatchObject([{ CustSubscriptionId: 'pager', SourceIdsList: ['orders'] }]);
    const { BlueGreenDeployments } = await set.rds.describeBlueGreenDeployments({
      Filters: [{ Name: 'source', Values: ['arn:aws:rds:eu-west-1:111122223333:db:orders'] }],
    });
    expect(BlueGreenDeployments).toMatchObject([{ BlueGreenDeploymentName: 'upgrade', Status: 'AVAILABLE' }]);
  });

  test('groups that the scenario names are there, the defaults of the engine too', async () => {
    const set = rdsClients();
    const { DBParameterGroups = [] } = await set.rds.describeDBParameterGroups({});
    expect(DBParameterGroups.map((one) => one.DBParameterGroupName)).toEqual(['default.postgres16', 'orders-16']);
    const named = { DBParameterGroupName: 'nobody' };
    expect(await codeOf(set.rds.describeDBParameterGroups(named))).toBe('DBParameterGroupNotFoundFault');
    expect((await set.rds.describeOptionGroups({})).OptionGroupsList).toHaveLength(1);
    const { DBSubnetGroups = [] } = await set.rds.describeDBSubnetGroups({ DBSubnetGroupName: 'private' });
    expect(DBSubnetGroups[0]?.Subnets).toHaveLength(3);
  });

  test('an option group tells what it holds, a snapshot with whom it is shared', async () => {
    const set = rdsClients(
      shop(
        { engine: 'oracle-ee', engineVersion: '19.0', optionGroup: 'sealed', options: ['TDE'] },
        { databaseSnapshots: [{ id: 'given', database: 'orders', sharedWith: ['444455556666'] }] },
      ),
    );
    const { OptionGroupsList } = await set.rds.describeOptionGroups({ OptionGroupName: 'sealed' });
    expect(OptionGroupsList).toMatchObject([{ Options: [{ OptionName: 'TDE', Permanent: true }] }]);
    const { DBSnapshotAttributesResult } = await set.rds.describeDBSnapshotAttributes({
      DBSnapshotIdentifier: 'given',
    });
    expect(DBSnapshotAttributesResult?.DBSnapshotAttributes).toEqual([
      { AttributeName: 'restore', AttributeValues: ['444455556666'] },
    ]);
  });

  test('RDS holds a grant on the key of each instance, as long as the instance lives', async () => {
    const set = rdsClients();
    const { KeyMetadata } = await set.kms.describeKey({ KeyId: 'alias/old' });
    const grants = async () => (await set.kms.listGrants({ KeyId: KeyMetadata?.Arn })).Grants?.length;
    expect(await grants()).toBe(1);
    await set.rds.deleteDBInstance({ DBInstanceIdentifier: 'orders', SkipFinalSnapshot: true });
    set.pass(600_000);
    expect(await grants()).toBe(0);
  });

  test('tags have rules, and an ARN of nothing is refused', async () => {
    const set = rdsClients();
    const ResourceName = 'arn:aws:rds:eu-west-1:111122223333:db:orders';
    const add = (Key: string, Value = 'x') =>
      codeOf(set.rds.addTagsToResource({ ResourceName, Tags: [{ Key, Value }] }));
    expect(await add('aws:mine')).toBe('InvalidParameterValue');
    expect(await add('rds:mine')).toBe('InvalidParameterValue');
    expect(await add('k'.repeat(129))).toBe('InvalidParameterValue');
    expect(await add('a', '{json}')).toBe('InvalidParameterValue');
    expect(await add('rekey:run', 'a/b=c+d-e@f_g.h:i')).toBe('accepted');
    expect(await codeOf(set.rds.listTagsForResource({ ResourceName: 'orders' }))).toBe('InvalidParameterValue');
    const many = Array.from({ length: 49 }, (_, i) => ({ Key: `t${i}`, Value: '' }));
    expect(await codeOf(set.rds.addTagsToResource({ ResourceName, Tags: many }))).toBe('InvalidParameterValue');
  });

  test('calls are throttled as RDS says it', async () => {
    const set = rdsClients();
    const codes = new Set<string>();
    for (let i = 0; i < 70; i++) codes.add(await codeOf(set.rds.describeDBInstances({})));
    expect([...codes]).toEqual(['accepted', 'Throttling']);
  });
});
