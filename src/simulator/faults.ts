import { z } from 'zod';
import { problem } from '../errors/index.ts';
import { inWords, problemsOf, told } from './checking.ts';
import { failingOperations } from './ec2/failing.ts';
import { type FaultRule, faultRule, type Rule } from './fault-rules.ts';
import { type Random, randomOf } from './random.ts';
import { type Fate, isRead, Seeded } from './seeded.ts';
import { throttledBy } from './throttle.ts';
import { AwsError } from './wire/message.ts';

export type { FaultRule } from './fault-rules.ts';

/** What becomes of a call. */
export type Strike =
  | { readonly kind: 'error'; readonly error: AwsError }
  | { readonly kind: 'silence' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'slow'; readonly delayMs: number }
  | { readonly kind: 'stale'; readonly staleMs: number }
  | { readonly kind: 'fail'; readonly code: string | undefined };

interface Held {
  readonly rule: Rule;
  readonly addedAt: number;
  readonly seeded: Seeded | undefined;
  /** What its seed has in store for the call that is being carried out. */
  fate: Fate | undefined;
  seen: number;
  struck: number;
  readonly strokes: Map<string, number>;
}

interface Surroundings {
  /** The names that a rule may aim at. */
  readonly operations: Iterable<string>;
  readonly now: () => number;
  /** Brings the account up to now: what has been quiet stands at its last call. */
  readonly settle: () => void;
  readonly seed: number;
  /** Told how far back a read may have to look from now on. */
  readonly remember: (ms: number) => void;
}

/** The rules by which calls go wrong. The first rule that matches a call strikes. */
export class Faults {
  private readonly around: Surroundings;
  private readonly operations: ReadonlySet<string>;
  private readonly shares: Random;
  private rules: Held[] = [];

  constructor(around: Surroundings) {
    this.around = around;
    this.operations = new Set(around.operations);
    this.shares = randomOf(around.seed, 'shares');
  }

  /** Adds rules; throws `fault-invalid`, and adds none, when any of them is not one. */
  add(...rules: readonly FaultRule[]): void {
    const parsed = z.array(faultRule).safeParse(rules, { error: inWords });
    if (!parsed.success) throw problem('fault-invalid', { problems: problemsOf(parsed.error).map(told) });
    const unknown = parsed.data.flatMap((rule, i) => {
      const wrong = wrongAim(rule, this.operations);
      return wrong === undefined ? [] : [`[${i}].operation: ${wrong}`];
    });
    if (unknown.length > 0) throw problem('fault-invalid', { problems: unknown });
    this.around.settle();
    for (const rule of parsed.data) {
      const looksBack = rule.kind === 'stale' || (rule.kind === 'seeded' && rule.kinds.includes('stale'));
      if (looksBack) this.around.remember(rule.staleMs);
      const seeded = rule.kind === 'seeded' ? new Seeded(rule) : undefined;
      const addedAt = this.around.now();
      this.rules.push({ rule, addedAt, seeded, fate: undefined, seen: 0, struck: 0, strokes: new Map() });
    }
  }

  clear(): void {
    this.rules = [];
  }

  /** The rules in force, with how often each has struck, and of what a seed chose also by what. */
  list(): (Rule & { readonly struck: number; readonly strokes?: Readonly<Record<string, number>> })[] {
    return this.rules.map(({ rule, struck, seeded, strokes }) => ({
      ...rule,
      struck,
      ...(seeded ? { strokes: Object.fromEntries(strokes) } : {}),
    }));
  }

  strike(moment: 'before' | 'after', service: string, operation: string, input: object): Strike | undefined {
    for (const held of this.rules) {
      const fate = held.seeded
        ? this.fated(held, moment, operation, input)
        : this.ruled(held, moment, operation, input);
      if (!fate) continue;
      held.struck += 1;
      return strikeOf(held, fate, service);
    }
    return undefined;
  }

  private fated(held: Held, moment: 'before' | 'after', operation: string, input: object): Fate | undefined {
    if (moment === 'before') {
      const meant = this.isMeant(held, operation, input);
      held.fate = meant ? held.seeded?.next(operation) : undefined;
    }
    const { fate } = held;
    return fate?.when === moment ? fate : undefined;
  }

