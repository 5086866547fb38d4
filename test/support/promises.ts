import { expect } from 'vitest';
import type { Life, World } from './world.ts';

const instanceId = 'i-0123456789abcdef0';
const originals = ['vol-00000000000000001', 'vol-00000000000000002'];

export const exitOf = (life: Life) => (life.result === 'died' ? 'died' : life.result.exit);

/** What a person would read of how it ended. */
export function told(life: Life): string {
  if (life.result === 'died') return 'died';
  return life.result.plans
    .map((plan) => `${plan.name} ${plan.status}: ${plan.error?.code} ${plan.error?.message ?? ''}`)
    .join('\n');
}

export function keyOf(state: ReturnType<World['state']>, alias: string): string {
  return state.keys.find((key) => key.aliases.includes(alias))?.arn ?? '';
}

/** No acknowledged write is missing from the volume that is now at its device. */
export function expectNothingLost(world: World): void {
  const ledger = world.state().instances.flatMap((instance) => instance.workload?.ledger ?? []);
  expect(ledger.filter((entry) => entry.lost)).toEqual([]);
}

/** The end that every way through plans/ec2-instance.yaml must reach: moved, serving, carried over, nothing left. */
export function expectInstanceMoved(world: World): void {
  const state = world.state();
  const instance = state.instances.find((one) => one.id === instanceId);
  expect(instance?.state).toBe('running');
  expect(instance?.devices.map((device) => [device.device, device.state, device.deleteOnTermination])).toEqual([
    ['/dev/xvda', 'attached', true],
    ['/dev/sdf', 'attached', false],
  ]);
  const volumes = state.volumes.filter((volume) => volume.attachments.length > 0);
  expect(volumes.map((volume) => volume.key)).toEqual([keyOf(state, 'alias/new'), keyOf(state, 'alias/new')]);
  expect(
    volumes
      .map(({ size, type, iops, throughput, autoEnableIO }) => [size, type, iops, throughput, autoEnableIO])
      .sort(),
  ).toEqual(
    [
      [8, 'gp3', 3000, 125, false],
      [50, 'gp3', 4000, 200, true],
    ].sort(),
  );
  expect(volumes.map((volume) => volume.tags['role']).sort()).toEqual(['data', 'root']);
  expectNothingLost(world);
  const left = state.volumes.map((volume) => volume.id).filter((id) => originals.includes(id));
  expect(left).toEqual([]);
  expect(state.volumes).toHaveLength(3);
  expect(unnamed(world)).toEqual([]);
  expectNoClaim(world);
}

/** Snapshots that stand by and that no run has named as left behind or kept. */
function unnamed(world: World) {
  return world.state().snapshots.filter(({ id }) => !world.told.some((text) => text.includes(id)));
}

/** The original serves as before: attached at its devices with its flags, running, and nobody's claim is needed to see it. */
export function expectOriginalServing(world: World): void {
  const state = world.state();
  const instance = state.instances.find((one) => one.id === instanceId);
  expect(instance?.state).toBe('running');
  const devices = instance?.devices.map((device) => [device.device, device.volume, device.deleteOnTermination]);
  expect(devices?.sort((a, b) => (String(a[0]) < String(b[0]) ? 1 : -1))).toEqual([
    ['/dev/xvda', originals[0], true],
    ['/dev/sdf', originals[1], false],
  ]);
  expectNothingLost(world);
}

/** The end of plans/ebs-volume.yaml: one replacement under the new key with the same bytes, the original gone. */
export function expectVolumeMoved(world: World): void {
  const state = world.state();
  const loose = state.volumes.filter((volume) => volume.attachments.length === 0);
  expect(loose.map((volume) => [volume.size, volume.type, volume.key])).toEqual([
    [20, 'gp2', keyOf(state, 'alias/new')],
  ]);
  expect(loose.map((volume) => volume.tags['rekey:original'])).toEqual(['vol-00000000000000003']);
  expect(loose.map((volume) => volume.readable)).toEqual([true]);
  expect(unnamed(world)).toEqual([]);
  expectNoClaim(world);
}

export function expectNoClaim(world: World): void {
  const { instances, volumes } = world.state();
  const claims = [...instances, ...volumes].flatMap((one) =>
    Object.keys(one.tags).filter((key) => key.startsWith('rekey:claim')),
  );
  expect(claims).toEqual([]);
}
