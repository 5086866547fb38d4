import { createWaiter } from '@aws-sdk/util-waiter';
import FakeTimers, { type Clock as FakeClock } from '@sinonjs/fake-timers';
import * as core from '@smithy/core/client';
import DataLoader from 'dataloader';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSettleHub } from '../../src/aws/settle-hub.ts';
import { clockOf } from '../../src/contract/clock.ts';
import type { Check } from '../../src/contract/settle.ts';

describe('settle hub', () => {
  let time: FakeClock;
  beforeEach(() => {
    time = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  });
  afterEach(() => time.uninstall());

  const idle = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      await idle();
      await time.tickAsync(Math.min(500, left));
    }
    await idle();
  }
  const wait = (forMs: number, signal = new AbortController().signal, kind = 'x') => ({
    kind,
    deadlineAt: Date.now() + forMs,
    signal,
  });

  it('waits by the waiter of the clients, and not by an old copy of it', () => {
    expect(createWaiter).toBe(core.createWaiter);
  });

  it('a thousand waiters for one kind of thing share their calls', async () => {
    const hub = createSettleHub(clockOf());
    const calls: number[] = [];
    const readyAt = Date.now() + 300_000;
    const loader = new DataLoader<number, boolean>(
      async (ids) => {
        calls.push(ids.length);
        return ids.map(() => Date.now() >= readyAt);
      },
      { cache: false, batchScheduleFn: (send) => void setImmediate(send) },
    );
    const ends = Array.from({ length: 1_000 }, (_, id) =>
      hub.until(
        wait(3_600_000),
        async (): Promise<Check<number>> => ((await loader.load(id)) ? { done: id } : { again: true }),
      ),
    );
    await pass(400_000);
    expect(await Promise.all(ends)).toEqual(Array.from({ length: 1_000 }, (_, id) => ({ done: id })));
    expect(calls.every((size) => size === 1_000)).toBe(true);
    expect(calls.length).toBeLessThan(25);
  });

  it('what may be so already, since nothing was asked of AWS, is asked about at once, however long it may take', async () => {
    const hub = createSettleHub(clockOf());
    const end = hub.until(
      { ...wait(24 * 3_600_000), mayBeSo: true },
      async (): Promise<Check<true>> => ({ done: true }),
    );
    await pass(1_000);
    expect(await Promise.race([end, 'still waiting'])).toEqual({ done: true });
  });

  it('what is about to be due comes along with what is due', async () => {
    const hub = createSettleHub(clockOf());
    const asked: string[] = [];
    const join = (name: string) =>
      void hub.until(wait(3_600_000), async () => {
        asked.push(`${name}@${Math.round(Date.now() / 1_000)}`);
        return { again: true };
      });
    join('a');
    await pass(3_000);
    join('b');
    await pass(300_000);
    const beats = new Map<string, number>();
    for (const one of asked) beats.set(one.slice(2), (beats.get(one.slice(2)) ?? 0) + 1);
    const shared = [...beats.values()].filter((count) => count === 2).length;
    expect(shared / beats.size).toBeGreaterThan(0.6);
  });

  it('a waiter that tells its progress is asked seldom, and soon after it is ready', async () => {
    const hub = createSettleHub(clockOf());
    const start = Date.now();
    const lengthMs = 30 * 60_000;
    let calls = 0;
    let endedAt = 0;
    void hub
      .until(wait(4 * lengthMs), async (): Promise<Check<true>> => {
        calls++;
        const progress = (Date.now() - start) / lengthMs;
        return progress >= 1 ? { done: true } : { again: true, progress };
      })
      .then(() => {
        endedAt = Date.now();
      });
    await pass(lengthMs + 30_000);
    expect(calls).toBeLessThan(45);
    expect(endedAt - start - lengthMs).toBeLessThanOrEqual(6_000);
  });

  it('what may take long is not asked about right after its call, and what may be so already is', async () => {
    const hub = createSettleHub(clockOf());
    const start = Date.now();
    const asked = new Map<string, number[]>();
    for (const [name, minutes] of [
      ['quick', 15],
      ['slow', 60],
    ] as const) {
      const times: number[] = [];
      asked.set(name, times);
      void hub.until({ ...wait(minutes * 60_000), kind: name }, async () => {
        times.push((Date.now() - start) / 1_000);
        return { again: true };
      });
    }
    await pass(30_000);
    expect(asked.get('quick')?.slice(0, 2)).toEqual([0, 2]);
    expect(asked.get('slow')?.[0]).toBeGreaterThanOrEqual(10);
    expect(asked.get('slow')?.[0]).toBeLessThanOrEqual(15);
  });

  it('those that come one by one, second after second, do not cost a call each', async () => {
    const hub = createSettleHub(clockOf());
    const calls: number[] = [];
    const loader = new DataLoader<number, boolean>(
      async (ids) => {
        calls.push(ids.length);
        return ids.map(() => false);
      },
      { cache: false, batchScheduleFn: (send) => void setImmediate(send) },
    );
    for (let id = 0; id < 100; id++) {
      void hub.until(wait(3_600_000), async () => {
        await loader.load(id);
        return { again: true };
      });
      await pass(1_000);
    }
    expect(calls.length).toBeLessThan(40);
  });

  it('each waiter ends at its own deadline, after one last question', async () => {
    const hub = createSettleHub(clockOf());
    const last: number[] = [];
    const start = Date.now();
    const ends: [string, number][] = [];
    for (const seconds of [10, 100]) {
      void hub
        .until(wait(seconds * 1_000), async () => {
          last[seconds] = (Date.now() - start) / 1_000;
          return { again: true };
        })
        .then((end) => ends.push([String(end), (Date.now() - start) / 1_000]));
    }
    await pass(120_000);
    expect(ends.map(([end]) => end)).toEqual(['expired', 'expired']);
    expect(ends[0]?.[1]).toBeGreaterThanOrEqual(10);
    expect(ends[0]?.[1]).toBeLessThanOrEqual(12);
    expect(ends[1]?.[1]).toBeLessThanOrEqual(102);
    expect(last[10]).toBeGreaterThanOrEqual(10);
  });

  it('what is aborted is not asked again, and resolves at once', async () => {
    const hub = createSettleHub(clockOf());
    const abort = new AbortController();
    let calls = 0;
    const ends = Array.from({ length: 10 }, () =>
      hub.until(wait(3_600_000, abort.signal), async () => {
        calls++;
        return { again: true };
      }),
    );
    await pass(20_000);
    const before = calls;
    abort.abort();
    expect(await Promise.all(ends)).toEqual(Array(10).fill('aborted'));
    await pass(120_000);
    expect(calls).toBe(before);
    expect(time.countTimers()).toBe(0);
  });

  it('one that fails rejects alone', async () => {
    const hub = createSettleHub(clockOf());
    const bad = hub.until(wait(60_000), async () => Promise.reject(new Error('refused')));
    const good = hub.until(wait(60_000), async (): Promise<Check<string>> => ({ done: 'yes' }));
    await expect(bad).rejects.toThrow('refused');
    await expect(good).resolves.toEqual({ done: 'yes' });
  });

  it('a question without an answer holds up nobody else', async () => {
    const hub = createSettleHub(clockOf());
    void hub.until(wait(60_000), () => new Promise(() => {}));
    let asked = 0;
    const other = hub.until(
      wait(60_000),
      async (): Promise<Check<true>> => (++asked > 2 ? { done: true } : { again: true }),
    );
    await pass(30_000);
    await expect(other).resolves.toEqual({ done: true });
  });

  it('a lap that is over begins anew for who comes later', async () => {
    const hub = createSettleHub(clockOf());
    const once = () => hub.until(wait(60_000), async (): Promise<Check<true>> => ({ done: true }));
    await once();
    await pass(10_000);
    expect(time.countTimers()).toBe(0);
    await expect(once()).resolves.toEqual({ done: true });
  });

  it('runs with the clock: an hour of a fast clock takes seconds', async () => {
    const clock = clockOf({ speed: 600 });
    const hub = createSettleHub(clock);
    const readyAt = clock.now() + 3_600_000;
    let end: unknown;
    void hub
      .until(
        { kind: 'x', deadlineAt: readyAt * 2, signal: new AbortController().signal },
        async (): Promise<Check<true>> => (clock.now() >= readyAt ? { done: true } : { again: true }),
      )
      .then((it) => {
        end = it;
      });
    await time.tickAsync(6_200);
    await idle();
    expect(end).toEqual({ done: true });
  });
});
