import { describe, expect, test } from 'vitest';
import { clients, codeOf, fleet } from './support.ts';

const instance = 'i-00000000000000001';
const root = 'vol-00000000000000001';
const data = 'vol-00000000000000002';
const loose = 'vol-00000000000000003';

describe('attachments of the simulated account', () => {
  test('an attachment goes through attaching, counts as in-use from the start, and never deletes on termination', async () => {
    const { ec2, pass } = clients();
    const made = await ec2.attachVolume({ VolumeId: loose, InstanceId: instance, Device: '/dev/sdg', EbsCardIndex: 1 });
    expect(made).toMatchObject({ State: 'attaching', DeleteOnTermination: false });
    const shown = async () => (await ec2.describeVolumes({ VolumeIds: [loose] })).Volumes?.[0];
    expect(await shown()).toMatchObject({ State: 'in-use', Attachments: [{ State: 'attaching' }] });
    pass(10_000);
    expect(await shown()).toMatchObject({ Attachments: [{ State: 'attached', EbsCardIndex: 1, Device: '/dev/sdg' }] });
    const [box] = (await ec2.describeInstances({ InstanceIds: [instance] })).Reservations?.[0]?.Instances ?? [];
    expect(box?.BlockDeviceMappings).toContainEqual(
      expect.objectContaining({
        DeviceName: '/dev/sdg',
        Ebs: expect.objectContaining({ VolumeId: loose, Status: 'attached', EbsCardIndex: 1 }),
      }),
    );
  });

  test('DeleteOnTermination is set afterwards, for a device that is there', async () => {
    const { ec2, account } = clients();
    const set = (DeviceName: string, VolumeId?: string) =>
      ec2.modifyInstanceAttribute({
        InstanceId: instance,
        BlockDeviceMappings: [{ DeviceName, Ebs: { DeleteOnTermination: true, ...(VolumeId ? { VolumeId } : {}) } }],
      });
    await set('/dev/xvdf');
    expect(account.state().volumes.find((one) => one.id === data)?.attachments[0]?.deleteOnTermination).toBe(true);
    expect(await codeOf(set('/dev/xvdz'))).toBe('InvalidInstanceAttributeValue');
    expect(await codeOf(set('/dev/xvdf', loose))).toBe('InvalidInstanceAttributeValue');
  });

  test('what can not be attached is refused', async () => {
    const { ec2, pass } = clients(
      fleet({
        volumes: [
          { id: loose, size: 10 },
          { id: 'vol-00000000000000004', size: 10, az: 'eu-west-1b' },
        ],
      }),
    );
    const attach = (VolumeId: string, Device = '/dev/sdg', InstanceId = instance) =>
      codeOf(ec2.attachVolume({ VolumeId, InstanceId, Device }));
    await expect(
      ec2.attachVolume({ VolumeId: loose, InstanceId: instance, Device: '/dev/xvdf' }),
    ).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: expect.stringContaining('Attachment point /dev/xvdf is already in use'),
    });
    expect(await attach('vol-00000000000000004')).toBe('InvalidVolume.ZoneMismatch');
    expect(await attach(data)).toBe('VolumeInUse');
    expect(await attach(loose, 'floppy')).toBe('InvalidParameterValue');
    expect(await attach(loose, '/dev/sdg', 'i-0000000000000000f')).toBe('InvalidInstanceID.NotFound');
    const { VolumeId } = await ec2.createVolume({ AvailabilityZone: 'eu-west-1a', Size: 1 });
    expect(await attach(VolumeId ?? '')).toBe('IncorrectState');
    await ec2.stopInstances({ InstanceIds: [instance] });
    expect(await attach(loose)).toBe('IncorrectState');
    pass(60_000);
    expect(await attach(loose)).toBe('accepted');
  });

  test('a key that can not be used lets nothing be attached', async () => {
    const { ec2, account } = clients();
    account.act({ do: 'disable-key', key: 'alias/old' });
    expect(await codeOf(ec2.attachVolume({ VolumeId: loose, InstanceId: instance, Device: '/dev/sdg' }))).toBe(
      'CustomerKeyHasBeenRevoked',
    );
  });

  test('an attachment holds a grant on the key for the instance, and its end retires it', async () => {
    const { ec2, kms, pass } = clients();
    const { KeyMetadata } = await kms.describeKey({ KeyId: 'alias/old' });
    const grants = async () => (await kms.listGrants({ KeyId: KeyMetadata?.KeyId })).Grants ?? [];
    expect(await grants()).toHaveLength(2);
    await ec2.detachVolume({ VolumeId: data });
    pass(20_000);
    const left = await grants();
    expect(left).toMatchObject([
      {
        GranteePrincipal: `arn:aws:sts::111122223333:assumed-role/aws:ec2-infrastructure/${instance}`,
        Operations: ['Decrypt'],
      },
    ]);
    expect(left[0]?.Constraints?.EncryptionContextSubset).toEqual({ 'aws:ebs:id': root });
  });

  test('a detachment takes time, and a second one says that there is nothing left to do', async () => {
    const { ec2, pass } = clients();
    await ec2.detachVolume({ VolumeId: data, InstanceId: instance, Device: '/dev/xvdf' });
    const shown = async () => (await ec2.describeVolumes({ VolumeIds: [data] })).Volumes?.[0];
    expect(await shown()).toMatchObject({ State: 'in-use', Attachments: [{ State: 'detaching' }] });
    expect(await codeOf(ec2.attachVolume({ VolumeId: loose, InstanceId: instance, Device: '/dev/xvdf' }))).toBe(
      'InvalidParameterValue',
    );
    pass(20_000);
    expect(await shown()).toMatchObject({ State: 'available', Attachments: [] });
    await expect(ec2.detachVolume({ VolumeId: data })).rejects.toMatchObject({
      name: 'IncorrectState',
      message: `Volume '${data}' is in the 'available' state.`,
    });
  });

  test('the root of a running instance stays where it is, and a volume is detached only from where it is', async () => {
    const { ec2, pass } = clients();
    expect(await codeOf(ec2.detachVolume({ VolumeId: root }))).toBe('OperationNotPermitted');
    expect(await codeOf(ec2.detachVolume({ VolumeId: data, Device: '/dev/xvdz' }))).toBe('InvalidAttachment.NotFound');
    await ec2.stopInstances({ InstanceIds: [instance] });
    pass(60_000);
    expect(await codeOf(ec2.detachVolume({ VolumeId: root }))).toBe('accepted');
  });

  test('the view of the instance lags behind that of the volume when the account is told so', async () => {
    const { ec2, pass } = clients(fleet({ viewLagMs: 30_000 }));
    const mapped = async () => {
      const [box] = (await ec2.describeInstances({ InstanceIds: [instance] })).Reservations?.[0]?.Instances ?? [];
      return box?.BlockDeviceMappings?.find((one) => one.DeviceName === '/dev/xvdf')?.Ebs;
    };
    await ec2.detachVolume({ VolumeId: data });
    expect(await mapped()).toMatchObject({ VolumeId: data, Status: 'attached' });
    pass(15_000);
    expect((await ec2.describeVolumes({ VolumeIds: [data] })).Volumes?.[0]?.State).toBe('available');
    expect(await mapped()).toMatchObject({ VolumeId: data, Status: 'detaching' });
    await ec2.attachVolume({ VolumeId: loose, InstanceId: instance, Device: '/dev/xvdf' });
    expect(await mapped()).toMatchObject({ VolumeId: data });
    pass(60_000);
    expect(await mapped()).toMatchObject({ VolumeId: loose, Status: 'attached' });
  });

  test('a volume that is still mounted stays busy until it is unmounted, forced or its instance has stopped', async () => {
    for (const end of ['unmount', 'force', 'stop'] as const) {
      const { ec2, account, pass } = clients();
      account.act({ do: 'mount-volume', volume: data });
      expect((await ec2.detachVolume({ VolumeId: data })).State).toBe('busy');
      pass(600_000);
      expect((await ec2.describeVolumes({ VolumeIds: [data] })).Volumes?.[0]?.State).toBe('in-use');
      if (end === 'unmount') account.act({ do: 'unmount-volume', volume: data });
      else if (end === 'force') await ec2.detachVolume({ VolumeId: data, Force: true });
      else await ec2.stopInstances({ InstanceIds: [instance] });
      pass(90_000);
      expect((await ec2.describeVolumes({ VolumeIds: [data] })).Volumes?.[0]?.State).toBe('available');
    }
  });

  test('what AWS manages can not be attached or detached', async () => {
    const { ec2 } = clients(fleet({ volumes: [{ id: loose, size: 10, managedBy: 'eks.amazonaws.com' }] }));
    expect(await codeOf(ec2.attachVolume({ VolumeId: loose, InstanceId: instance, Device: '/dev/sdg' }))).toBe(
      'UnsupportedOperation',
    );
    expect((await ec2.describeVolumes({ VolumeIds: [loose] })).Volumes?.[0]?.Operator).toEqual({
      Managed: true,
      Principal: 'eks.amazonaws.com',
    });
  });
});
