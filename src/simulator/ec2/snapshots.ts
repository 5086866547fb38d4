import type {
  CopySnapshotRequest,
  CreateSnapshotRequest,
  DeleteSnapshotRequest,
  DescribeSnapshotsRequest,
  Snapshot as WireSnapshot,
} from '@aws-sdk/client-ec2';
import { unseal } from '../bytes.ts';
import type { Snapshot, Volume } from '../model.ts';
import { type Operations, operation } from '../operation.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { snapshotOf, visibleSnapshot, visibleSnapshots, volumeOf } from './find.ts';
import { type Fields, kinds, listedOrAll, matching, page, required, tagList, tagsMade } from './select.ts';
import { tagsAtCreation } from './tags.ts';

// Unpublished, and different every day [U]: what matters is that they follow the amount of data.
const snapshotMiBPerSecond = 80;
const copyMiBPerSecond = 60;

function progressOf(world: World, snapshot: Snapshot): string {
  if (snapshot.state === 'completed') return '100%';
  const share = (world.time - snapshot.started) / (snapshot.endsAt - snapshot.started);
  // AWS says nothing at all at first.
  return share < 0.05 ? '' : `${Math.min(99, Math.floor(share * 100))}%`;
}

function snapshotView(world: World, snapshot: Snapshot): WireSnapshot {
  return {
    SnapshotId: snapshot.id,
    VolumeId: snapshot.volumeId,
    VolumeSize: snapshot.size,
    Description: snapshot.description,
    Encrypted: snapshot.encrypted,
    KmsKeyId: snapshot.keyArn,
    DataEncryptionKeyId: snapshot.sealed?.dataKey?.id,
    OwnerId: world.account,
    StartTime: new Date(snapshot.started),
    CompletionTime: snapshot.completed === undefined ? undefined : new Date(snapshot.completed),
    Progress: progressOf(world, snapshot),
    State: snapshot.state,
    StorageTier: 'standard',
    TransferType: snapshot.copyOf === undefined ? undefined : 'standard',
    FullSnapshotSizeInBytes: snapshot.state === 'completed' ? snapshot.usedMiB * 1_048_576 : undefined,
    Tags: tagList(snapshot.tags, world.time),
  };
}

const fields = (world: World): Fields<Snapshot> => ({
  'snapshot-id': (snapshot) => snapshot.id,
  'volume-id': (snapshot) => snapshot.volumeId,
  'volume-size': (snapshot) => snapshot.size,
  status: (snapshot) => snapshot.state,
  progress: (snapshot) => progressOf(world, snapshot),
  description: (snapshot) => snapshot.description,
  encrypted: (snapshot) => snapshot.encrypted,
  'owner-id': () => world.account,
  'owner-alias': () => undefined,
  'start-time': (snapshot) => new Date(snapshot.started).toISOString(),
  'storage-tier': () => 'standard',
  'transfer-type': (snapshot) => (snapshot.copyOf === undefined ? undefined : 'standard'),
});

function describeSnapshots(world: World, input: DescribeSnapshotsRequest): object {
  const owners = input.OwnerIds ?? [];
  const own = owners.length === 0 || owners.includes('self') || owners.includes(world.account);
  const asked = { ...input, ids: input.SnapshotIds };
  const listed = own
    ? listedOrAll(
        kinds.snapshot,
        asked,
        () => visibleSnapshots(world),
        (id) => visibleSnapshot(world, id),
      )
    : [];
  const chosen = listed.filter(matching(input.Filters, fields(world), (snapshot) => snapshot.tags.seenAt(world.time)));
  const { items, ...rest } = page(chosen, input, (snapshot) => snapshot.id);
  return {
    // Only DescribeSnapshots tells why a snapshot failed.
    Snapshots: items.map((snapshot) => ({
      ...snapshotView(world, snapshot),
      StateMessage: snapshot.stateMessage || undefined,
    })),
    ...rest,
  };
}

