import { fold } from '../engine/state/fold.ts';
import { type RunState, writtenSince } from '../engine/state/run-state.ts';
import { problem } from '../errors/index.ts';
import { momentText } from '../report/duration.ts';
import { endText } from '../report/run-status.ts';
import { type Driving, drive } from './drive.ts';
import { frozenPlans } from './plans.ts';
import type { RunEnd } from './run-end.ts';
import { readRun } from './runs.ts';

export interface RollbackOptions extends Driving {
  /** The owner was on another machine or in another container, and has ended. */
  readonly takeOver?: boolean | undefined;
  /** Commands of the plan that were started on another machine or in another container have ended. */
  readonly commandsEnded?: boolean | undefined;
  /** What the target has written since this time (ISO 8601) may be lost: the time that a refused rollback names. */
  readonly discardWritesSince?: string | undefined;
}

/**
 * Puts the originals back, discards what the run made, and ends it for good. Throws `run-not-found`, `run-ended`, `run-held`,
 * `discard-not-typed`, and what `openSession` throws.
 */
export async function rollback(run: string, options: RollbackOptions): Promise<RunEnd> {
  const state = fold((await readRun(options.settings, run)).records);
  const ended = endText(state);
  if (ended !== undefined) throw problem('run-ended', { run, end: ended });
  const plans = (await frozenPlans(state)).map((one) => one.plan);
  const { takeOver = false, discardWritesSince: typed } = options;
  if (typed !== undefined) checkTyped(typed, state);
  return drive({
    ...options,
    plans,
    command: { command: 'rollback', discardWrites: typed !== undefined },
    options: {
      takeOver,
      ...(options.commandsEnded === true && { commandsEnded: true }),
      ...(typed === undefined ? {} : { discardWritesSince: typed }),
    },
    own: (store) => store.open(run, { takeOver, back: true }),
  });
}

/** The time has to be known, not guessed: it says which writes are meant. */
function checkTyped(typed: string, state: RunState): void {
  const points = [...state.plans.values()].flatMap((plan) => (plan.finished ? [] : (writtenSince(plan) ?? [])));
  const since = points.length ? Math.min(...points) : undefined;
  const second = (at: number) => Math.floor(at / 1_000);
  if (since !== undefined && /^\d{4}-\d\d-\d\dT/.test(typed) && second(Date.parse(typed)) === second(since)) return;
  throw problem('discard-not-typed', { typed, since: since === undefined ? undefined : momentText(since) });
}
