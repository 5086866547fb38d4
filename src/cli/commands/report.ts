import { extname } from 'node:path';
import type { ReportFormat, Spelling } from '../../app/report.ts';
import { type CommonOptions, type Settings, settingsOf } from '../../app/settings.ts';
import { problem } from '../../errors/index.ts';
import type { RunReport } from '../../report/document/schema.ts';
import { nextCommand } from '../next-command.ts';
import { nextLine } from '../report.ts';
import { tell, tellError } from '../screen.ts';
import { command, type MakeCommand, withStateDir } from './options.ts';

const formats: readonly ReportFormat[] = ['html', 'md', 'json'];

interface ReportOptions extends CommonOptions {
  readonly output?: string;
  readonly format?: string;
  readonly all?: boolean;
}

/** `rekey report`: what runs have done, in a file for people who were not there. Reads journals only and changes none. */
export const reportCommand: MakeCommand = (end) =>
  withStateDir(
    command('report', 'Write what runs have done, from their journals alone, into one file. Asks AWS nothing.', [
      ['rekey report 20180606T021500Z-k3x7qa -o report.html', 'one page, for a browser or for paper'],
      ['rekey report 20180606T021500Z-k3x7qa', 'Markdown, on stdout'],
      ['rekey report --all -o reports', 'a page for each run, and index.html'],
    ]),
  )
    .argument('[runs...]', 'ids of the runs')
    .option('-o, --output <file>', 'where it is written; with --all a directory')
    .option('--format <format>', `${formats.join(', ')}; if it is not given, by the name of the file`)
    .option('--all', 'all runs of the state directory, each in a file of its own')
    .addHelpText('after', exitHelp)
    .action(async (runs: readonly string[], options: ReportOptions) => {
      const settings = settingsOf(options);
      end(options.all === true ? await all(settings, runs, options) : await some(settings, runs, options));
    });

const exitHelp = `
Exit codes:
  0 written · 1 written, and a journal is damaged: the report says from where on
  2 bad usage, or it cannot be written`;

async function some(settings: Settings, runs: readonly string[], options: ReportOptions): Promise<number> {
  if (runs.length === 0) throw usage('a run is missing; --all reports all of them');
  const format = formatOf(options);
  const { renderReport, reportOfRun, reportOn } = await import('../../app/report.ts');
  const reports: RunReport[] = [];
  for (const run of new Set(runs)) reports.push(await reportOfRun(settings, run, spellingOf(settings)));
  const text = await renderReport(reportOn(settings, reports), format);
  if (options.output === undefined) process.stdout.write(text);
  else {
    const { writeReport } = await import('../../app/report-file.ts');
    await writeReport(settings.stateDir, options.output, text);
    tell(`written: ${options.output}`);
  }
  return exitOf(reports);
}

async function all(settings: Settings, runs: readonly string[], options: ReportOptions): Promise<number> {
  if (runs.length > 0) throw usage('--all takes no run');
  if (options.output === undefined) throw usage('--all needs a directory: -o DIR');
  const format = formatOf({ format: options.format ?? 'html' });
  const { reportAll } = await import('../../app/report.ts');
  const made = await reportAll(settings, options.output, { format, spelling: spellingOf(settings) });
  tell(`written: ${made.index}`);
  for (const { error } of made.unreadable) tellError(error, settings.stateDir);
  return made.unreadable.length > 0 ? 1 : exitOf(made.runs);
}

const spellingOf = ({ stateDir }: Settings): Spelling => ({
  command: (words) => nextCommand(words, stateDir),
  step: (step) => nextLine(step, stateDir),
});
const exitOf = (reports: readonly RunReport[]) => (reports.some(({ journal }) => journal.damage) ? 1 : 0);
const usage = (what: string) => problem('usage', { what, command: 'report' });

function formatOf({ format, output }: Pick<ReportOptions, 'format' | 'output'>): ReportFormat {
  const named = format ?? (output === undefined ? 'md' : extname(output).slice(1).toLowerCase());
  const found = formats.find(
    (one) => one === named || (named === 'htm' && one === 'html') || (named === 'markdown' && one === 'md'),
  );
  if (found) return found;
  throw usage(
    format === undefined
      ? `${JSON.stringify(output)} does not say its format: name it .html, .md or .json, or give --format`
      : `--format ${JSON.stringify(format)} is none of ${formats.join(', ')}`,
  );
}
