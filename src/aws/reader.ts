import DataLoader from 'dataloader';
import { type Patience, pause } from '../contract/wait.ts';
import { classify } from './outage.ts';

// A few targets never wait; many share what leaves once a second.
const burst = 10;
const intervalMs = 1_000;
const throttledPauseMs = 2_000;

/** When the questions of one kind leave: at once for the first ten, and then once a second. */
export class Cadence {
  private readonly patience: Patience;
  /** A bucket as one number: when it would be full again. */
  private fullAt = 0;

  constructor(patience: Patience) {
    this.patience = patience;
  }

  /** Calls `leave` once it is time; what is asked until then goes with it. */
  schedule(leave: () => void): void {
    // Looks that fall due on one beat ask in the same turn of the event loop, some of them a few promises later.
    setImmediate(() => {
      const now = this.patience.clock.now();
      // A clock that was set back holds nobody up.
      const fullAt = Math.max(now, Math.min(this.fullAt, now + burst * intervalMs));
      const at = fullAt + intervalMs - burst * intervalMs;
      this.fullAt = fullAt + intervalMs;
      if (at <= now) leave();
      else void pause(this.patience, at - now).then(leave);
    });
  }

  /** What `ask` answers; asked once more after a pause when AWS has refused it for its rate, for all who wait for it. */
  async retried<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (classify(error)?.class !== 'retry' || this.patience.signal.aborted) throw error;
      await pause(this.patience, throttledPauseMs * (1 + Math.random()));
      return ask();
    }
  }
}

/**
 * Asks what many ask for together: a batch is formed when its call leaves, so an answer serves all who had asked by then and nobody
 * who asks later. Nothing is remembered. `ask` gives an answer for each question, or the error that is the answer to it.
 */
export function createReader<Q, A>(
  patience: Patience,
  ask: (questions: readonly Q[]) => Promise<readonly (A | Error)[]>,
): (question: Q) => Promise<A> {
  const cadence = new Cadence(patience);
  const loader = new DataLoader<Q, A>((questions) => cadence.retried(() => ask(questions)), {
    cache: false,
    batchScheduleFn: (leave) => cadence.schedule(leave),
  });
  return (question) => loader.load(question);
}

/** The same where each different question is a call of its own: who asks the same shares its answer. */
export function createSharedReader<A>(
  patience: Patience,
  ask: (question: string) => Promise<A>,
): (question: string) => Promise<A> {
  const cadence = new Cadence(patience);
  return createReader(patience, async (questions: readonly string[]) => {
    const answers = new Map<string, Promise<A | Error>>();
    for (const question of new Set(questions))
      answers.set(question, cadence.retried(() => ask(question)).catch(asError));
    return Promise.all(questions.map((question) => answers.get(question) as Promise<A | Error>));
  });
}

/** May AWS have refused a list for one thing in it? Not for its rate, nor for what ails AWS or the caller as a whole. */
export function isOfOne(error: unknown): boolean {
  return ['permanent', 'wait'].includes(classify(error)?.class ?? '');
}

/**
 * Asks for all of these, and by halves where AWS refuses a list for what may be true of one thing in it: the refusal of one is nobody
 * else's, and costs few calls. Gives each with what its own list came to.
 */
export async function askInParts<A>(
  ids: readonly string[],
  ask: (ids: string[]) => Promise<A>,
  mayBeOfOne: (error: unknown) => boolean,
): Promise<(readonly [id: string, A | Error])[]> {
  try {
    const answer = await ask([...ids]);
    return ids.map((id) => [id, answer] as const);
  } catch (error) {
    if (!(error instanceof Error) || !mayBeOfOne(error)) throw error;
    if (ids.length === 1) return ids.map((id) => [id, error] as const);
    const halves = slices(ids, Math.ceil(ids.length / 2));
    return (await Promise.all(halves.map((half) => askInParts(half, ask, mayBeOfOne)))).flat();
  }
}

/** These values in lists of at most so many. */
export function slices(values: readonly string[], most: number): string[][] {
  const count = Math.ceil(values.length / most);
  return Array.from({ length: count }, (_, at) => values.slice(at * most, (at + 1) * most));
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
