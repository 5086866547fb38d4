import { describe, expect, test } from 'vitest';
import type { Outage, OutageClass } from '../../src/contract/outage.ts';
import { poll } from '../../src/contract/wait.ts';
import { retry, retryRead } from '../../src/engine/retry.ts';
import { Interrupted } from '../../src/engine/stops.ts';
import { waitFor } from '../../src/engine/wait.ts';

class Failure extends Error {
  readonly outage: OutageClass;
  constructor(outage: OutageClass) {
    super(outage);
    this.outage = outage;
  }
}

/** Time that passes only while somebody waits, and what was waited for. */
function outside() {
  let now = 0;
  const pauses: number[] = [];
  const stop = new AbortController();
  const clock = {
    speed: 1,
    now: () => now,
    sleepUntil: async (at: number) => {
      pauses.push(at - now);
      now = at;
    },
  };
  const classify = (error: unknown): Outage | undefined =>
    error instanceof Failure ? { class: error.outage, code: 'Code', message: error.message } : undefined;
  return { clock, classify, signal: stop.signal, pauses, stop };
}

/** Fails as often as there are failures, then answers. */
function failing(...failures: OutageClass[]) {
  return async () => {
    const next = failures.shift();
    if (next) throw new Failure(next);
    return 'answer';
  };
}

describe('a read is asked again', () => {
  test.each<OutageClass>(['retry', 'in-doubt', 'wait'])('after %s, each time after a longer pause', async (outage) => {
    const ports = outside();
    expect(await retryRead(ports as never, 'look', failing(outage, outage, outage))).toBe('answer');
    expect(ports.pauses.map((ms, tries) => ms >= 500 * 2 ** tries && ms <= 1_000 * 2 ** tries)).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('for a quarter of an hour, and then the plan is left as it is', async () => {
    const ports = outside();
    const never = () => Promise.reject(new Failure('retry'));
    const end = await retryRead(ports as never, 'look', never).catch((error: unknown) => error);
    expect(end).toMatchObject({ error: { code: 'aws-unreachable' }, course: 'leave' });
    expect(ports.clock.now()).toBeGreaterThan(15 * 60_000);
  });

  test.each<[OutageClass, string, string]>([
    ['permanent', 'effect-failed', 'unwind'],
    ['already', 'effect-failed', 'unwind'],
    ['stop-run', 'aws-stopped', 'leave'],
  ])('never after %s', async (outage, code, course) => {
    const ports = outside();
    await expect(retryRead(ports as never, 'look', failing(outage))).rejects.toMatchObject({ error: { code }, course });
    expect(ports.pauses).toEqual([]);
  });
});

test('a bug of ours is not tried again', async () => {
  const ports = outside();
  const bug = new TypeError('x is undefined');
  await expect(
    retry(
      ports,
      () => Promise.reject(bug),
      () => ({ againInMs: 1 }),
    ),
  ).rejects.toBe(bug);
});

test('who is asked to stop in a pause does not try again', async () => {
  const ports = outside();
  const next = () => {
    ports.stop.abort();
    return { againInMs: 1 };
  };
  await expect(retry(ports, failing('retry'), next)).rejects.toBeInstanceOf(Interrupted);
});

describe('what only one caller waits for', () => {
  test('is asked for a pause apart, with the time at which it was asked', async () => {
    const ports = outside();
    const askedAt: number[] = [];
    const end = await poll(ports, 10, async (at) => {
      askedAt.push(at);
      return at >= 25 ? { done: at } : { again: true };
    });
    expect(end).toEqual({ done: 30 });
    expect(askedAt).toEqual([0, 10, 20, 30]);
  });

  test('is asked for at the time that the answer names', async () => {
    const ports = outside();
    await poll(ports, 10, async (at) => (at > 0 ? { done: at } : { again: true, at: 7 }));
    expect(ports.pauses).toEqual([7]);
  });

  test('is given up when the process is asked to stop', async () => {
    const ports = outside();
    ports.stop.abort();
    expect(await poll(ports, 10, async () => ({ again: true }))).toBe('aborted');
    await expect(waitFor(ports, 10, async () => ({ again: true }))).rejects.toBeInstanceOf(Interrupted);
  });
});
