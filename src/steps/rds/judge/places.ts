import type { DBCluster, DBClusterEndpoint, DBInstance } from '@aws-sdk/client-rds';
import type { Cluster, ClusterVerdict } from '../domain.ts';
import { leadsTo, shownAs } from '../names/endpoints.ts';
import { isScaled } from '../scaled.ts';
import { clusterParametersPend, type Described, nameIn, parametersPend, pendingOf } from '../status.ts';

interface Found {
  readonly replacement: DBCluster;
  readonly members: readonly DBInstance[];
  /** Its custom ones. */
  readonly endpoints: readonly DBClusterEndpoint[];
}

/** What speaks against a cluster being what the original was, besides its key, name and fence: endpoints and members. */
export function faultsOfPlaces(verdict: ClusterVerdict, cluster: Cluster, found: Found): string[] {
  const { replacement } = found;
  return [
    ...waiting(replacement),
    ...memberFaults(verdict, cluster, found),
    ...endpointFaults(verdict, cluster, found),
  ];
}

/** The same of an instance. */
export function faultsOfInstance(found: DBInstance): string[] {
  return [...(parametersPend(found) ? [`parameters of ${nameIn(found)} wait for a restart`] : []), ...waiting(found)];
}

function waiting(one: Described): string[] {
  const names = Object.keys(pendingOf(one));
  return names.length > 0 ? [`${nameIn(one)} has pending changes of ${names.join(', ')}`] : [];
}

function memberFaults(
  { members: pairs, replacement: id }: ClusterVerdict,
  cluster: Cluster,
  { replacement, members }: Found,
): string[] {
  const known = pairs.map((pair) => pair.replacement);
  // Application Auto Scaling knows a cluster by its name: what has it gets further readers.
  const others = members.filter((one) => !known.includes(one.DbiResourceId ?? '') && !isScaled(one.TagList));
  const writers = (replacement.DBClusterMembers ?? []).filter((one) => one.IsClusterWriter);
  return [
    ...others.map((one) => `${one.DBInstanceIdentifier} is a member of ${id}, and nobody asked for it`),
    ...(writers.length === 1 ? [] : [`${id} has ${writers.length} writers`]),
    ...pairs.flatMap((pair) => {
      const found = members.find((one) => one.DbiResourceId === pair.replacement);
      if (!found && mayGo(cluster, pair.id)) return [];
      if (!found) return [`${pair.replacement}, which replaces ${pair.name}, is no member of ${id}`];
      const name = found.DBInstanceIdentifier ?? '';
      const pends = parametersPend(found) || clusterParametersPend(replacement, found);
      return [
        ...(name === pair.name ? [] : [`${pair.replacement} is named ${name}, not ${pair.name}`]),
        ...(found.Endpoint?.Address?.startsWith(`${name}.`) ? [] : [`${name} has another endpoint than its name`]),
        ...(pends ? [`parameters of ${name} wait for a restart`] : []),
        ...waiting(found),
      ];
    }),
  ];
}

const mayGo = (cluster: Cluster, original: string) =>
  cluster.members.some((one) => one.id === original && one.scaled === true);

function endpointFaults({ members: pairs }: ClusterVerdict, cluster: Cluster, { members, endpoints }: Found): string[] {
  const isThere = (id: string) => members.some((one) => one.DbiResourceId === id);
  const gone = pairs.filter((one) => !isThere(one.replacement) && mayGo(cluster, one.id)).map(({ name }) => name);
  return cluster.endpoints.flatMap((one) => {
    const found = endpoints.find(({ DBClusterEndpointIdentifier: id }) => id === one.id);
    if (!found) return [`the custom endpoint ${one.id} is missing`];
    const left = {
      ...one,
      members: one.members.filter((name) => !gone.includes(name)),
      excluded: one.excluded.filter((name) => !gone.includes(name)),
    };
    const [was, is] = [leadsTo(left), leadsTo(shownAs(found))];
    return was === is ? [] : [`the custom endpoint ${one.id} leads to ${is}, not to ${was}`];
  });
}
