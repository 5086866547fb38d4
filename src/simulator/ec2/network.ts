import type {
  DescribeAddressesRequest,
  DescribeAvailabilityZonesRequest,
  DescribeNetworkInterfacesRequest,
  InstanceNetworkInterface,
  NetworkInterface,
  Address as WireAddress,
} from '@aws-sdk/client-ec2';
import type { Address, Instance } from '../model.ts';
import { type Operations, operation } from '../operation.ts';
import { TagSet } from '../tag-set.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { kinds, listedOrAll, matching, page, tagList } from './select.ts';
import { zoneId, zones } from './volumes.ts';

export const vpcId = 'vpc-0a1b2c3d4e5f60718';
export const securityGroups = [{ GroupId: 'sg-0a1b2c3d4e5f60718', GroupName: 'default' }];

export function subnetOf(zone: string): string {
  return `subnet-0a1b2c3d4e5f6071${zone.at(-1)}`;
}

/** An address of AWS's pool that nobody else has. */
export function publicIp(world: World): string {
  const part = () => Math.floor(world.ids.between(1, 255));
  return `54.${part()}.${part()}.${part()}`;
}

export function addressOf(world: World, instance: Instance): Address | undefined {
  for (const address of world.addresses.values()) if (address.instanceId === instance.id) return address;
  return undefined;
}

/** Gives an instance an Elastic IP: one that is free, else a new one. It takes the place of an address that AWS has assigned. */
export function associateAddress(world: World, instance: Instance): void {
  if (instance.state !== 'running' && instance.state !== 'stopped')
    throw new AwsError(
      'InvalidInstanceID',
      `The instance '${instance.id}' is not in a valid state for this operation.`,
    );
  if (addressOf(world, instance))
    throw new AwsError('Resource.AlreadyAssociated', `${instance.interfaceId} has an address already.`);
  const free = [...world.addresses.values()].find(({ instanceId }) => instanceId === undefined);
  const address = free ?? {
    allocationId: world.id('eipalloc'),
    publicIp: publicIp(world),
    tags: new TagSet(),
    associationId: undefined,
    instanceId: undefined,
  };
  world.addresses.set(address.allocationId, address);
  address.associationId = world.id('eipassoc');
  address.instanceId = instance.id;
  instance.publicIp = undefined;
}

/** Takes its Elastic IP off an instance; one that runs and had an assigned address gets a new one. */
export function disassociateAddress(world: World, instance: Instance): void {
  const address = addressOf(world, instance);
  if (!address) throw new AwsError('InvalidAssociationID.NotFound', `${instance.id} is associated with no address.`);
  address.associationId = undefined;
  address.instanceId = undefined;
  if (instance.autoPublicIp && instance.state === 'running') instance.publicIp = publicIp(world);
}

function publicIpOf(world: World, instance: Instance): string | undefined {
  return addressOf(world, instance)?.publicIp ?? instance.publicIp;
}

export function publicDnsName(world: World, instance: Instance): string {
  const ip = publicIpOf(world, instance);
  return ip === undefined ? '' : `ec2-${ip.replaceAll('.', '-')}.${world.region}.compute.amazonaws.com`;
}

export function privateDnsName(world: World, instance: Instance): string {
  return `ip-${instance.privateIp.replaceAll('.', '-')}.${world.region}.compute.internal`;
}

