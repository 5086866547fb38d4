/** The process exit code that an error leads to (design §9). */
export type Exit = 1 | 2 | 4 | 5 | 6 | 130;

/** One kind of error as the catalogue holds it. `P` is what has to be known to tell it. */
export interface ErrorEntry<P> {
  /** A few words, for a table. */
  readonly title: string;
  readonly exit: Exit;
  /** What happened and why. */
  message(params: P): string;
  /** What to do next. */
  hint(params: P): string;
}

/** Declares an entry; exists so that each entry's parameters are inferred from its own message. */
export function entry<P>(declared: ErrorEntry<P>): ErrorEntry<P> {
  return declared;
}
