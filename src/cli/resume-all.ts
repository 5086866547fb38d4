import { plansOf } from '../app/plans.ts';
import { listRuns } from '../app/runs.ts';
import type { Settings } from '../app/settings.ts';
import { type WhatNow, whatNow } from '../app/what-now.ts';
import { fold } from '../engine/state/fold.ts';
import { worstExit } from '../engine/stops.ts';
import type { Exit } from '../errors/entry.ts';
import { RekeyError } from '../errors/index.ts';
import { momentText } from '../report/duration.ts';
import { endsOf, runStatus } from '../report/run-status.ts';
import type { DriveOptions } from './commands/options.ts';
import { printEvent } from './json-lines.ts';
import { nextLine } from './report.ts';
import { answer, tell, tellError } from './screen.ts';
import { isoOf } from './status-json.ts';
import { targetRow } from './status-rows.ts';

/** A run that is not over, and what is done with it. */
interface Unfinished {
  readonly run: string;
  readonly now: WhatNow;
  /** How each of its targets stands, in a line. */
  readonly lines: readonly string[];
  readonly next: readonly string[];
}

type Code = Exit | 0 | 3;

/**
 * Goes on with every run that can go on now, side by side; what can't is told in a line a target, and its journal is read and
 * not opened. Resolves to the worst exit code of them; 0 where there is nothing to do.
 */
export async function resumeAll(
  settings: Settings,
  options: DriveOptions,
  resumeOne: (run: string, among: boolean) => Promise<number>,
): Promise<number> {
  const found = await unfinishedIn(settings, options.wait === true);
  const left = found.filter(({ now }) => 'left' in now);
  const taken = found.filter(({ now }) => 'resume' in now).map(({ run }) => run);
  for (const one of left) tellLeft(settings, one, options.json === true);
  const ends = await Promise.all(taken.map((run) => endOf(settings.stateDir, () => resumeOne(run, taken.length > 1))));
  const exit = worstExit([...left.map(({ now }): Code => ('left' in now ? now.exit : 0)), ...ends]);
  if (options.json) {
    printEvent(settings.clock.now(), 'resume.finished', { resumed: taken, left: left.length, exit });
  } else if (found.length === 0) answer(`${settings.stateDir} holds no unfinished run: nothing to do`);
  return exit;
}

/** One that fails holds up no other. */
async function endOf(stateDir: string, work: () => Promise<number>): Promise<Code> {
  try {
    return (await work()) as Code;
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    tellError(error, stateDir);
    return error.exit;
  }
}

async function unfinishedIn(settings: Settings, stays: boolean): Promise<Unfinished[]> {
  const now = settings.clock.now();
  const { registry } = await import('../steps/registry.ts');
  const found = await Promise.all(
    (await listRuns(settings)).map(async ({ run, ...reading }): Promise<Unfinished[]> => {
      if ('error' in reading) return [unreadable(run, reading.error)];
      const state = fold(reading.records);
      if (endsOf(state) !== undefined) return [];
      const plans = await plansOf(state);
      if (plans instanceof RekeyError) return [unreadable(run, plans)];
      const status = runStatus(plans, registry, state, reading.runner === 'alive', now);
      const lines = status.plans.map((plan) => targetRow(now, run, plan).join('  '));
      const next = status.nextSteps.map((step) => nextLine(step, settings.stateDir));
      return [{ run, now: whatNow(status, reading, stays), lines, next }];
    }),
  );
  return found.flat();
}

function unreadable(run: string, { title }: RekeyError): Unfinished {
  return { run, now: { left: 'unreadable', exit: 1 }, lines: [`${run}  ${title}`], next: [] };
}

const whys = {
  waits: '',
  busy: 'another process is at it',
  'not-seen-from-here':
    'its runner is on another machine or in another container; if that has ended, resume it by its id with --take-over',
  'taken-back':
    'another try would take the target out of service again; only a person decides that, and resumes it by its id',
  older: 'an older rekey began it, and only that one goes on with it',
  unreadable: "its journal can't be read",
} as const;

function tellLeft(settings: Settings, { run, now, lines, next }: Unfinished, json: boolean): void {
  if (!('left' in now)) return;
  const { left, until } = now;
  if (json) {
    const body = { runId: run, why: left, ...(until !== undefined && { until: isoOf(until) }), next };
    printEvent(settings.clock.now(), 'run.left', body);
    return;
  }
  const why = whys[left] === '' ? `left until ${momentText(until ?? 0)}` : `left alone: ${whys[left]}`;
  for (const line of lines) (now.exit === 0 ? answer : tell)(`${line}; ${why}`);
}
