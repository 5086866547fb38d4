import { digestOf } from './bytes.ts';
import { contentBytes } from './content.ts';
import type { Instance, Snapshot, Volume } from './model.ts';
import { rdsStateOf } from './rds/state/state.ts';
import { AwsError } from './wire/message.ts';
import type { World } from './world.ts';

/** The truth about the account, as plain JSON: no delay of visibility, no rounding, digests of all plaintext. */
export type AccountState = ReturnType<typeof stateOf>;

const iso = (time: number) => new Date(time).toISOString();

/** Takes the truth about the account now. */
export function stateOf(world: World) {
  for (const instance of world.instances.values()) world.writeUp(instance);
  return {
    account: world.account,
    region: world.region,
    time: iso(world.time),
    keys: [...world.keys.values()].map((key) => ({
      id: key.id,
      arn: key.arn,
      aliases: [...world.aliases.values()].filter((alias) => alias.keyId === key.id).map((alias) => alias.name),
      manager: key.manager,
      state: key.state,
      grants: key.grants.size,
    })),
    instances: [...world.instances.values()].map((instance) => instanceState(world, instance)),
    volumes: [...world.volumes.values()].map((volume) => volumeState(world, volume)),
    snapshots: [...world.snapshots.values()].map(snapshotState),
    ...rdsStateOf(world),
  };
}

function instanceState(world: World, instance: Instance) {
  const devices = world.attachmentsOf(instance).map(({ volume, attachment }) => ({
    device: attachment.device,
    volume: volume.id,
    state: attachment.state,
    deleteOnTermination: attachment.deleteOnTermination,
    ebsCardIndex: attachment.ebsCardIndex ?? null,
  }));
  return {
    id: instance.id,
    name: instance.tags.now.get('Name') ?? null,
    type: instance.type,
    state: instance.state,
    launchTime: iso(instance.launched),
    stateTransitionReason: instance.transitionReason,
    rootDevice: instance.rootDevice,
    publicIp: instance.publicIp ?? null,
    instanceStoreWipes: instance.instanceStoreWipes,
    tags: Object.fromEntries(instance.tags.now),
    devices,
    workload: instance.workload ? { everyMs: instance.workload.everyMs, ledger: ledgerOf(world, instance) } : null,
  };
}

// A write that was acknowledged and isn't on the volume that is now at its device is a lost write. Null: nothing there to read.
function ledgerOf(world: World, instance: Instance) {
  return [...(instance.workload?.ledger ?? [])].map(([device, acknowledged]) => {
    const digest = digestOf(contentBytes(acknowledged));
    const at = world.attachmentsOf(instance).find(({ attachment }) => attachment.device === device);
    const held = at && reading(world, at.volume);
    return {
      device,
      writes: acknowledged.count,
      digest,
      volume: at?.volume.id ?? null,
      lost: held?.readable ? held.digest !== digest : null,
    };
  });
}

function volumeState(world: World, volume: Volume) {
  return {
    id: volume.id,
    state: volume.state,
    size: volume.size,
    type: volume.type,
    iops: volume.iops ?? null,
    throughput: volume.throughput ?? null,
    availabilityZone: volume.zone,
    encrypted: volume.encrypted,
    key: volume.keyArn ?? null,
    snapshot: volume.snapshotId || null,
    autoEnableIO: volume.autoEnableIO,
    multiAttach: volume.multiAttach,
    tags: Object.fromEntries(volume.tags.now),
    attachments: volume.attachments.map(({ instanceId, device, state, deleteOnTermination }) => ({
      instance: instanceId,
      device,
      state,
      deleteOnTermination,
    })),
    ...reading(world, volume),
  };
}

/** What somebody who reads the volume now finds, or that it can't be read. */
function reading(world: World, volume: Volume): { readable: boolean; writes: number | null; digest: string | null } {
  if (!volume.sealed) return { readable: false, writes: null, digest: null };
  try {
    const plain = world.plaintextOf(volume);
    return { readable: true, writes: world.contentOf(volume).count, digest: digestOf(plain) };
  } catch (error) {
    if (error instanceof AwsError) return { readable: false, writes: null, digest: null };
    throw error;
  }
}

function snapshotState(snapshot: Snapshot) {
  return {
    id: snapshot.id,
    volume: snapshot.volumeId,
    copyOf: snapshot.copyOf ?? null,
    state: snapshot.state,
    started: iso(snapshot.started),
    completed: snapshot.completed === undefined ? null : iso(snapshot.completed),
    key: snapshot.keyArn ?? null,
    description: snapshot.description,
    tags: Object.fromEntries(snapshot.tags.now),
  };
}
