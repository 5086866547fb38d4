import { settingsOf } from '../../app/settings.ts';
import { showRun } from '../show-run.ts';
import { command, type DriveOptions, type MakeCommand, withDriving } from './options.ts';

type RollbackOptions = DriveOptions & { readonly discardWritesSince?: string };

/** `rekey rollback`: puts the originals back and ends the run for good. */
export const rollbackCommand: MakeCommand = (end) =>
  withDriving(
    command('rollback', 'Put the originals back, discard what the run made, and end it for good.', [
      ['rekey rollback 20180606T021500Z-k3x7qa', ''],
      [
        'rekey rollback 20180606T021500Z-k3x7qa --discard-writes-since 2018-06-06T02:31:07Z',
        'after the start on the replacements',
      ],
    ]),
  )
    .argument('<run>', 'id of the run')
    .option(
      '--discard-writes-since <time>',
      'what the target has written since this time may be lost; the time is the one that rollback names when it refuses',
    )
    .option('--take-over', 'the owner was on another machine or in another container, and I am sure that it has ended')
    .option(
      '--commands-ended',
      'commands of the plan that were started on another machine or in another container have ended: I have checked',
    )
    .action(async (run: string, options: RollbackOptions) => end(await rollBack(run, options)));

async function rollBack(run: string, options: RollbackOptions): Promise<number> {
  const { rollback } = await import('../../app/rollback.ts');
  const settings = settingsOf(options);
  return showRun({ settings, json: options.json === true }, (shown) =>
    rollback(run, { ...options, settings, ...shown }),
  );
}
