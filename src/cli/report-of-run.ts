import { frozenPlans } from '../app/plans.ts';
import { listRuns, readRun } from '../app/runs.ts';
import type { Settings } from '../app/settings.ts';
import { fold } from '../engine/state/fold.ts';
import { RekeyError } from '../errors/index.ts';
import type { JournalReading } from '../journal/store.ts';
import { type ReportOf, runReport } from '../report/document/report.ts';
import type { RunReport } from '../report/document/schema.ts';
import { nextCommand } from './next-command.ts';
import { nextLine } from './report.ts';

type Reading = Pick<JournalReading, 'records' | 'head' | 'runner'> & Pick<ReportOf, 'damage'>;

/**
 * What a run's journal tells of it, also where it is damaged: then what stands before that. Owns nothing and asks AWS nothing. Throws
 * `run-not-found`, `frozen-plan-differs`, and what is wrong with a journal of which not even the plans can be read.
 */
export async function reportOfRun(settings: Settings, run: string): Promise<RunReport> {
  const { registry } = await import('../steps/registry.ts');
  const { stateDir, clock } = settings;
  const { records, ...reading } = await readingOf(settings, run);
  const submitted = records.findIndex(({ t }) => t === 'submitted');
  const sourced = await frozenPlans(fold(records.slice(0, submitted + 1)));
  const now = clock.now();
  const { head } = reading;
  const verify = nextCommand(['journal', 'verify', run, '--head', head], stateDir);
  const spell: ReportOf['spell'] = (step) => nextLine(step, stateDir);
  return runReport(records, sourced, registry, { ...reading, now, verify, spell });
}

async function readingOf(settings: Settings, run: string): Promise<Reading> {
  try {
    return { ...(await readRun(settings, run)), damage: undefined };
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    const { readAsFar } = await import('../journal/as-far.ts');
    return { ...(await readAsFar(settings.stateDir, run)), runner: 'unknown' };
  }
}

/** The ids of all runs of the state directory, oldest first, of those too that can't be read. */
export async function runIds(settings: Settings): Promise<readonly string[]> {
  return (await listRuns(settings)).map(({ run }) => run);
}
