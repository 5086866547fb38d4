import { awsErrors } from './aws.ts';
import { cliErrors } from './cli.ts';
import { engineErrors } from './engine.ts';
import type { Course, ErrorEntry, Exit } from './entry.ts';
import { journalErrors } from './journal.ts';
import { planErrors } from './plan.ts';
import { simulatorErrors } from './simulator.ts';
import { targetErrors } from './target.ts';

/** Every error that rekey raises on purpose, by name. docs/ERRORS.md is made from it. */
export const catalogue = {
  ...planErrors,
  ...targetErrors,
  ...awsErrors,
  ...engineErrors,
  ...journalErrors,
  ...cliErrors,
  ...simulatorErrors,
} as const;

export type ErrorName = keyof typeof catalogue;
type ParamsOf<N extends ErrorName> = (typeof catalogue)[N] extends ErrorEntry<infer P> ? P : never;

/** An error with a name in the catalogue: what happened, what to do next, and the exit code. */
export class RekeyError extends Error {
  override readonly name = 'RekeyError';
  readonly code: ErrorName;
  readonly title: string;
  readonly hint: string;
  readonly exit: Exit;
  readonly course: Course;

  constructor(code: ErrorName, told: { title: string; message: string; hint: string; exit: Exit }, cause?: unknown) {
    super(told.message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.title = told.title;
    this.hint = told.hint;
    this.exit = told.exit;
    this.course = catalogue[code].course ?? 'leave';
  }
}

/** Makes the error `code`, told with `params`. */
export function problem<N extends ErrorName>(code: N, params: ParamsOf<N>, cause?: unknown): RekeyError {
  const found = catalogue[code] as ErrorEntry<ParamsOf<N>>;
  return new RekeyError(
    code,
    { title: found.title, message: found.message(params), hint: found.hint(params), exit: found.exit },
    cause,
  );
}
