import type {
  DescribeInstanceAttributeRequest,
  DescribeInstanceStatusRequest,
  DescribeInstancesRequest,
  InstanceStatus,
  ModifyInstanceAttributeRequest,
  Instance as WireInstance,
} from '@aws-sdk/client-ec2';
import type { Attachment, AttachmentState, Instance } from '../model.ts';
import { type Operations, operation } from '../operation.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { instanceOf } from './find.ts';
import { architectureOf } from './instance-types.ts';
import { stateView } from './instances.ts';
import {
  addressOf,
  instanceInterfaceView,
  privateDnsName,
  publicDnsName,
  securityGroups,
  subnetOf,
  vpcId,
} from './network.ts';
import { type Fields, kinds, listedOrAll, matching, page, required, tagList } from './select.ts';
import { operatorView } from './volumes.ts';

function mappings(world: World, instance: Instance) {
  const recent = (attachment: Attachment) => world.time - attachment.changedAt < world.viewLagMs;
  instance.released = instance.released.filter(({ attachment }) => recent(attachment));
  const held = world.attachmentsOf(instance).flatMap(({ volume, attachment }) => {
    const status = recent(attachment) ? attachment.before : attachment.state;
    return status === undefined ? [] : [mapping(volume.id, attachment, status)];
  });
  return [...held, ...instance.released.map(({ volumeId, attachment }) => mapping(volumeId, attachment, 'detaching'))];
}

function mapping(volumeId: string, attachment: Attachment, status: AttachmentState) {
  return {
    DeviceName: attachment.device,
    Ebs: {
      VolumeId: volumeId,
      AttachTime: new Date(attachment.attachTime),
      DeleteOnTermination: attachment.deleteOnTermination,
      // The instance's view has no `busy` (facts §2.1).
      Status: status === 'busy' ? ('detaching' as const) : status,
      EbsCardIndex: attachment.ebsCardIndex,
    },
  };
}

function instanceView(world: World, instance: Instance): WireInstance {
  const gone = instance.state === 'terminated';
  return {
    InstanceId: instance.id,
    ImageId: 'ami-0a1b2c3d4e5f60718',
    InstanceType: instance.type as NonNullable<WireInstance['InstanceType']>,
    InstanceLifecycle: instance.lifecycle,
    State: stateView(instance.state),
    StateTransitionReason: instance.transitionReason,
    StateReason: instance.stateReason && { Code: instance.stateReason.code, Message: instance.stateReason.message },
    LaunchTime: new Date(instance.launched),
    Placement: { AvailabilityZone: instance.zone, Tenancy: 'default', GroupName: '' },
    OutpostArn: instance.outpostArn,
    Operator: operatorView(instance.operator),
    AmiLaunchIndex: 0,
    Architecture: architectureOf(instance.type),
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    EbsOptimized: true,
    EnaSupport: true,
    SourceDestCheck: true,
    Monitoring: { State: 'disabled' },
    HibernationOptions: { Configured: instance.hibernation },
    RootDeviceType: 'ebs',
    RootDeviceName: instance.rootDevice,
    BlockDeviceMappings: gone ? [] : mappings(world, instance),
    ...(gone
      ? { NetworkInterfaces: [], SecurityGroups: [] }
      : {
          VpcId: vpcId,
          SubnetId: subnetOf(instance.zone),
          PrivateIpAddress: instance.privateIp,
          PrivateDnsName: privateDnsName(world, instance),
          PublicIpAddress: addressOf(world, instance)?.publicIp ?? instance.publicIp,
          PublicDnsName: publicDnsName(world, instance),
          NetworkInterfaces: [instanceInterfaceView(world, instance)],
          SecurityGroups: securityGroups,
        }),
    ProductCodes: [],
    Tags: tagList(instance.tags, world.time),
  };
}

