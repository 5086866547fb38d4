import { isDeepStrictEqual } from 'node:util';
import type {
  CreateVolumeRequest,
  DeleteVolumeRequest,
  DescribeVolumeAttributeRequest,
  DescribeVolumesModificationsRequest,
  DescribeVolumesRequest,
  ModifyVolumeAttributeRequest,
  ModifyVolumeRequest,
  Volume as WireVolume,
} from '@aws-sdk/client-ec2';
import { unseal } from '../bytes.ts';
import { contentBytes, firstContent } from '../content.ts';
import type { Key, Snapshot, Volume } from '../model.ts';
import { type Operations, operation } from '../operation.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { attachmentView } from './attachments.ts';
import { snapshotOf, visibleVolume, visibleVolumes, volumeOf } from './find.ts';
import { type Fields, kinds, listedOrAll, matching, page, required, tagList, tagsMade } from './select.ts';
import { tagsAtCreation } from './tags.ts';
import { checkQuotas } from './volume-quotas.ts';
import { type Shape, shapeOf } from './volume-rules.ts';
import { volumeStatusOperations } from './volume-status.ts';

/** A volume as CreateVolume and DescribeVolumes show it. */
function volumeView(world: World, volume: Volume): WireVolume {
  return {
    VolumeId: volume.id,
    VolumeArn: world.arn('ec2', `volume/${volume.id}`),
    OwnerId: world.account,
    State: volume.state,
    Size: volume.size,
    VolumeType: volume.type,
    Iops: volume.iops,
    Throughput: volume.throughput,
    AvailabilityZone: volume.zone,
    AvailabilityZoneId: zoneId(world, volume.zone),
    CreateTime: new Date(volume.created),
    SnapshotId: volume.snapshotId,
    Encrypted: volume.encrypted,
    KmsKeyId: volume.keyArn,
    MultiAttachEnabled: volume.multiAttach,
    FastRestored: false,
    OutpostArn: volume.outpostArn,
    Operator: operatorView(volume.operator),
    Attachments: volume.attachments.map((attachment) => attachmentView(volume, attachment)),
    Tags: tagList(volume.tags, world.time),
  };
}

export function operatorView(principal: string | undefined) {
  return principal === undefined ? { Managed: false } : { Managed: true, Principal: principal };
}

export function zones(world: World): string[] {
  return ['a', 'b', 'c'].map((letter) => world.region + letter);
}

export function zoneId(world: World, zone: string): string {
  const [area = '', side = '', number = ''] = world.region.split('-');
  return `${area}${side.charAt(0)}${number}-az${zone.charCodeAt(zone.length - 1) - 'a'.charCodeAt(0) + 1}`;
}

const fields = (world: World): Fields<Volume> => ({
  'volume-id': (volume) => volume.id,
  status: (volume) => volume.state,
  size: (volume) => volume.size,
  'snapshot-id': (volume) => volume.snapshotId,
  'volume-type': (volume) => volume.type,
  encrypted: (volume) => volume.encrypted,
  'availability-zone': (volume) => volume.zone,
  'availability-zone-id': (volume) => zoneId(world, volume.zone),
  'create-time': (volume) => new Date(volume.created).toISOString(),
  'multi-attach-enabled': (volume) => volume.multiAttach,
  'fast-restored': () => false,
  'operator.managed': (volume) => volume.operator !== undefined,
  'operator.principal': (volume) => volume.operator,
  'attachment.instance-id': (volume) => volume.attachments.map((one) => one.instanceId),
  'attachment.device': (volume) => volume.attachments.map((one) => one.device),
  'attachment.status': (volume) => volume.attachments.map((one) => one.state),
  'attachment.delete-on-termination': (volume) => volume.attachments.map((one) => one.deleteOnTermination),
  'attachment.attach-time': (volume) => volume.attachments.map((one) => new Date(one.attachTime).toISOString()),
});

function describeVolumes(world: World, input: DescribeVolumesRequest): object {
  const asked = { ...input, ids: input.VolumeIds };
  const listed = listedOrAll(
    kinds.volume,
    asked,
    () => visibleVolumes(world),
    (id) => visibleVolume(world, id),
  );
  const chosen = listed.filter(matching(input.Filters, fields(world), (volume) => volume.tags.seenAt(world.time)));
  const { items, ...rest } = page(chosen, input, (volume) => volume.id);
  return { Volumes: items.map((volume) => volumeView(world, volume)), ...rest };
}