function checkSnapshotSlots(world: World, volume: Volume): void {
  const pending = [...world.snapshots.values()].filter(
    (one) => one.volumeId === volume.id && one.state === 'pending',
  ).length;
  const allowed = volume.type === 'st1' || volume.type === 'sc1' ? 1 : world.limits.pendingSnapshotsPerVolume;
  if (pending >= allowed) {
    throw new AwsError(
      'ConcurrentSnapshotLimitExceeded',
      `Maximum allowed in-progress snapshots for a single volume exceeded.`,
    );
  }
  if (world.time - volume.lastSnapshotAt < world.limits.snapshotIntervalSeconds * 1000) {
    throw new AwsError(
      'SnapshotCreationPerVolumeRateExceeded',
      'The maximum per volume CreateSnapshot request rate has been exceeded. Use an increasing or variable sleep interval between requests.',
    );
  }
}

// Those that are still pending count, too.
function checkSnapshotQuotas(world: World): void {
  const { snapshots, pendingSnapshots } = world.limits;
  if (world.snapshots.size >= snapshots)
    throw new AwsError('SnapshotLimitExceeded', `You have exceeded the maximum of ${snapshots} snapshots.`);
  if (pendingSnapshots === undefined) return;
  const pending = [...world.snapshots.values()].filter((one) => one.state === 'pending').length;
  if (pending >= pendingSnapshots) {
    throw new AwsError(
      'PendingSnapshotLimitExceeded',
      `The maximum of ${pendingSnapshots} snapshots in the pending state is reached.`,
    );
  }
}

function createSnapshot(world: World, input: CreateSnapshotRequest): object {
  const volume = volumeOf(world, input.VolumeId);
  if (volume.state !== 'available' && volume.state !== 'in-use') {
    throw new AwsError('IncorrectState', `Volume '${volume.id}' is in the '${volume.state}' state.`);
  }
  checkSnapshotSlots(world, volume);
  checkSnapshotQuotas(world);
  const tags = tagsAtCreation(world, input.TagSpecifications, 'snapshot');
  for (const { instanceId } of volume.attachments) {
    const instance = world.instances.get(instanceId);
    if (instance) world.writeUp(instance);
  }
  // Only what changed since the last snapshot of the volume is copied; without one, everything.
  const siblings = [...world.snapshots.values()].filter((one) => one.volumeId === volume.id && one.state !== 'error');
  const changedMiB = siblings.length > 0 ? volume.dirtyMiB : volume.usedMiB;
  const ready = world.time + world.seconds(8, 20) + world.seconds(1, 1.2) * (changedMiB / snapshotMiBPerSecond);
  const snapshot: Snapshot = {
    id: world.id('snap'),
    volumeId: volume.id,
    size: volume.size,
    description: input.Description ?? '',
    encrypted: volume.encrypted,
    keyArn: volume.keyArn,
    started: world.time,
    // An increment can't be complete before what it builds on is.
    endsAt: Math.round(Math.max(ready, ...siblings.map((one) => one.endsAt + 1000))),
    visibleFrom: world.visibleFrom,
    usedMiB: volume.usedMiB,
    tags,
    copyOf: undefined,
    // The point in time is now, whatever is written while it is pending. Same data key, same context as the volume.
    sealed: volume.sealed,
    state: 'pending',
    stateMessage: '',
    completed: undefined,
  };
  volume.dirtyMiB = 0;
  volume.lastSnapshotAt = world.time;
  world.snapshots.set(snapshot.id, snapshot);
  world.at(snapshot.endsAt, () => complete(world, snapshot));
  return { ...snapshotView(world, snapshot), Tags: tagsMade(snapshot.tags, world.time) };
}

function complete(world: World, snapshot: Snapshot): void {
  if (world.snapshots.get(snapshot.id) !== snapshot || snapshot.state !== 'pending') return;
  snapshot.state = 'completed';
  snapshot.completed = world.time;
}