function interfaceView(world: World, instance: Instance): NetworkInterface {
  const elastic = addressOf(world, instance);
  const publicIp = publicIpOf(world, instance);
  const association =
    publicIp === undefined
      ? undefined
      : {
          PublicIp: publicIp,
          PublicDnsName: publicDnsName(world, instance),
          IpOwnerId: elastic ? world.account : 'amazon',
          ...(elastic ? { AllocationId: elastic.allocationId, AssociationId: elastic.associationId } : {}),
        };
  return {
    NetworkInterfaceId: instance.interfaceId,
    Status: 'in-use',
    Description: '',
    AvailabilityZone: instance.zone,
    SubnetId: subnetOf(instance.zone),
    VpcId: vpcId,
    OwnerId: world.account,
    MacAddress: instance.macAddress,
    PrivateIpAddress: instance.privateIp,
    PrivateDnsName: privateDnsName(world, instance),
    PrivateIpAddresses: [
      {
        Primary: true,
        PrivateIpAddress: instance.privateIp,
        PrivateDnsName: privateDnsName(world, instance),
        Association: association,
      },
    ],
    Ipv6Addresses: [],
    Association: association,
    Attachment: {
      AttachmentId: instance.interfaceId.replace('eni', 'eni-attach'),
      InstanceId: instance.id,
      InstanceOwnerId: world.account,
      DeviceIndex: 0,
      NetworkCardIndex: 0,
      Status: 'attached',
      DeleteOnTermination: true,
    },
    Groups: securityGroups,
    SourceDestCheck: true,
    InterfaceType: 'interface',
    RequesterManaged: false,
    TagSet: [],
  };
}

/** The network interface as DescribeInstances shows it. */
export function instanceInterfaceView(world: World, instance: Instance): InstanceNetworkInterface {
  const { NetworkInterfaceId, Description, SubnetId, VpcId, OwnerId, MacAddress, PrivateIpAddress, ...rest } =
    interfaceView(world, instance);
  const { Groups, SourceDestCheck, InterfaceType, PrivateDnsName, PrivateIpAddresses, Attachment } = rest;
  const publicIp = rest.Association;
  const association = publicIp && {
    PublicIp: publicIp.PublicIp,
    PublicDnsName: publicIp.PublicDnsName,
    IpOwnerId: publicIp.IpOwnerId,
  };
  return {
    NetworkInterfaceId,
    Description,
    SubnetId,
    VpcId,
    OwnerId,
    MacAddress,
    PrivateIpAddress,
    PrivateDnsName,
    PrivateIpAddresses: PrivateIpAddresses?.map((one) => ({ ...one, Association: association })),
    Association: association,
    Attachment: {
      AttachmentId: Attachment?.AttachmentId,
      DeviceIndex: 0,
      NetworkCardIndex: 0,
      Status: 'attached',
      DeleteOnTermination: true,
    },
    Ipv6Addresses: [],
    Groups,
    SourceDestCheck,
    InterfaceType,
    Status: 'in-use',
  };
}

function describeNetworkInterfaces(world: World, input: DescribeNetworkInterfacesRequest): object {
  const all = [...world.instances.values()]
    .filter((instance) => instance.state !== 'terminated')
    .map((instance) => interfaceView(world, instance));
  const asked = { ...input, ids: input.NetworkInterfaceIds };
  const listed = listedOrAll(
    kinds.networkInterface,
    asked,
    () => all,
    (id) => all.find((one) => one.NetworkInterfaceId === id),
  );
  const test = matching<NetworkInterface>(
    input.Filters,
    {
      'network-interface-id': (one) => one.NetworkInterfaceId,
      'attachment.instance-id': (one) => one.Attachment?.InstanceId,
      'attachment.status': (one) => one.Attachment?.Status,
      'attachment.device-index': (one) => one.Attachment?.DeviceIndex,
      'association.public-ip': (one) => one.Association?.PublicIp,
      'association.allocation-id': (one) => one.Association?.AllocationId,
      'association.ip-owner-id': (one) => one.Association?.IpOwnerId,
      'private-ip-address': (one) => one.PrivateIpAddress,
      'private-dns-name': (one) => one.PrivateDnsName,
      'availability-zone': (one) => one.AvailabilityZone,
      'subnet-id': (one) => one.SubnetId,
      'vpc-id': (one) => one.VpcId,
      'mac-address': (one) => one.MacAddress,
      'group-id': (one) => one.Groups?.map((group) => group.GroupId),
      status: (one) => one.Status,
      'owner-id': (one) => one.OwnerId,
    },
    () => new Map(),
  );
  const { items, ...rest } = page(listed.filter(test), input, (one) => one.NetworkInterfaceId ?? '');
  return { NetworkInterfaces: items, ...rest };
}