// How long EC2 keeps a client token is not published (facts §1.2) [U].
const tokenKeptMs = 24 * 60 * 60_000;

function createVolume(world: World, input: CreateVolumeRequest): object {
  const { ClientToken: token, DryRun, ...asked } = input;
  const known = token === undefined ? undefined : world.tokens.get(token);
  if (known && world.time - known.at < tokenKeptMs) {
    const volume = world.volumes.get(known.volumeId);
    // A volume that was rolled back or deleted leaves its token behind, used up (facts §1.2).
    if (!isDeepStrictEqual(known.asked, asked) || !volume || volume.state === 'deleting') {
      throw new AwsError(
        'IdempotentParameterMismatch',
        'The client token that you provided is already associated with another request or a resource that was deleted.',
      );
    }
    return { ...volumeView(world, volume), Tags: tagsMade(volume.tags, world.time) };
  }
  const snapshot = input.SnapshotId === undefined ? undefined : snapshotOf(world, input.SnapshotId);
  const shape = shapeAsked(input, snapshot);
  checkQuotas(world, shape);
  const { encrypted, key, keyArn } = encryptionAsked(world, input, snapshot);
  const volume: Volume = {
    ...shape,
    id: world.id('vol'),
    zone: zoneAsked(world, input),
    created: world.time,
    visibleFrom: world.visibleFrom,
    snapshotId: snapshot?.id ?? '',
    encrypted,
    keyArn,
    multiAttach: multiAttachAsked(input, shape),
    operator: undefined,
    outpostArn: undefined,
    tags: tagsAtCreation(world, input.TagSpecifications, 'volume'),
    state: 'creating',
    attachments: [],
    autoEnableIO: false,
    ioDisabled: false,
    sealed: undefined,
    usedMiB: snapshot?.usedMiB ?? 0,
    dirtyMiB: snapshot?.usedMiB ?? 0,
    lastSnapshotAt: Number.NEGATIVE_INFINITY,
    initialisedAt: 0,
    loadMs: 0,
    loadsUnder: snapshot?.sealed?.dataKey?.keyArn,
    stalledMs: undefined,
    modification: undefined,
  };
  world.volumes.set(volume.id, volume);
  if (token !== undefined) world.tokens.set(token, { asked, volumeId: volume.id, at: world.time });
  const source = snapshot?.sealed;
  const duration = snapshot ? world.seconds(10, 30) : world.seconds(5, 20);
  world.after(encrypted && !world.usable(key) ? Math.min(duration, world.seconds(2, 10)) : duration, () => {
    if (world.volumes.get(volume.id) !== volume || volume.state !== 'creating') return;
    // The key is looked at only now. One that can't be used makes the volume vanish, with no error anywhere (facts §2.3).
    const sourceKey = source?.dataKey && world.findKey(source.dataKey.keyArn);
    if ((encrypted && !world.usable(key)) || (source?.dataKey && !world.usable(sourceKey))) {
      world.volumes.delete(volume.id);
      return;
    }
    const plain = source ? unseal(source, world.dataKeyOf(source)) : contentBytes(firstContent(''));
    volume.sealed = world.sealed(plain, key, volume.id);
    volume.state = 'available';
    volume.loadMs = source ? world.seconds(60, 120) + lazyLoadMs(world, volume) : 0;
    volume.initialisedAt = world.time + volume.loadMs;
  });
  return { ...volumeView(world, volume), Tags: tagsMade(volume.tags, world.time) };
}

// Blocks come from the snapshot in the background, at an unpublished rate [U].
function lazyLoadMs(world: World, volume: Volume): number {
  return Math.round((volume.usedMiB / 150) * 1000 * world.pace);
}

function shapeAsked(input: CreateVolumeRequest, snapshot: Snapshot | undefined): Shape {
  if (snapshot && snapshot.state !== 'completed') {
    throw new AwsError('IncorrectState', `Snapshot is in invalid state - ${snapshot.state}`);
  }
  if (input.Size === undefined && !snapshot) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter size/snapshot');
  }
  const size = input.Size ?? snapshot?.size ?? 0;
  if (snapshot && size < snapshot.size) {
    throw new AwsError(
      'InvalidParameterValue',
      `Volume of ${size}GiB is smaller than snapshot '${snapshot.id}', expect size >= ${snapshot.size}GiB`,
    );
  }
  // gp2 is what the API takes when no type is given, although the console offers gp3.
  return shapeOf({ type: input.VolumeType ?? 'gp2', size, iops: input.Iops, throughput: input.Throughput });
}

