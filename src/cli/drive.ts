import pLimit from 'p-limit';
import type { RunEvent } from '../contract/event.ts';
import type { Journal } from '../contract/journal.ts';
import type { Json } from '../contract/json.ts';
import type { Plan } from '../contract/plan.ts';
import { type Command, execute, type RunResult } from '../engine/execute.ts';
import { fold } from '../engine/state/fold.ts';
import { worstExit } from '../engine/stops.ts';
import type { RekeyError } from '../errors/index.ts';
import type { JournalStore } from '../journal/store.ts';
import type { PlanStatus } from '../report/plan-status.ts';
import { type RunStatus, runStatus } from '../report/run-status.ts';
import { listen } from './interruption.ts';
import { type EventBody, printEvent } from './json-lines.ts';
import { reportLines } from './report.ts';
import { answer, tell, tellError } from './screen.ts';
import type { Session } from './session.ts';
import type { Settings } from './settings.ts';
import type { View } from './views/view.ts';

/** What is to be driven, and how it shows. */
export interface Drive {
  readonly settings: Settings;
  readonly session: Session;
  readonly plans: readonly Plan[];
  readonly command: Command;
  /** Of the command line, for the journal. */
  readonly options: { readonly [name: string]: Json };
  readonly json: boolean;
  readonly wait: boolean;
  /** Others are gone on with beside it, on the same screen. */
  readonly among?: boolean;
  readonly replaceClaim?: string;
  /** Sees every event, besides the view. */
  readonly watch?: (event: RunEvent) => void;
  /** Begins or opens the journal. */
  own(store: JournalStore): Promise<Journal>;
}

// AWS allows this many at a time in an account and region (facts §6.3).
const slots = { 'snapshot-copies': 20, 'volume-copies': 5, 'database-snapshot-copies': 20 };

const fullDisk = 'the disk of the state directory is full: nothing new is begun, and what was done is taken back';

/** Takes a run as far as it goes, shows it, and tells how it stands. Resolves to the exit code. */
export async function drive(of: Drive): Promise<number> {
  const [{ openStore }, { openView }] = await Promise.all([
    import('../journal/store.ts'),
    import('./views/open-view.ts'),
  ]);
  let lose: (error: RekeyError) => void = () => {};
  const lost = new Promise<RekeyError>((resolve) => {
    lose = resolve;
  });
  let noteFull = () => tell(fullDisk);
  const heard = { onLost: (error: RekeyError) => lose(error), onFull: () => noteFull() };
  const journal = await of.own(openStore(of.settings.stateDir, of.settings.clock, heard));
  of.session.workFor(journal.run);
  of.session.fence(() => journal.stillOurs());
  const view = await openView(of, journal);
  noteFull = () => view.note(fullDisk);
  const tap = (event: RunEvent) => {
    view.show(event);
    of.watch?.(event);
  };
  const unwarn = warnThrough(view);
  of.session.onWarning((text) => view.note(`note: ${text}`));
  const interruption = listen(of.session.stop, (signal) => {
    view.note('stopping: starting nothing new; a second signal ends it at once');
    journal.append({ t: 'interrupted', signal }).catch((error: RekeyError) => lose(error));
  });
  try {
    const outcome = await Promise.race([underWay(of, journal, tap), lost, interruption.overdue]);
    await view.end();
    return await close(of, journal, outcome);
  } catch (error) {
    await view.end();
    tell(`run   ${journal.run}\nhead  ${journal.head}`);
    throw error;
  } finally {
    unwarn();
    interruption.release();
  }
}

/** Node writes its warnings over whatever is on the screen; meanwhile they go through the view. Gives the way back. */
function warnThrough(view: View): () => void {
  const printers = process.listeners('warning');
  const note = (warning: Error) => view.note(`${warning.name}: ${warning.message}`);
  process.removeAllListeners('warning').on('warning', note);
  return () => {
    process.off('warning', note);
    for (const printer of printers) process.on('warning', printer);
  };
}

async function underWay(of: Drive, journal: Journal, emit: (event: RunEvent) => void): Promise<RunResult> {
  const [{ registry }, { classify }, { createSettleHub }, { processesHere }] = await Promise.all([
    import('../steps/registry.ts'),
    import('../aws/outage.ts'),
    import('../aws/settle-hub.ts'),
    import('../journal/processes.ts'),
  ]);
  const { clock } = of.settings;
  return execute(
    of.plans,
    {
      journal,
      registry,
      aws: of.session.aws,
      clock,
      remoteNow: () => of.session.aws.time.now(),
      platformTime: () => of.session.aws.time.latest,
      turns: of.session.aws.turns,
      settle: createSettleHub(clock),
      processes: processesHere,
      classify,
      emit,
      signal: of.session.stop.signal,
      slots: Object.fromEntries(Object.entries(slots).map(([name, many]) => [name, pLimit(many)])),
      wait: of.wait,
      replaceClaim: of.replaceClaim,
    },
    of.command,
    of.options,
  );
}

/** Says how the run ended; the report is made from the journal, so that it says the same as `status` later. */
async function close(of: Drive, journal: Journal, outcome: RunResult | RekeyError | 'overdue'): Promise<number> {
  const { registry } = await import('../steps/registry.ts');
  const ended = typeof outcome === 'object' && 'plans' in outcome;
  const lost = outcome instanceof Error ? outcome : undefined;
  const status = runStatus(of.plans, registry, fold(journal.records), false, of.settings.clock.now());
  const errors = new Map(
    ended ? outcome.plans.flatMap(({ name, error }) => (error ? [[name, error] as const] : [])) : [],
  );
  const exit = ended ? exitOf(outcome, status) : (lost?.exit ?? 130);
  if (lost) tellError(lost, of.settings.stateDir);
  await Promise.race([journal.close(), new Promise((resolve) => setTimeout(resolve, 300).unref())]);
  const about = { stateDir: of.settings.stateDir, now: of.settings.clock.now(), head: journal.head };
  const words = reportLines({ ...about, errors }, status).join('\n');
  // Where stdout is for a program, people read on stderr.
  if (of.json) tell(words);
  else answer(words);
  const how = { exit, ...(ended ? { result: outcome } : {}) };
  if (of.json) printEvent(of.settings.clock.now(), 'run.finished', finishedBody(of, journal, status, how));
  return exit;
}

/** Where there is nothing to do, all is as it should be. */
function exitOf({ plans }: RunResult, status: RunStatus): number {
  return worstExit(plans.map(({ exit }, at) => (status.plans[at]?.status === 'nothing-to-do' ? 0 : exit)));
}

function finishedBody(
  of: Drive,
  journal: Journal,
  { plans: statuses }: RunStatus,
  how: { readonly exit: number; readonly result?: RunResult },
): EventBody {
  const over = (status: PlanStatus['status']) => ['done', 'rolled-back', 'refused', 'nothing-to-do'].includes(status);
  const statusOf = ({ status }: PlanStatus, at: number) =>
    over(status) ? status : (how.result?.plans[at]?.status ?? 'failed');
  const all = new Set(statuses.map(statusOf));
  const status = all.size === 1 ? [...all][0] : (how.result?.status ?? 'failed');
  const plans = statuses.map((one, at) => ({
    name: one.plan,
    status: statusOf(one, at),
    replacements: one.pairs.map(({ original, replacement, verdict }) => ({ original, replacement, verdict })),
  }));
  return {
    runId: journal.run,
    status,
    exit: how.exit,
    head: journal.head,
    plans,
    apiCalls: Object.fromEntries([...of.session.calls].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
