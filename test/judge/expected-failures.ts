import type { Invariant, Violation } from '../support/invariants.ts';
import type { Kind } from '../sweep/history.ts';
import type { SceneName } from './scenes.ts';

/** A way in which a promise is known to break today. */
export interface ExpectedFailure {
  /** A history that broke has judged nothing to its end: that is never expected. */
  readonly kind: Exclude<Invariant, 'BROKE'>;
  /** What it says; without it the whole kind is expected. */
  readonly says?: RegExp;
  /** Only after a deed, a fault or a variant of the plan of such a name. */
  readonly after?: RegExp;
  /** What happens, and the cause as far as it is known. */
  readonly what: string;
  /** The issue that mends it. */
  readonly issue: number;
  /**
   * One history of each plan in which it is seen; in any other plan it is a failure. The list only shrinks: a witness that shows
   * it no more is red until it is struck, or until another is named, where a change has only given its seed another life.
   */
  readonly witnesses: readonly Witness[];
}

/** A history that shows it: one that a seed decides, or a scene of `scenes.ts`. */
export type Witness = { readonly plan: string } & ((Kind & { readonly seed: number }) | { readonly scene: SceneName });

/**
 * The one list of what fails today. A violation of a kind that stands here, in a plan that stands with it, is counted and fails
 * nothing; every other one is a failure. Who mends a kind strikes it. Nobody adds to it but with a new judgement.
 */
export const expectedFailures: readonly ExpectedFailure[] = [];

/** Does this entry of the list explain it, in a history in which this has struck? */
export function explains({ kind, says, after }: ExpectedFailure, one: Violation, struck: ReadonlySet<string>): boolean {
  return (
    kind === one.kind &&
    (says?.test(one.told) ?? true) &&
    (after === undefined || [...struck].some((name) => after.test(name)))
  );
}

/** Is this known to fail in histories of (all) these plans, in which this has struck? */
export function isExpected(violation: Violation, plans: ReadonlySet<string>, struck: ReadonlySet<string>): boolean {
  return expectedFailures.some(
    (one) => one.witnesses.some(({ plan }) => plans.has(plan)) && explains(one, violation, struck),
  );
}
