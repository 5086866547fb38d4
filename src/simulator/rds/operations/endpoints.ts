import type {
  CreateDBClusterEndpointMessage,
  DeleteDBClusterEndpointMessage,
  DescribeDBClusterEndpointsMessage,
  ModifyDBClusterEndpointMessage,
} from '@aws-sdk/client-rds';
import { required } from '../../ec2/select.ts';
import { type Operations, operation } from '../../operation.ts';
import { AwsError } from '../../wire/message.ts';
import type { World } from '../../world.ts';
import { clusterKind } from '../kinds/cluster.ts';
import type { Cluster, ClusterEndpoint } from '../model/cluster.ts';
import { nameCustomEndpoint, unnameCustomEndpoint } from '../naming/addresses.ts';
import { clusterEndpointOf, named, visible } from '../naming/find.ts';
import { membersOf } from '../naming/names.ts';
import { folded, markedPage, newIdentifier, passing } from '../naming/select.ts';
import { newTags } from '../rules/new-tags.ts';
import { refusals } from '../rules/refusals.ts';
import { endpointView, ownEndpointViews } from '../views/cluster.ts';

const mostEndpoints = 5;

const kinds: ReadonlySet<string> = new Set(['READER', 'ANY']);

function typeOf(type: string): ClusterEndpoint['type'] {
  if (!kinds.has(type)) throw refusals.value(`Invalid endpoint type: ${type}. It must be READER or ANY.`);
  return type as ClusterEndpoint['type'];
}

function idsOf(world: World, cluster: Cluster, names: readonly string[] | undefined): string[] {
  return (names ?? []).map((name) => {
    const found = membersOf(world, cluster).find((one) => one.identifier === folded(name));
    if (!found) throw refusals.noDatabase(name);
    return found.resourceId;
  });
}

function checkLists(input: { StaticMembers?: string[] | undefined; ExcludedMembers?: string[] | undefined }): void {
  if (input.StaticMembers?.length && input.ExcludedMembers?.length) {
    throw refusals.combination('StaticMembers and ExcludedMembers can not be specified together.');
  }
}

function create(world: World, input: CreateDBClusterEndpointMessage): object {
  const id = newIdentifier(input.DBClusterEndpointIdentifier, 'DBClusterEndpointIdentifier', 63);
  const cluster = named(world, clusterKind, input.DBClusterIdentifier);
  const type = typeOf(required(input.EndpointType, 'EndpointType'));
  checkLists(input);
  if (world.rds.clusterEndpoints.has(id)) {
    throw new AwsError('DBClusterEndpointAlreadyExistsFault', `DB cluster endpoint ${id} already exists`);
  }
  if (cluster.status !== 'available') {
    throw refusals.clusterState(`DB cluster ${cluster.identifier} is ${cluster.status}.`);
  }
  const own = [...world.rds.clusterEndpoints.values()].filter((one) => one.cluster === cluster.resourceId);
  if (own.length >= mostEndpoints) {
    throw new AwsError('DBClusterEndpointQuotaExceededFault', 'The cluster has all the endpoints it may have.', 403);
  }
  const endpoint: ClusterEndpoint = {
    id,
    resourceId: `cluster-endpoint-${world.ids.hex(26).toUpperCase()}`,
    cluster: cluster.resourceId,
    visibleFrom: world.visibleFrom,
    tags: newTags(world, input.Tags),
    type,
    static: idsOf(world, cluster, input.StaticMembers),
    excluded: idsOf(world, cluster, input.ExcludedMembers),
    status: 'creating',
  };
  world.rds.clusterEndpoints.set(id, endpoint);
  world.after(world.seconds(20, 120), () => {
    if (world.rds.clusterEndpoints.get(id) !== endpoint || endpoint.status !== 'creating') return;
    endpoint.status = 'available';
    nameCustomEndpoint(world, cluster, endpoint);
  });
  return endpointView(world, endpoint);
}

function requireAvailable(endpoint: ClusterEndpoint): void {
  if (endpoint.status === 'available') return;
  throw new AwsError('InvalidDBClusterEndpointStateFault', `DB cluster endpoint ${endpoint.id} is ${endpoint.status}.`);
}

