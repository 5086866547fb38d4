/** Time as one run sees it. `now` is in milliseconds since 1970 of the clock's own, possibly scaled, time. */
export interface Clock {
  now(): number;
  /**
   * Resolves when `now() >= at`, or at once (without error) when `signal` aborts: look at the signal afterwards. Also when as much
   * time has passed as was missing: a clock that is set back holds nobody up, so who waits for a time looks at it once more.
   */
  sleepUntil(at: number, signal?: AbortSignal): Promise<void>;
  /** How many of this clock's milliseconds pass in one wall millisecond; 1 outside a simulation. */
  readonly speed: number;
}

/** Is what was so at `at` so for less than `withinMs` by now? A clock that was set back makes nothing new again. */
export function isRecent({ now }: Pick<Clock, 'now'>, at: number, withinMs: number): boolean {
  const ageMs = now() - at;
  return ageMs >= 0 && ageMs < withinMs;
}

// A timer longer than 2^31 ms fires at once, and a suspended laptop stops timers but not time.
const longestSliceMs = 60_000;
// What a timer and the clock may differ by where nobody has set the clock.
const timersLagMs = 1_000;

/** The clock of a run: wall time, or wall time scaled from a shared epoch when a simulated account runs faster. */
export function clockOf(options: { speed?: number; epoch?: number; wallEpoch?: number } = {}): Clock {
  const speed = options.speed ?? 1;
  const wallEpoch = options.wallEpoch ?? Date.now();
  const epoch = options.epoch ?? wallEpoch;
  const now = () => epoch + (Date.now() - wallEpoch) * speed;
  const ticks = new Ticks();
  return {
    speed,
    now,
    async sleepUntil(at, signal) {
      // Timers count what passes, whatever the clock is set to; only a little early.
      let dueMs = (at - now()) / speed + timersLagMs;
      const leftMs = () => Math.min((at - now()) / speed, dueMs);
      await ticks.until(signal, (passedMs) => {
        dueMs -= passedMs;
        return leftMs() <= longestSliceMs;
      });
      while (!signal?.aborted && leftMs() > 0) {
        const ms = Math.max(1, Math.ceil(leftMs()));
        await slice(ms, signal);
        dueMs -= ms;
      }
    },
  };
}

function slice(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** Hears how much has passed since it heard that last, in ms; says whether it has heard enough. */
type Sleeper = (passedMs: number) => boolean;

/** One timer for all who sleep for long: however many they are, the process wakes once in a slice. */
class Ticks {
  private readonly sleepers = new Map<Sleeper, { readonly wake: () => void; counts: boolean }>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Resolves when `enough` says so, or at once when the signal aborts. */
  until(signal: AbortSignal | undefined, enough: Sleeper): Promise<void> {
    if (signal?.aborted || enough(0)) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.sleepers.delete(enough);
        signal?.removeEventListener('abort', wake);
        if (this.sleepers.size === 0) clearTimeout(this.timer);
        resolve();
      };
      // Of a slice that has begun before, a newcomer has slept a part that nobody knows.
      this.sleepers.set(enough, { wake, counts: this.sleepers.size === 0 });
      if (this.sleepers.size === 1) this.begin();
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  private begin(): void {
    this.timer = setTimeout(() => {
      for (const [enough, sleeper] of [...this.sleepers]) {
        if (enough(sleeper.counts ? longestSliceMs : 0)) sleeper.wake();
        else sleeper.counts = true;
      }
      if (this.sleepers.size > 0) this.begin();
    }, longestSliceMs);
  }
}

/** `REKEY_CLOCK`: `<epoch ms>@<wall ms>x<speed>`, as printed by `rekey simulate`. Throws a plain Error on anything else. */
export function parseClock(text: string): { epoch: number; wallEpoch: number; speed: number } {
  const match = /^(\d{1,15})@(\d{1,15})x(\d{1,6}(?:\.\d{1,6})?)$/.exec(text);
  const [epoch, wallEpoch, speed] = (match ?? []).slice(1).map(Number);
  if (epoch === undefined || wallEpoch === undefined || speed === undefined || !(speed > 0)) {
    throw new Error(`not a clock: ${JSON.stringify(text)}; expected <epoch ms>@<wall ms>x<speed>`);
  }
  return { epoch, wallEpoch, speed };
}

/** The inverse of `parseClock`. */
export function printClock(clock: { epoch: number; wallEpoch: number; speed: number }): string {
  return `${clock.epoch}@${clock.wallEpoch}x${clock.speed}`;
}
