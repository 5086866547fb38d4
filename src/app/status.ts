import { fold } from '../engine/state/fold.ts';
import type { RunState } from '../engine/state/run-state.ts';
import type { RekeyError } from '../errors/index.ts';
import type { JournalReading } from '../journal/store.ts';
import { didNothing, endsOf, type RunStatus, runStatus } from '../report/run-status.ts';
import { type StatusExit, statusExit } from '../report/status-exit.ts';
import { frozenPlans, plansOf } from './plans.ts';
import { type FoundRun, listRuns, readRun } from './runs.ts';
import type { Settings } from './settings.ts';

/** How a run stands, as its journal says. */
export interface ReadRun extends Omit<JournalReading, 'records'> {
  readonly run: string;
  /** When its journal was read, in ms. */
  readonly readAt: number;
  readonly startedAt: number;
  /** Whether all of its plans are over. */
  readonly isOver: boolean;
  readonly status: RunStatus;
  readonly exit: StatusExit;
}

/** A run whose journal, or whose plans in it, can't be read. */
export interface UnreadableRun {
  readonly run: string;
  readonly error: RekeyError;
}

/** How a run stands. Owns nothing, asks AWS nothing. Throws `run-not-found`, `journal-damaged`, `frozen-plan-differs`. */
export async function statusOf(settings: Settings, run: string): Promise<ReadRun> {
  const readAt = settings.clock.now();
  const reading = await readRun(settings, run);
  const state = fold(reading.records);
  const plans = (await frozenPlans(state)).map((one) => one.plan);
  return readRunOf(run, readAt, reading, { state, plans });
}

/** How the runs of a state directory stand, oldest first: those of which `which` holds, and those that can't be read. */
export async function statusesOf(
  settings: Settings,
  which: (state: RunState) => boolean = () => true,
): Promise<readonly (ReadRun | UnreadableRun)[]> {
  const readAt = settings.clock.now();
  const found = await Promise.all((await listRuns(settings)).map((one) => foundStatus(one, readAt, which)));
  return found.flat();
}

/** The runs that `rekey status` lists: of those that did nothing only how many there are, unless `all` of them are asked for. */
export async function listedRuns(
  settings: Settings,
  { all = false }: { readonly all?: boolean | undefined } = {},
): Promise<{ readonly runs: readonly (ReadRun | UnreadableRun)[]; readonly hidden: number }> {
  let hidden = 0;
  const runs = await statusesOf(settings, (state) => {
    const shown = all || !didNothing(state);
    if (!shown) hidden++;
    return shown;
  });
  return { runs, hidden };
}

async function foundStatus(
  { run, ...found }: FoundRun,
  readAt: number,
  which: (state: RunState) => boolean,
): Promise<(ReadRun | UnreadableRun)[]> {
  if ('error' in found) return [{ run, error: found.error }];
  const state = fold(found.records);
  if (!which(state)) return [];
  const plans = await plansOf(state);
  return 'code' in plans ? [{ run, error: plans }] : [await readRunOf(run, readAt, found, { state, plans })];
}

async function readRunOf(
  run: string,
  readAt: number,
  { records: _, ...reading }: JournalReading,
  { state, plans }: { readonly state: RunState; readonly plans: Parameters<typeof runStatus>[0] },
): Promise<ReadRun> {
  // Where there is no run, nothing has to be known of steps.
  const { registry } = await import('../steps/registry.ts');
  const status = runStatus(plans, registry, state, reading.runner === 'alive', readAt);
  const { startedAt = 0 } = state;
  const isOver = endsOf(state) !== undefined;
  return { run, ...reading, readAt, startedAt, isOver, status, exit: statusExit(status.plans) };
}
