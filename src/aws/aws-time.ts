import type { Clock } from '../contract/clock.ts';

/** AWS's own clock, as the `Date` of its last answer told it; the runner's until it has answered. */
export class AwsTime {
  private readonly clock: Clock;
  private aheadMs = 0;
  /** As the last answer told it, in ms since 1970, to the second; undefined before the first. */
  latest: number | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** To be called with the `Date` header of an answer when it has arrived. */
  note(date: unknown): void {
    const at = typeof date === 'string' ? Date.parse(date) : Number.NaN;
    if (!Number.isFinite(at)) return;
    this.latest = at;
    this.aheadMs = at - this.clock.now();
  }

  /** In ms since 1970. It is behind by at most a second and the way of an answer, and never ahead. */
  now(): number {
    return this.clock.now() + this.aheadMs;
  }
}
