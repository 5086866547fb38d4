// Nothing keeps others from a volume that is attached to nothing, and while no process of a run lives nobody looks at it.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { inWorld, type Life, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { instance, loose, minute, refuse, withSets } from './lever.ts';

// Where the changed blocks may not be read, nothing shows later that it was in use.
const plans = [withSets(volumePlan, 'steps.delete.with.changedBlocks=off')];

/** Somebody attaches it for an hour, and the workload writes on it. Its bytes by then. */
function use(world: World): string | null | undefined {
  world.pass(60 * minute);
  world.account.act({ do: 'attach-volume', volume: loose, instance, device: '/dev/sdz' });
  world.pass(60 * minute);
  world.account.act({ do: 'detach-volume', volume: loose });
  world.pass(60 * minute);
  return world.state().volumes.find(({ id }) => id === loose)?.digest;
}

async function resumeToTheEnd(world: World, first: Life): Promise<Life> {
  const second = await world.process(first.disk, { plans, wait: false });
  expect(exitOf(second), told(second)).toBe(3);
  world.pass(90 * minute);
  const third = await world.process(second.disk, { plans, wait: false });
  expect(exitOf(third), told(third)).toBe(0);
  return third;
}

function expectReplaced(world: World, bytes: string | null | undefined): void {
  const { volumes, snapshots } = world.state();
  const made = volumes.filter(({ tags }) => tags['rekey:original'] === loose);
  expect(made.map(({ digest }) => digest)).toEqual([bytes]);
  expect(snapshots.filter(({ volume }) => volume === loose)).toEqual([]);
}

describe('a replacement holds what was written on its original between two processes', () => {
  test('of which the first has failed to make it', () =>
    inWorld(twoVolumes, async (world) => {
      refuse(world, 'CreateVolume');
      const first = await world.process([], { plans, wait: false });
      expect(exitOf(first), told(first)).toBe(1);
      const bytes = use(world);
      await resumeToTheEnd(world, first);
      expectReplaced(world, bytes);
    }));

  test('of which the first has failed when it was made, and not judged yet', () =>
    inWorld(twoVolumes.replace('size: 20,', 'size: 20, autoEnableIO: true,'), async (world) => {
      refuse(world, 'ModifyVolumeAttribute');
      const first = await world.process([], { plans, wait: false });
      expect(exitOf(first), told(first)).toBe(1);
      const bytes = use(world);
      await resumeToTheEnd(world, first);
      expectReplaced(world, bytes);
    }));

  test.each([
    ['its snapshot was answered', 'answered', 'snapshot'],
    ['its snapshot was done', 'done', 'snapshot'],
    ['it was about to be made', 'intent', 'create'],
    ['it was answered', 'answered', 'create'],
    ['it was made', 'done', 'create'],
    ['all but its verdict was there', 'done', 'auto-enable-io'],
  ] as const)('of which the first has died when %s', (_when, how, step) =>
    inWorld(twoVolumes, async (world) => {
      const diesOn = (record: Life['disk'][number]) => record.t === how && record.key.step === step;
      const first = await world.process([], { plans, wait: false, diesOn });
      expect(first.result).toBe('died');
      const bytes = use(world);
      await resumeToTheEnd(world, first);
      expectReplaced(world, bytes);
    }));
});
