import type { DescribeInstanceTypesRequest, InstanceStorageInfo, InstanceTypeInfo } from '@aws-sdk/client-ec2';
import { type Operations, operation } from '../operation.ts';
import { AwsError } from '../wire/message.ts';
import { matching, page } from './select.ts';

type Disks = readonly [count: number, sizeGB: number];

// Instance stores as published; everything else of a type that rekey doesn't ask about is left out.
const disks: Readonly<Record<string, Disks>> = {
  'm5d.large': [1, 75],
  'm5d.xlarge': [1, 150],
  'm5d.2xlarge': [1, 300],
  'm6id.large': [1, 118],
  'c5d.large': [1, 50],
  'c5d.xlarge': [1, 100],
  'c5d.2xlarge': [1, 200],
  'r5d.large': [1, 75],
  'r5d.xlarge': [1, 150],
  'i3.large': [1, 475],
  'i3.xlarge': [1, 950],
  'i4i.large': [1, 468],
  'm3.medium': [1, 4],
};

const families = [
  't2',
  't3',
  't3a',
  't4g',
  'm5',
  'm6i',
  'm6g',
  'm7i',
  'm7g',
  'c5',
  'c6i',
  'c6g',
  'c7g',
  'r5',
  'r6i',
  'r6g',
  'r7g',
];
const sizes = ['nano', 'micro', 'small', 'medium', 'large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '16xlarge'];
const burstableOnly = new Set(['nano', 'micro', 'small', 'medium']);

const names: readonly string[] = [
  ...families.flatMap((family) =>
    sizes
      .filter((size) => family.startsWith('t') === burstableOnly.has(size) || size.startsWith('large'))
      .map((size) => `${family}.${size}`),
  ),
  ...Object.keys(disks),
];

const vCpusBySize: Readonly<Record<string, number>> = { nano: 2, micro: 2, small: 2, medium: 2, large: 2, xlarge: 4 };

/** How many vCPUs an instance of the type draws from the account's quota. */
export function vCpusOf(name: string): number {
  const [family = '', size = ''] = name.split('.');
  // The first generations gave their smallest sizes one.
  if (name === 'm3.medium' || (family === 't2' && ['nano', 'micro', 'small'].includes(size))) return 1;
  const times = /^(\d+)xlarge$/.exec(size)?.[1];
  return times === undefined ? (vCpusBySize[size] ?? 2) : 4 * Number(times);
}

/** Whether the table holds an instance type: a scenario may use no other. */
export function isInstanceType(name: string): boolean {
  return names.includes(name);
}

export function architectureOf(type: string): 'arm64' | 'x86_64' {
  return /^[a-z]+\d+g/.test(type) ? 'arm64' : 'x86_64';
}

function storageOf([count, sizeGB]: Disks): InstanceStorageInfo {
  return {
    TotalSizeInGB: count * sizeGB,
    Disks: [{ Count: count, SizeInGB: sizeGB, Type: 'ssd' }],
    NvmeSupport: 'required',
    EncryptionSupport: 'required',
  };
}

function typeView(name: string): InstanceTypeInfo {
  const own = disks[name];
  const info = {
    InstanceType: name,
    CurrentGeneration: !/^(?:m3|t2)\./.test(name),
    BareMetal: false,
    Hypervisor: /^(?:t2|m3|i3)\./.test(name) ? 'xen' : 'nitro',
    InstanceStorageSupported: own !== undefined,
    ...(own ? { InstanceStorageInfo: storageOf(own) } : {}),
    HibernationSupported: !name.startsWith('i3'),
    SupportedRootDeviceTypes: ['ebs'],
    ProcessorInfo: { SupportedArchitectures: [architectureOf(name)] },
    EbsInfo: { EbsOptimizedSupport: 'default', EncryptionSupport: 'supported', NvmeSupport: 'required' },
  };
  return info as InstanceTypeInfo;
}

function describeInstanceTypes(input: DescribeInstanceTypesRequest): object {
  const asked: readonly string[] = input.InstanceTypes ?? [];
  const unknown = asked.filter((name) => !isInstanceType(name));
  if (unknown.length > 0) {
    throw new AwsError(
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
    );
  }
  const test = matching<InstanceTypeInfo>(input.Filters, {
    'instance-type': (type) => type.InstanceType,
    'instance-storage-supported': (type) => type.InstanceStorageSupported,
    'current-generation': (type) => type.CurrentGeneration,
    'bare-metal': (type) => type.BareMetal,
    hypervisor: (type) => type.Hypervisor,
    'hibernation-supported': (type) => type.HibernationSupported,
    'processor-info.supported-architecture': (type) => type.ProcessorInfo?.SupportedArchitectures,
  });
  const chosen = (asked.length > 0 ? asked : names).map(typeView).filter(test);
  const { items, ...rest } = page(chosen, input, (type) => type.InstanceType ?? '');
  return { InstanceTypes: items, ...rest };
}

export const instanceTypeOperations: Operations = {
  DescribeInstanceTypes: operation<DescribeInstanceTypesRequest>(
    ['InstanceTypes', 'Filters', 'MaxResults', 'NextToken'],
    (_world, input) => describeInstanceTypes(input),
  ),
};
