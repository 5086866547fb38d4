import type { AttachVolumeRequest, DetachVolumeRequest, VolumeAttachment } from '@aws-sdk/client-ec2';
import type { Attachment, AttachmentState, Instance, Volume } from '../model.ts';
import { type Operations, operation } from '../operation.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { instanceOf, volumeOf } from './find.ts';
import { required } from './select.ts';

const mostAttachments = 28;

export function attachmentView(volume: Volume, attachment: Attachment): VolumeAttachment {
  return {
    VolumeId: volume.id,
    InstanceId: attachment.instanceId,
    Device: attachment.device,
    State: attachment.state,
    AttachTime: new Date(attachment.attachTime),
    DeleteOnTermination: attachment.deleteOnTermination,
    EbsCardIndex: attachment.ebsCardIndex,
  };
}

/** Gives the instance the volume's data key, by a grant on the KMS key. Throws CustomerKeyHasBeenRevoked when the key can't be used. */
export function openFor(world: World, instance: Instance, volume: Volume): Pick<Attachment, 'dataKey' | 'grantId'> {
  const dataKey = volume.sealed && world.dataKeyOf(volume.sealed);
  const key = volume.keyArn === undefined ? undefined : world.findKey(volume.keyArn);
  if (!dataKey || !key) return { dataKey: undefined, grantId: undefined };
  const grantId = world.ids.hex(64);
  const grantee = `arn:aws:sts::${world.account}:assumed-role/aws:ec2-infrastructure/${instance.id}`;
  key.grants.set(grantId, { id: grantId, grantee, context: volume.id, created: world.time });
  return { dataKey, grantId };
}

/** Takes the data key out of the host's memory and retires the grant. */
export function close(world: World, volume: Volume, attachment: Attachment): void {
  if (volume.keyArn !== undefined && attachment.grantId !== undefined)
    world.findKey(volume.keyArn)?.grants.delete(attachment.grantId);
  attachment.dataKey = undefined;
  attachment.grantId = undefined;
}

function moveTo(world: World, attachment: Attachment, state: AttachmentState): void {
  attachment.before = attachment.state;
  attachment.changedAt = world.time;
  attachment.state = state;
}

/** Removes an attachment that has come to its end. */
export function release(world: World, volume: Volume, attachment: Attachment): void {
  close(world, volume, attachment);
  volume.attachments = volume.attachments.filter((one) => one !== attachment);
  const instance = world.instances.get(attachment.instanceId);
  instance?.volumeIds.delete(volume.id);
  if (instance && world.viewLagMs > 0) instance.released.push({ volumeId: volume.id, attachment });
  attachment.changedAt = world.time;
  if (volume.attachments.length === 0 && volume.state === 'in-use') volume.state = 'available';
}

function attachVolume(world: World, input: AttachVolumeRequest): object {
  const volume = volumeOf(world, input.VolumeId);
  const instance = instanceOf(world, input.InstanceId);
  const device = required(input.Device, 'Device');
  checkAttachable(world, volume, instance, device);
  const attachment: Attachment = {
    instanceId: instance.id,
    device,
    attachTime: world.time,
    ebsCardIndex: input.EbsCardIndex,
    state: 'attaching',
    mounted: false,
    before: undefined,
    changedAt: world.time,
    // Whatever the original had: AttachVolume never sets the flag (facts §5.1).
    deleteOnTermination: false,
    ...openFor(world, instance, volume),
  };
  // A stopped instance holds no data key in memory; it gets it when it starts.
  if (instance.state === 'stopped') attachment.dataKey = undefined;
  volume.attachments.push(attachment);
  volume.state = 'in-use';
  instance.volumeIds.add(volume.id);
  world.after(world.seconds(2, 8), () => {
    if (attachment.state !== 'attaching') return;
    world.writeUp(instance);
    moveTo(world, attachment, 'attached');
  });
  return attachmentView(volume, attachment);
}

