import type { AwsCli } from './aws-cli.ts';

/** What the AWS CLI makes for the shipped plans: an instance with three volumes under the old key, one loose volume. */
export interface Resources {
  readonly oldKey: string;
  readonly newKey: string;
  readonly instance: string;
  readonly loose: string;
}

/** The attached volumes as they are made, root first. */
export const attachedVolumes = [
  { device: '/dev/sda1', size: 8, type: 'gp3', iops: 3000, deleteOnTermination: true, tags: { Name: 'root' } },
  {
    device: '/dev/sdf',
    size: 10,
    type: 'gp3',
    iops: 4000,
    deleteOnTermination: true,
    tags: { Name: 'data', team: 'a b' },
  },
  { device: '/dev/sdg', size: 20, type: 'io2', iops: 500, deleteOnTermination: false, tags: { Name: 'journal' } },
] as const;

const zone = 'eu-west-1a';

/** Makes them. Each call says what a person would type; where moto needs more than AWS, referee/differences/ tells why. */
export async function makeResources(aws: AwsCli): Promise<Resources> {
  const [oldKey, newKey] = await Promise.all([
    makeKey(aws, 'alias/application-20180606'),
    makeKey(aws, 'alias/application-current'),
  ]);
  const [root, ...data] = attachedVolumes;
  const subnet = await privateSubnet(aws);
  const mapping = [
    {
      DeviceName: root.device,
      Ebs: {
        VolumeSize: root.size,
        VolumeType: root.type,
        DeleteOnTermination: root.deleteOnTermination,
        Encrypted: true,
        KmsKeyId: oldKey,
      },
    },
  ];
  const [image, loose] = await Promise.all([
    aws.text(
      'ec2',
      'describe-images',
      '--owners',
      'amazon',
      '--query',
      `Images[?RootDeviceName=='${root.device}'] | [0].ImageId`,
    ),
    makeVolume(aws, oldKey, { size: 30, type: 'gp2', tags: { Name: 'archive' } }),
  ]);
  const instance = await aws.text(
    ...['ec2', 'run-instances', '--image-id', image, '--instance-type', 'm5.large', '--subnet-id', subnet],
    ...['--block-device-mappings', JSON.stringify(mapping), '--query', 'Instances[0].InstanceId'],
  );
  await Promise.all([tagRoot(aws, instance), ...data.map((one) => makeAttached(aws, oldKey, instance, one))]);
  return { oldKey, newKey, instance, loose };
}

async function makeKey(aws: AwsCli, alias: string): Promise<string> {
  const arn = await aws.text('kms', 'create-key', '--key-usage', 'ENCRYPT_DECRYPT', '--query', 'KeyMetadata.Arn');
  await aws.text('kms', 'create-alias', '--alias-name', alias, '--target-key-id', arn);
  return arn;
}

async function privateSubnet(aws: AwsCli): Promise<string> {
  const filter = `Name=availability-zone,Values=${zone}`;
  const subnet = await aws.text('ec2', 'describe-subnets', '--filters', filter, '--query', 'Subnets[0].SubnetId');
  await aws.text('ec2', 'modify-subnet-attribute', '--subnet-id', subnet, '--no-map-public-ip-on-launch');
  return subnet;
}

interface Wanted {
  readonly size: number;
  readonly type: string;
  readonly iops?: number;
  readonly tags: Readonly<Record<string, string>>;
}

function makeVolume(aws: AwsCli, key: string, { size, type, iops, tags }: Wanted): Promise<string> {
  const specification = [
    { ResourceType: 'volume', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
  ];
  return aws.text(
    ...['ec2', 'create-volume', '--availability-zone', zone, '--size', String(size), '--volume-type', type],
    ...(iops === undefined ? [] : ['--iops', String(iops)]),
    ...[
      '--encrypted',
      '--kms-key-id',
      key,
      '--tag-specifications',
      JSON.stringify(specification),
      '--query',
      'VolumeId',
    ],
  );
}

async function makeAttached(
  aws: AwsCli,
  key: string,
  instance: string,
  wanted: (typeof attachedVolumes)[number],
): Promise<void> {
  const volume = await makeVolume(aws, key, wanted);
  const { device: DeviceName, deleteOnTermination: DeleteOnTermination } = wanted;
  await aws.text('ec2', 'attach-volume', '--volume-id', volume, '--instance-id', instance, '--device', DeviceName);
  const mapping = JSON.stringify([{ DeviceName, Ebs: { VolumeId: volume, DeleteOnTermination } }]);
  await aws.text('ec2', 'modify-instance-attribute', '--instance-id', instance, '--block-device-mappings', mapping);
}

async function tagRoot(aws: AwsCli, instance: string): Promise<void> {
  const query = 'Reservations[0].Instances[0].BlockDeviceMappings[0].Ebs.VolumeId';
  const volume = await aws.text('ec2', 'describe-instances', '--instance-ids', instance, '--query', query);
  await aws.text('ec2', 'create-tags', '--resources', volume, '--tags', 'Key=Name,Value=root');
}
