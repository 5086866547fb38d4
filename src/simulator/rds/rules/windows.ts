import { refusals } from './refusals.ts';
import { daysOfWeek, type Windows, wrongWindows } from './spans.ts';

const dayMs = 86_400_000;

/** Throws InvalidParameterValue for what is no window, or conflicts with the other. */
export function checkWindows(windows: Windows): void {
  const [wrong] = wrongWindows(windows);
  if (wrong) throw refusals.value(wrong.message);
}

/** Throws InvalidParameterValue for so many days of backups (the SDK's doc comments on BackupRetentionPeriod). */
export function checkRetention(days = 0): void {
  if (days < 0 || days > 35) throw refusals.value(`Invalid backup retention period: ${days}. It must be 0 to 35.`);
}

/** When a window of `ddd:hh:mm-…` or `hh:mm-…`, in UTC, begins next after `time`. */
export function nextWindow(time: number, window: string): number {
  const [, day, hours = '0', minutes = '0'] = /^(?:([a-z]{3}):)?(\d{2}):(\d{2})-/.exec(window) ?? [];
  const midnight = Math.floor(time / dayMs) * dayMs;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  const daysAhead = day === undefined ? 0 : (daysOfWeek.indexOf(day) - new Date(midnight).getUTCDay() + 7) % 7;
  const at = midnight + daysAhead * dayMs + offset;
  return at > time ? at : at + (day === undefined ? dayMs : 7 * dayMs);
}
