import type { Attachment, Snapshot, Volume } from '../model.ts';
import { rdsFails } from '../rds/operations/failing.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { letGo, release } from './attachments.ts';
import { comeDown, fallBack } from './instances.ts';

/** Ends a snapshot that is pending in `error`. Throws IncorrectState for any other. */
export function failSnapshot(snapshot: Snapshot): void {
  if (snapshot.state !== 'pending') throw new AwsError('IncorrectState', `${snapshot.id} is ${snapshot.state}.`);
  snapshot.state = 'error';
  snapshot.stateMessage = 'An internal error has occurred';
}

/** Has the hardware under an unattached volume fail: its data is gone. Throws IncorrectState for any other. */
export function failVolume(volume: Volume): void {
  if (volume.state !== 'creating' && volume.state !== 'available')
    throw new AwsError('IncorrectState', `Volume '${volume.id}' is in the '${volume.state}' state.`);
  volume.state = 'error';
  volume.sealed = undefined;
}

/**
 * Has EBS find that the data of an attached volume may be inconsistent: its I/O is disabled, unless it is one of which I/O goes on
 * by itself. Throws IncorrectState for one that is not attached.
 */
export function impairVolume(world: World, volume: Volume): void {
  if (volume.state !== 'in-use')
    throw new AwsError('IncorrectState', `Volume '${volume.id}' is in the '${volume.state}' state.`);
  writeUpHolders(world, volume);
  volume.ioDisabled = !volume.autoEnableIO;
}

/** Lets the I/O of an impaired volume go on. */
export function enableIO(world: World, volume: Volume): void {
  writeUpHolders(world, volume);
  volume.ioDisabled = false;
}

function writeUpHolders(world: World, volume: Volume): void {
  for (const { instanceId } of volume.attachments) {
    const instance = world.instances.get(instanceId);
    if (instance) world.writeUp(instance);
  }
}

type Fails = (world: World, input: Asked, output: Answered, code: string | undefined) => void;
interface Asked {
  readonly VolumeId?: string;
  readonly InstanceId?: string;
  readonly InstanceIds?: readonly string[];
}
interface Answered {
  readonly VolumeId?: string;
  readonly SnapshotId?: string;
}

const reasons: Readonly<Record<string, string>> = {
  'Server.InsufficientInstanceCapacity': 'Insufficient capacity to satisfy instance request',
  'Client.VolumeLimitExceeded': 'Volume limit exceeded',
};

function failPending(world: World, _input: Asked, { SnapshotId = '' }: Answered): void {
  const snapshot = world.snapshots.get(SnapshotId);
  if (!snapshot) return;
  world.at(world.time + (snapshot.endsAt - world.time) * 0.7, () => {
    if (snapshot.state === 'pending') failSnapshot(snapshot);
  });
}

// Sooner than a start can be over.
const soonMs = (world: World) => world.seconds(2, 6);

function attachmentAsked(world: World, input: Asked): { volume: Volume; attachment: Attachment } | undefined {
  const volume = world.volumes.get(input.VolumeId ?? '');
  const attachment = volume?.attachments.find((one) => one.instanceId === (input.InstanceId ?? one.instanceId));
  return volume && attachment ? { volume, attachment } : undefined;
}

/** What an accepted call comes to when it fails later, by operation. */
const fails: Readonly<Record<string, Fails>> = {
  // Without a word, as after a KMS failure (facts §2.3); with a code, in the state `error`.
  CreateVolume: (world, _input, { VolumeId = '' }, code) => {
    const volume = world.volumes.get(VolumeId);
    world.after(world.seconds(1, 4), () => {
      if (volume?.state !== 'creating') return;
      if (code === 'error') failVolume(volume);
      else world.volumes.delete(volume.id);
    });
  },
  CreateSnapshot: failPending,
  CopySnapshot: failPending,
  StartInstances: (world, { InstanceIds = [] }, _output, code = 'Server.InternalError') => {
    for (const instance of InstanceIds.flatMap((id) => world.instances.get(id) ?? [])) {
      world.after(soonMs(world), () => {
        if (instance.state === 'pending') fallBack(world, instance, code, reasons[code] ?? 'Internal error on launch');
      });
    }
  },
  StopInstances: (world, { InstanceIds = [] }) => {
    for (const instance of InstanceIds.flatMap((id) => world.instances.get(id) ?? [])) {
      if (instance.state !== 'stopping') continue;
      instance.hangs = true;
      world.after(world.seconds(4_500, 5_400), () => comeDown(world, instance));
    }
  },
  AttachVolume: (world, input) => {
    const found = attachmentAsked(world, input);
    world.after(world.seconds(1, 2), () => {
      if (found?.attachment.state === 'attaching') release(world, found.volume, found.attachment);
    });
  },
  DetachVolume: (world, input) => {
    const found = attachmentAsked(world, input);
    if (found?.attachment.state !== 'detaching') return;
    const { volume, attachment } = found;
    // It stays until it is forced or the instance stops, as with a file system that is still mounted.
    attachment.mounted = true;
    attachment.state = 'busy';
    // AWS says nothing of an instance that has stopped already; here it only takes long [U].
    if (world.instances.get(attachment.instanceId)?.state !== 'stopped') return;
    world.after(world.seconds(300, 600), () => {
      if (attachment.state === 'busy') letGo(world, volume, attachment);
    });
  },
};

const allFails: Readonly<Record<string, (typeof rdsFails)[string]>> = { ...fails, ...rdsFails };

export const failingOperations: readonly string[] = Object.keys(allFails);

/** Has what the call began, and was told had begun, come to nothing by and by. */
export function failLater(world: World, name: string, input: object, output: object, code: string | undefined): void {
  allFails[name]?.(world, input, output, code);
}
