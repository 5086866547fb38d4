import { type CommonOptions, type Settings, settingsOf } from '../../app/settings.ts';
import type { ReadRun, UnreadableRun } from '../../app/status.ts';
import { clockOf } from '../../contract/clock.ts';
import { journalFormat } from '../../contract/record.ts';
import { type StatusExit, worstStatusExit } from '../../report/status-exit.ts';
import { type EventBody, eventLine } from '../json-lines.ts';
import { nextCommand } from '../next-command.ts';
import { nextJson, reportLines } from '../report.ts';
import { answer, fitted, oneLine, table, tell } from '../screen.ts';
import { planJson } from '../status-json.ts';
import { targetRow } from '../status-rows.ts';
import { type Look, watch } from '../watch.ts';
import { command, type MakeCommand, withStateDir } from './options.ts';

type StatusOptions = CommonOptions & { readonly json?: boolean; readonly all?: boolean; readonly watch?: boolean };

/** `rekey status`: how runs stand. Reads journals only: it owns nothing, asks AWS nothing and changes nothing. */
export const statusCommand: MakeCommand = (end) =>
  withStateDir(
    command('status', 'Show how runs stand, from their journals alone. Changes nothing.', [
      ['rekey status', 'all runs, a line for each target'],
      ['rekey status 20180606T021500Z-k3x7qa', 'one run, in full'],
      ['rekey status --watch', 'again and again, until Ctrl-C'],
    ]),
  )
    .argument('[run]', 'id of the run')
    .option('--all', 'also the runs that did nothing: those that were refused, or had nothing to do')
    .option('--watch', 'show it again every few seconds; in a pipe, when something has changed')
    .option('--json', 'one JSON object a line on stdout (docs/EVENTS.md)')
    .addHelpText('after', exitHelp)
    .action(async (run: string | undefined, options: StatusOptions) => {
      const settings = settingsOf(options);
      const look = () => (run === undefined ? list(settings, options) : one(settings, run, options));
      end(options.watch === true ? await watch(look, clockOf()) : told(await look()));
    });

const exitHelp = `
Exit codes, the first that applies:
  4 a target is down · 1 something failed, or a journal can't be read ·
  3 something waits to be resumed · 0 all is well`;

function told({ lines, notes, exit }: Look): number {
  for (const line of lines) answer(line);
  for (const note of notes) tell(note);
  return exit;
}

async function one(settings: Settings, run: string, options: StatusOptions): Promise<Look> {
  const { statusOf } = await import('../../app/status.ts');
  const read = await statusOf(settings, run);
  const { stateDir } = settings;
  const { readAt: now, exit, head } = read;
  const body = { ...runBody(stateDir, read), exit };
  const stands = oneLine(body);
  if (options.json) return { lines: [eventLine(now, 'run.status', body)], notes: [], exit, stands };
  const lines = reportLines({ stateDir, now, head }, read.status).join('\n').split('\n');
  if (read.runner === 'unknown') lines.push("rekey can't see from here whether its runner still runs");
  if (!read.isOver && read.format < journalFormat)
    lines.push('an older rekey began it, and only that one can go on with it');
  return { lines, notes: [], exit, stands };
}

function runBody(stateDir: string, { run, format, head, owner, runner, status }: ReadRun) {
  const plans = status.plans.map(planJson);
  return { runId: run, format, head, owner, runner, plans, ...nextJson(status.nextSteps, stateDir) };
}

async function list(settings: Settings, options: StatusOptions): Promise<Look> {
  const { listedRuns } = await import('../../app/status.ts');
  const { stateDir, clock } = settings;
  const now = clock.now();
  const { runs, hidden } = await listedRuns(settings, options);
  const all = runs.map((one) => listed(stateDir, one));
  const notes =
    hidden > 0 ? [`${hidden} that did nothing, not shown: ${nextCommand(['status', '--all'], stateDir)}`] : [];
  if (!runs.length && !hidden) notes.push(`${stateDir} holds no run`);
  if (all.length) notes.push(`→ ${nextCommand(['status', 'RUN'], stateDir)}`);
  const exit = worstStatusExit(all.map(({ body }) => body.exit));
  const stands = oneLine(all.map(({ body }) => body));
  if (options.json !== true) {
    const rows = table(
      all.flatMap((run) => run.rows),
      '',
    );
    return { lines: rows.flatMap((row) => fitted(row, '    ').split('\n')), notes, exit, stands };
  }
  return { lines: all.map(({ type, body }) => eventLine(now, type, body)), notes: [], exit, stands };
}

/** A run of the list: its lines, and the event that tells it. */
interface Listed {
  readonly rows: string[][];
  readonly type: 'run' | 'run.unreadable';
  readonly body: EventBody & { readonly exit: StatusExit };
}

function listed(stateDir: string, one: ReadRun | UnreadableRun): Listed {
  if ('error' in one) return unreadable(one);
  const { run, readAt, startedAt, exit, status } = one;
  const body = { ...runBody(stateDir, one), startedAt: new Date(startedAt).toISOString(), exit };
  return { type: 'run', rows: status.plans.map((plan) => targetRow(readAt, run, plan)), body };
}

function unreadable({ run, error: { code, title } }: UnreadableRun): Listed {
  const rows = [[run, '-', title]];
  return { type: 'run.unreadable', rows, body: { runId: run, error: code, exit: 1 } };
}
