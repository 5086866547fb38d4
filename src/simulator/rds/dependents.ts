import type {
  DescribeAccountAttributesMessage,
  DescribeBlueGreenDeploymentsRequest,
  DescribeDBInstanceAutomatedBackupsMessage,
  DescribeDBProxiesRequest,
  DescribeDBProxyTargetsRequest,
  DescribeEventSubscriptionsMessage,
  DescribePendingMaintenanceActionsMessage,
} from '@aws-sdk/client-rds';
import { required } from '../ec2/select.ts';
import { type Operations, operation } from '../operation.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { databaseArn, databaseOf, folded, markedPage, passing } from './find.ts';
import type { AutomatedBackup, Database } from './model.ts';
import { refusals } from './refusals.ts';
import { automatedBackupView, hostOf } from './views.ts';

function describeAccountAttributes(world: World): object {
  const { limits, rds } = world;
  const all = [...rds.databases.values()];
  const quota = (AccountQuotaName: string, Used: number, Max: number) => ({ AccountQuotaName, Used, Max });
  return {
    AccountQuotas: [
      quota('DBInstances', all.length, limits.databases),
      quota(
        'AllocatedStorage',
        all.reduce((sum, one) => sum + one.settings.AllocatedStorage, 0),
        limits.databaseStorageGiB,
      ),
      quota(
        'ManualSnapshots',
        [...rds.snapshots.values()].filter((one) => one.type === 'manual').length,
        limits.databaseSnapshots,
      ),
      quota('ReadReplicasPerMaster', 0, 15),
      quota('DBInstanceRoles', 0, 5),
    ],
  };
}

function describeProxies(world: World, input: DescribeDBProxiesRequest): object {
  const name = input.DBProxyName && folded(input.DBProxyName);
  const all = world.rds.dependents.proxies.filter((proxy) => name === undefined || proxy.name === name);
  if (name !== undefined && all.length === 0) throw refusals.noProxy(name);
  const { items, ...rest } = markedPage(all, input, (proxy) => proxy.name);
  return {
    DBProxies: items.map((proxy) => ({
      DBProxyName: proxy.name,
      DBProxyArn: world.arn('rds', `db-proxy:${proxy.name}`),
      Status: 'available',
    })),
    ...rest,
  };
}

// A proxy holds its target by name: whoever has the name now is the target.
function describeProxyTargets(world: World, input: DescribeDBProxyTargetsRequest): object {
  const name = folded(required(input.DBProxyName, 'DBProxyName'));
  const proxy = world.rds.dependents.proxies.find((one) => one.name === name);
  if (!proxy) throw refusals.noProxy(name);
  const database = [...world.rds.databases.values()].find((one) => one.identifier === proxy.database);
  return {
    Targets: [
      {
        RdsResourceId: proxy.database,
        Type: 'RDS_INSTANCE',
        Endpoint: hostOf(world, proxy.database),
        Port: database?.settings.Port,
        TargetHealth: { State: database?.up ? 'AVAILABLE' : 'UNAVAILABLE' },
      },
    ],
  };
}

function describeEventSubscriptions(world: World, input: DescribeEventSubscriptionsMessage): object {
  const all = world.rds.dependents.eventSubscriptions.filter(
    (one) => input.SubscriptionName === undefined || one.name === input.SubscriptionName,
  );
  if (input.SubscriptionName !== undefined && all.length === 0) {
    throw new AwsError('SubscriptionNotFound', `Subscription ${input.SubscriptionName} not found.`, 404);
  }
  const { items, ...rest } = markedPage(all, input, (one) => one.name);
  return {
    EventSubscriptionsList: items.map((one) => ({
      CustSubscriptionId: one.name,
      CustomerAwsId: world.account,
      Status: 'active',
      Enabled: true,
      SourceType: 'db-instance',
      SourceIdsList: [...one.sources],
      EventCategoriesList: [],
      SnsTopicArn: world.arn('sns', one.name),
      EventSubscriptionArn: world.arn('rds', `es:${one.name}`),
    })),
    ...rest,
  };
}

