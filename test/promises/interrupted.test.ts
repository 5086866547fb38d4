import { expect, test } from 'vitest';
import {
  exitOf,
  expectInstanceMoved,
  expectNoClaim,
  expectNothingLost,
  expectOriginalServing,
  told,
} from '../support/promises.ts';
import { inWorld, type Life, twoVolumes, type World } from '../support/world.ts';
import { full } from '../sweep/sampled.ts';
import { data, minute, refuse, root } from './lever.ts';

const rollback = (discardWrites = false) => ({ command: 'rollback', discardWrites }) as const;

async function gather(points: number[], one: (point: number) => Promise<void>): Promise<void> {
  const broken: string[] = [];
  for (const point of points) {
    try {
      await one(point);
    } catch (error) {
      broken.push(`${point}: ${String((error as Error).message).slice(0, 400)}`);
    }
  }
  expect(broken).toEqual([]);
}
// A share of the points in a short run, all of them in CI's sweep.
const share = full ? 1 : 17;
const range = (from: number, to: number, step: number) =>
  Array.from({ length: Math.ceil((to - from) / (step * share)) }, (_, at) => from + at * step * share);

const variants = {
  plain: twoVolumes,
  lag: twoVolumes.replace('limits:', 'viewLagMs: 20000\nlimits:'),
  late: twoVolumes.replace('limits:', 'visibilityDelayMs: 20000\nlimits:'),
};

function rolledBackClean(world: World, life: Life): void {
  expect(life.result !== 'died' && life.result.status, told(life)).toBe('rolled-back');
  expectOriginalServing(world);
  expectNoClaim(world);
  world.pass(10 * minute);
  expect(world.state().snapshots).toEqual([]);
  expect(
    world
      .state()
      .volumes.map((one) => one.id)
      .sort(),
  ).toEqual([root, data, 'vol-00000000000000003'].sort());
}

test.each(Object.entries(variants))(
  'Ctrl-C at any second, then rollback: clean before the write point (%s)',
  async (_name, scenario) => {
    await gather(range(1_000, 500_000, 11_300), (at) =>
      inWorld(scenario, async (world) => {
        const first = await world.process([], { interruptAfterMs: at, wait: false });
        if (first.disk.some((one) => one.t === 'write-point')) return;
        expect(exitOf(first)).toBe(130);
        rolledBackClean(world, await world.process(first.disk, { command: rollback() }));
      }),
    );
  },
  300_000,
);

test.each(Object.entries(variants))(
  'Ctrl-C at any second, then resume: done (%s)',
  async (_name, scenario) => {
    await gather(range(500, 500_000, 17_700), (at) =>
      inWorld(scenario, async (world) => {
        const first = await world.process([], { interruptAfterMs: at });
        const second = await world.process(first.disk);
        expect(exitOf(second), told(second)).toBe(0);
        expectInstanceMoved(world);
      }),
    );
  },
  300_000,
);

test('an unwinding that dies at any record, taken up again, serves on the originals; one more resume is done', async () => {
  const clean = await inWorld(twoVolumes, (world) => {
    refuse(world, 'StartInstances');
    return world.process();
  });
  const from = clean.disk.findIndex((one) => one.t === 'unwinding');
  await gather(range(from, clean.disk.length + 1, 1), (number) =>
    inWorld(twoVolumes, async (world) => {
      refuse(world, 'StartInstances');
      const first = await world.process([], {
        crash: { record: { number, when: number % 2 ? 'crash-before' : 'crash-after' } },
      });
      const second = await world.process(first.disk);
      expectNothingLost(world);
      if (exitOf(second) === 0) return expectInstanceMoved(world);
      expectOriginalServing(world);
      const third = await world.process(second.disk);
      expect(exitOf(third), told(third)).toBe(0);
      expectInstanceMoved(world);
    }),
  );
}, 300_000);

test('a process that dies right after an attachment failed in doubt is resumed: what is attached after all is gone on with', () => {
  // For a while AWS shows nothing of the first volume that was attached, and longer than anybody believes it.
  const hideFirst = (world: World) => {
    let hidden = false;
    world.watch(({ operation, input, outcome, at }) => {
      const { VolumeId = '' } = input as { VolumeId?: string };
      const volume = world.account.world.volumes.get(VolumeId);
      if (operation !== 'AttachVolume' || outcome !== 'done' || !volume || hidden) return;
      hidden = true;
      Object.assign(volume, { visibleFrom: at + 20 * minute });
    });
  };
  const living = async (record?: number) =>
    inWorld(twoVolumes, async (world) => {
      hideFirst(world);
      const crash = record === undefined ? {} : { crash: { record: { number: record, when: 'crash-after' as const } } };
      const first = await world.process([], crash);
      const failed = first.disk.findIndex((one) => one.t === 'failed' && one.key.step === 'attach');
      if (record === undefined) return failed + 1;
      expect(first.result).toBe('died');
      expect(failed, 'it died elsewhere').toBe(record - 1);
      world.pass(30 * minute);
      const second = await world.process(first.disk);
      expect(exitOf(second), told(second)).toBe(0);
      expectInstanceMoved(world);
      return record;
    });
  return living().then(living);
});
