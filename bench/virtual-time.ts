import FakeTimers from '@sinonjs/fake-timers';

// Promises, dataloaders and request bodies need a few turns of the real event loop between two moments of virtual time.
const turnsPerMoment = 4;
// The SDK loads some of its parts on first use, which takes real time.
const patienceMs = 5_000;

/** Virtual time: it stands still while anything is left to do, and then goes on to the next timer. */
export class VirtualTime {
  private readonly timers: ReturnType<typeof FakeTimers.install>;

  constructor(timers: ReturnType<typeof FakeTimers.install>) {
    this.timers = timers;
  }

  /** Moves time on, one timer after the other, until `work` has ended. Calls `eachMoment` before each move. */
  async until<T>(work: Promise<T>, eachMoment: () => void = () => {}): Promise<T> {
    let ended = false;
    const end = () => {
      ended = true;
    };
    work.then(end, end);
    for (;;) {
      await this.quiet(() => ended);
      if (ended) return work;
      eachMoment();
      this.timers.next();
    }
  }

  private async quiet(ended: () => boolean): Promise<void> {
    for (let turn = 0; turn < turnsPerMoment; turn++) await turnOfTheLoop();
    const giveUpAt = performance.now() + patienceMs;
    while (!ended() && this.timers.countTimers() === 0) {
      if (performance.now() > giveUpAt) throw new Error('nothing left to wait for, and not at an end');
      await turnOfTheLoop();
    }
  }
}

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Runs `body` in virtual time that begins at `epoch` (ms since 1970), with `Math.random` made from `seed`. */
export async function inVirtualTime<T>(
  { epoch, seed }: { epoch: number; seed: number },
  body: (time: VirtualTime) => Promise<T>,
): Promise<T> {
  const timers = FakeTimers.install({
    now: epoch,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
    loopLimit: 1e9,
  });
  const random = Math.random;
  Math.random = seeded(seed);
  try {
    return await body(new VirtualTime(timers));
  } finally {
    Math.random = random;
    timers.uninstall();
  }
}

// mulberry32: small, and good enough for jitter.
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
