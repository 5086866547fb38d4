import { type LeftRun, resumeAll } from '../app/resume-all.ts';
import type { Settings } from '../app/settings.ts';
import { RekeyError } from '../errors/index.ts';
import type { DriveOptions } from './commands/options.ts';
import { printEvent } from './json-lines.ts';
import { nextJson } from './report.ts';
import { answer, fitted, tell, tellError } from './screen.ts';
import { isoOf } from './status-json.ts';
import { targetRow } from './status-rows.ts';

/** Resumes every run that can go on now, and tells each that can't in a line a target. Resolves to the worst exit code of them. */
export async function resumeEach(
  settings: Settings,
  { wait, json = false }: DriveOptions,
  resumeOne: (run: string, among: boolean) => Promise<number>,
): Promise<number> {
  const { resumed, left, exit } = await resumeAll({
    settings,
    wait,
    onLeft: (run) => tellLeft(settings, run, json),
    async resumeOne(run, among) {
      try {
        return { exit: await resumeOne(run, among) };
      } catch (error) {
        if (error instanceof RekeyError) tellError(error, settings.stateDir);
        throw error;
      }
    },
  });
  if (json) {
    const runs = resumed.map(({ run }) => run);
    printEvent(settings.clock.now(), 'resume.finished', { resumed: runs, left: left.length, exit });
  } else if (resumed.length + left.length === 0) answer(`${settings.stateDir} holds no unfinished run: nothing to do`);
  return exit;
}

const whys = {
  busy: 'another process is at it',
  'not-seen-from-here':
    'its runner is on another machine or in another container; if that has ended, resume it by its id with --take-over',
  'taken-back':
    'another try would take the target out of service again; only a person decides that, and resumes it by its id',
  older: 'an older rekey began it, and only that one goes on with it',
  unreadable: "its journal can't be read",
} as const;

function tellLeft({ stateDir, clock }: Settings, { of, left, until, exit }: LeftRun, json: boolean): void {
  if (json) {
    printEvent(clock.now(), 'run.left', {
      runId: of.run,
      why: left,
      ...(until !== undefined && { until: isoOf(until) }),
      ...nextJson('error' in of ? [] : of.status.nextSteps, stateDir),
    });
    return;
  }
  // Until when, its line says.
  const why = left === 'waits' ? '' : `; left alone: ${whys[left]}`;
  const lines =
    'error' in of
      ? [`${of.run}  ${of.error.title}`]
      : of.status.plans.map((plan) => targetRow(of.readAt, of.run, plan).join('  '));
  for (const line of lines) (exit === 0 ? answer : tell)(fitted(`${line}${why}`, '    '));
}