  private ruled(held: Held, moment: 'before' | 'after', operation: string, input: object): Rule | undefined {
    const { rule } = held;
    if (rule.when !== moment || !this.isMeant(held, operation, input)) return undefined;
    return rule;
  }

  private isMeant(held: Held, operation: string, input: object): boolean {
    const { rule } = held;
    if (rule.operation !== '*' && rule.operation !== operation) return false;
    if (rule.kind === 'stale' && !isRead(operation)) return false;
    if (rule.kind === 'fail' && !failingOperations.includes(operation)) return false;
    if (!matches(rule.match, input)) return false;
    const passedMs = this.around.now() - held.addedAt;
    if (passedMs < rule.afterMs || passedMs >= rule.afterMs + (rule.forMs ?? Number.POSITIVE_INFINITY)) return false;
    held.seen += 1;
    if (held.seen <= rule.skip || held.struck >= (rule.times ?? Number.POSITIVE_INFINITY)) return false;
    return rule.share === 1 || this.shares.next() < rule.share;
  }
}

/** What is wrong with where a rule aims, or undefined. */
export function wrongAim({ operation, kind }: Rule, operations: ReadonlySet<string>): string | undefined {
  if (operation === '*') return undefined;
  if (!operations.has(operation)) return `the simulated account has no operation ${operation}`;
  if (kind === 'stale' && !isRead(operation)) return `${operation} reads nothing that could be stale`;
  if (kind === 'fail' && !failingOperations.includes(operation))
    return `${operation} begins nothing that could fail later; these do: ${failingOperations.join(', ')}`;
  return undefined;
}

function strikeOf(held: Held, fate: Rule | Fate, service: string): Strike {
  const strike = 'operation' in fate ? ruledStrike(fate, service) : fatedStrike(held, fate, service);
  const what = strike.kind === 'error' ? `error ${strike.error.code}` : strike.kind;
  const stroke = `${what} ${fate.when}`;
  held.strokes.set(stroke, (held.strokes.get(stroke) ?? 0) + 1);
  return strike;
}

function ruledStrike(rule: Rule, service: string): Strike {
  switch (rule.kind) {
    case 'slow':
      return { kind: 'slow', delayMs: rule.delayMs };
    case 'stale':
      return { kind: 'stale', staleMs: rule.staleMs };
    case 'fail':
      return { kind: 'fail', code: rule.code };
    case 'throttle':
      return { kind: 'error', error: throttledBy(service) };
    case 'error': {
      const message = rule.message ?? `Injected: ${rule.code}`;
      return { kind: 'error', error: new AwsError(rule.code, message, rule.status) };
    }
    case 'seeded':
      throw new Error('a seed strikes by its fates');
    default:
      return { kind: rule.kind };
  }
}

// What a service says when the trouble is its own (facts §7).
const serverCodes: Readonly<Record<string, readonly [string, string]>> = {
  ec2: ['InternalError', 'Unavailable'],
  kms: ['KMSInternalException', 'DependencyTimeoutException'],
};

function fatedStrike({ rule }: Held, { kind, much }: Fate, service: string): Strike {
  if (rule.kind !== 'seeded') throw new Error('only a seed has fates');
  switch (kind) {
    case 'error': {
      const [first, second] = serverCodes[service] ?? ['InternalFailure', 'ServiceUnavailable'];
      const code = much < 0.5 ? first : second;
      return { kind, error: new AwsError(code, `Injected: ${code}`) };
    }
    case 'throttle':
      return { kind: 'error', error: throttledBy(service) };
    case 'slow':
      return { kind, delayMs: Math.max(1, Math.round(much * rule.delayMs)) };
    case 'stale':
      return { kind, staleMs: Math.max(1, Math.round(much * rule.staleMs)) };
    case 'fail':
      return { kind, code: undefined };
    default:
      return { kind };
  }
}

function matches(wanted: Rule['match'], input: object): boolean {
  const given = input as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(([name, value]) => {
    const held = given[name];
    return Array.isArray(held)
      ? held.some((one) => String(one) === String(value))
      : held !== undefined && String(held) === String(value);
  });
}
