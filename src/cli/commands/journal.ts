import { type CommonOptions, settingsOf } from '../../app/settings.ts';
import { printEvent } from '../json-lines.ts';
import { answer, safe } from '../screen.ts';
import { command, type MakeCommand, withStateDir } from './options.ts';

type VerifyOptions = CommonOptions & { readonly head?: string; readonly json?: boolean };

/** `rekey journal verify`: checks every byte of a run's journal. */
export const journalCommand: MakeCommand = (end) => {
  const journal = command('journal', "Look after a run's journal.", [
    ['rekey journal verify 20180606T021500Z-k3x7qa', 'check every record'],
  ]);
  const verify = withStateDir(
    command('verify', "Check every record of a run's journal. Changes nothing.", [
      ['rekey journal verify 20180606T021500Z-k3x7qa', 'nothing was changed'],
      ['rekey journal verify 20180606T021500Z-k3x7qa --head 5f2c…', 'and nothing was cut off the end'],
    ]),
  )
    .argument('<run>', 'id of the run')
    .option('--head <hash>', 'a head that rekey printed: proves that nothing up to it is missing')
    .option('--json', 'one JSON object on stdout')
    .action(async (run: string, options: VerifyOptions) => end(await verifyRun(run, options)));
  return journal.addCommand(verify);
};

async function verifyRun(run: string, options: VerifyOptions): Promise<number> {
  const { verifyJournal } = await import('../../journal/verify.ts');
  const { stateDir, clock } = settingsOf(options);
  const found = await verifyJournal(stateDir, run, options.head === undefined ? {} : { head: options.head });
  if (options.json) {
    printEvent(clock.now(), 'journal.verified', { runId: run, ...found });
    return 0;
  }
  const many = `${found.records} records in ${found.segments} segment${found.segments === 1 ? '' : 's'}`;
  answer(`run ${run}: ${many}, whole; its format is ${found.format}`);
  answer(`head ${found.head}`);
  for (const { file, bytes } of found.torn)
    answer(`${safe(file)}: ${bytes} bytes after the last record count for nothing (a crash cut them short)`);
  answer(found.proves);
  return 0;
}
