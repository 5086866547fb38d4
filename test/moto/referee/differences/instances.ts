import type { Difference } from './difference.ts';

const one = 'DescribeInstances Reservations[].Instances[]';
const gone = 'DescribeInstances (terminated) Reservations[].Instances[]';
const card = `${one}.NetworkInterfaces[]`;
const cards = 'DescribeNetworkInterfaces NetworkInterfaces[]';
const privateName = ['ip-<ip *>.eu-west-1.compute.internal', 'ip-<ip *>.ec2.internal'] as const;
const publicName = ['ec2-<ip *>.eu-west-1.compute.amazonaws.com', 'ip-<ip *>.ec2.internal'] as const;

/** Instances, their states and their network. */
export const instances: readonly Difference[] = [
  {
    why: 'Stopping and the status checks take time [D instance state changes] [T InstanceStatusSummary].',
    aws: 'ours',
    places: {
      'DescribeInstanceStatus InstanceStatuses[].InstanceState.Code': ['64', '80'],
      'DescribeInstanceStatus InstanceStatuses[].InstanceState.Name': ['stopping', 'stopped'],
      'DescribeInstanceStatus InstanceStatuses[].InstanceStatus.Status': ['initializing', 'ok'],
      'DescribeInstanceStatus InstanceStatuses[].InstanceStatus.Details[].Status': ['initializing', 'passed'],
      'DescribeInstanceStatus InstanceStatuses[].SystemStatus.Status': ['initializing', 'ok'],
      'DescribeInstanceStatus InstanceStatuses[].SystemStatus.Details[].Status': ['initializing', 'passed'],
    },
  },
  {
    why: 'Members of a status that moto does not have [T InstanceStatus.AttachedEbsStatus, Events].',
    aws: 'ours',
    places: {
      'DescribeInstanceStatus InstanceStatuses[].AttachedEbsStatus': ['*', 'absent'],
      'DescribeInstanceStatus InstanceStatuses[].Events': ['[]', 'absent'],
    },
  },
  {
    why: 'LaunchTime is that of the last start [T Instance.LaunchTime]. That somebody started the instance in between is seen on the simulated account only.',
    aws: 'ours',
    places: { 'LaunchTime after a start is': ['another', 'the same'] },
  },
  {
    why: 'Repeating a stop or a start: AWS does not say what it answers [U].',
    aws: 'unknown',
    places: {
      'StopInstances (stopped already) StoppingInstances[].CurrentState.Code': ['80', '64'],
      'StopInstances (stopped already) StoppingInstances[].CurrentState.Name': ['stopped', 'stopping'],
      'StartInstances (running already) StartingInstances[].CurrentState.Code': ['16', '0'],
      'StartInstances (running already) StartingInstances[].CurrentState.Name': ['running', 'pending'],
    },
  },
  {
    why: 'What is terminated neither starts nor stops [D errors-overview, IncorrectInstanceState], and has lost its network [D terminating-instances].',
    aws: 'ours',
    places: {
      'StartInstances (terminated)': ['IncorrectInstanceState 400', 'answered'],
      'StopInstances (terminated)': ['IncorrectInstanceState 400', 'answered'],
      [`${gone}.NetworkInterfaces[]`]: ['absent', '*'],
      [`${gone}.PrivateDnsName`]: ['absent', 'ip-<*ip*>.eu-west-1.compute.internal'],
      [`${gone}.PrivateIpAddress`]: ['absent', '<*ip*>'],
      [`${gone}.SubnetId`]: ['absent', '<*subnet*>'],
      [`${gone}.VpcId`]: ['absent', '<*vpc*>'],
    },
  },
  {
    why: 'moto words the refusal of a stop as one of a termination.',
    aws: 'ours',
    places: {
      'StopInstances (protected) message': ['the instance <i 1> may not be stopped *', '* may not be terminated *'],
    },
  },
  {
    why: 'moto takes whatever value, forgets it, and several attributes at once [T ModifyInstanceAttributeRequest].',
    aws: 'ours',
    places: {
      'ModifyInstanceAttribute (an unknown value)': ['InvalidParameterValue 400', 'answered'],
      'ModifyInstanceAttribute (two attributes)': ['InvalidParameterCombination 400', 'answered'],
      'DescribeInstanceAttribute InstanceInitiatedShutdownBehavior.Value': ['terminate', 'stop'],
    },
  },
  {
    why: 'An auto-assigned address is Amazon\'s [D public IPv4 addresses], and so named in both places [T NetworkInterfaceAssociation]. On moto the plans run in a subnet that assigns none, else its "Elastic" address would have changed.',
    aws: 'ours',
    places: {
      [`${card}.Association.IpOwnerId`]: ['amazon', '123456789012'],
      [`${card}.PrivateIpAddresses[].Association.IpOwnerId`]: ['amazon', '123456789012'],
      [`${cards}.Association.IpOwnerId`]: ['amazon', '123456789012'],
      [`${cards}.PrivateIpAddresses[].Association`]: ['*', 'absent'],
      [`${card}.Association`]: ['absent', '{}'],
    },
  },
  {
    why: 'DNS names of eu-west-1 name the Region, and a public one begins with ec2 [D DNS hostnames].',
    aws: 'ours',
    places: {
      [`${card}.PrivateDnsName`]: privateName,
      [`${card}.PrivateIpAddresses[].PrivateDnsName`]: [privateName[0], 'absent'],
      [`${card}.Association.PublicDnsName`]: publicName,
      [`${card}.PrivateIpAddresses[].Association.PublicDnsName`]: publicName,
      [`${cards}.PrivateDnsName`]: privateName,
      [`${cards}.PrivateIpAddresses[].PrivateDnsName`]: privateName,
      [`${cards}.Association.PublicDnsName`]: publicName,
      [`${one}.PublicDnsName`]: ['', 'absent'],
    },
  },
  {
    why: 'The first interface goes with its instance [T InstanceNetworkInterfaceSpecification.DeleteOnTermination].',
    aws: 'ours',
    places: {
      [`${card}.Attachment.DeleteOnTermination`]: ['true', 'false'],
      [`${cards}.Attachment.DeleteOnTermination`]: ['true', 'false'],
    },
  },
  {
    why: 'The simulated account does not remember when an interface was attached [T NetworkInterfaceAttachment.AttachTime]; rekey does not read it.',
    aws: 'moto',
    places: {
      [`${card}.Attachment.AttachTime`]: ['absent', '<time>'],
      [`${cards}.Attachment.AttachTime`]: ['absent', '<time>'],
    },
  },
  {
    why: 'The words that AWS describes the first interface with are not documented.',
    aws: 'unknown',
    places: {
      [`${card}.Description`]: ['', 'Primary network interface'],
      [`${cards}.Description`]: ['', 'Primary network interface'],
    },
  },
  {
    why: "Nobody requested the interface on the account's behalf [T NetworkInterface.RequesterId].",
    aws: 'ours',
    places: { [`${cards}.RequesterId`]: ['absent', '*'] },
  },
  {
    why: 'An instance of a VPC has security groups, the default one at least [D default security groups].',
    aws: 'ours',
    places: {
      [`${one}.SecurityGroups[]`]: ['*', 'absent'],
      'DescribeInstanceAttribute Groups[]': ['*', 'absent'],
    },
  },
  {
    why: 'Members that AWS has [T Instance]; a running instance has no StateReason. rekey reads HibernationOptions and Operator.',
    aws: 'ours',
    places: {
      [`${one}.EnaSupport`]: ['true', 'absent'],
      [`${one}.HibernationOptions.Configured`]: ['false', 'absent'],
      [`${one}.Operator`]: ['{"Managed":false}', 'absent'],
      [`${one}.StateReason`]: ['absent', '{"Code":"","Message":""}'],
      [`${gone}.EnaSupport`]: ['true', 'absent'],
      [`${gone}.HibernationOptions.Configured`]: ['false', 'absent'],
      [`${gone}.Operator`]: ['{"Managed":false}', 'absent'],
    },
  },
  {
    why: 'Members that AWS has [T Instance] and the simulated account leaves out: rekey does not read them.',
    aws: 'moto',
    places: {
      [`${one}.ClientToken`]: ['absent', '*'],
      [`${one}.MetadataOptions`]: ['absent', '*'],
      [`${gone}.ClientToken`]: ['absent', '*'],
      [`${gone}.MetadataOptions`]: ['absent', '*'],
    },
  },
  {
    why: 'Whether AWS shows these of a t3.micro that was started without asking for either is not documented.',
    aws: 'unknown',
    places: {
      [`${one}.EbsOptimized`]: ['true', 'false'],
      [`${gone}.EbsOptimized`]: ['true', 'false'],
      'DescribeInstanceAttribute EbsOptimized.Value': ['true', 'false'],
      [`${one}.SriovNetSupport`]: ['absent', 'simple'],
      [`${gone}.SriovNetSupport`]: ['absent', 'simple'],
    },
  },
  {
    why: 'Of an instance type the simulated account tells only what it models: architecture, instance store, hibernation [T InstanceTypeInfo].',
    aws: 'moto',
    places: Object.fromEntries(
      [
        ...['AutoRecoverySupported', 'BurstablePerformanceSupported', 'DedicatedHostsSupported', 'FreeTierEligible'],
        ...['MemoryInfo', 'NetworkInfo', 'NitroEnclavesSupport', 'NitroTpmInfo', 'NitroTpmSupport', 'PhcSupport'],
        ...['PlacementGroupInfo', 'RebootMigrationSupport', 'SupportedBootModes', 'SupportedUsageClasses'],
        ...['SupportedVirtualizationTypes', 'VCpuInfo'],
        ...['ProcessorInfo.Manufacturer', 'ProcessorInfo.SustainedClockSpeedInGhz'],
        ...['EbsInfo.AttachmentLimitType', 'EbsInfo.EbsOptimizedInfo', 'EbsInfo.MaximumEbsAttachments'],
      ].map((member) => [`DescribeInstanceTypes InstanceTypes[].${member}`, ['absent', '*']] as const),
    ),
  },
];
