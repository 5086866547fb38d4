import { type Clock, isRecent } from '../contract/clock.ts';
import { unseenMs } from '../contract/settle.ts';
import type { Proof } from '../contract/step.ts';
import { Waiting } from '../contract/wait.ts';

// Items of one step ask together, and so do the discards that follow each other: what speaks for them all is asked once.
const togetherMs = 5_000;
// The longest question waits until AWS shows the past no more.
const askedWithinMs = unseenMs + 60_000;

/** What is asked of a pair, and of all pairs in common, as what has judged them sees it. */
export class SharedProofs {
  private readonly clock: Clock;
  private readonly asked = new Map<string, { readonly at: number; readonly proof: Promise<Proof> }>();

  private readonly standing = new Map<string, Waiting>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** For how long this has been waited for without a step forward, in ms: what discards wait for one after the other is waited for once. */
  waitedFor(standstill: string): number {
    const known = this.standing.get(standstill) ?? new Waiting(this.clock, askedWithinMs);
    this.standing.set(standstill, known);
    return known.soFar();
  }

  /** It goes on: the next time that this is waited for begins anew. */
  moved(standstill: string): void {
    this.standing.delete(standstill);
  }

  of(question: string, ask: () => Promise<Proof>): Promise<Proof> {
    const known = this.asked.get(question);
    if (known && isRecent(this.clock, known.at, togetherMs)) return known.proof;
    const at = this.clock.now();
    const proof = ask();
    this.asked.set(question, { at, proof });
    return proof;
  }
}
