import { fold } from '../../engine/state/fold.ts';
import { refuseOlder } from '../../journal/format.ts';
import { runStatus } from '../../report/run-status.ts';
import { drive } from '../drive.ts';
import { nextCommand } from '../next-command.ts';
import { frozenPlans } from '../plans.ts';
import { canBeTriedAgain, endOf, readRun, whichRun } from '../runs.ts';
import { tell } from '../screen.ts';
import { openSession } from '../session.ts';
import { profileOf, settingsOf } from '../settings.ts';
import { command, type DriveOptions, type MakeCommand, withDriving } from './options.ts';

/** `rekey resume`: goes on with a run that has paused, failed, been interrupted or killed. */
export const resumeCommand: MakeCommand = (end) =>
  withDriving(
    command(
      'resume',
      'Go on with a run that paused, failed, was interrupted or killed. Its plans are as they were submitted.',
      [
        ['rekey resume', 'the only unfinished run'],
        ['rekey resume 20180606T021500Z-k3x7qa --wait', ''],
      ],
    ),
  )
    .argument('[run]', 'id of the run; may be left out when only one is unfinished')
    .option('--take-over', 'the owner was on another machine or in another container, and I am sure that it has ended')
    .option(
      '--commands-ended',
      'commands of the plan that were started on another machine or in another container have ended: I have seen to it',
    )
    .option(
      '--again',
      'the cause of a failed verification is mended, though nothing that is read has changed: take the target out of service again',
    )
    .action(async (run: string | undefined, options: DriveOptions) => end(await resume(run, options)));

async function resume(named: string | undefined, options: DriveOptions): Promise<number> {
  const settings = settingsOf(options);
  const run = named ?? (await whichRun(settings));
  const { records, format } = await readRun(settings, run);
  const state = fold(records);
  const end = endOf(state);
  // What was refused may be taken by now; who names it wants it tried.
  if (end !== undefined && !canBeTriedAgain(state)) {
    tell(`run ${run} has ended: ${end}\n→ ${nextCommand(['status', run], settings.stateDir)}`);
    return 0;
  }
  refuseOlder({ run, stateDir: settings.stateDir, format });
  const plans = (await frozenPlans(state)).map((one) => one.plan);
  const { registry } = await import('../../steps/registry.ts');
  for (const { plan, target, triesAgain, rollsBack } of runStatus(plans, registry, state, false).plans) {
    if (rollsBack) tell(`${plan}: a rollback of ${target} was asked for, and is gone on with`);
    if (triesAgain)
      tell(`${plan}: ${target} would be taken out of service again: its verification failed, and all was taken back`);
  }
  const session = await openSession(plans, settings);
  return drive({
    settings,
    session,
    plans,
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
