import { failingOperations } from './ec2/failing.ts';
import type { SeededRule, seededKinds } from './fault-rules.ts';
import { type Random, randomOf } from './random.ts';

type Kind = (typeof seededKinds)[number];

/** What a seed has in store for one call. */
export interface Fate {
  readonly kind: Kind;
  readonly when: 'before' | 'after';
  /** Between 0 and 1: how much of it. */
  readonly much: number;
}

/** Whether a call only reads. */
export function isRead(operation: string): boolean {
  return /^(?:Describe|Get|List|Lookup)/.test(operation);
}

// What a read is answered comes to the same before and after its effect, as it has none.
const bothWays: ReadonlySet<Kind> = new Set(['error', 'silence', 'reset']);

/** Decides call by call what becomes of it: the same seed and calls give the same fates. */
export class Seeded {
  private readonly random: Random;
  private readonly rule: SeededRule;

  constructor(rule: SeededRule) {
    this.rule = rule;
    this.random = randomOf(rule.seed, 'faults');
  }

  next(operation: string): Fate | undefined {
    // Four numbers a call, so that what becomes of one doesn't hang on what became of another.
    const [struck, which, when, much] = [0, 0, 0, 0].map(() => this.random.next());
    if (struck === undefined || which === undefined || when === undefined || much === undefined) return undefined;
    if (struck >= this.rule.rate) return undefined;
    const read = isRead(operation);
    const kinds = this.rule.kinds.filter(
      (kind) => (kind !== 'stale' || read) && (kind !== 'fail' || failingOperations.includes(operation)),
    );
    const kind = kinds[Math.floor(which * kinds.length)];
    if (!kind) return undefined;
    const later = kind === 'slow' || kind === 'fail' || (bothWays.has(kind) && !read && when < 0.5);
    return { kind, when: later ? 'after' : 'before', much };
  }
}
