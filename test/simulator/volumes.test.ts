import { describe, expect, test } from 'vitest';
import { clients, codeOf, fleet } from './support.ts';

const zone = { AvailabilityZone: 'eu-west-1a' };
const blank = { ...zone, Size: 10 };

describe('volumes of the simulated account', () => {
  test('a volume takes time to become available', async () => {
    const { ec2, pass } = clients();
    const made = await ec2.createVolume({ ...blank, VolumeType: 'gp3' });
    expect(made).toMatchObject({ State: 'creating', Iops: 3000, Throughput: 125, Encrypted: false });
    const ids = { VolumeIds: [made.VolumeId ?? ''] };
    pass(1000);
    expect((await ec2.describeVolumes(ids)).Volumes?.[0]?.State).toBe('creating');
    pass(30_000);
    expect((await ec2.describeVolumes(ids)).Volumes?.[0]?.State).toBe('available');
  });

  test('without a type a volume is gp2, whose IOPS follow its size', async () => {
    const { ec2 } = clients();
    expect(await ec2.createVolume({ ...zone, Size: 500 })).toMatchObject({ VolumeType: 'gp2', Iops: 1500 });
  });

  test.each([
    ['IOPS on gp2', { ...blank, Iops: 3000 }, 'InvalidParameterCombination'],
    ['throughput on io1', { ...blank, VolumeType: 'io1', Iops: 100, Throughput: 200 }, 'InvalidParameterCombination'],
    ['io2 without IOPS', { ...blank, VolumeType: 'io2' }, 'InvalidParameterCombination'],
    ['too many IOPS for the size', { ...blank, VolumeType: 'gp3', Iops: 16_000 }, 'InvalidParameterValue'],
    ['too much throughput for the IOPS', { ...blank, VolumeType: 'gp3', Throughput: 1000 }, 'InvalidParameterValue'],
    ['a size that the type has not', { ...zone, VolumeType: 'st1', Size: 10 }, 'InvalidParameterValue'],
    ['an unknown type', { ...blank, VolumeType: 'gp9' }, 'InvalidParameterValue'],
    ['neither size nor snapshot', zone, 'MissingParameter'],
    ['no zone', { Size: 10 }, 'MissingParameter'],
    ['a zone that is not there', { Size: 10, AvailabilityZone: 'eu-west-1z' }, 'InvalidZone.NotFound'],
    ['two zones', { ...blank, AvailabilityZoneId: 'euw1-az1' }, 'InvalidParameterCombination'],
    ['a key without Encrypted', { ...blank, KmsKeyId: 'alias/new' }, 'InvalidParameterDependency'],
    ['multi-attach on gp3', { ...blank, VolumeType: 'gp3', MultiAttachEnabled: true }, 'InvalidParameterCombination'],
    [
      'a tag of AWS',
      { ...blank, TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'aws:x', Value: '' }] }] },
      'InvalidParameterValue',
    ],
    [
      'tags for something else',
      { ...blank, TagSpecifications: [{ ResourceType: 'snapshot', Tags: [] }] },
      'InvalidParameterValue',
    ],
  ])('refuses %s', async (_what, input, code) => {
    const { ec2, account } = clients();
    const count = account.state().volumes.length;
    expect(await codeOf(ec2.createVolume(input as never))).toBe(code);
    expect(account.state().volumes).toHaveLength(count);
  });

  test('the same token and parameters give the same volume, other parameters IdempotentParameterMismatch', async () => {
    const { ec2, account, pass } = clients();
    const first = await ec2.createVolume({ ...blank, ClientToken: 't' });
    pass(60_000);
    const again = await ec2.createVolume({ ...blank, ClientToken: 't' });
    expect(again).toMatchObject({ VolumeId: first.VolumeId, State: 'available' });
    expect(account.state().volumes).toHaveLength(4);
    expect(await codeOf(ec2.createVolume({ ...blank, Size: 11, ClientToken: 't' }))).toBe(
      'IdempotentParameterMismatch',
    );
  });

  test.each([
    'alias/disabled',
    'alias/nobody',
    'arn:aws:kms:us-east-1:111122223333:key/x',
    'nonsense',
  ])('a key that can not be used (%s) is accepted, the volume then vanishes, and its token is spent', async (KmsKeyId) => {
    const { ec2, pass } = clients();
    const input = { ...blank, Encrypted: true, KmsKeyId, ClientToken: 'ghost' };
    const ghost = await ec2.createVolume(input);
    expect(ghost.State).toBe('creating');
    pass(15_000);
    expect(await codeOf(ec2.describeVolumes({ VolumeIds: [ghost.VolumeId ?? ''] }))).toBe('InvalidVolume.NotFound');
    expect(await codeOf(ec2.createVolume(input))).toBe('IdempotentParameterMismatch');
  });

  test('a key disabled while the volume is being made makes a ghost of it too', async () => {
    const { ec2, pass, account } = clients();
    const made = await ec2.createVolume({ ...blank, Encrypted: true, KmsKeyId: 'alias/new' });
    account.act({ do: 'disable-key', key: 'alias/new' });
    pass(60_000);
    expect(await codeOf(ec2.describeVolumes({ VolumeIds: [made.VolumeId ?? ''] }))).toBe('InvalidVolume.NotFound');
  });

  test('Encrypted without a key takes the default key of the account', async () => {
    const { ec2, kms } = clients();
    const { KeyMetadata } = await kms.describeKey({ KeyId: 'alias/aws/ebs' });
    expect((await ec2.createVolume({ ...blank, Encrypted: true })).KmsKeyId).toBe(KeyMetadata?.Arn);
    expect((await ec2.getEbsDefaultKmsKeyId({})).KmsKeyId).toBe('alias/aws/ebs');
  });

  test('a volume is deleted only when nothing holds it, and slowly; then it was never there', async () => {
    const { ec2, pass } = clients();
    expect(await codeOf(ec2.deleteVolume({ VolumeId: 'vol-00000000000000001' }))).toBe('VolumeInUse');
    const id = 'vol-00000000000000003';
    await ec2.deleteVolume({ VolumeId: id });
    expect((await ec2.describeVolumes({ VolumeIds: [id] })).Volumes?.[0]?.State).toBe('deleting');
    expect(await codeOf(ec2.deleteVolume({ VolumeId: id }))).toBe('InvalidVolume.NotFound');
    pass(240_000);
    expect(await codeOf(ec2.describeVolumes({ VolumeIds: [id] }))).toBe('InvalidVolume.NotFound');
  });

  test('storage has a quota for each type', async () => {
    const { ec2 } = clients(fleet({ limits: { storageGiBPerType: 50 } }));
    await ec2.createVolume({ ...blank, VolumeType: 'gp3' });
    expect(await codeOf(ec2.createVolume({ ...blank, VolumeType: 'gp3' }))).toBe('VolumeLimitExceeded');
    expect(await codeOf(ec2.createVolume({ ...blank, VolumeType: 'gp2' }))).toBe('accepted');
  });

  test('a modification is shown while it lasts, and no second one begins meanwhile', async () => {
    const { ec2, pass } = clients();
    const id = 'vol-00000000000000003';
    expect(await codeOf(ec2.describeVolumesModifications({ VolumeIds: [id] }))).toBe(
      'InvalidVolumeModification.NotFound',
    );
    await ec2.modifyVolume({ VolumeId: id, Size: 20 });
    const state = async () =>
      (await ec2.describeVolumesModifications({ VolumeIds: [id] })).VolumesModifications?.[0]?.ModificationState;
    expect(await state()).toBe('modifying');
    expect(await codeOf(ec2.modifyVolume({ VolumeId: id, Size: 30 }))).toBe('IncorrectModificationState');
    pass(60_000);
    expect(await state()).toBe('optimizing');
    pass(600_000);
    expect(await state()).toBe('completed');
    expect((await ec2.describeVolumes({ VolumeIds: [id] })).Volumes?.[0]?.Size).toBe(20);
    expect(await codeOf(ec2.modifyVolume({ VolumeId: id, Size: 5 }))).toBe('InvalidParameterValue');
  });

  test('auto-enable-IO is off on a new volume and can be set', async () => {
    const { ec2 } = clients();
    const VolumeId = 'vol-00000000000000003';
    const read = async () =>
      (await ec2.describeVolumeAttribute({ VolumeId, Attribute: 'autoEnableIO' })).AutoEnableIO?.Value;
    expect(await read()).toBe(false);
    await ec2.modifyVolumeAttribute({ VolumeId, AutoEnableIO: { Value: true } });
    expect(await read()).toBe(true);
  });
});