function zoneAsked(world: World, input: CreateVolumeRequest): string {
  if (input.AvailabilityZone !== undefined && input.AvailabilityZoneId !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'Only one of AvailabilityZone and AvailabilityZoneId may be given.',
    );
  }
  const named = zones(world).find(
    (zone) => zone === input.AvailabilityZone || zoneId(world, zone) === input.AvailabilityZoneId,
  );
  if (named) return named;
  const given = required(input.AvailabilityZone ?? input.AvailabilityZoneId, 'AvailabilityZone');
  throw new AwsError('InvalidZone.NotFound', `The zone '${given}' does not exist.`);
}

function multiAttachAsked(input: CreateVolumeRequest, shape: Shape): boolean {
  if (input.MultiAttachEnabled && shape.type !== 'io1' && shape.type !== 'io2') {
    throw new AwsError('InvalidParameterCombination', `Multi-Attach is not supported for ${shape.type} volumes.`);
  }
  return input.MultiAttachEnabled ?? false;
}

function encryptionAsked(
  world: World,
  input: CreateVolumeRequest,
  snapshot: Snapshot | undefined,
): { encrypted: boolean; key: Key | undefined; keyArn: string | undefined } {
  if (input.KmsKeyId !== undefined && input.Encrypted !== true) {
    throw new AwsError(
      'InvalidParameterDependency',
      'The parameter KmsKeyId requires the parameter Encrypted to be set.',
    );
  }
  if (snapshot?.encrypted && input.Encrypted === false) {
    throw new AwsError('InvalidParameterCombination', 'A volume from an encrypted snapshot can not be unencrypted.');
  }
  const encrypted = input.Encrypted === true || snapshot?.encrypted === true || world.ebs.encryptionByDefault;
  if (!encrypted) return { encrypted, key: undefined, keyArn: undefined };
  const name = input.KmsKeyId ?? snapshot?.keyArn ?? world.ebs.defaultKey;
  const key = world.findKey(name);
  return { encrypted, key, keyArn: key?.arn ?? name };
}

/** Begins the deletion of a volume that nothing is attached to. */
export function deleteVolume(world: World, volume: Volume): void {
  volume.state = 'deleting';
  world.after(world.seconds(20, 180), () => world.volumes.delete(volume.id));
}

function deleteVolumeAsked(world: World, input: DeleteVolumeRequest): object {
  const volume = volumeOf(world, input.VolumeId);
  if (volume.state === 'deleting') throw new AwsError(kinds.volume.notFound, kinds.volume.missing([volume.id]));
  const [attachment] = volume.attachments;
  if (attachment) {
    throw new AwsError('VolumeInUse', `Volume ${volume.id} is currently attached to ${attachment.instanceId}`);
  }
  if (volume.state !== 'available' && volume.state !== 'error') {
    throw new AwsError('IncorrectState', `Volume '${volume.id}' is in the '${volume.state}' state.`);
  }
  deleteVolume(world, volume);
  return {};
}

function modifyVolume(world: World, input: ModifyVolumeRequest): object {
  const volume = volumeOf(world, input.VolumeId);
  const running = volume.modification?.ModificationState;
  if (running === 'modifying' || running === 'optimizing') {
    throw new AwsError(
      'IncorrectModificationState',
      `Volume ${volume.id} already has a modification in the ${running} state.`,
    );
  }
  if (volume.state !== 'available' && volume.state !== 'in-use') {
    throw new AwsError('IncorrectState', `Volume '${volume.id}' is in the '${volume.state}' state.`);
  }
  const before = { ...volume };
  const sameType = input.VolumeType === undefined || input.VolumeType === volume.type;
  const keptIops = sameType && volume.type !== 'gp2' ? volume.iops : undefined;
  const shape = shapeOf({
    type: input.VolumeType ?? volume.type,
    size: input.Size ?? volume.size,
    iops: input.Iops ?? keptIops,
    throughput: input.Throughput ?? (sameType ? volume.throughput : undefined),
  });
  if (shape.size < volume.size) {
    throw new AwsError('InvalidParameterValue', `New size cannot be smaller than existing size of ${volume.size} GiB.`);
  }
  checkQuotas(world, shape, volume);
  const modification: NonNullable<Volume['modification']> = {
    VolumeId: volume.id,
    ModificationState: 'modifying',
    OriginalSize: before.size,
    OriginalVolumeType: before.type,
    OriginalIops: before.iops,
    OriginalThroughput: before.throughput,
    OriginalMultiAttachEnabled: before.multiAttach,
    TargetSize: shape.size,
    TargetVolumeType: shape.type,
    TargetIops: shape.iops,
    TargetThroughput: shape.throughput,
    TargetMultiAttachEnabled: before.multiAttach,
    Progress: 0,
    StartTime: new Date(world.time),
  };
  volume.modification = modification;
  world.after(world.seconds(10, 30), () => {
    Object.assign(volume, shape);
    modification.ModificationState = 'optimizing';
    modification.Progress = 50;
    world.after(world.seconds(120, 600), () => {
      modification.ModificationState = 'completed';
      modification.Progress = 100;
      modification.EndTime = new Date(world.time);
    });
  });
  return { VolumeModification: modification };
}

