import { z } from 'zod';
import { problem } from '../errors/index.ts';
import { problemsOf, told } from './checking.ts';
import { AwsError } from './wire/message.ts';

const aimed = {
  /** An operation's name, or `*`. */
  operation: z.string().regex(/^(?:\*|[A-Z][A-Za-z]+)$/, 'must be the name of an operation, or *'),
  /** How many calls it strikes; without it, every one until it is cleared. */
  times: z.int().positive().optional(),
  /** How many matching calls it lets pass first. */
  skip: z.int().nonnegative().default(0),
  /** Strikes only calls with these values of top-level parameters; a list must hold the value. */
  match: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
};
const when = z.enum(['before', 'after']).default('before');

const ruleSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...aimed,
    kind: z.literal('error'),
    when,
    code: z.string().min(1),
    message: z.string().optional(),
    status: z.int().min(400).max(599).optional(),
  }),
  z.strictObject({ ...aimed, kind: z.literal('silence'), when }),
  z.strictObject({ ...aimed, kind: z.literal('reset'), when }),
  // The account has no timers: whoever carries the answer waits, so the effect comes first.
  z.strictObject({
    ...aimed,
    kind: z.literal('slow'),
    when: z.literal('after').default('after'),
    delayMs: z.int().positive(),
  }),
]);

/** A fault to be met, as it is asked for. */
export type FaultRule = z.input<typeof ruleSchema>;
type Rule = z.output<typeof ruleSchema>;

/** What becomes of a call. */
export type Strike =
  | { readonly kind: 'error'; readonly error: AwsError }
  | { readonly kind: 'silence' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'slow'; readonly delayMs: number };

/** The rules by which calls go wrong. The first rule that matches a call strikes. */
export class Faults {
  private readonly operations: ReadonlySet<string>;
  private rules: { readonly rule: Rule; seen: number; struck: number }[] = [];

  /** `operations`: the names that a rule may aim at. */
  constructor(operations: Iterable<string>) {
    this.operations = new Set(operations);
  }

  /** Adds rules; throws `fault-invalid`, and adds none, when any of them is not one. */
  add(...rules: readonly FaultRule[]): void {
    const parsed = z.array(ruleSchema).safeParse(rules);
    if (!parsed.success) throw problem('fault-invalid', { problems: problemsOf(parsed.error).map(told) });
    const unknown = parsed.data.flatMap(({ operation }, i) =>
      operation === '*' || this.operations.has(operation)
        ? []
        : [`[${i}].operation: the simulated account has no operation ${operation}`],
    );
    if (unknown.length > 0) throw problem('fault-invalid', { problems: unknown });
    this.rules.push(...parsed.data.map((rule) => ({ rule, seen: 0, struck: 0 })));
  }

  clear(): void {
    this.rules = [];
  }

  /** The rules in force, with how often each has struck. */
  list(): (Rule & { readonly struck: number })[] {
    return this.rules.map(({ rule, struck }) => ({ ...rule, struck }));
  }

  strike(moment: 'before' | 'after', operation: string, input: object): Strike | undefined {
    for (const held of this.rules) {
      const { rule } = held;
      if (rule.when !== moment || (rule.operation !== '*' && rule.operation !== operation)) continue;
      if (!matches(rule.match, input)) continue;
      held.seen += 1;
      if (held.seen <= rule.skip || held.struck >= (rule.times ?? Number.POSITIVE_INFINITY)) continue;
      held.struck += 1;
      if (rule.kind === 'slow') return { kind: 'slow', delayMs: rule.delayMs };
      if (rule.kind !== 'error') return { kind: rule.kind };
      return { kind: 'error', error: new AwsError(rule.code, rule.message ?? `Injected: ${rule.code}`, rule.status) };
    }
    return undefined;
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
