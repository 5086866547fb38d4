import { z } from 'zod';

const aimed = {
  /** An operation's name, or `*`. */
  operation: z
    .string()
    .regex(/^(?:\*|[A-Z][A-Za-z]+)$/, 'must be the name of an operation, or *')
    .default('*'),
  /** How many calls it strikes; without it, every one until it is cleared. */
  times: z.int().positive().optional(),
  /** How many matching calls it lets pass first. */
  skip: z.int().nonnegative().default(0),
  /** Strikes only calls with these values of top-level parameters; a list must hold the value. */
  match: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** Strikes only from so long after it was added on, and for so long. */
  afterMs: z.int().nonnegative().default(0),
  forMs: z.int().positive().optional(),
  /** The share of those calls that it strikes, chosen by the account's seed. */
  share: z.number().gt(0).max(1).default(1),
};
const when = z.enum(['before', 'after']).default('before');
const before = z.literal('before').default('before');
const after = z.literal('after').default('after');

/** What a seed can choose from. */
export const seededKinds = ['error', 'silence', 'reset', 'slow', 'throttle', 'stale', 'fail'] as const;

export const faultRule = z.discriminatedUnion(
  'kind',
  [
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
    z.strictObject({ ...aimed, kind: z.literal('slow'), when: after, delayMs: z.int().positive() }),
    // The service's own code for it.
    z.strictObject({ ...aimed, kind: z.literal('throttle'), when: before }),
    // A read answered by a replica that is so far behind; other calls pass.
    z.strictObject({ ...aimed, kind: z.literal('stale'), when: before, staleMs: z.int().positive() }),
    // The call is accepted, and what it began comes to nothing later; calls that begin nothing pass.
    z.strictObject({ ...aimed, kind: z.literal('fail'), when: after, code: z.string().min(1).optional() }),
    // One seed decides which calls are struck, and by what.
    z.strictObject({
      ...aimed,
      kind: z.literal('seeded'),
      when: z.literal('either').default('either'),
      seed: z.int().nonnegative(),
      rate: z.number().gt(0).max(1),
      kinds: z
        .array(
          z.enum(seededKinds, { error: ({ input }) => `there is no fault ${JSON.stringify(input)} to choose from` }),
        )
        .min(1)
        .default([...seededKinds]),
      /** The longest that a slow answer takes, and the furthest back that a stale one looks. */
      delayMs: z.int().positive().default(90_000),
      staleMs: z.int().positive().default(30_000),
    }),
  ],
  { error: (issue) => unknownName(issue.input, 'kind', 'fault') },
);

/** A fault to be met, as it is asked for. */
export type FaultRule = z.input<typeof faultRule>;
export type Rule = z.output<typeof faultRule>;
export type SeededRule = Extract<Rule, { kind: 'seeded' }>;

/** What to say of a name that a list of choices does not hold; undefined when none was given. */
export function unknownName(input: unknown, member: string, what: string): string | undefined {
  const given = typeof input === 'object' && input !== null ? (input as Record<string, unknown>)[member] : undefined;
  return given === undefined ? undefined : `there is no ${what} ${JSON.stringify(given)}`;
}
