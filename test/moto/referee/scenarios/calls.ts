import type { DescribeVolumesCommandOutput, Tag } from '@aws-sdk/client-ec2';
import type { Scenario } from '../script.ts';
import { attached, newVolume } from './made.ts';

const unknown = 'vol-0aaaaaaaaaaaaaaaa';

/** How calls are made: ids, filters, pages, tags, dry runs. */
export const calls: readonly Scenario[] = [
  {
    title: 'ids that are unknown or none',
    async play({ when, root }) {
      const { ec2: strange } = when('unknown id');
      await strange.describeVolumes({ VolumeIds: [unknown] });
      await strange.deleteVolume({ VolumeId: unknown });
      await strange.describeVolumeStatus({ VolumeIds: [unknown] });
      await strange.describeVolumeAttribute({ VolumeId: unknown, Attribute: 'autoEnableIO' });
      await strange.modifyVolume({ VolumeId: unknown, Size: 2 });
      await when('one unknown of two').ec2.describeVolumes({ VolumeIds: [root, unknown] });
      await when('two unknown').ec2.describeVolumes({ VolumeIds: [unknown, 'vol-0bbbbbbbbbbbbbbbb'] });
      const { ec2: malformed } = when('malformed id');
      await malformed.describeVolumes({ VolumeIds: ['vol-nonsense'] });
      await malformed.describeSnapshots({ SnapshotIds: ['snap-nonsense'] });
      await malformed.deleteVolume({ VolumeId: 'vol-nonsense' });
      await when('no id').ec2.deleteVolume({ VolumeId: undefined });
    },
  },
  {
    title: 'filters',
    alone: true,
    async play(on) {
      const { key } = on;
      const tagged = (Value: string) => [{ ResourceType: 'volume' as const, Tags: [{ Key: 'team', Value }] }];
      await newVolume(on, { Size: 1, TagSpecifications: tagged('orders') });
      await newVolume(on, { Size: 2, TagSpecifications: tagged('orders*'), Encrypted: true, KmsKeyId: key.arn });
      await attached(on, await newVolume(on, { Size: 3 }), '/dev/sdf');
      const sizes = (what: string, ...Filters: { Name: string; Values: string[] }[]) =>
        on.tell(`sizes by ${what}`, async () => {
          const { Volumes = [] } = await on.aside.ec2.describeVolumes({ Filters });
          return Volumes.map(({ Size }) => Size)
            .sort()
            .join(' ');
        });
      await sizes('tag', { Name: 'tag:team', Values: ['orders'] });
      await sizes('a tag with a wildcard', { Name: 'tag:team', Values: ['or*'] });
      await sizes('a tag with a question mark', { Name: 'tag:team', Values: ['order?'] });
      await sizes('a tag with an escaped wildcard', { Name: 'tag:team', Values: ['orders\\*'] });
      await sizes('tag key', { Name: 'tag-key', Values: ['team'] });
      await sizes('encrypted', { Name: 'encrypted', Values: ['true'] });
      await sizes('two filters', { Name: 'status', Values: ['available'] }, { Name: 'size', Values: ['1', '2', '3'] });
      await sizes('device', { Name: 'attachment.device', Values: ['/dev/sdf', '/dev/sda1'] });
      await sizes('attachment status', { Name: 'attachment.status', Values: ['attached'] });
      await sizes('delete on termination', { Name: 'attachment.delete-on-termination', Values: ['true'] });
      await sizes('type', { Name: 'volume-type', Values: ['gp3'] });
      await sizes('zone', { Name: 'availability-zone', Values: [on.otherZone] });
      const colour = { Filters: [{ Name: 'colour', Values: ['red'] }] };
      const { ec2: unheardOf } = on.when('an unknown filter');
      await unheardOf.describeVolumes(colour);
      await unheardOf.describeInstances(colour);
      await unheardOf.describeSnapshots(colour);
      const many = { Name: 'volume-id', Values: Array.from({ length: 201 }, () => on.root) };
      await on.when('201 values').ec2.describeVolumes({ Filters: [many] });
    },
  },
  {
    title: 'pages',
    alone: true,
    async play(on) {
      const { aside, root, instance } = on;
      for (let Size = 1; Size <= 6; Size++) await newVolume(on, { Size });
      const page = async (NextToken?: string) => aside.ec2.describeVolumes({ MaxResults: 5, NextToken });
      const told = ({ Volumes, NextToken }: DescribeVolumesCommandOutput) =>
        `${Volumes?.length}, ${NextToken === undefined ? 'the last' : 'more'}`;
      const first = await page();
      await on.tell('the first page of five, of seven', () => told(first));
      await on.tell('the second page', async () => told(await page(first.NextToken)));
      await on.when('pages of one').ec2.describeVolumes({ MaxResults: 1 });
      await on.when('ids and pages').ec2.describeVolumes({ MaxResults: 5, VolumeIds: [root] });
      await on.when('ids and pages').ec2.describeInstances({ MaxResults: 5, InstanceIds: [instance] });
      await on.when('a token that is none').ec2.describeVolumes({ NextToken: 'nonsense' });
    },
  },
  {
    title: 'tags',
    async play(on) {
      const { ec2, root, instance } = on;
      const VolumeId = await newVolume(on);
      const byId = { Filters: [{ Name: 'resource-id', Values: [VolumeId] }] };
      const tags = [
        { Key: 'Name', Value: 'data' },
        { Key: 'empty', Value: '' },
        { Key: 'owner', Value: 'ü <&> "x"' },
      ];
      await ec2.createTags({ Resources: [VolumeId, instance], Tags: tags });
      await ec2.describeTags(byId);
      await ec2.createTags({ Resources: [VolumeId], Tags: [{ Key: 'Name', Value: 'other' }] });
      await ec2.deleteTags({
        Resources: [VolumeId],
        Tags: [{ Key: 'owner', Value: 'somebody else' }, { Key: 'empty' }],
      });
      await ec2.describeTags(byId);
      await ec2.deleteTags({ Resources: [VolumeId], Tags: [{ Key: 'nothing' }] });
      await ec2.deleteTags({ Resources: [VolumeId] });
      await on.when('all deleted').ec2.describeTags(byId);
      await on.when('unknown id').ec2.createTags({ Resources: [unknown], Tags: tags });
      await on.when('malformed id').ec2.createTags({ Resources: ['nonsense'], Tags: tags });
      const many = Array.from({ length: 51 }, (_, i) => ({ Key: `key-${i}`, Value: '' }));
      const refused: readonly [string, Tag[]][] = [
        ['a key of AWS', [{ Key: 'aws:owner', Value: 'me' }]],
        ['a key of 129 characters', [{ Key: 'k'.repeat(129), Value: '' }]],
        ['a value of 257 characters', [{ Key: 'long', Value: 'v'.repeat(257) }]],
        ['51 tags', many],
        ['no tags', []],
      ];
      for (const [special, Tags] of refused) await on.when(special).ec2.createTags({ Resources: [root], Tags });
    },
  },
  {
    title: 'dry runs',
    async play({ when, root: VolumeId, instance: InstanceId, zone: AvailabilityZone }) {
      const { ec2 } = when('dry run');
      const DryRun = true;
      const InstanceIds = [InstanceId];
      await ec2.createVolume({ AvailabilityZone, Size: 1, DryRun });
      await ec2.createSnapshot({ VolumeId, DryRun });
      await ec2.copySnapshot({ SourceSnapshotId: 'snap-0aaaaaaaaaaaaaaaa', SourceRegion: 'eu-west-1', DryRun });
      await ec2.deleteVolume({ VolumeId, DryRun });
      await ec2.attachVolume({ VolumeId, InstanceId, Device: '/dev/sdf', DryRun });
      await ec2.detachVolume({ VolumeId, DryRun });
      await ec2.createTags({ Resources: [VolumeId], Tags: [{ Key: 'a', Value: 'b' }], DryRun });
      await ec2.stopInstances({ InstanceIds, DryRun });
      await ec2.startInstances({ InstanceIds, DryRun });
      await ec2.modifyInstanceAttribute({ InstanceId, DisableApiStop: { Value: true }, DryRun });
      await ec2.modifyVolume({ VolumeId, Size: 9, DryRun });
      await ec2.describeVolumes({ DryRun });
      await ec2.describeInstances({ DryRun });
    },
  },
  {
    title: 'the account and its Region',
    async play({ ec2, sts, when }) {
      await sts.getCallerIdentity({});
      await ec2.getEbsEncryptionByDefault({});
      await ec2.getEbsDefaultKmsKeyId({});
      await ec2.describeAvailabilityZones({});
      await when('unknown').ec2.describeAvailabilityZones({ ZoneNames: ['eu-west-1z'] });
    },
  },
];