function describeModifications(world: World, input: DescribeVolumesModificationsRequest): object {
  const asked = { ...input, ids: input.VolumeIds };
  const listed = listedOrAll(
    kinds.volume,
    asked,
    () => visibleVolumes(world),
    (id) => visibleVolume(world, id),
  );
  const changed = listed.filter((volume) => volume.modification !== undefined);
  const missing = input.VolumeIds?.find((id) => !changed.some((volume) => volume.id === id));
  if (missing)
    throw new AwsError('InvalidVolumeModification.NotFound', `Modification for volume '${missing}' does not exist.`);
  const test = matching<Volume>(input.Filters, {
    'volume-id': (volume) => volume.id,
    'modification-state': (volume) => volume.modification?.ModificationState,
    'original-size': (volume) => volume.modification?.OriginalSize,
    'original-iops': (volume) => volume.modification?.OriginalIops,
    'original-volume-type': (volume) => volume.modification?.OriginalVolumeType,
    'target-size': (volume) => volume.modification?.TargetSize,
    'target-iops': (volume) => volume.modification?.TargetIops,
    'target-volume-type': (volume) => volume.modification?.TargetVolumeType,
    'start-time': (volume) => volume.modification?.StartTime?.toISOString(),
  });
  const { items, ...rest } = page(changed.filter(test), input, (volume) => volume.id);
  return { VolumesModifications: items.map((volume) => volume.modification), ...rest };
}

function describeVolumeAttribute(world: World, input: DescribeVolumeAttributeRequest): object {
  const volume = volumeOf(world, input.VolumeId);
  const attribute = required(input.Attribute, 'Attribute');
  if (attribute === 'autoEnableIO') return { VolumeId: volume.id, AutoEnableIO: { Value: volume.autoEnableIO } };
  if (attribute === 'productCodes') return { VolumeId: volume.id, ProductCodes: [] };
  throw new AwsError('InvalidParameterValue', `Invalid value '${attribute}' for attribute.`);
}

function modifyVolumeAttribute(world: World, input: ModifyVolumeAttributeRequest): object {
  const volume = volumeOf(world, input.VolumeId);
  volume.autoEnableIO = required(input.AutoEnableIO?.Value, 'AutoEnableIO');
  return {};
}

const paged = ['Filters', 'MaxResults', 'NextToken'] as const;

export const volumeOperations: Operations = {
  ...volumeStatusOperations,
  DescribeVolumes: operation<DescribeVolumesRequest>(['VolumeIds', ...paged], describeVolumes),
  CreateVolume: operation<CreateVolumeRequest>(
    [
      'AvailabilityZone',
      'AvailabilityZoneId',
      'ClientToken',
      'Encrypted',
      'Iops',
      'KmsKeyId',
      'MultiAttachEnabled',
      'Size',
      'SnapshotId',
      'TagSpecifications',
      'Throughput',
      'VolumeType',
    ],
    createVolume,
  ),
  DeleteVolume: operation<DeleteVolumeRequest>(['VolumeId'], deleteVolumeAsked),
  ModifyVolume: operation<ModifyVolumeRequest>(['VolumeId', 'Size', 'VolumeType', 'Iops', 'Throughput'], modifyVolume),
  DescribeVolumesModifications: operation<DescribeVolumesModificationsRequest>(
    ['VolumeIds', ...paged],
    describeModifications,
  ),
  DescribeVolumeAttribute: operation<DescribeVolumeAttributeRequest>(
    ['VolumeId', 'Attribute'],
    describeVolumeAttribute,
  ),
  ModifyVolumeAttribute: operation<ModifyVolumeAttributeRequest>(['VolumeId', 'AutoEnableIO'], modifyVolumeAttribute),
};
