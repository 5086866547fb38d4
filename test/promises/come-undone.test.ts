import { describe, expect, test } from 'vitest';
import { exitOf, expectNothingLost, expectOriginalServing, told } from '../support/promises.ts';
import { inWorld, type Life, twoVolumes, type World } from '../support/world.ts';
import { full } from '../sweep/sampled.ts';
import { beforeOperation, data, instance, minute, records } from './lever.ts';

const rollback = { command: 'rollback', discardWrites: false } as const;
const box = (world: World) => world.state().instances.find((one) => one.id === instance);
const held = (world: World) => box(world)?.devices.find((one) => one.volume === data);
const announced = (life: Life) => JSON.stringify(records(life, 'announced'));
const denied = (operation: string) =>
  ({ operation, kind: 'error', code: 'UnauthorizedOperation', status: 403 }) as const;
const kept = twoVolumes.replace('iops: 4000', 'deleteOnTermination: true, iops: 4000');

/** An unwinding of a swap that died in its middle; as soon as the box runs again, the data volume comes off under it. */
async function comesOff(
  scenario: string,
  body: (world: World, first: Life) => Promise<void>,
  takeOff: (world: World) => void = (world) => world.account.act({ do: 'detach-volume', volume: data }),
): Promise<void> {
  const { call } = await beforeOperation('ec2:DetachVolume', 2, {}, scenario);
  await inWorld(scenario, async (world) => {
    // From now on the account remembers how it was, so that a later rule can show it.
    world.account.faults.add({ kind: 'stale', staleMs: 120_000, skip: Number.MAX_SAFE_INTEGER });
    const first = await world.process([], { crash: { call: { number: call?.number ?? 0, when: 'after' } } });
    expect(first.result).toBe('died');
    let off = false;
    world.watch(() => {
      if (off || box(world)?.state !== 'running' || held(world)?.state !== 'attached') return;
      off = true;
      takeOff(world);
    });
    await body(world, first);
  });
}

/** Does something once, when the volume has come off under the running box. */
function whenOff(world: World, deed: () => void): () => boolean {
  let done = false;
  world.watch(() => {
    if (done || box(world)?.state !== 'running' || held(world)) return;
    done = true;
    deed();
  });
  return () => done;
}

describe('an original that comes off again after it was put back', () => {
  test('does not pass for one in its place while AWS is busy with the detach; it is put back, and that is told', () =>
    comesOff(kept, async (world, first) => {
      const off = whenOff(world, () => undefined);
      const life = await world.process(first.disk, { command: rollback });
      expect(exitOf(life), told(life)).toBe(0);
      expect(off()).toBe(true);
      expect(held(world)).toMatchObject({ state: 'attached', deleteOnTermination: true });
      expect(announced(life)).toContain(`attach ${data} at /dev/sdf: had come undone and is done again`);
      expectNothingLost(world);
    }));

  test('and that hangs on its way out is not back: nothing ends before it has gone and is put back', () =>
    comesOff(
      kept,
      async (world, first) => {
        const life = await world.process(first.disk, { command: rollback });
        expect(exitOf(life), told(life)).toBe(0);
        expect(held(world)).toMatchObject({ state: 'attached', deleteOnTermination: true });
        expect(announced(life)).toContain('is still on its way in or out');
      },
      (world) => {
        world.account.act({ do: 'mount-volume', volume: data });
        world.account.act({ do: 'detach-volume', volume: data });
        world.account.schedule(Date.now() + 20 * minute, () =>
          world.account.act({ do: 'unmount-volume', volume: data }),
        );
      },
    ));

  test.each(
    full ? [1, 2, 3, 4, 5, 6] : [1, 3],
  )('is put back with its DeleteOnTermination wherever the run dies (record %i)', async (plus) => {
    let number = 0;
    await comesOff(kept, async (world, first) => {
      const clean = await world.process(first.disk, { command: rollback });
      number = clean.disk.findIndex((one) => one.t === 'reopened') + plus;
    });
    await comesOff(kept, async (world, first) => {
      const dead = await world.process(first.disk, {
        command: rollback,
        crash: { record: { number, when: 'crash-after' } },
      });
      expect(dead.result).toBe('died');
      const life = await world.process(dead.disk);
      expect(exitOf(life), told(life)).toBe(0);
      expect(held(world)).toMatchObject({ state: 'attached', deleteOnTermination: true });
    });
  });

  test('is put back with its DeleteOnTermination though a look of the past shows that as set', () =>
    comesOff(kept, async (world, first) => {
      let off = false;
      let hidden = false;
      world.watch(({ operation }) => {
        off ||= box(world)?.state === 'running' && !held(world);
        if (!off || hidden || held(world)?.state !== 'attached' || operation !== 'DescribeInstances') return;
        hidden = true;
        world.account.faults.add({ operation: 'DescribeInstances', kind: 'stale', staleMs: 60_000, forMs: 5_000 });
      });
      const life = await world.process(first.disk, { command: rollback });
      expect(hidden).toBe(true);
      expect(exitOf(life), told(life)).toBe(0);
      expect(held(world)).toMatchObject({ state: 'attached', deleteOnTermination: true });
    }));

  test('is put back though its own view still shows it as leaving', () =>
    comesOff(twoVolumes, async (world, first) => {
      const off = whenOff(world, () =>
        world.account.faults.add({ operation: 'DescribeVolumes', kind: 'stale', staleMs: 30_000, forMs: 15_000 }),
      );
      const life = await world.process(first.disk, { command: rollback });
      expect(off()).toBe(true);
      expect(exitOf(life), told(life)).toBe(0);
      expectOriginalServing(world);
    }));

  test('is put back without its DeleteOnTermination where AWS refuses that: the target serves without it, and it is told', () =>
    comesOff(kept, async (world, first) => {
      whenOff(world, () => world.account.faults.add(denied('ModifyInstanceAttribute')));
      const life = await world.process(first.disk, { command: rollback });
      expect(exitOf(life), told(life)).toBe(0);
      expect(held(world)?.state).toBe('attached');
      expect(announced(life)).toContain('not set back: ');
    }));

  test.each(['rollback', 'resume'] as const)('and can not be put back ends a %s, which says so', (how) =>
    comesOff(twoVolumes, async (world, first) => {
      whenOff(world, () => world.account.faults.add(denied('AttachVolume')));
      const begun =
        how === 'rollback'
          ? first
          : await world.process(first.disk, { command: rollback, interruptAfterMs: 4 * minute });
      const life = await world.process(begun.disk, how === 'rollback' ? { command: rollback } : {});
      expect(exitOf(life), told(life)).toBe(1);
      expect(told(life)).toContain('unwind-failed');
      expect(told(life)).toContain(`attach ${data} at /dev/sdf`);
      world.account.faults.clear();
      const last = await world.process(life.disk);
      expect(exitOf(last), told(last)).toBe(0);
      expectOriginalServing(world);
    }));
});