function describeBlueGreens(world: World, input: DescribeBlueGreenDeploymentsRequest): object {
  const { blueGreens } = world.rds.dependents;
  type One = (typeof blueGreens)[number];
  const test = passing<One>(input.Filters, {
    'blue-green-deployment-name': (one) => one.name,
    source: (one) => databaseArn(world, one.source),
    target: (one) => databaseArn(world, `${one.source}-green-${one.name}`),
  });
  const { items, ...rest } = markedPage(blueGreens.filter(test), input, (one) => one.name);
  return {
    BlueGreenDeployments: items.map((one) => ({
      BlueGreenDeploymentIdentifier: `bgd-${one.name}`,
      BlueGreenDeploymentName: one.name,
      Source: databaseArn(world, one.source),
      Target: databaseArn(world, `${one.source}-green-${one.name}`),
      Status: one.status,
    })),
    ...rest,
  };
}

function describeAutomatedBackups(world: World, input: DescribeDBInstanceAutomatedBackupsMessage): object {
  const test = passing<AutomatedBackup>(input.Filters, {
    status: (one) => (one.retained ? 'retained' : 'active'),
    'db-instance-id': (one) => [one.identifier, databaseArn(world, one.identifier)],
    'dbi-resource-id': (one) => one.resourceId,
  });
  const chosen = [...world.rds.automatedBackups.values()].filter(
    (one) =>
      (input.DbiResourceId === undefined || one.resourceId === input.DbiResourceId) &&
      (input.DBInstanceIdentifier === undefined || one.identifier === folded(input.DBInstanceIdentifier)) &&
      test(one),
  );
  const { items, ...rest } = markedPage(chosen, input, (one) => one.id);
  return { DBInstanceAutomatedBackups: items.map((one) => automatedBackupView(world, one)), ...rest };
}

function describePendingMaintenance(world: World, input: DescribePendingMaintenanceActionsMessage): object {
  const test = passing<Database>(input.Filters, {
    'db-instance-id': (one) => [one.identifier, databaseArn(world, one.identifier)],
    'db-cluster-id': () => undefined,
  });
  const named = input.ResourceIdentifier === undefined ? undefined : databaseOf(world, input.ResourceIdentifier);
  const chosen = [...world.rds.databases.values()].filter(
    (one) => one.maintenance.length > 0 && (named === undefined || named === one) && test(one),
  );
  const { items, ...rest } = markedPage(chosen, input, (one) => one.identifier);
  return {
    PendingMaintenanceActions: items.map((one) => ({
      ResourceIdentifier: databaseArn(world, one.identifier),
      PendingMaintenanceActionDetails: one.maintenance.map(({ action, description, at }) => ({
        Action: action,
        Description: description,
        ...(at === undefined ? {} : { AutoAppliedAfterDate: new Date(at), CurrentApplyDate: new Date(at) }),
      })),
    })),
    ...rest,
  };
}

const paged = ['MaxRecords', 'Marker'] as const;

export const dependentOperations: Operations = {
  DescribeAccountAttributes: operation<DescribeAccountAttributesMessage>([], describeAccountAttributes),
  DescribeDBProxies: operation<DescribeDBProxiesRequest>(['DBProxyName', ...paged], describeProxies),
  DescribeDBProxyTargets: operation<DescribeDBProxyTargetsRequest>(
    ['DBProxyName', 'TargetGroupName', ...paged],
    describeProxyTargets,
  ),
  DescribeEventSubscriptions: operation<DescribeEventSubscriptionsMessage>(
    ['SubscriptionName', ...paged],
    describeEventSubscriptions,
  ),
  DescribeBlueGreenDeployments: operation<DescribeBlueGreenDeploymentsRequest>(
    ['Filters', ...paged],
    describeBlueGreens,
  ),
  DescribeDBInstanceAutomatedBackups: operation<DescribeDBInstanceAutomatedBackupsMessage>(
    ['DbiResourceId', 'DBInstanceIdentifier', 'Filters', ...paged],
    describeAutomatedBackups,
  ),
  DescribePendingMaintenanceActions: operation<DescribePendingMaintenanceActionsMessage>(
    ['ResourceIdentifier', 'Filters', ...paged],
    describePendingMaintenance,
  ),
};
