// Under this name package.json has @smithy/util-waiter, as it is called today (decision 23).
import { createWaiter, type WaiterResult, WaiterState } from '@aws-sdk/util-waiter';
import type { Clock } from '../contract/clock.ts';
import type { Check, Settle } from '../contract/settle.ts';

const beatMs = 1_000;
// A slow answer, or a busy machine, may well take so much longer than the pause before it.
const graceMs = 5 * 60_000;
// What may take up to this long may as well be so already, and is asked about at once. What may take longer (an
// instance's state, a volume, a snapshot) is not there right after its call, and asking would only cost one.
const quickMs = 20 * 60_000;
const firstShare = 1 / 300;
const longestFirstPauseMs = 12_000;
// Where nothing is known but how long it has taken, the pause grows with that: late by a part of the whole, never by more.
const shortestBlindPauseMs = 2_000;
const blindShareOfElapsed = 0.3;
const longestBlindPauseMs = 30_000;
const shortestPauseMs = 5_000;
const longestPauseMs = 60_000;
// Going all the way to the estimated end would be late half of the time.
const shareOfRemaining = 0.7;
// What would be due soon anyway comes along in the same call.
const earlyShare = 0.5;
// createWaiter wants an end in seconds; each waiter has its own, so this one only has to be far away.
const lapSeconds = 10 * 365 * 86_400;

/** Makes the port through which a run waits: one lap per kind of thing, driven by the SDK's `createWaiter`, asks all that are due on one beat. */
export function createSettleHub(clock: Clock): Settle {
  const laps = new Map<string, Lap>();
  return {
    until<T>(
      wait: { kind: string; deadlineAt: number; signal: AbortSignal; mayBeSo?: boolean },
      check: () => Promise<Check<T>>,
    ): Promise<{ done: T } | 'expired' | 'aborted'> {
      return new Promise((resolve, reject) => {
        const lap = laps.get(wait.kind) ?? new Lap(clock, () => laps.delete(wait.kind));
        laps.set(wait.kind, lap);
        lap.join(new Waiter(clock, wait, check, resolve, reject));
      });
    },
  };
}

/** What a lap needs of a waiter, whatever it waits for. */
interface Runner {
  readonly earliestAt: number;
  readonly busy: boolean;
  readonly ended: boolean;
  isDue(now: number): boolean;
  ask(): Promise<void>;
}

/** One caller: when it is next worth asking, and its answer. */
class Waiter<T> implements Runner {
  busy = false;
  ended = false;
  readonly #deadlineAt: number;
  readonly #clock: Clock;
  readonly #check: () => Promise<Check<T>>;
  readonly #end: (outcome: () => void) => void;
  readonly #resolve: (outcome: { done: T } | 'expired' | 'aborted') => void;
  readonly #reject: (error: unknown) => void;
  readonly #startedAt: number;
  /** How long it has been waited for, and until when that is counted. */
  #waitedMs = 0;
  #countedAt: number;
  readonly #blindPauseMs: number;
  #pauseMs: number;
  #dueAt: number;

  constructor(
    clock: Clock,
    { deadlineAt, signal, mayBeSo = false }: { deadlineAt: number; signal: AbortSignal; mayBeSo?: boolean },
    check: () => Promise<Check<T>>,
    resolve: (outcome: { done: T } | 'expired' | 'aborted') => void,
    reject: (error: unknown) => void,
  ) {
    this.#clock = clock;
    this.#check = check;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#startedAt = clock.now();
    const allowedMs = deadlineAt - this.#startedAt;
    const slow = allowedMs > quickMs && !mayBeSo;
    this.#pauseMs = slow ? Math.min(longestFirstPauseMs, allowedMs * firstShare) : 0;
    this.#blindPauseMs = Math.max(shortestBlindPauseMs, this.#pauseMs * blindShareOfElapsed);
    this.#dueAt = this.#startedAt + this.#pauseMs;
    this.#countedAt = this.#startedAt;
    this.#deadlineAt = deadlineAt;
    const abort = () => this.#end(() => resolve('aborted'));
    this.#end = (outcome) => {
      if (this.ended) return;
      this.ended = true;
      signal.removeEventListener('abort', abort);
      outcome();
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  }

  get earliestAt(): number {
    return this.#dueAt - this.#pauseMs * earlyShare;
  }

  /** Also where the clock was set back: further off than the pause itself it never was. */
  isDue(now: number): boolean {
    return this.#dueAt <= now || this.#dueAt - now > this.#pauseMs;
  }

  async ask(): Promise<void> {
    this.busy = true;
    try {
      const answer = await this.#check();
      if ('done' in answer) this.#end(() => this.#resolve({ done: answer.done }));
      else this.#plan(answer.progress);
    } catch (error) {
      this.#end(() => this.#reject(error));
    } finally {
      this.busy = false;
    }
  }

  #plan(progress: number | undefined): void {
    const now = this.#clock.now();
    // A clock that was set, or a machine that slept, has not waited: no more is counted than was meant to pass.
    this.#waitedMs += Math.min(Math.max(0, now - this.#countedAt), this.#pauseMs + graceMs);
    this.#countedAt = now;
    const leftMs = this.#deadlineAt - this.#startedAt - this.#waitedMs;
    if (leftMs <= 0) this.#end(() => this.#resolve('expired'));
    const elapsedMs = Math.max(now - this.#startedAt, this.#waitedMs);
    if (progress !== undefined && progress > 0) {
      const remainingMs = (elapsedMs * (1 - progress)) / progress;
      this.#pauseMs = Math.min(longestPauseMs, Math.max(shortestPauseMs, remainingMs * shareOfRemaining));
    } else {
      this.#pauseMs = Math.min(longestBlindPauseMs, this.#blindPauseMs + elapsedMs * blindShareOfElapsed);
    }
    // The last question comes at the deadline, not before it.
    this.#dueAt = now + Math.min(this.#pauseMs, Math.max(0, leftMs));
  }
}

/** The waiters of one kind, asked on a common beat. It lives as long as it has waiters. */
class Lap {
  readonly #clock: Clock;
  readonly #over: () => void;
  readonly #waiters = new Set<Runner>();
  #begun = false;

  constructor(clock: Clock, over: () => void) {
    this.#clock = clock;
    this.#over = over;
  }

  join(waiter: Runner): void {
    this.#waiters.add(waiter);
    if (this.#begun) return;
    this.#begun = true;
    // After this turn, so that all who come in it are asked together.
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    const beat = beatMs / 1_000 / this.#clock.speed;
    // It gets no signal: an aborted createWaiter still wakes once more, and forgets all but the last of several
    // listeners. Waiters that were aborted are gone by the next beat, which asks nothing for them.
    await createWaiter(
      { client: undefined, minDelay: beat, maxDelay: beat, maxWaitTime: lapSeconds },
      this,
      async (): Promise<WaiterResult> => ({ state: this.#beat() ? WaiterState.RETRY : WaiterState.SUCCESS }),
    );
  }

  /** Asks those that are due; false when nobody is left. Answers are not waited for, so that a slow one holds up nobody. */
  #beat(): boolean {
    const now = this.#clock.now();
    for (const waiter of this.#waiters) if (waiter.ended) this.#waiters.delete(waiter);
    if (this.#waiters.size === 0) {
      this.#over();
      return false;
    }
    const idle = [...this.#waiters].filter((waiter) => !waiter.busy);
    if (idle.some((waiter) => waiter.isDue(now))) {
      for (const waiter of idle) if (waiter.isDue(now) || waiter.earliestAt <= now) void waiter.ask();
    }
    return true;
  }
}
