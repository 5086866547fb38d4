import { fold } from '../engine/state/fold.ts';
import { refuseOlder } from '../journal/format.ts';
import { canBeTriedAgain, endText, runStatus } from '../report/run-status.ts';
import { registry } from '../steps/registry.ts';
import { type Driving, drive } from './drive.ts';
import { frozenPlans } from './plans.ts';
import type { RunEnd } from './run-end.ts';
import { readRun } from './runs.ts';

export interface ResumeOptions extends Driving {
  /** The owner was on another machine or in another container, and has ended. */
  readonly takeOver?: boolean | undefined;
  /** Commands of the plan that were started on another machine or in another container have ended. */
  readonly commandsEnded?: boolean | undefined;
  /** The cause of a failed verification is fixed, though no change can be read. */
  readonly again?: boolean | undefined;
}

/** A run that had come to its end before: nothing was done. */
export interface EndedBefore {
  readonly run: string;
  readonly exit: 0;
  /** How its plans have ended, in words. */
  readonly ended: string;
}

/**
 * Goes on with a run that has paused, failed, been interrupted or killed, with its plans as they were when it began and the profile
 * that it had. Throws `run-not-found`, `run-held`, `take-over-needed`, `journal-older`, and what `openSession` throws.
 */
export async function resume(run: string, options: ResumeOptions): Promise<RunEnd | EndedBefore> {
  const { settings: given, observer } = options;
  const { records, format } = await readRun(given, run);
  const state = fold(records);
  const ended = endText(state);
  // What was refused may be taken by now; who names it wants it tried.
  if (ended !== undefined && !canBeTriedAgain(state)) return { run, exit: 0, ended };
  // Who goes on with several can't name a profile for each.
  const settings =
    state.profile === undefined || given.profile !== undefined ? given : { ...given, profile: state.profile };
  refuseOlder({ run, stateDir: settings.stateDir, format });
  const plans = (await frozenPlans(state)).map((one) => one.plan);
  for (const { plan, target, triesAgain, rollsBack } of runStatus(plans, registry, state, false).plans) {
    if (rollsBack) observer?.note?.(`${plan}: a rollback of ${target} was asked for, and continues`);
    if (triesAgain)
      observer?.note?.(
        `${plan}: ${target} would be taken out of service again: its verification failed, and all was taken back`,
      );
  }
  const { takeOver = false, again = false } = options;
  return drive({
    ...options,
    settings,
    plans,
    command: { command: 'resume', again },
    options: {
      wait: options.wait === true,
      takeOver,
      ...(options.commandsEnded === true && { commandsEnded: true }),
      again,
    },
    own: (store) => store.open(run, { takeOver }),
  });
}