function checkAttachable(world: World, volume: Volume, instance: Instance, device: string): void {
  if (volume.operator)
    throw new AwsError('UnsupportedOperation', `The volume ${volume.id} is managed by ${volume.operator}.`);
  if (volume.attachments.length > 0 && !(volume.multiAttach && volume.state === 'in-use')) {
    throw new AwsError('VolumeInUse', `${volume.id} is already attached to an instance`);
  }
  if (volume.attachments.some((one) => one.instanceId === instance.id)) {
    throw new AwsError('VolumeInUse', `${volume.id} is already attached to an instance`);
  }
  if (volume.state !== 'available' && volume.state !== 'in-use') {
    throw new AwsError('IncorrectState', `Volume '${volume.id}' is in the '${volume.state}' state.`);
  }
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw new AwsError('IncorrectState', `Instance '${instance.id}' is not 'running'.`);
  }
  if (volume.zone !== instance.zone) {
    throw new AwsError(
      'InvalidVolume.ZoneMismatch',
      `The volume '${volume.id}' is not in the same availability zone as instance '${instance.id}'`,
    );
  }
  if (!/^(?:\/dev\/(?:sd|xvd)[a-z]{1,2}\d{0,2}|xvd[a-z]{1,2})$/.test(device)) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${device}) for parameter device is invalid. ${device} is not a valid EBS device name.`,
    );
  }
  const attached = world.attachmentsOf(instance);
  if (attached.some(({ attachment }) => attachment.device === device)) {
    throw new AwsError(
      'InvalidParameterValue',
      `Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`,
    );
  }
  if (attached.length >= mostAttachments) {
    throw new AwsError(
      'AttachmentLimitExceeded',
      `The instance '${instance.id}' has ${mostAttachments} attachments already.`,
    );
  }
}

function detachVolume(world: World, input: DetachVolumeRequest): object {
  const volume = volumeOf(world, input.VolumeId);
  const attachment = attachmentAsked(volume, input);
  const instance = instanceOf(world, attachment.instanceId);
  if (volume.operator)
    throw new AwsError('UnsupportedOperation', `The volume ${volume.id} is managed by ${volume.operator}.`);
  if (attachment.state !== 'attached' && !(attachment.state === 'busy' && input.Force)) {
    throw new AwsError('IncorrectState', `Volume '${volume.id}' is in the '${attachment.state}' state.`);
  }
  if (attachment.device === instance.rootDevice && instance.state !== 'stopped') {
    throw new AwsError(
      'OperationNotPermitted',
      `Unable to detach root volume '${volume.id}' from instance '${instance.id}'`,
    );
  }
  world.writeUp(instance);
  if (attachment.mounted && instance.state === 'running' && !input.Force) moveTo(world, attachment, 'busy');
  else letGo(world, volume, attachment);
  return attachmentView(volume, attachment);
}

/** Ends an attachment; takes some seconds. */
export function letGo(world: World, volume: Volume, attachment: Attachment): void {
  moveTo(world, attachment, 'detaching');
  world.after(world.seconds(3, 12), () => {
    if (attachment.state === 'detaching') release(world, volume, attachment);
  });
}

function attachmentAsked(volume: Volume, input: DetachVolumeRequest): Attachment {
  if (volume.attachments.length === 0) {
    throw new AwsError('IncorrectState', `Volume '${volume.id}' is in the '${volume.state}' state.`);
  }
  if (volume.multiAttach && input.InstanceId === undefined) {
    throw new AwsError(
      'MissingParameter',
      'The request must contain the parameter InstanceId for a Multi-Attach volume',
    );
  }
  const found = volume.attachments.find(
    (one) => one.instanceId === (input.InstanceId ?? one.instanceId) && one.device === (input.Device ?? one.device),
  );
  if (found) return found;
  throw new AwsError(
    'InvalidAttachment.NotFound',
    `The volume '${volume.id}' is not attached to the instance '${input.InstanceId ?? input.Device}'.`,
  );
}

export const attachmentOperations: Operations = {
  AttachVolume: operation<AttachVolumeRequest>(['VolumeId', 'InstanceId', 'Device', 'EbsCardIndex'], attachVolume),
  DetachVolume: operation<DetachVolumeRequest>(['VolumeId', 'InstanceId', 'Device', 'Force'], detachVolume),
};
