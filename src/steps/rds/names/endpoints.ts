import type { DBCluster, DBClusterEndpoint } from '@aws-sdk/client-rds';
import type { AwsContext } from '../../../aws/services.ts';
import type { Json } from '../../../contract/json.ts';
import type { Observation } from '../../../contract/step.ts';
import type { ClusterEndpoint } from '../domain.ts';

const isCustom = ({ EndpointType }: DBClusterEndpoint) => EndpointType === 'CUSTOM';

/** The custom endpoint of this name, whichever cluster has it. */
export async function endpointNamed(ctx: AwsContext, name: string): Promise<DBClusterEndpoint | undefined> {
  const all = await ctx.aws.sight.clusterEndpoints();
  return all.find((one) => isCustom(one) && one.DBClusterEndpointIdentifier === name);
}

/** Is it one of this cluster's? */
export function heldBy(cluster: DBCluster, endpoint: DBClusterEndpoint): boolean {
  return endpoint.DBClusterIdentifier === cluster.DBClusterIdentifier;
}

/** The custom endpoints of a cluster, by name. */
export function customEndpointsOf(cluster: DBCluster, all: readonly DBClusterEndpoint[]): DBClusterEndpoint[] {
  const name = (one: DBClusterEndpoint) => one.DBClusterEndpointIdentifier ?? '';
  return all
    .filter((one) => isCustom(one) && heldBy(cluster, one) && one.Status !== 'deleting')
    .sort((a, b) => (name(a) < name(b) ? -1 : 1));
}

/** Which members a custom endpoint leads to, as text that is equal for equal ones. */
export function leadsTo({ type, members, excluded }: Pick<ClusterEndpoint, 'type' | 'members' | 'excluded'>): string {
  if (members.length > 0) return `${type} ${[...members].sort().join(' ')}`;
  return excluded.length > 0 ? `${type} all but ${[...excluded].sort().join(' ')}` : `${type} all`;
}

/** What `leadsTo` reads, of an endpoint as AWS shows it. */
export function shownAs(one: DBClusterEndpoint): Pick<ClusterEndpoint, 'type' | 'members' | 'excluded'> {
  const type = one.CustomEndpointType;
  return {
    type: type === 'READER' || type === 'WRITER' ? type : 'ANY',
    members: one.StaticMembers ?? [],
    excluded: one.ExcludedMembers ?? [],
  };
}

/** Does it lead to any member now? One for readers does not lead to the writer, whoever that is after a failover. */
export function leadsAnywhere(cluster: DBCluster, endpoint: DBClusterEndpoint): boolean {
  const { type, members, excluded } = shownAs(endpoint);
  return (cluster.DBClusterMembers ?? []).some(({ DBInstanceIdentifier: name = '', IsClusterWriter: writer }) => {
    const listed = members.length > 0 ? members.includes(name) : !excluded.includes(name);
    return listed && (type === 'ANY' || (type === 'WRITER') === (writer === true));
  });
}

/** The observation after the original got one of its custom endpoints, or lost it. */
export function endpointsExpected(
  observation: Observation,
  { cluster, endpoint }: { readonly cluster: string; readonly endpoint: ClusterEndpoint },
  there: boolean,
): Observation {
  const { shape } = observation;
  if (shape['original'] !== cluster) return observation;
  const { [endpoint.id]: _gone, ...others } = (shape['endpoints'] ?? {}) as Record<string, Json>;
  return {
    ...observation,
    shape: { ...shape, endpoints: there ? { ...others, [endpoint.id]: leadsTo(endpoint) } : others },
  };
}
