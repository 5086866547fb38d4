import type {
  DescribeDBClusterAutomatedBackupsMessage,
  DescribeGlobalClustersMessage,
  DescribeIntegrationsMessage,
} from '@aws-sdk/client-rds';
import { type Operations, operation } from '../../operation.ts';
import { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import { clusterKind } from '../kinds/cluster.ts';
import { clusterArn, databaseArn } from '../naming/arns.ts';
import { folded, markedPage, passing } from '../naming/select.ts';
import { clusterBackupView } from '../views/cluster.ts';
import { listBackups } from './describe.ts';

function describeBackups(world: World, input: DescribeDBClusterAutomatedBackupsMessage): object {
  const { DBClusterIdentifier: name, DbClusterResourceId: resourceId } = input;
  const { items, ...rest } = listBackups(world, clusterKind, { ...input, name, resourceId });
  return { DBClusterAutomatedBackups: items.map((one) => clusterBackupView(world, one)), ...rest };
}

function describeGlobals(world: World, input: DescribeGlobalClustersMessage): object {
  const clusters = [...world.rds.clusters.values()];
  const names = new Set(clusters.flatMap((one) => one.oddities.GlobalClusterIdentifier ?? []));
  const asked = input.GlobalClusterIdentifier && folded(input.GlobalClusterIdentifier);
  const chosen = [...names].filter((name) => asked === undefined || name === asked);
  if (asked !== undefined && chosen.length === 0) {
    throw new AwsError('GlobalClusterNotFoundFault', `Global cluster ${asked} not found`, 404);
  }
  const { items, ...rest } = markedPage(chosen, input, (name) => name);
  return {
    GlobalClusters: items.map((name) => ({
      GlobalClusterIdentifier: name,
      GlobalClusterArn: `arn:aws:rds::${world.account}:global-cluster:${name}`,
      Status: 'available',
      GlobalClusterMembers: clusters
        .filter((one) => one.oddities.GlobalClusterIdentifier === name)
        .map((one) => ({ DBClusterArn: clusterArn(world, one.identifier), Readers: [], IsWriter: true })),
    })),
    ...rest,
  };
}

function describeIntegrations(world: World, input: DescribeIntegrationsMessage): object {
  type One = (typeof world.rds.integrations)[number];
  const arnOf = ({ source }: One) => {
    const database = world.rds.databases.get(source);
    return database
      ? databaseArn(world, database.identifier)
      : clusterArn(world, world.rds.clusters.get(source)?.identifier ?? '');
  };
  const test = passing<One>(input.Filters, { 'source-arn': arnOf, status: (one) => one.status });
  const chosen = world.rds.integrations.filter(
    (one) => (input.IntegrationIdentifier === undefined || one.name === input.IntegrationIdentifier) && test(one),
  );
  const { items, ...rest } = markedPage(chosen, input, (one) => one.name);
  return {
    Integrations: items.map((one) => ({
      IntegrationName: one.name,
      IntegrationArn: world.arn('rds', `integration:${one.name}`),
      SourceArn: arnOf(one),
      TargetArn: world.arn('redshift', `namespace:${one.name}`),
      Status: one.status,
    })),
    ...rest,
  };
}

const paged = ['Filters', 'MaxRecords', 'Marker'] as const;

export const clusterDependentOperations: Operations = {
  DescribeDBClusterAutomatedBackups: operation<DescribeDBClusterAutomatedBackupsMessage>(
    ['DbClusterResourceId', 'DBClusterIdentifier', ...paged],
    describeBackups,
  ),
  DescribeGlobalClusters: operation<DescribeGlobalClustersMessage>(
    ['GlobalClusterIdentifier', ...paged],
    describeGlobals,
  ),
  DescribeIntegrations: operation<DescribeIntegrationsMessage>(
    ['IntegrationIdentifier', ...paged],
    describeIntegrations,
  ),
};
