import type { Instance, InstanceNetworkInterface } from '@aws-sdk/client-ec2';
import type { InstanceBefore } from '../domain.ts';

// AWS names itself as the owner of an address that it assigned and will take back at the stop.
const assignedByAws = 'amazon';

/** The network interfaces as they must be again after the start, by id. */
export function interfacesOf(instance: Instance): InstanceBefore['interfaces'] {
  return (instance.NetworkInterfaces ?? [])
    .map((one) => ({
      id: one.NetworkInterfaceId ?? '',
      privateAddresses: privateAddressesOf(one),
      elasticAddresses: publicAddressesOf(one)
        .filter(({ owner }) => owner !== assignedByAws)
        .map(({ address }) => address)
        .sort(),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The public IPv4 addresses that a stop takes away. */
export function assignedAddressesOf(instance: Instance): string[] {
  const known = (instance.NetworkInterfaces ?? []).flatMap(publicAddressesOf);
  const assigned = known.filter(({ owner }) => owner === assignedByAws).map(({ address }) => address);
  const own = instance.PublicIpAddress;
  return own && !known.some(({ address }) => address === own) ? [...assigned, own] : assigned;
}

function privateAddressesOf(one: InstanceNetworkInterface): string[] {
  const v4 = (one.PrivateIpAddresses ?? []).flatMap(({ PrivateIpAddress }) => PrivateIpAddress ?? []);
  const v6 = (one.Ipv6Addresses ?? []).flatMap(({ Ipv6Address }) => Ipv6Address ?? []);
  return [...v4, ...v6].sort();
}

function publicAddressesOf(one: InstanceNetworkInterface): { address: string; owner: string }[] {
  // The interface's own association is that of its primary address, shown twice.
  const associations = [one.Association, ...(one.PrivateIpAddresses ?? []).map(({ Association }) => Association)];
  const byAddress = new Map(
    associations.flatMap((it) => (it?.PublicIp ? [[it.PublicIp, it.IpOwnerId ?? ''] as const] : [])),
  );
  return [...byAddress].map(([address, owner]) => ({ address, owner }));
}
