import { paginateDescribeVolumes } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { fleetScenario } from '../../src/simulator/fleet.ts';
import { clients, codeOf, fleet } from './support.ts';

const loose = 'vol-00000000000000003';

describe('describing what is in the simulated account', () => {
  test('pages hold everything once', async () => {
    const { ec2 } = clients(fleetScenario({ instances: 12, volumesEach: 3 }));
    const seen: string[] = [];
    for await (const page of paginateDescribeVolumes({ client: ec2, pageSize: 7 }, {})) {
      expect(page.Volumes?.length).toBeLessThanOrEqual(7);
      seen.push(...(page.Volumes ?? []).map((volume) => volume.VolumeId ?? ''));
    }
    expect(new Set(seen).size).toBe(36);
    expect(seen).toHaveLength(36);
  });

  test('a volume made between two pages does not hide another', async () => {
    const { ec2 } = clients(fleetScenario({ instances: 4, volumesEach: 3 }));
    const first = await ec2.describeVolumes({ MaxResults: 6 });
    await ec2.deleteVolume({ VolumeId: 'vol-0000000000000000f' }).catch(() => undefined);
    for (let i = 0; i < 3; i++) await ec2.createVolume({ AvailabilityZone: 'eu-west-1a', Size: 1 });
    const { NextToken } = first;
    const rest = await ec2.describeVolumes({ MaxResults: 1000, NextToken });
    const seen = [...(first.Volumes ?? []), ...(rest.Volumes ?? [])].map((volume) => volume.VolumeId);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(12);
  });

  test('one id that is not there fails the whole call; an empty list means everything', async () => {
    const { ec2 } = clients();
    const call = ec2.describeVolumes({ VolumeIds: [loose, 'vol-0000000000000000f'] });
    await expect(call).rejects.toMatchObject({
      name: 'InvalidVolume.NotFound',
      message: "The volume 'vol-0000000000000000f' does not exist.",
    });
    expect((await ec2.describeVolumes({ VolumeIds: [] })).Volumes).toHaveLength(3);
  });

  test.each([
    ['ids and MaxResults together', { VolumeIds: [loose], MaxResults: 5 }, 'InvalidParameterCombination'],
    ['an id that is malformed', { VolumeIds: ['vol-xyz'] }, 'InvalidVolumeID.Malformed'],
    ['an unknown filter', { Filters: [{ Name: 'colour', Values: ['red'] }] }, 'InvalidParameterValue'],
    [
      'more than 200 values',
      { Filters: [{ Name: 'volume-id', Values: Array.from({ length: 201 }, (_, i) => `v${i}`) }] },
      'FilterLimitExceeded',
    ],
    ['a token of somebody else', { MaxResults: 5, NextToken: 'bogus' }, 'InvalidNextToken'],
    ['pages that are too small', { MaxResults: 1 }, 'InvalidParameterValue'],
  ])('refuses %s', async (_what, input, code) => {
    expect(await codeOf(clients().ec2.describeVolumes(input))).toBe(code);
  });

  test.each([
    ['volume-id', loose, 1],
    ['status', 'in-use', 2],
    ['status', 'in-?se', 2],
    ['tag:Name', 'lo*', 1],
    ['tag:Name', 'lo\\*', 0],
    ['tag-key', 'Name', 1],
    ['attachment.instance-id', 'i-00000000000000001', 2],
    ['attachment.device', '/dev/xvd*', 2],
    ['attachment.status', 'attached', 2],
    ['attachment.delete-on-termination', 'true', 1],
    ['encrypted', 'true', 3],
    ['size', '20', 1],
    ['availability-zone', 'eu-west-1a', 3],
    ['volume-type', 'gp2', 0],
  ])('the filter %s=%s finds what it should', async (Name, value, count) => {
    const { ec2 } = clients();
    expect((await ec2.describeVolumes({ Filters: [{ Name, Values: [value] }] })).Volumes).toHaveLength(count);
  });

  test('values of one filter are alternatives, filters hold together', async () => {
    const { ec2 } = clients();
    const both = { Name: 'volume-id', Values: [loose, 'vol-00000000000000001'] };
    expect((await ec2.describeVolumes({ Filters: [both] })).Volumes).toHaveLength(2);
    expect(
      (await ec2.describeVolumes({ Filters: [both, { Name: 'status', Values: ['available'] }] })).Volumes,
    ).toHaveLength(1);
  });

  test('snapshots are listed by owner and by where they came from', async () => {
    const { ec2 } = clients(fleet({ snapshots: [{ volume: loose, tags: { run: '1' } }] }));
    const list = (input: object) => ec2.describeSnapshots(input).then((answer) => answer.Snapshots?.length);
    expect(await list({ OwnerIds: ['self'], Filters: [{ Name: 'volume-id', Values: [loose] }] })).toBe(1);
    expect(await list({ OwnerIds: ['amazon'] })).toBe(0);
    expect(
      await list({
        Filters: [
          { Name: 'tag:run', Values: ['1'] },
          { Name: 'status', Values: ['completed'] },
        ],
      }),
    ).toBe(1);
  });

  test('new ids and new tags are seen late when the account is told so', async () => {
    const { ec2, pass } = clients(fleet({ visibilityDelayMs: 5000 }));
    const Tags = [{ Key: 'run', Value: '1' }];
    const { VolumeId } = await ec2.createVolume({
      AvailabilityZone: 'eu-west-1a',
      Size: 1,
      TagSpecifications: [{ ResourceType: 'volume', Tags }],
    });
    await ec2.createTags({ Resources: [loose], Tags });
    const tagged = async () =>
      (await ec2.describeVolumes({ Filters: [{ Name: 'tag:run', Values: ['1'] }] })).Volumes?.length;
    expect(await codeOf(ec2.describeVolumes({ VolumeIds: [VolumeId ?? ''] }))).toBe('InvalidVolume.NotFound');
    expect(await codeOf(ec2.createTags({ Resources: [VolumeId ?? ''], Tags }))).toBe('InvalidVolume.NotFound');
    expect(await tagged()).toBe(0);
    pass(5000);
    expect(await tagged()).toBe(2);
  });

  test('tags are set and deleted, of all resources or of none', async () => {
    const { ec2, account } = clients();
    const tags = () => account.state().volumes.find((volume) => volume.id === loose)?.tags;
    const missing = ec2.createTags({ Resources: [loose, 'vol-0000000000000000f'], Tags: [{ Key: 'a', Value: '1' }] });
    expect(await codeOf(missing)).toBe('InvalidVolume.NotFound');
    expect(tags()).toEqual({ Name: 'loose' });
    await ec2.createTags({ Resources: [loose], Tags: [{ Key: 'a', Value: '1' }] });
    await ec2.deleteTags({ Resources: [loose], Tags: [{ Key: 'a', Value: 'other' }] });
    expect(tags()).toEqual({ Name: 'loose', a: '1' });
    const found = await ec2.describeTags({
      Filters: [
        { Name: 'resource-id', Values: [loose] },
        { Name: 'key', Values: ['a'] },
      ],
    });
    expect(found.Tags).toEqual([{ Key: 'a', Value: '1', ResourceId: loose, ResourceType: 'volume' }]);
    await ec2.deleteTags({ Resources: [loose] });
    expect(tags()).toEqual({});
  });

  test('a resource has fifty tags at most, and none of AWS', async () => {
    const { ec2 } = clients();
    const many = Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: '' }));
    expect(await codeOf(ec2.createTags({ Resources: [loose], Tags: many }))).toBe('TagLimitExceeded');
    expect(await codeOf(ec2.createTags({ Resources: [loose], Tags: [{ Key: 'aws:x', Value: '' }] }))).toBe(
      'InvalidParameterValue',
    );
  });

  test('zones and instance types are there to be asked about', async () => {
    const { ec2 } = clients();
    const zones = (await ec2.describeAvailabilityZones({})).AvailabilityZones ?? [];
    expect(zones.map((zone) => zone.ZoneId)).toEqual(['euw1-az1', 'euw1-az2', 'euw1-az3']);
    expect(await codeOf(ec2.describeInstanceTypes({ InstanceTypes: ['x9.huge' as never] }))).toBe(
      'InvalidInstanceType',
    );
  });
});