function copySnapshot(world: World, input: CopySnapshotRequest): object {
  const region = required(input.SourceRegion, 'SourceRegion');
  if (region !== world.region || (input.DestinationRegion ?? world.region) !== world.region) {
    throw new AwsError(
      'UnsupportedOperation',
      'The simulated account has one Region; it does not model copies between Regions.',
    );
  }
  const source = snapshotOf(world, input.SourceSnapshotId);
  if (source.state !== 'completed')
    throw new AwsError('IncorrectState', `Snapshot '${source.id}' is in the '${source.state}' state.`);
  if (input.KmsKeyId !== undefined && !(input.Encrypted === true || source.encrypted)) {
    throw new AwsError(
      'InvalidParameterDependency',
      'The parameter KmsKeyId requires the parameter Encrypted to be set.',
    );
  }
  checkSnapshotQuotas(world);
  const copies = [...world.snapshots.values()].filter(
    (one) => one.copyOf !== undefined && one.state === 'pending',
  ).length;
  if (copies >= world.limits.snapshotCopies) {
    throw new AwsError(
      'ResourceLimitExceeded',
      `Too many snapshot copies in progress. The limit is ${world.limits.snapshotCopies} for this destination region.`,
    );
  }
  const encrypted = input.Encrypted === true || source.encrypted || world.ebs.encryptionByDefault;
  // Not the source's key: without KmsKeyId a copy goes under the account's default (facts §3.1).
  const name = input.KmsKeyId ?? world.ebs.defaultKey;
  const key = encrypted ? world.findKey(name) : undefined;
  const snapshot: Snapshot = {
    id: world.id('snap'),
    volumeId: 'vol-ffffffff',
    size: source.size,
    description: input.Description ?? '',
    encrypted,
    keyArn: encrypted ? (key?.arn ?? name) : undefined,
    started: world.time,
    endsAt: Math.round(
      world.time + world.seconds(15, 40) + world.seconds(1, 1.2) * (source.usedMiB / copyMiBPerSecond),
    ),
    visibleFrom: world.visibleFrom,
    usedMiB: source.usedMiB,
    tags: tagsAtCreation(world, input.TagSpecifications, 'snapshot'),
    copyOf: source.id,
    sealed: undefined,
    state: 'pending',
    stateMessage: '',
    completed: undefined,
  };
  world.snapshots.set(snapshot.id, snapshot);
  world.at(encrypted && !world.usable(key) ? world.time + world.seconds(5, 15) : snapshot.endsAt, () => {
    if (world.snapshots.get(snapshot.id) !== snapshot) return;
    const sourceKey = source.sealed?.dataKey && world.findKey(source.sealed.dataKey.keyArn);
    if ((encrypted && !world.usable(key)) || (source.encrypted && !world.usable(sourceKey))) {
      snapshot.state = 'error';
      snapshot.stateMessage = 'Given key ID is not accessible';
    } else if (!source.sealed || !world.snapshots.has(source.id)) {
      snapshot.state = 'error';
      snapshot.stateMessage = 'The source snapshot is no longer there';
    } else {
      snapshot.sealed = world.sealed(unseal(source.sealed, world.dataKeyOf(source.sealed)), key, snapshot.id);
      complete(world, snapshot);
    }
  });
  return { SnapshotId: snapshot.id, Tags: tagsMade(snapshot.tags, world.time) };
}

function deleteSnapshot(world: World, input: DeleteSnapshotRequest): object {
  const snapshot = snapshotOf(world, input.SnapshotId);
  world.snapshots.delete(snapshot.id);
  return {};
}

export const snapshotOperations: Operations = {
  DescribeSnapshots: operation<DescribeSnapshotsRequest>(
    ['SnapshotIds', 'OwnerIds', 'Filters', 'MaxResults', 'NextToken'],
    describeSnapshots,
  ),
  CreateSnapshot: operation<CreateSnapshotRequest>(['VolumeId', 'Description', 'TagSpecifications'], createSnapshot),
  CopySnapshot: operation<CopySnapshotRequest>(
    [
      'SourceSnapshotId',
      'SourceRegion',
      // The SDK's own middleware adds these two to every copy.
      'DestinationRegion',
      'PresignedUrl',
      'Description',
      'Encrypted',
      'KmsKeyId',
      'TagSpecifications',
    ],
    copySnapshot,
  ),
  DeleteSnapshot: operation<DeleteSnapshotRequest>(['SnapshotId'], deleteSnapshot),
};
