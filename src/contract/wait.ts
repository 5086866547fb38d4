import type { Clock } from './clock.ts';

/** What waiting takes: time, and a word to stop. */
export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What a look throws that was asked to stop while it waited: like a call whose answer never came, it tells nothing. */
export class Aborted extends Error {
  override readonly name = 'AbortError';
}

/** An end, or when to ask again: at a time in ms, or after the usual pause. */
export type Answer<T> = { readonly done: T } | { readonly again: true; readonly at?: number };

/**
 * Asks, a pause apart, until an answer counts; `'aborted'` on the signal. For what one caller waits for; what many wait for goes
 * through Settle. An answer can be long on its way: it says how it was at `askedAt`.
 */
export async function poll<T>(
  patience: Patience,
  pauseMs: number,
  ask: (askedAt: number) => Promise<Answer<T>>,
): Promise<{ readonly done: T } | 'aborted'> {
  const { clock, signal } = patience;
  for (;;) {
    const answer = await ask(clock.now());
    if ('done' in answer) return answer;
    await clock.sleepUntil(answer.at ?? clock.now() + pauseMs, signal);
    if (signal.aborted) return 'aborted';
  }
}

/** Lets time pass; ends early, without an error, on the signal. */
export function pause({ clock, signal }: Patience, ms: number): Promise<void> {
  return clock.sleepUntil(clock.now() + ms, signal);
}

// A call that is not answered takes a minute, and who asks again may have paused before it.
const askedWithinMs = 3 * 60_000;

/** Counts how long something is waited for, by who asks again and again: a clock that is set, or a machine that sleeps, has not waited. */
export class Waiting {
  private readonly clock: Clock;
  private readonly mostMs: number;
  private at: number;
  private waitedMs = 0;

  /** `mostMs`: what may pass between two questions. */
  constructor(clock: Clock, mostMs = askedWithinMs) {
    this.clock = clock;
    this.mostMs = mostMs;
    this.at = clock.now();
  }

  /** For how long by now, in ms. To be asked with each question. */
  soFar(): number {
    const now = this.clock.now();
    this.waitedMs += Math.min(Math.max(0, now - this.at), this.mostMs);
    this.at = now;
    return this.waitedMs;
  }
}
