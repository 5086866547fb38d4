import { join } from 'node:path';
import { fold } from '../engine/state/fold.ts';
import { RekeyError } from '../errors/index.ts';
import type { JournalReading } from '../journal/store.ts';
import { type ReportOf, runReport } from '../report/document/report.ts';
import type { Report, RunReport } from '../report/document/schema.ts';
import type { NextStep } from '../report/next-steps.ts';
import { frozenPlans } from './plans.ts';
import { writeReport } from './report-file.ts';
import { listRuns, readRun } from './runs.ts';
import type { Settings } from './settings.ts';

/** How a report names commands, so that they can be pasted. */
export interface Spelling {
  /** What is typed after the program's name. */
  command(words: readonly string[]): string;
  /** A command that can be given next, with what is to be known of it. */
  step(step: NextStep): string;
}

/** What a report can be written as. */
export type ReportFormat = 'html' | 'md' | 'json';

type Reading = Pick<JournalReading, 'records' | 'head' | 'runner'> & Pick<ReportOf, 'damage'>;

/**
 * What a run's journal tells of it, also where it is damaged: then what stands before that. Owns nothing and asks AWS nothing. Throws
 * `run-not-found`, `frozen-plan-differs`, and what is wrong with a journal of which not even the plans can be read.
 */
export async function reportOfRun(settings: Settings, run: string, spelling: Spelling): Promise<RunReport> {
  const { registry } = await import('../steps/registry.ts');
  const { records, ...reading } = await readingOf(settings, run);
  const submitted = records.findIndex(({ t }) => t === 'submitted');
  const sourced = await frozenPlans(fold(records.slice(0, submitted + 1)));
  const now = settings.clock.now();
  const verify = spelling.command(['journal', 'verify', run, '--head', reading.head]);
  return runReport(records, sourced, registry, { ...reading, now, verify, spell: (step) => spelling.step(step) });
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

/** A report of these runs, made now. */
export function reportOn(settings: Settings, runs: readonly RunReport[]): Report {
  return { v: 1, madeAt: madeAt(settings), runs: [...runs] };
}

/** A report as the text of a file. */
export async function renderReport(report: Report, format: ReportFormat): Promise<string> {
  switch (format) {
    case 'html':
      return (await import('../report/render/html.ts')).htmlOf(report);
    case 'md':
      return (await import('../report/render/markdown.ts')).markdownOf(report);
    case 'json':
      return (await import('../report/render/json.ts')).jsonOf(report);
  }
}

/** What was written of all runs of a state directory. */
export interface ReportedAll {
  readonly runs: readonly RunReport[];
  readonly unreadable: readonly { readonly run: string; readonly error: RekeyError }[];
  readonly index: string;
}

/** Writes a report of each run of the state directory into `directory`, and an index of them. Throws `report-unwritable`. */
export async function reportAll(
  settings: Settings,
  directory: string,
  { format, spelling }: { readonly format: ReportFormat; readonly spelling: Spelling },
): Promise<ReportedAll> {
  const runs: RunReport[] = [];
  const unreadable: { run: string; error: RekeyError }[] = [];
  // One after the other: of hundreds of runs each may be large.
  for (const { run } of await listRuns(settings)) {
    try {
      const report = await reportOfRun(settings, run, spelling);
      const text = await renderReport(reportOn(settings, [report]), format);
      await writeReport(settings.stateDir, join(directory, `${run}.${format}`), text);
      runs.push(report);
    } catch (error) {
      if (!(error instanceof RekeyError) || error.code === 'report-unwritable') throw error;
      unreadable.push({ run, error });
    }
  }
  const { indexOf } = await import('../report/render/index-page.ts');
  const index = join(directory, 'index.html');
  const page = indexOf({ madeAt: madeAt(settings), runs, unreadable, extension: format });
  await writeReport(settings.stateDir, index, page);
  return { runs, unreadable, index };
}

const madeAt = ({ clock }: Settings) => new Date(clock.now()).toISOString();
