import { describe, expect, test } from 'vitest';
import type { JournalRecord } from '../../src/contract/record.ts';
import { nextBeginning } from '../../src/engine/gates/window.ts';
import { exitOf, expectInstanceMoved, expectOriginalServing, expectVolumeMoved, told } from '../support/promises.ts';
import { instancePlan, type Life, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { hour, jump, mayBegin, minute, passTo, sunday, suspend, upset, upsets, window, windowed } from './clocks.ts';
import { full } from './sampled.ts';
import { swept } from './swept.ts';

const inWorld = swept('clock');
const day = 24 * hour;
// A sleeper looks at the wall at least this often.
const slice = minute;

/** Done, by the process whose clock it was. */
function expectMoved(world: World, life: Life, about: string): void {
  expect(exitOf(life), `${about}: ${told(life)}`).toBe(0);
  expectInstanceMoved(world);
}

const timeOf = (disk: readonly JournalRecord[], is: (record: JournalRecord) => boolean) =>
  Date.parse(disk.find(is)?.at ?? '');

describe.each(upsets)('when $name', ({ name, act }) => {
  test('at a call of the run, it loses nothing and comes to its end', async () => {
    const sent = await inWorld(twoVolumes, async (world) => (await world.process()).sent);
    const from = sent.indexOf('ec2:StopInstances') - 3;
    const to = sent.indexOf('ec2:StartInstances') + 3;
    let upsets = 0;
    for (let call = from; call <= to; call += full ? 2 : 23) {
      await inWorld(twoVolumes, async (world) => {
        const life = await upset(world, { call }, () => {
          upsets++;
          act(world);
        });
        expectMoved(world, life, `call ${call} ${sent[call - 1]}`);
      });
    }
    expect(upsets).toBeGreaterThan(2);
  }, 600_000);

  test('while the run waits for something to settle, it loses nothing and comes to its end', async () => {
    // From the stop to the start a clean run goes from 4:37 to 6:41; in between it waits most of the time.
    let upsets = 0;
    for (let afterMs = 270_000; afterMs < 420_000; afterMs += full ? 5_000 : 60_000) {
      await inWorld(twoVolumes, async (world) => {
        const life = await upset(world, { afterMs }, () => {
          upsets++;
          act(world);
        });
        expectMoved(world, life, `after ${afterMs} ms`);
      });
    }
    expect(upsets).toBeGreaterThan(2);
  }, 600_000);

  test('in a hold, the hold is over when the wall and AWS say so, not before, and not a minute later than it is noticed', () =>
    inWorld(twoVolumes, async (world) => {
      let wokeAt = 0;
      const life = await upset(
        world,
        { afterMs: 20 * minute },
        () => {
          act(world);
          wokeAt = Date.now();
        },
        { plans: [volumePlan] },
      );
      expect(exitOf(life), told(life)).toBe(0);
      expectVolumeMoved(world);
      const gate = life.disk.find((record) => record.t === 'gate');
      const until = gate?.t === 'gate' ? gate.until : Number.NaN;
      const passedAt = timeOf(life.disk, (record) => record.t === 'passed');
      expect(passedAt).toBeGreaterThanOrEqual(until);
      // AWS's clock goes on as before: by it the hold is as long as it was asked for.
      const byAws = name === 'the clock is put an hour ahead' ? until + hour : until;
      expect(passedAt).toBeLessThanOrEqual(Math.max(byAws, wokeAt) + slice + 1_000);
      const deleteAt = timeOf(life.disk, (record) => record.t === 'intent' && record.uses === 'ebs.delete-volume');
      expect(deleteAt).toBeGreaterThanOrEqual(until);
    }));
});
test('a clock that is put an hour ahead while something settles makes nothing overdue', () =>
  inWorld(twoVolumes, async (world) => {
    const life = await upset(world, { afterMs: 301_000 }, () => jump(world, hour));
    expect(exitOf(life), told(life)).toBe(0);
  }));

const plans = [windowed(instancePlan)];

const beginnings = (world: World) => {
  const at: number[] = [];
  world.watch((call) => {
    if (call.operation === 'StopInstances' && call.outcome === 'done') at.push(call.at);
  });
  return at;
};

describe('a window', () => {
  test('opens for a waiting run at its time, and not one minute of the week outside', async () => {
    const days = full ? 9 : 2;
    let runs = 0;
    for (let at = sunday; at < sunday + days * day; at += full ? 5 * hour : 19 * hour) {
      await inWorld(twoVolumes, async (world) => {
        world.auditor.windowOpen = mayBegin;
        const began = beginnings(world);
        passTo(world, at);
        const life = await world.process([], { plans });
        expect(exitOf(life), told(life)).toBe(0);
        expect(began).toHaveLength(1);
        expect(world.auditor.evaluations.get('I7')).toBeGreaterThan(0);
        runs++;
      });
    }
    expect(runs).toBeGreaterThanOrEqual(3);
  }, 300_000);

  // On 29 March 2026 the clocks of Dublin go from 01:00 to 02:00; on 25 October from 02:00 back to 01:00.
  const nights = [
    { name: 'the night without the hour in which it opens', saturday: Date.UTC(2026, 2, 28, 23) },
    { name: 'the night with the hour in which it opens twice', saturday: Date.UTC(2026, 9, 24, 22) },
  ];
  test.each(
    nights,
  )('in $name: it opens once, for three hours by the stopwatch, and the cut-over begins inside', async ({
    saturday,
  }) => {
    const step = full ? minute : 10 * minute;
    const open: number[] = [];
    for (let at = saturday; at < saturday + day; at += step) if (nextBeginning(window, at) === at) open.push(at);
    expect(open).toHaveLength((window.durationMs - window.cutoffMs) / step);
    expect((open.at(-1) ?? 0) - (open[0] ?? 0)).toBe((open.length - 1) * step);
    expect(open.every(mayBegin)).toBe(true);
    await inWorld(twoVolumes, async (world) => {
      world.auditor.windowOpen = mayBegin;
      const began = beginnings(world);
      passTo(world, saturday);
      const life = await world.process([], { plans });
      expect(exitOf(life), told(life)).toBe(0);
      expect(began).toHaveLength(1);
      expect(began[0]).toBeGreaterThanOrEqual(open[0] ?? Number.NaN);
      expect(began[0]).toBeLessThan((open.at(-1) ?? Number.NaN) + step);
    });
  });

  test('that closes while the warm-up lasts pauses the run, and the next process begins in the next one', () =>
    inWorld(twoVolumes, async (world) => {
      world.auditor.windowOpen = mayBegin;
      const began = beginnings(world);
      passTo(world, sunday + 3 * hour + 29 * minute);
      const first = await world.process([], { plans, wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      expect(began).toEqual([]);
      passTo(world, sunday + 3 * day);
      const second = await world.process(first.disk, { plans, wait: false });
      expect(exitOf(second), told(second)).toBe(3);
      passTo(world, sunday + 7 * day + 2 * hour);
      const third = await world.process(second.disk, { plans });
      expect(exitOf(third), told(third)).toBe(0);
      expect(began).toHaveLength(1);
      expectInstanceMoved(world);
    }));

  test('does not keep a cut-over that has begun from being finished or taken back when it has closed', async () => {
    const clean = await inWorld(twoVolumes, async (world) => {
      passTo(world, sunday + 2 * hour);
      return (await world.process([], { plans })).disk;
    });
    const from = clean.findIndex((record) => record.t === 'done' && record.key.step === 'stop') + 1;
    const to = clean.findIndex((record) => record.t === 'done' && record.key.step === 'start') + 1;
    for (let number = from; number <= to; number += full ? 1 : 23) {
      await inWorld(twoVolumes, async (world) => {
        world.auditor.windowOpen = mayBegin;
        passTo(world, sunday + 2 * hour);
        const crash = { record: { number, when: 'crash-after' as const } };
        const first = await world.process([], { plans, crash });
        expect(first.result).toBe('died');
        passTo(world, sunday + 3 * day);
        const second = await world.process(first.disk, { plans });
        expect(exitOf(second), `record ${number}: ${told(second)}`).toBe(0);
        // It does not stand still until the next one.
        expect(Date.now(), `record ${number}`).toBeLessThan(sunday + 4 * day);
        expectInstanceMoved(world);
      });
    }
    await inWorld(twoVolumes, async (world) => {
      world.auditor.windowOpen = mayBegin;
      passTo(world, sunday + 2 * hour);
      const denied = { times: 1, kind: 'error', code: 'UnauthorizedOperation', status: 403 } as const;
      world.account.faults.add({ operation: 'AttachVolume', ...denied });
      const first = await world.process([], {
        plans,
        crash: { record: { number: to, when: 'crash-after' } },
      });
      passTo(world, sunday + 3 * day);
      const last = first.result === 'died' ? await world.process(first.disk, { plans, wait: false }) : first;
      expect([1, 3], told(last)).toContain(exitOf(last));
      expectOriginalServing(world);
    });
  }, 300_000);
  test('a run that died between the intent of the stop and the call has begun no cut-over: a resume asks the window again', async () => {
    const clean = await inWorld(twoVolumes, async (world) => {
      passTo(world, sunday + 2 * hour);
      return (await world.process([], { plans })).disk;
    });
    const number = clean.findIndex((record) => record.t === 'intent' && record.key.step === 'stop') + 1;
    await inWorld(twoVolumes, async (world) => {
      world.auditor.windowOpen = mayBegin;
      const began = beginnings(world);
      passTo(world, sunday + 2 * hour);
      const first = await world.process([], {
        plans,
        crash: { record: { number, when: 'crash-after' } },
      });
      expect(began).toEqual([]);
      passTo(world, sunday + 3 * day + 12 * hour);
      const second = await world.process(first.disk, { plans, wait: false });
      expect(
        began.filter((at) => !mayBegin(at)),
        told(second),
      ).toEqual([]);
    });
  });
  test('a look that takes ten minutes right before the cutoff lets no cut-over begin after it', () =>
    inWorld(twoVolumes, async (world) => {
      world.auditor.windowOpen = mayBegin;
      const began = beginnings(world);
      passTo(world, sunday + 3 * hour + 25 * minute);
      let looks = 0;
      let throttled = 0;
      const life = await world.process([], {
        plans,
        wait: false,
        beforeCall: (operation) => {
          if (operation !== 'ec2:DescribeInstances' || Date.now() < sunday + 3 * hour + 29 * minute) return;
          // The first look is for the stop itself; the second one is the guard's.
          if (++looks !== 2) return;
          throttled++;
          world.account.faults.add({ operation: 'DescribeInstances', kind: 'error', code: 'RequestLimitExceeded' });
          setTimeout(() => world.account.faults.clear(), 10 * minute);
        },
      });
      expect(throttled).toBe(1);
      expect(
        began.filter((at) => !mayBegin(at)),
        told(life),
      ).toEqual([]);
    }));

  test('a machine that slept for eight hours in the look before the stop does not stop the instance when it wakes', () =>
    inWorld(twoVolumes, async (world) => {
      world.auditor.windowOpen = mayBegin;
      const began = beginnings(world);
      passTo(world, sunday + 2 * hour);
      let looks = 0;
      let slept = 0;
      let warmed = 0;
      const life = await world.process([], {
        plans,
        wait: false,
        beforeCall: (operation) => {
          if (operation === 'ec2:DescribeSnapshots') warmed = 1;
          if (operation !== 'ec2:DescribeInstances' || !warmed || ++looks !== 2) return;
          slept++;
          suspend(8 * hour);
        },
      });
      expect(slept).toBe(1);
      expect(
        began.filter((at) => !mayBegin(at)),
        told(life),
      ).toEqual([]);
    }));
});
