/** Time as one run sees it. `now` is in milliseconds since 1970 of the clock's own, possibly scaled, time. */
export interface Clock {
  now(): number;
  /** Resolves when `now() >= at`, or at once (without error) when `signal` aborts: look at the signal afterwards. */
  sleepUntil(at: number, signal?: AbortSignal): Promise<void>;
  /** How many of this clock's milliseconds pass in one wall millisecond; 1 outside a simulation. */
  readonly speed: number;
}

// A timer longer than 2^31 ms fires at once, and a suspended laptop stops timers but not time.
const longestSliceMs = 60_000;

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
      while (!signal?.aborted) {
        const leftMs = (at - now()) / speed;
        if (leftMs <= 0) return;
        await slice(Math.min(leftMs, longestSliceMs), signal);
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
    const timer = setTimeout(end, Math.max(1, Math.ceil(ms)));
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
