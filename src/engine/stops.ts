import type { Stop } from '../contract/record.ts';
import type { Course, Exit } from '../errors/entry.ts';
import { catalogue, type ErrorName, problem, RekeyError } from '../errors/index.ts';

/** Thrown when the operator or the system asked this process to stop: nothing new is started. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Thrown when a gate is closed and this process does not stay to wait. `until` in ms. */
export class Paused extends Error {
  override readonly name = 'Paused';
  readonly step: string;
  readonly until: number;
  constructor(step: string, until: number) {
    super(`paused at ${step} until ${new Date(until).toISOString()}`);
    this.step = step;
    this.until = until;
  }
}

/** An error that ends a plan's walk, with what is to become of the plan where that is not what the error says of itself. */
export class PlanStopped extends Error {
  override readonly name = 'PlanStopped';
  readonly error: RekeyError;
  readonly course: Course;
  constructor(error: RekeyError, course: Course = error.course) {
    super(error.message, { cause: error });
    this.error = error;
    this.course = course;
  }
}

/** What was read is not so any more, and nothing was built on it yet: the walk begins anew with the reads. */
export class ReadAgain extends PlanStopped {}

/** What nobody expected stops the one plan that met it, which is taken back like any other; what is known goes through. */
export function asKnown(error: unknown): PlanStopped | RekeyError | Interrupted | Paused {
  const known =
    error instanceof PlanStopped ||
    error instanceof RekeyError ||
    error instanceof Interrupted ||
    error instanceof Paused;
  return known ? error : new PlanStopped(problem('unexpected', { text: String(error) }, error));
}

/** What has failed this one step and nothing beyond it, also by a bug of ours. Throws anything else. */
export function failureOfStep(met: unknown): PlanStopped {
  const error = asKnown(met);
  const ofStep = error instanceof PlanStopped && ['effect-failed', 'unexpected'].includes(error.error.code);
  if (!ofStep) throw error;
  return error;
}

/** A step that can't be performed. */
export function stepFailed(title: string, reason: string): PlanStopped {
  return new PlanStopped(problem('effect-failed', { title, reason }));
}

/** Of several exit codes the first that applies (design §6). */
export function worstExit(exits: readonly (Exit | 0 | 3)[]): Exit | 0 | 3 {
  const order = [130, 4, 6, 1, 5, 2, 3] as const;
  return order.find((exit) => exits.includes(exit)) ?? 0;
}

/** An error as the journal keeps it. */
export function stopOf(error: RekeyError): Stop {
  return { error: error.code, message: error.message, hint: error.hint, exit: error.exit };
}

/** The error that a journal kept. */
export function toldAgain(stop: Stop): RekeyError {
  if (!Object.hasOwn(catalogue, stop.error))
    return problem('effect-failed', { title: stop.error, reason: stop.message });
  const code = stop.error as ErrorName;
  return new RekeyError(code, {
    title: catalogue[code].title,
    message: stop.message,
    hint: stop.hint,
    exit: stop.exit as Exit,
  });
}
