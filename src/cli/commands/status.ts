import { journalFormat } from '../../contract/record.ts';
import { fold } from '../../engine/state/fold.ts';
import type { JournalReading } from '../../journal/store.ts';
import { momentText } from '../../report/duration.ts';
import { type RunStatus, runStatus } from '../../report/run-status.ts';
import { nextCommand } from '../next-command.ts';
import { frozenPlans } from '../plans.ts';
import { nextLine, reportLines } from '../report.ts';
import { listRuns, readRun } from '../runs.ts';
import { answer, oneLine, table, tell } from '../screen.ts';
import { type CommonOptions, type Settings, settingsOf } from '../settings.ts';
import { planJson } from '../status-json.ts';
import { command, type MakeCommand, withStateDir } from './options.ts';

type StatusOptions = CommonOptions & { readonly json?: boolean };

/** `rekey status`: how runs stand. Reads journals only: it owns nothing, asks AWS nothing and changes nothing. */
export const statusCommand: MakeCommand = (end) =>
  withStateDir(
    command('status', 'Tell how runs stand, from their journals alone. Changes nothing.', [
      ['rekey status', 'all runs'],
      ['rekey status 20180606T021500Z-k3x7qa', 'one run, in full'],
    ]),
  )
    .argument('[run]', 'id of the run')
    .option('--json', 'one JSON object a line on stdout')
    .action(async (run: string | undefined, options: StatusOptions) => {
      const settings = settingsOf(options);
      end(run === undefined ? await list(settings, options) : await one(settings, run, options));
    });

async function one(settings: Settings, run: string, options: StatusOptions): Promise<number> {
  const reading = await readRun(settings, run);
  const status = await statusOf(reading);
  const { stateDir, clock } = settings;
  if (options.json) {
    const { head, owner, runner, format } = reading;
    const plans = status.plans.map(planJson);
    const next = status.nextSteps.map((step) => nextLine(step, stateDir));
    answer(oneLine({ v: 1, type: 'run.status', runId: run, format, head, owner, runner, plans, next }));
    return 0;
  }
  answer(reportLines({ stateDir, now: clock.now(), head: reading.head }, status).join('\n'));
  if (reading.runner === 'unknown') answer('it can not be told from here whether its runner lives');
  const open = status.plans.some((plan) => plan.status !== 'done' && plan.status !== 'rolled-back');
  if (open && reading.format < journalFormat) answer('an older rekey began it, and only that one can go on with it');
  return 0;
}

async function list(settings: Settings, options: StatusOptions): Promise<number> {
  const runs = await listRuns(settings);
  const rows: string[][] = [];
  for (const found of runs) {
    if ('error' in found) {
      rows.push([found.run, found.error.code === 'journal-newer' ? 'newer' : 'damaged', found.error.title]);
      if (options.json) answer(oneLine({ v: 1, type: 'run', runId: found.run, error: found.error.code }));
      continue;
    }
    const state = fold(found.records);
    const { plans } = await statusOf(found);
    if (options.json) {
      const told = plans.map(({ plan, status }) => ({ name: plan, status }));
      answer(oneLine({ v: 1, type: 'run', runId: found.run, startedAt: state.startedAt, plans: told }));
    } else
      rows.push([
        found.run,
        momentText(state.startedAt ?? 0),
        plans.map(({ plan, status }) => `${plan} ${status}`).join(', '),
      ]);
  }
  if (options.json) return 0;
  if (!runs.length) tell(`${settings.stateDir} holds no run`);
  for (const line of table(rows, '')) answer(line);
  if (runs.length) tell(`→ ${nextCommand(['status', 'RUN'], settings.stateDir)}`);
  return 0;
}

async function statusOf(reading: JournalReading): Promise<RunStatus> {
  const { registry } = await import('../../steps/registry.ts');
  const state = fold(reading.records);
  const plans = (await frozenPlans(state)).map((one) => one.plan);
  return runStatus(plans, registry, state, reading.runner === 'alive');
}
