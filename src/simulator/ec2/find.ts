import type { Instance, Snapshot, Volume } from '../model.ts';
import { AwsError } from '../wire/message.ts';
import type { World } from '../world.ts';
import { checkId, type Kind, kinds, required } from './select.ts';

function found<T>(kind: Kind, name: string, id: string | undefined, find: (id: string) => T | undefined): T {
  const given = required(id, name);
  checkId(kind, given);
  const resource = find(given);
  if (!resource) throw new AwsError(kind.notFound, kind.missing([given]));
  return resource;
}

function seen<T extends { readonly visibleFrom: number }>(world: World, resource: T | undefined): T | undefined {
  return resource && resource.visibleFrom <= world.time ? resource : undefined;
}

export function visibleVolume(world: World, id: string): Volume | undefined {
  return seen(world, world.volumes.get(id));
}

export function visibleVolumes(world: World): Volume[] {
  return [...world.volumes.values()].filter((volume) => volume.visibleFrom <= world.time);
}

export function visibleSnapshots(world: World): Snapshot[] {
  return [...world.snapshots.values()].filter((snapshot) => snapshot.visibleFrom <= world.time);
}

export function visibleSnapshot(world: World, id: string): Snapshot | undefined {
  return seen(world, world.snapshots.get(id));
}

export function volumeOf(world: World, id: string | undefined): Volume {
  return found(kinds.volume, 'VolumeId', id, (one) => visibleVolume(world, one));
}

export function snapshotOf(world: World, id: string | undefined): Snapshot {
  return found(kinds.snapshot, 'SnapshotId', id, (one) => visibleSnapshot(world, one));
}

export function instanceOf(world: World, id: string | undefined): Instance {
  return found(kinds.instance, 'InstanceId', id, (one) => world.instances.get(one));
}