const fields = (world: World): Fields<Instance> => ({
  'instance-id': (one) => one.id,
  'instance-state-name': (one) => one.state,
  'instance-state-code': (one) => stateView(one.state).Code,
  'instance-type': (one) => one.type,
  'instance-lifecycle': (one) => one.lifecycle,
  'availability-zone': (one) => one.zone,
  'launch-time': (one) => new Date(one.launched).toISOString(),
  'root-device-name': (one) => one.rootDevice,
  'root-device-type': () => 'ebs',
  'private-ip-address': (one) => one.privateIp,
  'ip-address': (one) => addressOf(world, one)?.publicIp ?? one.publicIp,
  'subnet-id': (one) => subnetOf(one.zone),
  'vpc-id': () => vpcId,
  'owner-id': () => world.account,
  'hibernation-options.configured': (one) => one.hibernation,
  'outpost-arn': (one) => one.outpostArn,
  'operator.managed': (one) => one.operator !== undefined,
  'state-reason-code': (one) => one.stateReason?.code,
  'network-interface.network-interface-id': (one) => one.interfaceId,
  'block-device-mapping.volume-id': (one) => mappings(world, one).map((one) => one.Ebs.VolumeId),
  'block-device-mapping.device-name': (one) => mappings(world, one).map((one) => one.DeviceName),
  'block-device-mapping.status': (one) => mappings(world, one).map((one) => one.Ebs.Status),
  'block-device-mapping.delete-on-termination': (one) => mappings(world, one).map((one) => one.Ebs.DeleteOnTermination),
});

function describeInstances(world: World, input: DescribeInstancesRequest): object {
  const asked = { ...input, ids: input.InstanceIds };
  const listed = listedOrAll(
    kinds.instance,
    asked,
    () => world.instances.values(),
    (id) => world.instances.get(id),
  );
  const chosen = listed.filter(matching(input.Filters, fields(world), (one) => one.tags.seenAt(world.time)));
  const { items, ...rest } = page(chosen, input, (one) => one.id);
  return {
    Reservations: items.map((instance) => ({
      ReservationId: instance.id.replace('i-', 'r-'),
      OwnerId: world.account,
      Groups: [],
      Instances: [instanceView(world, instance)],
    })),
    ...rest,
  };
}

function checksView(world: World, instance: Instance, failed: boolean) {
  if (instance.state !== 'running') return { Status: 'not-applicable' as const };
  const reachability = (Status: 'failed' | 'passed' | 'initializing') => [{ Name: 'reachability' as const, Status }];
  if (failed) return { Status: 'impaired' as const, Details: reachability('failed') };
  if (instance.checksOkAt <= world.time) return { Status: 'ok' as const, Details: reachability('passed') };
  return { Status: 'initializing' as const, Details: reachability('initializing') };
}

function statusView(world: World, instance: Instance): InstanceStatus {
  const stalled = world
    .attachmentsOf(instance)
    .filter(({ volume }) => volume.stalledMs !== undefined || volume.ioDisabled);
  // Without the blocks of its root a system doesn't answer; the system below it has nothing to do with that.
  const hung = stalled.some(({ attachment }) => attachment.device === instance.rootDevice);
  return {
    InstanceId: instance.id,
    AvailabilityZone: instance.zone,
    InstanceState: stateView(instance.state),
    InstanceStatus: checksView(world, instance, hung),
    SystemStatus: checksView(world, instance, false),
    AttachedEbsStatus: checksView(world, instance, stalled.length > 0),
    Events: [],
  };
}

function describeInstanceStatus(world: World, input: DescribeInstanceStatusRequest): object {
  const asked = { ...input, ids: input.InstanceIds };
  const listed = listedOrAll(
    kinds.instance,
    asked,
    () => world.instances.values(),
    (id) => world.instances.get(id),
  )
    // Only running instances are shown unless all are asked for, named or not.
    .filter((instance) => input.IncludeAllInstances || instance.state === 'running')
    .map((instance) => statusView(world, instance));
  const test = matching<InstanceStatus>(input.Filters, {
    'availability-zone': (item) => item.AvailabilityZone,
    'instance-state-name': (item) => item.InstanceState?.Name,
    'instance-state-code': (item) => item.InstanceState?.Code,
    'instance-status.status': (item) => item.InstanceStatus?.Status,
    'instance-status.reachability': (item) => item.InstanceStatus?.Details?.map((detail) => detail.Status),
    'system-status.status': (item) => item.SystemStatus?.Status,
    'system-status.reachability': (item) => item.SystemStatus?.Details?.map((detail) => detail.Status),
    'attached-ebs-status.status': (item) => item.AttachedEbsStatus?.Status,
  });
  const { items, ...rest } = page(listed.filter(test), input, (item) => item.InstanceId ?? '');
  return { InstanceStatuses: items, ...rest };
}

