import { type Settings, settingsOf } from '../../app/settings.ts';
import { nextCommand } from '../next-command.ts';
import { tell } from '../screen.ts';
import { showRun } from '../show-run.ts';
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
    .action(async (run: string | undefined, options: DriveOptions) => end(await resumeRuns(run, options)));

async function resumeRuns(named: string | undefined, options: DriveOptions): Promise<number> {
  const settings = settingsOf(options);
  // These are words about one run.
  const aboutOne = options.takeOver || options.again || options.commandsEnded || options.replaceClaim !== undefined;
  if (named === undefined && !aboutOne) {
    const { resumeEach } = await import('../resume-each.ts');
    return resumeEach(settings, options, (run, among) => resumeOne(settings, run, options, among));
  }
  const { whichRun } = await import('../../app/runs.ts');
  return resumeOne(settings, named ?? (await whichRun(settings)), options, false);
}

/** `among`: others are resumed beside it. */
async function resumeOne(settings: Settings, run: string, options: DriveOptions, among: boolean): Promise<number> {
  const { resume } = await import('../../app/resume.ts');
  return showRun({ settings, json: options.json === true, among }, async (shown) => {
    const end = await resume(run, { ...options, settings, ...shown });
    if (!('ended' in end)) return end;
    tell(`run ${run} has ended: ${end.ended}\n→ ${nextCommand(['status', run], settings.stateDir)}`);
    return end.exit;
  });
}
