import { expect } from 'vitest';
import { expectNothingLost } from '../support/promises.ts';
import { twoVolumes, type World } from '../support/world.ts';

export const instance = 'i-0123456789abcdef0';
export const root = 'vol-00000000000000001';
export const data = 'vol-00000000000000002';
export const loose = 'vol-00000000000000003';
export const other = 'snap-00000000000000009';
export const minute = 60_000;
export const hour = 60 * minute;

// A snapshot of another volume that carries even the run's tag, and a key that is neither the old nor the new one.
export const scenario = `${twoVolumes.replace(
  'keys: [',
  'keys: [{ alias: alias/third }, ',
)}  - { id: vol-00000000000000008, size: 4, type: gp3, key: alias/old, data: of somebody else }
snapshots: [{ id: ${other}, volume: vol-00000000000000008, tags: { "rekey:run": 20260104T000000Z-aaaaaa } }]
`;

/** Watches for the one call that must not come. */
export function originalsAskedFor(world: World): string[] {
  const deleted: string[] = [];
  world.watch((call) => {
    const id = String((call.input as { VolumeId?: string }).VolumeId);
    if (call.operation === 'DeleteVolume' && [root, data, loose].includes(id)) deleted.push(`${id}: ${call.outcome}`);
  });
  return deleted;
}

export function expectNoOriginalGone(world: World, deleted: readonly string[], about: string): void {
  expect(deleted, about).toEqual([]);
  const left = world.state().volumes.filter((volume) => volume.state !== 'deleting');
  expect(
    left.map((volume) => volume.id),
    about,
  ).toEqual(expect.arrayContaining([root, data, loose]));
  expectNothingLost(world);
}

export const arnOf = (world: World, alias: string) => world.account.world.findKey(alias)?.arn ?? '';
