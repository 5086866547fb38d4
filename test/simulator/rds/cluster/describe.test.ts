import { describe, expect, test } from 'vitest';
import { codeOf } from '../../support.ts';
import { apps } from '../support.ts';
import { clusterClients, original, shop } from './support.ts';

const arn = 'arn:aws:rds:eu-west-1:111122223333';

describe('what Describe calls tell of simulated clusters', () => {
  test('a cluster shows its members, endpoints and settings by the names of the SDK', async () => {
    const set = clusterClients(
      shop({
        deletionProtection: true,
        iamAuth: true,
        logExports: ['postgresql'],
        roles: [{ role: 'arn:aws:iam::111122223333:role/import', feature: 's3Import' }],
        serverlessV2: { min: 0.5, max: 4 },
        storageType: 'aurora-iopt1',
      }),
    );
    expect(await set.describeCluster('SHOP')).toMatchObject({
      DBClusterIdentifier: 'shop',
      DBClusterArn: `${arn}:cluster:shop`,
      DbClusterResourceId: original,
      Engine: 'aurora-postgresql',
      StorageEncryptionType: 'sse-kms',
      StorageType: 'aurora-iopt1',
      AllocatedStorage: 1,
      Endpoint: 'shop.cluster-c9akciq32rgx.eu-west-1.rds.amazonaws.com',
      ReaderEndpoint: 'shop.cluster-ro-c9akciq32rgx.eu-west-1.rds.amazonaws.com',
      CustomEndpoints: ['shop-reports.cluster-custom-c9akciq32rgx.eu-west-1.rds.amazonaws.com'],
      VpcSecurityGroups: [{ VpcSecurityGroupId: apps, Status: 'active' }],
      DeletionProtection: true,
      IAMDatabaseAuthenticationEnabled: true,
      EnabledCloudwatchLogsExports: ['postgresql'],
      AssociatedRoles: [{ FeatureName: 's3Import', Status: 'ACTIVE' }],
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
      DBClusterMembers: [
        { DBInstanceIdentifier: 'shop-1', IsClusterWriter: true, PromotionTier: 1 },
        { DBInstanceIdentifier: 'shop-2', IsClusterWriter: false, PromotionTier: 2 },
      ],
      TagList: [{ Key: 'team', Value: 'shop' }],
    });
  });

  test('members are instances that show what their cluster has', async () => {
    const set = clusterClients();
    const Filters = [{ Name: 'db-cluster-id', Values: ['shop'] }];
    const { DBInstances = [] } = await set.rds.describeDBInstances({ Filters });
    const { KmsKeyId } = (await set.describeCluster('shop')) ?? {};
    expect(DBInstances.map((one) => one.DBInstanceIdentifier)).toEqual(['shop-1', 'shop-2']);
    expect(DBInstances[0]).toMatchObject({
      DBClusterIdentifier: 'shop',
      StorageType: 'aurora',
      AllocatedStorage: 1,
      StorageEncrypted: true,
      KmsKeyId,
      BackupRetentionPeriod: 7,
      VpcSecurityGroups: [{ VpcSecurityGroupId: apps }],
      Endpoint: { Address: 'shop-1.c9akciq32rgx.eu-west-1.rds.amazonaws.com', Port: 5432 },
    });
  });

  test('a cluster is found by name, ARN and resource id, and by no other filter', async () => {
    const { rds } = clusterClients();
    const found = async (Name: string, ...Values: string[]) =>
      (await rds.describeDBClusters({ Filters: [{ Name, Values }] })).DBClusters?.length;
    expect(await found('db-cluster-id', 'shop')).toBe(1);
    expect(await found('db-cluster-id', `${arn}:cluster:shop`)).toBe(1);
    expect(await found('db-cluster-resource-id', original, 'cluster-B')).toBe(1);
    expect(await found('engine', 'aurora-mysql')).toBe(0);
    expect(await codeOf(found('tag:team', 'shop'))).toBe('InvalidParameterValue');
    expect(await codeOf(rds.describeDBClusters({ DBClusterIdentifier: 'nobody' }))).toBe('DBClusterNotFoundFault');
  });

  test('its endpoints are listed with type, members and state', async () => {
    const { rds } = clusterClients();
    const { DBClusterEndpoints = [] } = await rds.describeDBClusterEndpoints({ DBClusterIdentifier: 'shop' });
    expect(DBClusterEndpoints.map((one) => [one.EndpointType, one.CustomEndpointType, one.StaticMembers])).toEqual([
      ['CUSTOM', 'READER', ['shop-2']],
      ['WRITER', undefined, undefined],
      ['READER', undefined, undefined],
    ]);
  });

  test('what a cluster may be beyond a plain one is told', async () => {
    const { rds, describeCluster } = clusterClients(
      shop({
        global: 'world',
        cloneGroup: 'clones',
        activityStream: true,
        httpEndpoint: true,
        backtrackSeconds: 3600,
        integrations: ['to-redshift'],
        replicaOf: `${arn}:cluster:source`,
        masterSecret: true,
      }),
    );
    expect(await describeCluster('shop')).toMatchObject({
      GlobalClusterIdentifier: 'world',
      CloneGroupId: 'clones',
      ActivityStreamStatus: 'started',
      HttpEndpointEnabled: true,
      BacktrackWindow: 3600,
      ReplicationSourceIdentifier: `${arn}:cluster:source`,
      MasterUserSecret: { SecretStatus: 'active' },
    });
    const { GlobalClusters = [] } = await rds.describeGlobalClusters({});
    expect(GlobalClusters[0]?.GlobalClusterMembers).toMatchObject([{ DBClusterArn: `${arn}:cluster:shop` }]);
    const { Integrations = [] } = await rds.describeIntegrations({});
    expect(Integrations).toMatchObject([{ IntegrationName: 'to-redshift', SourceArn: `${arn}:cluster:shop` }]);
  });

  test('its encryption is none, under a key of AWS, or under one of KMS', async () => {
    for (const [encryption, type] of [
      ['none', 'none'],
      ['sse-rds', 'sse-rds'],
    ] as const) {
      const set = clusterClients({ ...shop(), clusters: [{ id: 'shop', encryption, members: [{ id: 'shop-1' }] }] });
      expect(await set.describeCluster('shop')).toMatchObject({ StorageEncrypted: false, StorageEncryptionType: type });
    }
  });

  test('tags are those of clusters, of their snapshots and of their endpoints, each by its ARN', async () => {
    const { rds } = clusterClients({ ...shop(), clusterSnapshots: [{ id: 'kept', cluster: 'shop' }] });
    for (const name of ['cluster:shop', 'cluster-snapshot:kept', 'cluster-endpoint:shop-reports', 'db:shop-1']) {
      await rds.addTagsToResource({ ResourceName: `${arn}:${name}`, Tags: [{ Key: 'by', Value: 'hand' }] });
      const { TagList = [] } = await rds.listTagsForResource({ ResourceName: `${arn}:${name}` });
      expect(TagList).toContainEqual({ Key: 'by', Value: 'hand' });
    }
  });

  test('quotas, backups, groups, proxies, subscriptions and maintenance know of clusters', async () => {
    const { rds } = clusterClients({
      ...shop({ maintenance: [{ action: 'system-update' }] }),
      proxies: [{ name: 'front', cluster: 'shop' }],
      eventSubscriptions: [{ name: 'pager', type: 'db-cluster', sources: ['shop'] }],
      blueGreens: [{ name: 'upgrade', cluster: 'shop' }],
    });
    const { AccountQuotas = [] } = await rds.describeAccountAttributes({});
    expect(AccountQuotas).toContainEqual({ AccountQuotaName: 'DBClusters', Used: 1, Max: 40 });
    expect(AccountQuotas).toContainEqual({ AccountQuotaName: 'DBInstances', Used: 2, Max: 40 });
    const { DBClusterAutomatedBackups = [] } = await rds.describeDBClusterAutomatedBackups({});
    expect(DBClusterAutomatedBackups).toMatchObject([{ DbClusterResourceId: original, Status: 'active' }]);
    const DBClusterParameterGroupName = 'shop-16';
    const groups = await rds.describeDBClusterParameterGroups({ DBClusterParameterGroupName });
    expect(groups.DBClusterParameterGroups).toMatchObject([{ DBParameterGroupFamily: 'aurora-postgresql16' }]);
    const nobodys = { DBClusterParameterGroupName: 'nobodys' };
    expect(await codeOf(rds.describeDBClusterParameterGroups(nobodys))).toBe('DBParameterGroupNotFoundFault');
    const { Targets = [] } = await rds.describeDBProxyTargets({ DBProxyName: 'front' });
    expect(Targets).toMatchObject([{ RdsResourceId: 'shop', Type: 'TRACKED_CLUSTER' }, {}, {}]);
    const { EventSubscriptionsList = [] } = await rds.describeEventSubscriptions({});
    expect(EventSubscriptionsList).toMatchObject([{ SourceType: 'db-cluster', SourceIdsList: ['shop'] }]);
    const { BlueGreenDeployments = [] } = await rds.describeBlueGreenDeployments({});
    expect(BlueGreenDeployments).toMatchObject([{ Source: `${arn}:cluster:shop` }]);
    const Filters = [{ Name: 'db-cluster-id', Values: ['shop'] }];
    const { PendingMaintenanceActions = [] } = await rds.describePendingMaintenanceActions({ Filters });
    expect(PendingMaintenanceActions).toMatchObject([{ ResourceIdentifier: `${arn}:cluster:shop` }]);
  });

  test('pages have 20 to 100 clusters, and together hold each once', async () => {
    const clusters = Array.from({ length: 45 }, (_, i) => ({ id: `c-${i}` }));
    const { rds } = clusterClients({ clusters, limits: { clusters: 60 } });
    const seen: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await rds.describeDBClusters({ MaxRecords: 20, Marker });
      seen.push(...(page.DBClusters ?? []).map((one) => one.DBClusterIdentifier));
      Marker = page.Marker;
    } while (Marker);
    expect(new Set(seen).size).toBe(45);
    expect(seen.length).toBe(45);
  });
});
