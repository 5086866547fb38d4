import { Cron } from 'croner';
import { suggest } from '../contract/nearest.ts';
import type { Window } from '../contract/plan.ts';
import { printable, type Report } from './problem.ts';
import { fiveFields } from './shape.ts';
import { member, type Node, textOf } from './tree.ts';

/** What zod can't see of a window: that its cron is one and comes due, its zone exists, and its cutoff leaves something. */
export function checkWindow(window: Node | undefined, report: Report): void {
  const [cron, timezone] = [member(window, 'cron'), member(window, 'timezone')];
  const [when, where] = [textOf(cron), textOf(timezone)];
  if (cron !== undefined && when !== undefined) {
    const wrong = wrongCron(when);
    if (wrong !== undefined)
      report(cron.at, `\`window.cron\` ${wrong}`, 'minute hour day month weekday: "0 1 * * SUN"');
  }
  if (timezone !== undefined && where !== undefined && !zoneExists(where)) {
    const zones = ['UTC', ...Intl.supportedValuesOf('timeZone')];
    report(timezone.at, `there is no time zone \`${printable(where)}\``, suggest(where, zones));
  }
}

/** A cutoff as long as the window leaves no moment in which a cut-over may begin. */
export function checkCutoff(window: Omit<Window, 'cron' | 'timezone'>, node: Node | undefined, report: Report): void {
  if (window.cutoffMs < window.durationMs) return;
  const at = member(node, 'cutoff')?.at;
  if (at)
    report(
      at,
      '`window.cutoff` is not shorter than `window.duration`',
      'no cut-over could ever begin; shorten the cutoff',
    );
}

function wrongCron(cron: string): string | undefined {
  if (!fiveFields.test(cron)) return `is not five fields: "${printable(cron)}"`;
  try {
    const opens = new Cron(cron, { mode: '5-part', timezone: 'UTC', paused: true }).nextRun(new Date(0));
    return opens === null ? 'never comes due' : undefined;
  } catch (error) {
    return `can't be read: ${printable(error instanceof Error ? error.message : String(error))}`;
  }
}

function zoneExists(timezone: string): boolean {
  try {
    return /^[A-Za-z]/.test(timezone) && new Intl.DateTimeFormat('en', { timeZone: timezone }) instanceof Object;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
