import { type Answer, type Patience, poll } from '../contract/wait.ts';
import { Interrupted } from './stops.ts';

/** Between two looks for what may only not show yet. */
export const unseenBeatMs = 10_000;

/** Asks until an answer counts. Throws Interrupted when this process is asked to stop. */
export async function waitFor<T>(
  patience: Patience,
  pauseMs: number,
  ask: (askedAt: number) => Promise<Answer<T>>,
): Promise<T> {
  const end = await poll(patience, pauseMs, ask);
  if (end === 'aborted') throw new Interrupted();
  return end.done;
}

/** Waits until a time, in ms. Throws Interrupted when this process is asked to stop. */
export async function waitUntil({ clock, signal }: Patience, at: number): Promise<void> {
  await clock.sleepUntil(at, signal);
  if (signal.aborted) throw new Interrupted();
}

/** A duration in whole minutes, for the operator. */
export const minutes = (ms: number) => `${Math.round(ms / 60_000)} min`;