function addressView(world: World, address: Address): WireAddress {
  const instance = world.instances.get(address.instanceId ?? '');
  return {
    AllocationId: address.allocationId,
    PublicIp: address.publicIp,
    Domain: 'vpc',
    NetworkBorderGroup: world.region,
    PublicIpv4Pool: 'amazon',
    Tags: tagList(address.tags, world.time),
    ...(instance
      ? {
          AssociationId: address.associationId,
          InstanceId: instance.id,
          NetworkInterfaceId: instance.interfaceId,
          NetworkInterfaceOwnerId: world.account,
          PrivateIpAddress: instance.privateIp,
        }
      : {}),
  };
}

function describeAddresses(world: World, input: DescribeAddressesRequest): object {
  const all = [...world.addresses.values()];
  const ids = input.AllocationIds?.length ? { ids: input.AllocationIds } : { ids: undefined };
  let listed = listedOrAll(
    kinds.address,
    ids,
    () => all,
    (id) => world.addresses.get(id),
  );
  if (input.PublicIps?.length) {
    const missing = input.PublicIps.find((ip) => !all.some((address) => address.publicIp === ip));
    if (missing) throw new AwsError('InvalidAddress.NotFound', `Address '${missing}' not found.`);
    listed = listed.filter((address) => input.PublicIps?.includes(address.publicIp));
  }
  const instance = (address: Address) => world.instances.get(address.instanceId ?? '');
  const test = matching<Address>(
    input.Filters,
    {
      'allocation-id': (address) => address.allocationId,
      'association-id': (address) => address.associationId,
      'instance-id': (address) => address.instanceId,
      'network-interface-id': (address) => instance(address)?.interfaceId,
      'private-ip-address': (address) => instance(address)?.privateIp,
      'public-ip': (address) => address.publicIp,
      'network-border-group': () => world.region,
      'network-interface-owner-id': () => world.account,
    },
    (address) => address.tags.seenAt(world.time),
  );
  return { Addresses: listed.filter(test).map((address) => addressView(world, address)) };
}

function describeAvailabilityZones(world: World, input: DescribeAvailabilityZonesRequest): object {
  const all = zones(world).map((zone) => ({
    ZoneName: zone,
    ZoneId: zoneId(world, zone),
    ZoneType: 'availability-zone',
    RegionName: world.region,
    GroupName: `${world.region}-zg-1`,
    State: 'available' as const,
    OptInStatus: 'opt-in-not-required' as const,
    NetworkBorderGroup: world.region,
    Messages: [],
  }));
  const unknown = [...(input.ZoneNames ?? []), ...(input.ZoneIds ?? [])].find(
    (name) => !all.some((zone) => zone.ZoneName === name || zone.ZoneId === name),
  );
  if (unknown) throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${unknown}]`);
  const test = matching<(typeof all)[number]>(input.Filters, {
    'zone-name': (zone) => zone.ZoneName,
    'zone-id': (zone) => zone.ZoneId,
    'zone-type': (zone) => zone.ZoneType,
    'region-name': (zone) => zone.RegionName,
    state: (zone) => zone.State,
    'opt-in-status': (zone) => zone.OptInStatus,
  });
  const named = all.filter(
    (zone) => (input.ZoneNames?.includes(zone.ZoneName) ?? true) && (input.ZoneIds?.includes(zone.ZoneId) ?? true),
  );
  return { AvailabilityZones: named.filter(test) };
}

const paged = ['Filters', 'MaxResults', 'NextToken'] as const;

export const networkOperations: Operations = {
  DescribeNetworkInterfaces: operation<DescribeNetworkInterfacesRequest>(
    ['NetworkInterfaceIds', ...paged],
    describeNetworkInterfaces,
  ),
  DescribeAddresses: operation<DescribeAddressesRequest>(['AllocationIds', 'PublicIps', 'Filters'], describeAddresses),
  DescribeAvailabilityZones: operation<DescribeAvailabilityZonesRequest>(
    ['ZoneNames', 'ZoneIds', 'Filters', 'AllAvailabilityZones'],
    describeAvailabilityZones,
  ),
};
