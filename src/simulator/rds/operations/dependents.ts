import type {
  DescribeAccountAttributesMessage,
  DescribeBlueGreenDeploymentsRequest,
  DescribeDBInstanceAutomatedBackupsMessage,
  DescribeDBProxiesRequest,
  DescribeDBProxyTargetsRequest,
  DescribeEventSubscriptionsMessage,
  DescribePendingMaintenanceActionsMessage,
} from '@aws-sdk/client-rds';
import { required } from '../../ec2/select.ts';
import { type Operations, operation } from '../../operation.ts';
import { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import { instanceKind } from '../kinds/instance.ts';
import type { Database } from '../model/model.ts';
import { hostOf } from '../naming/addresses.ts';
import { clusterArn, databaseArn } from '../naming/arns.ts';
import { membersOf } from '../naming/names.ts';
import { folded, markedPage, passing } from '../naming/select.ts';
import { refusals } from '../rules/refusals.ts';
import { automatedBackupView } from '../views/instance.ts';
import { listBackups } from './describe.ts';

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
      quota('DBClusters', rds.clusters.size, limits.clusters),
      quota(
        'ManualClusterSnapshots',
        [...rds.clusterSnapshots.values()].filter((one) => one.type === 'manual').length,
        limits.clusterSnapshots,
      ),
      quota('CustomEndpointsPerDBCluster', 0, 5),
      quota('DBClusterRoles', 0, 5),
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
  const target = (database: Database | undefined, id: string, type: string) => ({
    RdsResourceId: id,
    Type: type,
    Endpoint: hostOf(world, id),
    Port: database?.settings.Port,
    TargetHealth: { State: database?.up ? 'AVAILABLE' : 'UNAVAILABLE' },
  });
  const { databases, clusters } = world.rds;
  if (proxy.cluster === undefined) {
    const { database: id = '' } = proxy;
    return {
      Targets: [
        target(
          [...databases.values()].find((one) => one.identifier === id),
          id,
          'RDS_INSTANCE',
        ),
      ],
    };
  }
  // With the cluster itself, which has no address of its own here, come its members.
  const cluster = [...clusters.values()].find((one) => one.identifier === proxy.cluster);
  return {
    Targets: [
      { RdsResourceId: proxy.cluster, Type: 'TRACKED_CLUSTER', Port: cluster?.settings.Port },
      ...(cluster ? membersOf(world, cluster) : []).map((one) => ({
        ...target(one, one.identifier, 'RDS_INSTANCE'),
        TrackedClusterId: proxy.cluster,
      })),
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
      SourceType: one.type,
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
  const arnOf = ({ source, cluster }: One, suffix = '') =>
    cluster === undefined ? databaseArn(world, `${source}${suffix}`) : clusterArn(world, cluster + suffix);
  const test = passing<One>(input.Filters, {
    'blue-green-deployment-name': (one) => one.name,
    source: (one) => arnOf(one),
    target: (one) => arnOf(one, `-green-${one.name}`),
  });
  const { items, ...rest } = markedPage(blueGreens.filter(test), input, (one) => one.name);
  return {
    BlueGreenDeployments: items.map((one) => ({
      BlueGreenDeploymentIdentifier: `bgd-${one.name}`,
      BlueGreenDeploymentName: one.name,
      Source: arnOf(one),
      Target: arnOf(one, `-green-${one.name}`),
      Status: one.status,
    })),
    ...rest,
  };
}

function describeAutomatedBackups(world: World, input: DescribeDBInstanceAutomatedBackupsMessage): object {
  const { DBInstanceIdentifier: name, DbiResourceId: resourceId } = input;
  const { items, ...rest } = listBackups(world, instanceKind, { ...input, name, resourceId });
  return { DBInstanceAutomatedBackups: items.map((one) => automatedBackupView(world, one)), ...rest };
}

/** What maintenance may wait for. */
interface Maintained {
  readonly arn: string;
  readonly database?: string;
  readonly cluster?: string;
  readonly maintenance: Database['maintenance'];
}

function describePendingMaintenance(world: World, input: DescribePendingMaintenanceActionsMessage): object {
  const all: readonly Maintained[] = [
    ...[...world.rds.databases.values()].map(({ identifier, maintenance }) => ({
      arn: databaseArn(world, identifier),
      database: identifier,
      maintenance,
    })),
    ...[...world.rds.clusters.values()].map(({ identifier, maintenance }) => ({
      arn: clusterArn(world, identifier),
      cluster: identifier,
      maintenance,
    })),
  ];
  const test = passing<Maintained>(input.Filters, {
    'db-instance-id': (one) => [...(one.database === undefined ? [] : [one.database, one.arn])],
    'db-cluster-id': (one) => [...(one.cluster === undefined ? [] : [one.cluster, one.arn])],
  });
  const named = input.ResourceIdentifier;
  if (named !== undefined && !all.some((one) => one.arn === named))
    throw new AwsError('ResourceNotFoundFault', `There is no resource ${named}`, 404);
  const chosen = all.filter(
    (one) => one.maintenance.length > 0 && (named === undefined || named === one.arn) && test(one),
  );
  const { items, ...rest } = markedPage(chosen, input, (one) => one.arn);
  return {
    PendingMaintenanceActions: items.map((one) => ({
      ResourceIdentifier: one.arn,
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
