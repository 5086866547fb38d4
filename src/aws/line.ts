import type { Clock } from '../contract/clock.ts';
import { type Urgency, urgencies } from '../contract/turns.ts';

/** A token bucket. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** A turn that somebody has: the token that goes with it is his until `until`, in ms. */
export interface Hold {
  readonly urgency: Urgency;
  until: number;
}

interface Waiter {
  readonly hold: Hold;
  admit(): void;
}

// Questions about one target are answered in less; a turn that is held for longer waits for something.
const heldMs = 2_000;

/** Those who want to send one operation, and the bucket that they share. A token is gone when it is spent, not when it is held. */
export class Line {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #burstMs: number;
  readonly #mayHalt: () => boolean;
  readonly #onMove: () => void;
  readonly #waiting = new Map<Urgency, Set<Waiter>>(urgencies.map((urgency) => [urgency, new Set()]));
  readonly #held = new Set<Hold>();
  /** A bucket as one number: when it would be full again. A call may go `#burstMs` before that. */
  #fullAt = 0;
  #sleep: { readonly until: number; readonly end: AbortController } | undefined;

  /** `mayHalt`: may a target be taken down now? `onMove` is told when somebody who is down does not wait here any more. */
  constructor(clock: Clock, { burst, perSecond }: Rate, mayHalt: () => boolean, onMove: () => void) {
    this.#clock = clock;
    this.#intervalMs = 1_000 / perSecond;
    this.#burstMs = (burst - 1) * this.#intervalMs;
    this.#mayHalt = mayHalt;
    this.#onMove = onMove;
  }

  /** Does somebody who is down wait here? */
  get holdsUpAnOutage(): boolean {
    return ['back' as const, 'down' as const].some((urgency) => this.#waiting.get(urgency)?.size);
  }

  /** Resolves with a turn when it has come, or at once when `signal` aborts. */
  next(urgency: Urgency, signal: AbortSignal | undefined): Promise<Hold> {
    const hold: Hold = { urgency, until: 0 };
    if (signal?.aborted) return Promise.resolve(hold);
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(urgency);
      const leave = () => {
        signal?.removeEventListener('abort', leave);
        waiters?.delete(waiter);
        resolve(hold);
      };
      const waiter: Waiter = { hold, admit: leave };
      signal?.addEventListener('abort', leave, { once: true });
      waiters?.add(waiter);
      this.serve();
    });
  }

  /** Is it still there? One that has run out is taken again where that takes no waiting. */
  holds(hold: Hold): boolean {
    this.#lapse();
    if (this.#held.has(hold)) return true;
    if (this.#freeAt() > this.#clock.now() || (hold.urgency === 'halt' && !this.#mayHalt())) return false;
    this.#hold(hold);
    return true;
  }

  /** The call goes out. */
  spend(hold: Hold): void {
    this.#held.delete(hold);
    this.#fullAt = Math.max(this.#clock.now(), this.#fullAt) + this.#intervalMs;
    this.serve();
  }

  giveBack(hold: Hold): void {
    if (this.#held.delete(hold)) this.serve();
  }

  /** Lets in whoever may go now, and looks again when the next one may. */
  serve(): void {
    this.#lapse();
    const now = this.#clock.now();
    let moved = false;
    for (let first = this.#first(); first && this.#freeAt() <= now; first = this.#first()) {
      this.#hold(first.hold);
      first.admit();
      moved ||= first.hold.urgency === 'back' || first.hold.urgency === 'down';
    }
    this.#wakeAt(this.#first() && Math.min(this.#freeAt(), ...[...this.#held].map(({ until }) => until)));
    if (moved && !this.holdsUpAnOutage) this.#onMove();
  }

  #first(): Waiter | undefined {
    for (const urgency of urgencies) {
      const [first] = this.#waiting.get(urgency) ?? [];
      if (first && (urgency !== 'halt' || this.#mayHalt())) return first;
    }
    return undefined;
  }

  /** From when on there is a token that nobody holds. */
  #freeAt(): number {
    // A clock that was set back must not keep anybody waiting.
    this.#fullAt = Math.min(this.#fullAt, this.#clock.now() + this.#burstMs + this.#intervalMs);
    const heldMs = this.#held.size * this.#intervalMs;
    return heldMs > this.#burstMs ? Number.POSITIVE_INFINITY : this.#fullAt + heldMs - this.#burstMs;
  }

  #hold(hold: Hold): void {
    hold.until = this.#clock.now() + this.#longest;
    this.#held.add(hold);
  }

  #lapse(): void {
    const now = this.#clock.now();
    for (const hold of this.#held) if (now >= hold.until || hold.until - now > this.#longest) this.#held.delete(hold);
  }

  /** Asking takes wall time, however fast the clock goes. */
  get #longest(): number {
    return heldMs * this.#clock.speed;
  }

  #wakeAt(at: number | undefined): void {
    if (this.#sleep?.until === at) return;
    this.#sleep?.end.abort();
    this.#sleep = undefined;
    if (at === undefined) return;
    const end = new AbortController();
    this.#sleep = { until: at, end };
    void this.#clock.sleepUntil(at, end.signal).then(() => {
      if (end.signal.aborted) return;
      this.#sleep = undefined;
      this.serve();
    });
  }
}
