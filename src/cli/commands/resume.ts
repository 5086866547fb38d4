import { frozenPlans } from '../../app/plans.ts';
import { canBeTriedAgain, endOf, readRun, whichRun } from '../../app/runs.ts';
import { openSession } from '../../app/session.ts';
import { profileOf, type Settings, settingsOf } from '../../app/settings.ts';
import { fold } from '../../engine/state/fold.ts';
import { refuseOlder } from '../../journal/format.ts';
import { runStatus } from '../../report/run-status.ts';
import { drive } from '../drive.ts';
import { nextCommand } from '../next-command.ts';
import { resumeAll } from '../resume-all.ts';
import { tell } from '../screen.ts';
import { command, type DriveOptions, type MakeCommand, withDriving } from './options.ts';

/** `rekey resume`: goes on with a run that has paused, failed, been interrupted or killed. */
export const resumeCommand: MakeCommand = (end) =>
  withDriving(
    command(
      'resume',
      'Resume a run that has paused, failed, or was interrupted or killed; without an id, all runs that can go on now. Plans are as they were when the run began.',
      [
        ['rekey resume', 'every run that can go on now: what cron or a timer calls (docs/RUNBOOK.md)'],
        ['rekey resume 20180606T021500Z-k3x7qa --wait', ''],
      ],
    ),
  )
    .argument(
      '[run]',
      'id of the run; without it every run that can go on now is resumed, and each that still waits is listed',
    )
    .option('--take-over', 'the owner was on another machine or in another container, and I am sure that it has ended')
    .option(
      '--commands-ended',
      'commands of the plan that were started on another machine or in another container have ended: I have checked',
    )
    .option(
      '--again',
      'the cause of a failed verification is fixed, though rekey reads no change: take the target out of service again',
    )
    .action(async (run: string | undefined, options: DriveOptions) => end(await resume(run, options)));

async function resume(named: string | undefined, options: DriveOptions): Promise<number> {
  const settings = settingsOf(options);
  // These are words about one run.
  const aboutOne = options.takeOver || options.again || options.commandsEnded || options.replaceClaim !== undefined;
  if (named === undefined && !aboutOne) {
    return resumeAll(settings, options, (run, among) => resumeOne(settings, run, options, among));
  }
  return resumeOne(settings, named ?? (await whichRun(settings)), options, false);
}

/** `among`: others are gone on with beside it. */
async function resumeOne(given: Settings, run: string, options: DriveOptions, among: boolean): Promise<number> {
  const { records, format } = await readRun(given, run);
  const state = fold(records);
  const end = endOf(state);
  // What was refused may be taken by now; who names it wants it tried.
  if (end !== undefined && !canBeTriedAgain(state)) {
    tell(`run ${run} has ended: ${end}\n→ ${nextCommand(['status', run], given.stateDir)}`);
    return 0;
  }
  // Who goes on with several can't name a profile for each.
  const settings =
    state.profile === undefined || given.profile !== undefined ? given : { ...given, profile: state.profile };
  refuseOlder({ run, stateDir: settings.stateDir, format });
  const plans = (await frozenPlans(state)).map((one) => one.plan);
  const { registry } = await import('../../steps/registry.ts');
  for (const { plan, target, triesAgain, rollsBack } of runStatus(plans, registry, state, false).plans) {
    if (rollsBack) tell(`${plan}: a rollback of ${target} was asked for, and continues`);
    if (triesAgain)
      tell(`${plan}: ${target} would be taken out of service again: its verification failed, and all was taken back`);
  }
  const session = await openSession(plans, settings);
  return drive({
    settings,
    session,
    plans,
    among,
    command: { command: 'resume', again: options.again === true },
    options: {
      ...profileOf(settings),
      wait: options.wait === true,
      takeOver: options.takeOver === true,
      ...(options.commandsEnded === true && { commandsEnded: true }),
      again: options.again === true,
      ...(options.replaceClaim ? { replaceClaim: options.replaceClaim } : {}),
    },
    json: options.json === true,
    wait: options.wait === true,
    ...(options.replaceClaim ? { replaceClaim: options.replaceClaim } : {}),
    own: (store) => store.open(run, { takeOver: options.takeOver === true }),
  });
}
