import { clockOf } from '../../contract/clock.ts';
import { journalFormat } from '../../contract/record.ts';
import { fold } from '../../engine/state/fold.ts';
import type { RekeyError } from '../../errors/index.ts';
import type { JournalReading } from '../../journal/store.ts';
import { endsOf, type RunStatus, runStatus } from '../../report/run-status.ts';
import { type StatusExit, statusExit } from '../../report/status-exit.ts';
import { type EventBody, eventLine } from '../json-lines.ts';
import { nextCommand } from '../next-command.ts';
import { frozenPlans } from '../plans.ts';
import { nextLine, reportLines } from '../report.ts';
import { didNothing, listRuns, readRun } from '../runs.ts';
import { answer, oneLine, table, tell } from '../screen.ts';
import { type CommonOptions, type Settings, settingsOf } from '../settings.ts';
import { planJson } from '../status-json.ts';
import { targetRow } from '../status-rows.ts';
import { type Look, watch } from '../watch.ts';
import { command, type MakeCommand, withStateDir } from './options.ts';

type StatusOptions = CommonOptions & { readonly json?: boolean; readonly all?: boolean; readonly watch?: boolean };

/** `rekey status`: how runs stand. Reads journals only: it owns nothing, asks AWS nothing and changes nothing. */
export const statusCommand: MakeCommand = (end) =>
  withStateDir(
    command('status', 'Tell how runs stand, from their journals alone. Changes nothing.', [
      ['rekey status', 'all runs, a line for each target'],
      ['rekey status 20180606T021500Z-k3x7qa', 'one run, in full'],
      ['rekey status --watch', 'again and again, until Ctrl-C'],
    ]),
  )
    .argument('[run]', 'id of the run')
    .option('--all', 'also the runs that did nothing: those that were refused, or had nothing to do')
    .option('--watch', 'tell it anew every few seconds; in a pipe, when something has changed')
    .option('--json', 'one JSON object a line on stdout (docs/EVENTS.md)')
    .addHelpText('after', exitHelp)
    .action(async (run: string | undefined, options: StatusOptions) => {
      const settings = settingsOf(options);
      const look = () => (run === undefined ? list(settings, options) : one(settings, run, options));
      end(options.watch === true ? await watch(look, clockOf()) : told(await look()));
    });

const exitHelp = `
Exit codes, the first that applies:
  4 a target is down · 1 something failed, or a journal can not be read · 3 something waits to be resumed · 0 all is well`;

function told({ lines, notes, exit }: Look): number {
  for (const line of lines) answer(line);
  for (const note of notes) tell(note);
  return exit;
}

async function one(settings: Settings, run: string, options: StatusOptions): Promise<Look> {
  const now = settings.clock.now();
  const reading = await readRun(settings, run);
  const status = await statusOf(reading, now);
  const exit = statusExit(status.plans);
  const body = { ...runBody(settings, run, reading, status), exit };
  const stands = oneLine(body);
  if (options.json) return { lines: [eventLine(now, 'run.status', body)], notes: [], exit, stands };
  const lines = reportLines({ stateDir: settings.stateDir, now, head: reading.head }, status).join('\n').split('\n');
  if (reading.runner === 'unknown') lines.push('it can not be told from here whether its runner lives');
  if (endsOf(fold(reading.records)) === undefined && reading.format < journalFormat)
    lines.push('an older rekey began it, and only that one can go on with it');
  return { lines, notes: [], exit, stands };
}

function runBody({ stateDir }: Settings, run: string, reading: JournalReading, status: RunStatus) {
  const { head, owner, runner, format } = reading;
  const next = status.nextSteps.map((step) => nextLine(step, stateDir));
  return { runId: run, format, head, owner, runner, plans: status.plans.map(planJson), next };
}

async function list(settings: Settings, options: StatusOptions): Promise<Look> {
  const { stateDir, clock } = settings;
  const now = clock.now();
  const runs = await listRuns(settings);
  const rows: string[][] = [];
  const events: { readonly type: string; readonly body: EventBody }[] = [];
  const exits: StatusExit[] = [];
  let idle = 0;
  for (const { run, ...found } of runs) {
    if ('error' in found) {
      rows.push([run, '-', unreadable(found.error)]);
      events.push({ type: 'run.unreadable', body: { runId: run, error: found.error.code, exit: 1 } });
      exits.push(1);
      continue;
    }
    const state = fold(found.records);
    if (didNothing(state) && options.all !== true) {
      idle++;
      continue;
    }
    const status = await statusOf(found, now);
    exits.push(statusExit(status.plans));
    const startedAt = new Date(state.startedAt ?? 0).toISOString();
    events.push({ type: 'run', body: { ...runBody(settings, run, found, status), startedAt, exit: exits.at(-1) } });
    rows.push(...status.plans.map((plan) => targetRow(now, run, plan)));
  }
  const notes = idle > 0 ? [`${idle} that did nothing, not shown: ${nextCommand(['status', '--all'], stateDir)}`] : [];
  if (!runs.length) notes.push(`${stateDir} holds no run`);
  if (rows.length) notes.push(`→ ${nextCommand(['status', 'RUN'], stateDir)}`);
  const exit = worstOf(exits);
  const json = () => events.map(({ type, body }) => eventLine(now, type, body));
  const lines = options.json === true ? json() : table(rows, '');
  return { lines, notes: options.json === true ? [] : notes, exit, stands: oneLine(events) };
}

const unreadable = ({ code, title }: RekeyError) => `${code === 'journal-newer' ? 'newer' : 'damaged'}: ${title}`;

const worstOf = (exits: readonly StatusExit[]): StatusExit =>
  ([4, 1, 3] as const).find((one) => exits.includes(one)) ?? 0;

async function statusOf(reading: JournalReading, now: number): Promise<RunStatus> {
  const { registry } = await import('../../steps/registry.ts');
  const state = fold(reading.records);
  const plans = (await frozenPlans(state)).map((one) => one.plan);
  return runStatus(plans, registry, state, reading.runner === 'alive', now);
}
