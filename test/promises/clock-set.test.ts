import { setMaxListeners } from 'node:events';
// Somebody sets the clock of the machine on which rekey runs (NTP, a person, a host that wakes up), and AWS's goes on as before.
import { describe, expect, test, vi } from 'vitest';
import { clockOf, isRecent } from '../../src/contract/clock.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import { exitOf, expectInstanceMoved, expectOriginalServing, told } from '../support/promises.ts';
import { inWorld, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { hour, jump } from '../sweep/clocks.ts';
import { shipped } from '../sweep/shipped.ts';
import { beforeFirst, instance, instancePlan, minute, withSets, withText } from './lever.ts';

const day = 24 * hour;
const now = (world: World) => world.account.world.time;

describe('a clock that is set back a day', () => {
  test.each(
    shipped.filter((one) => one.cutOver !== undefined).map((one) => [one.name, one] as const),
  )('in the cut-over of %s keeps nobody out for a day', async (_name, one) => {
    for (const afterMs of [500, 20_000, 2 * minute])
      await inWorld(
        one.scenario,
        async (world) => {
          let begun = 0;
          let over = 0;
          const life = await world.process([], {
            plans: [one.plan],
            wait: false,
            beforeCall: (operation) => {
              if (operation !== one.cutOver?.from || begun) return;
              begun = now(world);
              setTimeout(() => jump(world, -day), afterMs);
            },
            diesOn: (record) => {
              if (record.t === 'gate') over ||= now(world);
              return false;
            },
          });
          expect(exitOf(life), told(life)).toBe(3);
          expect(begun).toBeGreaterThan(0);
          expect(over - begun, `${afterMs} ms after its first call`).toBeLessThan(12 * hour);
        },
        one.seed,
      );
  });

  test('does not make an old look at the instance one of now: what is refused for a while is not sent on it', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({
        operation: 'DetachVolume',
        kind: 'error',
        code: 'RequestLimitExceeded',
        status: 503,
        times: 4,
      });
      let startedAt = 0;
      const onRunning: number[] = [];
      world.watch(({ operation, at }) => {
        if (operation !== 'DetachVolume') return;
        if (startedAt && at > startedAt) onRunning.push(at);
        if (startedAt) return;
        startedAt = at;
        jump(world, -day);
        world.account.act({ do: 'start-instance', instance });
      });
      const life = await world.process();
      expect(exitOf(life), told(life)).toBe(6);
      expect(onRunning).toEqual([]);
      expectOriginalServing(world);
    }));

  test('makes nothing new again', () => {
    expect(isRecent({ now: () => 1_000 }, 999, 2)).toBe(true);
    expect(isRecent({ now: () => 1_000 }, 998, 2)).toBe(false);
    expect(isRecent({ now: () => 1_000 }, 1_001, 2)).toBe(false);
  });

  test('lets a sleeper wake when as much time has passed as was missing', async () => {
    vi.useFakeTimers();
    try {
      const clock = clockOf();
      let awake = false;
      void clock.sleepUntil(clock.now() + 10 * minute).then(() => {
        awake = true;
      });
      await vi.advanceTimersByTimeAsync(5 * minute);
      vi.setSystemTime(Date.now() - day);
      await vi.advanceTimersByTimeAsync(4 * minute);
      expect(awake).toBe(false);
      await vi.advanceTimersByTimeAsync(2 * minute);
      expect(awake).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});

test('a thousand who sleep for days wake the process once a minute, and each wakes in time', async () => {
  vi.useFakeTimers();
  try {
    const clock = clockOf();
    const woken: number[] = [];
    const began = clock.now();
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    for (let at = 0; at < 1_000; at++)
      void clock.sleepUntil(began + day + at * 1_000, signal).then(() => woken.push(clock.now() - began - day));
    await vi.advanceTimersByTimeAsync(5 * minute);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(day + 1_000_000);
    expect(woken).toEqual(Array.from({ length: 1_000 }, (_, at) => at * 1_000));
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

describe('a clock that is set ahead', () => {
  test('two hours while a window is waited for does not take the instance out of service outside of it', () =>
    inWorld(twoVolumes, async (world) => {
      const windowed = withText(instancePlan, (text) =>
        text.replace(/^# window:.*$/m, 'window: { cron: "0 3 * * *", timezone: UTC, duration: 3h, cutoff: 30m }'),
      );
      const midnight = now(world);
      setTimeout(() => jump(world, 2 * hour), 30 * minute);
      const stops: number[] = [];
      world.watch(({ operation, outcome, at }) => {
        if (operation === 'StopInstances' && outcome === 'done') stops.push((at - midnight) / hour);
      });
      const life = await world.process([], { plans: [windowed] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(stops).toHaveLength(1);
      expect(stops[0]).toBeGreaterThanOrEqual(3);
      expect(stops[0]).toBeLessThan(27.5);
    }));

  test.each([25, 60])('%i minutes while a stop hangs does not have it forced before its time', (ahead) =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({ operation: 'StopInstances', kind: 'fail', times: 1 });
      const stops: number[] = [];
      world.watch(({ operation, at }) => {
        if (operation !== 'StopInstances') return;
        if (stops.length === 0) setTimeout(() => jump(world, ahead * minute), 30_000);
        stops.push(at);
      });
      const life = await world.process([], { plans: [withSets(instancePlan, 'steps.stop.with.forceAfterMinutes=20')] });
      expect(exitOf(life), told(life)).toBe(0);
      const [first = 0, forced = 0] = stops;
      expect(forced - first).toBeGreaterThanOrEqual(20 * minute);
      expectInstanceMoved(world);
    }));

  test('an hour right after a replacement was made does not have it taken for gone', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
      world.pass(10 * minute);
      let askedAt = 0;
      world.watch(({ operation, at }) => {
        if (operation === 'CreateVolume') askedAt ||= at;
      });
      const life = await world.process([], {
        wait: false,
        plans: [volumePlan],
        diesOn: (record) => {
          if (record.t !== 'done' || record.key.step !== 'create') return false;
          const staleMs = now(world) - askedAt + 1_000;
          expect(staleMs).toBeLessThan(290_000);
          world.account.faults.add({ operation: 'DescribeVolumes', kind: 'stale', staleMs, forMs: minute });
          jump(world, hour);
          return false;
        },
      });
      expect(exitOf(life), told(life)).toBe(3);
    }));

  test('an hour right after the claim does not have it said that somebody has taken it off, where AWS does not show it yet', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
      world.pass(10 * minute);
      let said = '';
      const life = await world.process([], {
        wait: false,
        diesOn: (record) => {
          if (record.t === 'announced' && record.step === '@claim') said += record.text;
          if (record.t !== 'done' || record.key.step !== '@claim') return false;
          for (const operation of ['DescribeInstances', 'DescribeVolumes'])
            world.account.faults.add({ operation, kind: 'stale', staleMs: minute, forMs: minute });
          jump(world, hour);
          return false;
        },
      });
      expect(exitOf(life), told(life)).toBe(3);
      expect(said).not.toContain('somebody has taken the claim');
    }));

  test('an hour between two processes does not have a rollback take for gone what does not show yet', () =>
    inWorld(twoVolumes, async (world) => {
      const plans = [volumePlan];
      world.account.faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
      world.pass(10 * minute);
      const diesOn = (record: JournalRecord) => record.t === 'answered' && record.key.step === 'snapshot';
      const first = await world.process([], { plans, diesOn });
      expect(first.result).toBe('died');
      world.account.faults.add({
        operation: 'DescribeSnapshots',
        kind: 'stale',
        staleMs: 4 * minute,
        forMs: 3 * minute,
      });
      jump(world, hour);
      const second = await world.process(first.disk, { plans, command: { command: 'rollback', discardWrites: false } });
      expect(exitOf(second), told(second)).toBe(0);
      expect(world.state().snapshots).toEqual([]);
    }));

  test('an hour while AWS does not show yet what a call in doubt has made does not have it made twice', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add(
        { kind: 'stale', staleMs: 5 * minute, skip: Number.MAX_SAFE_INTEGER },
        { operation: 'CreateSnapshot', kind: 'reset', when: 'after', times: 1 },
        { operation: 'DescribeSnapshots', kind: 'stale', staleMs: 4 * minute, forMs: 4 * minute },
      );
      const life = await world.process([], {
        wait: false,
        plans: [volumePlan],
        beforeCall: beforeFirst('ec2:CreateSnapshot', () => setTimeout(() => jump(world, hour), 3_000)),
      });
      expect(exitOf(life), told(life)).toBe(3);
      expect(life.calls.get('ec2:CreateSnapshot')).toBe(1);
      expect(world.state().snapshots).toHaveLength(1);
    }));
});
