import { unseenMs } from '../contract/settle.ts';
import type { Ports } from './ports.ts';

type Clocks = Pick<Ports<unknown>, 'clock' | 'remoteNow' | 'platformTime'>;

/** A moment by the runner's clock and, where AWS has told it, by AWS's, both in ms. */
export interface Instant {
  readonly here: number;
  readonly there?: number | undefined;
}

// AWS tells its time in whole seconds, and an answer takes a while.
const roundedMs = 2_000;

/** Now, by both clocks. Before AWS has answered at all nobody knows its own. */
export function instantOf({ clock, remoteNow, platformTime }: Clocks): Instant {
  return { here: clock.now(), there: platformTime?.() === undefined ? undefined : remoteNow?.() };
}

/**
 * Was what has just been answered asked so long after `since` that AWS does not show any more how it was before that? To be asked when
 * the answer is there: with it AWS has told its time, and a clock of the runner that was set ahead meanwhile ends nothing early.
 */
export const isShownBy = (clocks: Clocks, since: Instant, askedAt: number) =>
  hasPassed(clocks, since, askedAt, unseenMs);

/** Have `ms` passed since then, by both clocks? To be asked like `isShownBy`. */
export function hasPassed(clocks: Clocks, since: Instant, askedAt: number, ms: number): boolean {
  if (askedAt - since.here < ms) return false;
  const { here, there } = instantOf(clocks);
  if (there === undefined || since.there === undefined) return true;
  const askedThere = there - Math.max(0, here - askedAt);
  return askedThere - since.there >= ms - roundedMs;
}