/** A cut-over whose first attachment is refused: it is taken back, and the target starts. */
async function takenBack(world: World, whenStarted: () => void): Promise<Life> {
  let begun = false;
  world.watch(({ operation, outcome }) => {
    if (operation !== 'StartInstances' || outcome !== 'done' || begun) return;
    begun = true;
    setTimeout(whenStarted, 2 * minute);
  });
  world.account.faults.add({ ...denied('AttachVolume'), times: 1 });
  return world.process();
}

const hang = (world: World, volume: string) => {
  world.account.act({ do: 'mount-volume', volume });
  world.account.act({ do: 'detach-volume', volume });
};

describe('an unwinding that waits for its originals', () => {
  test('does not wait for a volume that is none of its own', () => {
    const other = 'vol-00000000000000009';
    const scenario = twoVolumes
      .replace('keys: [', 'keys: [{ alias: alias/other }, ')
      .replace(
        '\nvolumes:\n',
        `\n      - { device: /dev/sdg, id: ${other}, size: 5, type: gp3, key: alias/other }\nvolumes:\n`,
      );
    return inWorld(scenario, async (world) => {
      const life = await takenBack(world, () => hang(world, other));
      expect(box(world)?.devices.find((one) => one.volume === other)?.state).toBe('busy');
      expect(told(life)).not.toContain('unwind-failed');
    });
  });

  test('says what it waits for, and after an hour that somebody has to let go of it', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await takenBack(world, () => hang(world, data));
      expect(exitOf(life), told(life)).toBe(1);
      expect(told(life)).toContain(`${data} is still on its way in or out`);
      expect(announced(life)).toContain(`${data} is still on its way in or out`);
      world.account.act({ do: 'unmount-volume', volume: data });
      world.pass(minute);
      const last = await world.process(life.disk, { command: rollback });
      expect(exitOf(last), told(last)).toBe(0);
      expectOriginalServing(world);
    }));

  test('puts back what comes off at the end of the hour', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await takenBack(world, () => {
        hang(world, data);
        setTimeout(() => world.account.act({ do: 'unmount-volume', volume: data }), 57 * minute + 50_000);
      });
      expect(told(life)).not.toContain('unwind-failed');
      expect(held(world)?.state).toBe('attached');
    }));

  test('ends at once when the target is terminated, and the rollback with it', () =>
    inWorld(twoVolumes, async (world) => {
      let at = 0;
      const life = await takenBack(world, () => {
        at = Date.now();
        world.account.act({ do: 'terminate-instance', instance });
      });
      expect(Date.now() - at).toBeLessThan(10 * minute);
      expect(told(life)).toContain('it is gone');
      const last = await world.process(life.disk, { command: rollback });
      expect(exitOf(last), told(last)).toBe(0);
    }));
});
