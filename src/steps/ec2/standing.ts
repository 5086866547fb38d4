import type { EbsInstanceBlockDevice, Instance, Volume, VolumeAttachment } from '@aws-sdk/client-ec2';
import type { VolumePlace } from '../domain.ts';

/** Device name to what stands there; what is on its way in or out still stands there, what has left does not. */
export function mappings(instance: Instance | undefined): Map<string, EbsInstanceBlockDevice> {
  return new Map(
    (instance?.BlockDeviceMappings ?? []).flatMap(({ DeviceName, Ebs }) =>
      DeviceName && Ebs && Ebs.Status !== 'detached' ? [[DeviceName, Ebs] as const] : [],
    ),
  );
}

/** The attachments of a volume that has not left. */
export function attachments(volume: Volume | undefined): VolumeAttachment[] {
  return (volume?.Attachments ?? []).filter((attachment) => attachment.State !== 'detached');
}

/** When a volume was put in its place, ISO 8601; undefined when it is not there. A new one says that it was somewhere else, or nowhere, before. */
export function attachTimeOf(volume: Volume | undefined, place: VolumePlace): string | undefined {
  const here = attachments(volume).find((one) => one.InstanceId === place.instance && one.Device === place.device);
  return here?.AttachTime?.toISOString();
}

/** Who can write to a volume, as an original that a run keeps out of use is found. */
export function exposures(volume: Volume | undefined) {
  const original = volume?.VolumeId ?? '';
  return attachments(volume).map(({ InstanceId, Device }) => {
    return { original, instance: InstanceId, how: `${original} was seen attached to ${InstanceId} at ${Device}` };
  });
}

/** Whether the volume stands at its place, by the volume's and by the instance's account of it: they disagree for short times (facts §1.6). */
export function standsAt(
  place: VolumePlace,
  volume: Volume | undefined,
  instance: Instance | undefined,
): 'attached' | 'between' | 'elsewhere' | 'nowhere' {
  const id = volume?.VolumeId;
  const own = attachments(volume);
  const here = own.find((one) => one.InstanceId === place.instance && one.Device === place.device);
  const mapped = mappings(instance).get(place.device);
  const mappedHere = mapped !== undefined && mapped.VolumeId === id;
  if (here?.State === 'attached' && mappedHere && mapped.Status === 'attached') return 'attached';
  if (own.some((one) => one !== here)) return 'elsewhere';
  return here || mappedHere ? 'between' : 'nowhere';
}

/** What is attached beside its place, in words; undefined for what is nowhere else. */
export function besides(
  place: Pick<VolumePlace, 'instance' | 'device'>,
  volume: Volume | undefined,
): string | undefined {
  const away = attachments(volume).find((one) => one.InstanceId !== place.instance || one.Device !== place.device);
  return (
    away &&
    `${volume?.VolumeId} is attached to ${away.InstanceId} at ${away.Device}, not at ${place.device} of ${place.instance}`
  );
}

/** The state of an instance that exists; undefined of one that does not, or that is being terminated. */
export function livingState(instance: Instance | undefined): string | undefined {
  const state = instance?.State?.Name;
  return state === 'terminated' || state === 'shutting-down' ? undefined : state;
}
