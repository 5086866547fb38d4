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
  return {
    speed,
    now,
    async sleepUntil(at, signal) {
      // Timers count what passes, whatever the clock is set to; only a little early.
      for (let dueMs = (at - now()) / speed + timersLagMs; !signal?.aborted; ) {
        const leftMs = (at - now()) / speed;
        if (leftMs <= 0 || dueMs <= 0) return;
        const ms = Math.max(1, Math.ceil(Math.min(leftMs, dueMs, longestSliceMs)));
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
