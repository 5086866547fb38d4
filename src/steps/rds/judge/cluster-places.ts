import type { DBCluster, DBClusterEndpoint, DBInstance } from '@aws-sdk/client-rds';
import type { Cluster, ClusterVerdict } from '../cluster-domain.ts';
import { leadsTo, shownAs } from '../names/endpoints.ts';
import { hasGroups, parametersPend, pendingOf } from '../status.ts';

interface Found {
  readonly replacement: DBCluster;
  readonly members: readonly DBInstance[];
  /** Its custom ones. */
  readonly endpoints: readonly DBClusterEndpoint[];
}

/** What speaks against the replacement being what the original was, behind its fence: key, names, members and endpoints. */
export function faultsOfPlaces(verdict: ClusterVerdict, cluster: Cluster, found: Found): string[] {
  const { replacement } = found;
  const name = replacement.DBClusterIdentifier ?? '';
  const encryption = replacement.StorageEncryptionType ?? (replacement.StorageEncrypted ? 'sse-kms' : 'none');
  const strays = [replacement.Endpoint, replacement.ReaderEndpoint].filter((host) => !host?.startsWith(`${name}.`));
  return [
    ...(replacement.KmsKeyId === verdict.key
      ? []
      : [`${name} is under ${replacement.KmsKeyId ?? 'no key'}, not under ${verdict.key}`]),
    ...(encryption === 'sse-kms' ? [] : [`${name} is encrypted by ${encryption}, not under a key of KMS`]),
    ...(name === verdict.name ? [] : [`${verdict.replacement} is named ${name}, not ${verdict.name}`]),
    ...(hasGroups(replacement, [verdict.fence])
      ? []
      : [`${name} is not behind the fence alone: somebody may have written to it`]),
    ...strays.map((host) => `${name} has the endpoint ${host ?? 'nothing'}`),
    ...waiting(name, replacement),
    ...memberFaults(verdict, found),
    ...endpointFaults(cluster, found),
  ];
}

function waiting(name: string, one: DBCluster | DBInstance): string[] {
  const names = Object.keys(pendingOf(one));
  return names.length > 0 ? [`${name} has pending changes of ${names.join(', ')}`] : [];
}

function memberFaults({ members: pairs, replacement: id }: ClusterVerdict, { replacement, members }: Found): string[] {
  const known = pairs.map((pair) => pair.replacement);
  const others = members.filter((one) => !known.includes(one.DbiResourceId ?? ''));
  const writers = (replacement.DBClusterMembers ?? []).filter((one) => one.IsClusterWriter);
  return [
    ...others.map((one) => `${one.DBInstanceIdentifier} is a member of ${id}, and nobody asked for it`),
    ...(writers.length === 1 ? [] : [`${id} has ${writers.length} writers`]),
    ...pairs.flatMap((pair) => {
      const found = members.find((one) => one.DbiResourceId === pair.replacement);
      if (!found) return [`${pair.replacement}, which replaces ${pair.name}, is no member of ${id}`];
      const name = found.DBInstanceIdentifier ?? '';
      const inCluster = replacement.DBClusterMembers?.find((one) => one.DBInstanceIdentifier === name);
      const pends = parametersPend(found) || inCluster?.DBClusterParameterGroupStatus === 'pending-reboot';
      return [
        ...(name === pair.name ? [] : [`${pair.replacement} is named ${name}, not ${pair.name}`]),
        ...(found.Endpoint?.Address?.startsWith(`${name}.`) ? [] : [`${name} has another endpoint than its name`]),
        ...(pends ? [`parameters of ${name} wait for a restart`] : []),
        ...waiting(name, found),
      ];
    }),
  ];
}

function endpointFaults({ endpoints: wanted }: Cluster, { endpoints }: Found): string[] {
  return wanted.flatMap((one) => {
    const found = endpoints.find(({ DBClusterEndpointIdentifier: id }) => id === one.id);
    if (!found) return [`the custom endpoint ${one.id} is missing`];
    const [was, is] = [leadsTo(one), leadsTo(shownAs(found))];
    return was === is ? [] : [`the custom endpoint ${one.id} leads to ${is}, not to ${was}`];
  });
}
