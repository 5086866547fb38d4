import type { Instance, InstanceNetworkInterface } from '@aws-sdk/client-ec2';
import type { AwsContext } from '../../aws/services.ts';
import type { InstanceBefore } from '../domain.ts';
import type { Refusals } from '../refusals.ts';

/** The public IPv4 addresses that an instance shows, whoever they belong to. */
export function publicAddressesOf(instance: Instance): string[] {
  const shown = (instance.NetworkInterfaces ?? []).flatMap(publicAddressesAt);
  return [...new Set(instance.PublicIpAddress ? [instance.PublicIpAddress, ...shown] : shown)];
}

/** Which of them are Elastic IPs, and so stay through a stop. An address does not say so itself. */
export async function elasticAddressesOf(
  ctx: AwsContext,
  instance: Instance,
  refusals: Refusals,
): Promise<ReadonlySet<string>> {
  if (publicAddressesOf(instance).length === 0) return new Set();
  const Filters = [{ Name: 'instance-id', Values: [instance.InstanceId ?? ''] }];
  const answer = await refusals.readable(`which addresses of ${instance.InstanceId} are Elastic IPs`, () =>
    ctx.aws.ec2.describeAddresses({ Filters }),
  );
  return new Set((answer?.Addresses ?? []).flatMap(({ PublicIp }) => PublicIp ?? []));
}

/** The network interfaces as they must be again after the start, by id. */
export function interfacesOf(instance: Instance, elastic: ReadonlySet<string>): InstanceBefore['interfaces'] {
  return (instance.NetworkInterfaces ?? [])
    .map((one) => ({
      id: one.NetworkInterfaceId ?? '',
      privateAddresses: privateAddressesAt(one),
      elasticAddresses: publicAddressesAt(one).filter((address) => elastic.has(address)),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What of these interfaces is no longer as it was, one sentence each. New auto-assigned addresses don't count. */
export function lostInterfaces(before: InstanceBefore['interfaces'], instance: Instance): string[] {
  const found = new Map((instance.NetworkInterfaces ?? []).map((one) => [one.NetworkInterfaceId ?? '', one]));
  const faults = before.flatMap((was) => {
    const is = found.get(was.id);
    found.delete(was.id);
    if (!is) return [`network interface ${was.id} is missing`];
    const [had, has] = [was.privateAddresses.join(', '), privateAddressesAt(is).join(', ')];
    const moved = had === has ? [] : [`${was.id} has private addresses ${has || 'none'}, it had ${had || 'none'}`];
    const shown = publicAddressesAt(is);
    const lost = was.elasticAddresses.filter((address) => !shown.includes(address));
    return [...moved, ...lost.map((address) => `${was.id} has lost its Elastic IP ${address}`)];
  });
  return [...faults, ...[...found.keys()].map((id) => `network interface ${id} was not there before`)];
}

function privateAddressesAt(one: InstanceNetworkInterface): string[] {
  const v4 = (one.PrivateIpAddresses ?? []).flatMap(({ PrivateIpAddress }) => PrivateIpAddress ?? []);
  const v6 = (one.Ipv6Addresses ?? []).flatMap(({ Ipv6Address }) => Ipv6Address ?? []);
  return [...v4, ...v6].sort();
}

function publicAddressesAt(one: InstanceNetworkInterface): string[] {
  // The interface's own association is that of its primary address, shown twice.
  const associations = [one.Association, ...(one.PrivateIpAddresses ?? []).map(({ Association }) => Association)];
  return [...new Set(associations.flatMap((association) => association?.PublicIp ?? []))].sort();
}
