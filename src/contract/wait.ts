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
