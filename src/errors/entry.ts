/** The process exit code that an error leads to (design §9). */
export type Exit = 1 | 2 | 4 | 5 | 6 | 130;

/**
 * What becomes of the plan that an error stops.
 * - `unwind`: what was done is taken back, if the write point allows
 * - `leave`: everything stays as it is: AWS can't be asked, somebody else is at it, or a person has to decide
 */
export type Course = 'unwind' | 'leave';

/** One kind of error as the catalogue holds it. `P` is what has to be known to tell it. */
export interface ErrorEntry<P> {
  /** A few words, for a table. */
  readonly title: string;
  readonly exit: Exit;
  /** `leave` when absent. */
  readonly course?: Course;
  /** What happened and why. */
  message(params: P): string;
  /** What to do next. */
  hint(params: P): string;
}

/** Declares an entry; exists so that each entry's parameters are inferred from its own message. */
export function entry<P>(declared: ErrorEntry<P>): ErrorEntry<P> {
  return declared;
}