function modify(world: World, input: ModifyDBClusterEndpointMessage): object {
  const endpoint = clusterEndpointOf(world, input.DBClusterEndpointIdentifier);
  const cluster = world.rds.clusters.get(endpoint.cluster);
  if (!cluster) throw refusals.noClusterEndpoint(endpoint.id);
  checkLists(input);
  requireAvailable(endpoint);
  const type = input.EndpointType === undefined ? endpoint.type : typeOf(input.EndpointType);
  const lists =
    input.StaticMembers === undefined && input.ExcludedMembers === undefined
      ? {}
      : {
          static: idsOf(world, cluster, input.StaticMembers),
          excluded: idsOf(world, cluster, input.ExcludedMembers),
        };
  endpoint.status = 'modifying';
  world.after(world.seconds(10, 60), () => {
    if (endpoint.status === 'modifying') Object.assign(endpoint, { type, ...lists, status: 'available' });
  });
  return endpointView(world, endpoint);
}

function remove(world: World, input: DeleteDBClusterEndpointMessage): object {
  const endpoint = clusterEndpointOf(world, input.DBClusterEndpointIdentifier);
  requireAvailable(endpoint);
  endpoint.status = 'deleting';
  unnameCustomEndpoint(world, endpoint);
  world.after(world.seconds(10, 90), () => {
    if (world.rds.clusterEndpoints.get(endpoint.id) === endpoint) world.rds.clusterEndpoints.delete(endpoint.id);
  });
  return endpointView(world, endpoint);
}

function describe(world: World, input: DescribeDBClusterEndpointsMessage): object {
  interface View {
    readonly DBClusterEndpointIdentifier?: string;
    readonly DBClusterIdentifier?: string | undefined;
    readonly Endpoint: string;
    readonly EndpointType: string;
    readonly CustomEndpointType?: string;
    readonly Status: string;
  }
  const test = passing<View>(input.Filters, {
    'db-cluster-endpoint-type': (one) => one.EndpointType.toLowerCase(),
    'db-cluster-endpoint-custom-type': (one) => one.CustomEndpointType?.toLowerCase(),
    'db-cluster-endpoint-id': (one) => one.DBClusterEndpointIdentifier,
    'db-cluster-endpoint-status': (one) => one.Status,
  });
  const named = input.DBClusterEndpointIdentifier;
  const of = input.DBClusterIdentifier;
  const cluster = of === undefined ? undefined : visible(world, clusterKind, folded(of));
  const custom = named
    ? [clusterEndpointOf(world, named)]
    : [...world.rds.clusterEndpoints.values()].filter((one) => one.visibleFrom <= world.time);
  const own = named ? [] : [...world.rds.clusters.values()].filter((one) => one.visibleFrom <= world.time);
  const views: View[] = [
    ...own.filter((one) => of === undefined || one === cluster).flatMap((one) => ownEndpointViews(world, one)),
    ...custom
      .filter((one) => of === undefined || one.cluster === cluster?.resourceId)
      .map((one) => endpointView(world, one)),
  ];
  const { items, ...rest } = markedPage(views.filter(test), input, (one) => one.Endpoint);
  return { DBClusterEndpoints: items, ...rest };
}

export const clusterEndpointOperations: Operations = {
  CreateDBClusterEndpoint: operation<CreateDBClusterEndpointMessage>(
    ['DBClusterIdentifier', 'DBClusterEndpointIdentifier', 'EndpointType', 'StaticMembers', 'ExcludedMembers', 'Tags'],
    create,
  ),
  ModifyDBClusterEndpoint: operation<ModifyDBClusterEndpointMessage>(
    ['DBClusterEndpointIdentifier', 'EndpointType', 'StaticMembers', 'ExcludedMembers'],
    modify,
  ),
  DeleteDBClusterEndpoint: operation<DeleteDBClusterEndpointMessage>(['DBClusterEndpointIdentifier'], remove),
  DescribeDBClusterEndpoints: operation<DescribeDBClusterEndpointsMessage>(
    ['DBClusterIdentifier', 'DBClusterEndpointIdentifier', 'Filters', 'MaxRecords', 'Marker'],
    describe,
  ),
};
