import { type Clock, isRecent } from '../contract/clock.ts';
import type { Proof } from '../contract/step.ts';

// Items of one step ask together, and so do the discards that follow each other: what speaks for them all is asked once.
const togetherMs = 5_000;

/** What is asked of a pair, and of all pairs in common, as what has judged them sees it. */
export class SharedProofs {
  private readonly clock: Clock;
  private readonly asked = new Map<string, { readonly at: number; readonly proof: Promise<Proof> }>();

  private readonly standing = new Map<string, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Since when this has been waited for without a step forward: what discards wait for one after the other is waited for once. */
  standsSince(standstill: string): number {
    const since = this.standing.get(standstill) ?? this.clock.now();
    this.standing.set(standstill, since);
    return since;
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
