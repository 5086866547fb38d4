import { durationText } from '../../report/duration.ts';

/** How far something is, and from its past how long it may still take. */
export class Progress {
  readonly #first: { readonly at: number; readonly done: number };
  #last: { readonly at: number; readonly done: number };

  constructor(at: number, done: number) {
    this.#first = { at, done };
    this.#last = this.#first;
  }

  /** `done` from 0 to 1 at `at` ms. */
  reach(at: number, done: number): void {
    if (done > this.#last.done) this.#last = { at, done };
  }

  get done(): number {
    return this.#last.done;
  }

  /** ms still to go at `now`; undefined while nothing can be said. */
  remainingMs(now: number): number | undefined {
    const gained = this.#last.done - this.#first.done;
    if (gained <= 0) return undefined;
    const perMs = gained / (this.#last.at - this.#first.at || 1);
    return Math.max(0, (1 - this.#last.done) / perMs - (now - this.#last.at));
  }
}

/** `████░░░░ 63 %` */
export function bar(done: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, done)) * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${String(Math.floor(done * 100)).padStart(3)} %`;
}

/** `~2 min left`; empty while nothing can be said. */
export function remainingText(remainingMs: number | undefined): string {
  if (remainingMs === undefined) return '';
  if (remainingMs < 1_000) return 'nearly there';
  // To the second it would flicker and promise more than is known.
  const coarse = remainingMs < 60_000 ? 5_000 : remainingMs < 3_600_000 ? 60_000 : 300_000;
  return `~${durationText(Math.max(coarse, Math.round(remainingMs / coarse) * coarse))} left`;
}