function describeInstanceAttribute(world: World, input: DescribeInstanceAttributeRequest): object {
  const instance = instanceOf(world, input.InstanceId);
  const { attributes } = instance;
  const known: Record<string, object> = {
    disableApiStop: { DisableApiStop: { Value: attributes.disableApiStop } },
    disableApiTermination: { DisableApiTermination: { Value: attributes.disableApiTermination } },
    instanceInitiatedShutdownBehavior: { InstanceInitiatedShutdownBehavior: { Value: attributes.shutdownBehavior } },
    blockDeviceMapping: { BlockDeviceMappings: mappings(world, instance) },
    rootDeviceName: { RootDeviceName: { Value: instance.rootDevice } },
    instanceType: { InstanceType: { Value: instance.type } },
    ebsOptimized: { EbsOptimized: { Value: true } },
    sourceDestCheck: { SourceDestCheck: { Value: true } },
    enaSupport: { EnaSupport: { Value: true } },
    groupSet: { Groups: securityGroups },
    productCodes: { ProductCodes: [] },
    userData: { UserData: {} },
  };
  const asked = required(input.Attribute, 'Attribute');
  const value = Object.hasOwn(known, asked) ? known[asked] : undefined;
  if (!value)
    throw new AwsError('UnsupportedOperation', `The simulated account does not model the instance attribute ${asked}.`);
  return { InstanceId: instance.id, ...value };
}

function modifyInstanceAttribute(world: World, input: ModifyInstanceAttributeRequest): object {
  const { InstanceId, DryRun, ...given } = input;
  const instance = instanceOf(world, InstanceId);
  if (Object.keys(given).length !== 1) {
    throw new AwsError(
      'InvalidParameterCombination',
      'Fields for multiple attribute types specified: exactly one attribute is modified at a time.',
    );
  }
  const { DisableApiStop, DisableApiTermination, InstanceInitiatedShutdownBehavior, BlockDeviceMappings } = given;
  if (DisableApiStop) instance.attributes.disableApiStop = required(DisableApiStop.Value, 'DisableApiStop.Value');
  if (DisableApiTermination)
    instance.attributes.disableApiTermination = required(DisableApiTermination.Value, 'DisableApiTermination.Value');
  if (InstanceInitiatedShutdownBehavior) {
    const behaviour = InstanceInitiatedShutdownBehavior.Value;
    if (behaviour !== 'stop' && behaviour !== 'terminate') {
      throw new AwsError(
        'InvalidParameterValue',
        `Invalid value '${behaviour}' for instanceInitiatedShutdownBehavior.`,
      );
    }
    instance.attributes.shutdownBehavior = behaviour;
  }
  const held = world.attachmentsOf(instance);
  const wanted = (BlockDeviceMappings ?? []).map(({ DeviceName, Ebs }) => {
    const found = held.find(({ attachment }) => attachment.device === DeviceName);
    if (!found) throw new AwsError('InvalidInstanceAttributeValue', `No device is currently mapped at ${DeviceName}`);
    if (Ebs?.VolumeId !== undefined && Ebs.VolumeId !== found.volume.id) {
      throw new AwsError('InvalidInstanceAttributeValue', `The volume ${Ebs.VolumeId} is not mapped at ${DeviceName}`);
    }
    return { attachment: found.attachment, flag: required(Ebs?.DeleteOnTermination, 'DeleteOnTermination') };
  });
  for (const { attachment, flag } of wanted) attachment.deleteOnTermination = flag;
  return {};
}

const paged = ['Filters', 'MaxResults', 'NextToken'] as const;

export const instanceViewOperations: Operations = {
  DescribeInstances: operation<DescribeInstancesRequest>(['InstanceIds', ...paged], describeInstances),
  DescribeInstanceStatus: operation<DescribeInstanceStatusRequest>(
    ['InstanceIds', 'IncludeAllInstances', ...paged],
    describeInstanceStatus,
  ),
  DescribeInstanceAttribute: operation<DescribeInstanceAttributeRequest>(
    ['InstanceId', 'Attribute'],
    describeInstanceAttribute,
  ),
  ModifyInstanceAttribute: operation<ModifyInstanceAttributeRequest>(
    [
      'InstanceId',
      'DisableApiStop',
      'DisableApiTermination',
      'InstanceInitiatedShutdownBehavior',
      'BlockDeviceMappings.DeviceName',
      'BlockDeviceMappings.Ebs.VolumeId',
      'BlockDeviceMappings.Ebs.DeleteOnTermination',
    ],
    modifyInstanceAttribute,
  ),
};
