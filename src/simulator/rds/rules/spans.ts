export const daysOfWeek = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const time = String.raw`(?:(sun|mon|tue|wed|thu|fri|sat):)?([01]\d|2[0-3]):([0-5]\d)`;
const dayMinutes = 24 * 60;
const weekMinutes = 7 * dayMinutes;
const shortestMinutes = 30;

type Span = readonly [from: number, to: number];

/** The windows of a database, `hh:mm-hh:mm` of each day and `ddd:hh:mm-ddd:hh:mm` of each week, in UTC. */
export interface Windows {
  readonly PreferredBackupWindow?: string | undefined;
  readonly PreferredMaintenanceWindow?: string | undefined;
}

/** What is wrong with windows: none at all, shorter than 30 minutes, or the one open while the other is (doc comments of ModifyDBInstance). */
export function wrongWindows(windows: Windows): { readonly of: keyof Windows; readonly message: string }[] {
  const { PreferredBackupWindow: backup, PreferredMaintenanceWindow: maintenance } = windows;
  const wrong = (['PreferredBackupWindow', 'PreferredMaintenanceWindow'] as const).flatMap((of) => {
    const message = windows[of] === undefined ? undefined : wrongWindow(windows[of]);
    return message === undefined ? [] : [{ of, message }];
  });
  if (wrong.length > 0 || backup === undefined || maintenance === undefined || !overlap(backup, maintenance))
    return wrong;
  return [{ of: 'PreferredBackupWindow', message: 'The backup window and maintenance window must not overlap.' }];
}

/** The maintenance window that AWS assigns where none is given: one that leaves the backups alone. */
export function assignedWindow(backup: string | undefined): string {
  const [first, second] = ['sun:03:10-sun:03:40', 'sun:05:10-sun:05:40'] as const;
  return backup !== undefined && overlap(backup, first) ? second : first;
}

function wrongWindow(window: string): string | undefined {
  const span = spanOf(window);
  if (!span) {
    return `Invalid window: ${window}. It must be in the format hh24:mi-hh24:mi or ddd:hh24:mi-ddd:hh24:mi.`;
  }
  return span.lasts < shortestMinutes ? `Invalid window: ${window}. It must be at least 30 minutes.` : undefined;
}

/** When it opens, in minutes from the beginning of the week, how long it lasts, and after how long it opens again. */
function spanOf(window: string): { readonly from: number; readonly lasts: number; readonly every: number } | undefined {
  const [all, day, hour, minute, endDay, endHour, endMinute] = new RegExp(`^${time}-${time}$`).exec(window) ?? [];
  if (all === undefined) return undefined;
  const every = day === undefined ? dayMinutes : weekMinutes;
  const at = (day: string | undefined, hour: string | undefined, minute: string | undefined) =>
    daysOfWeek.indexOf(day ?? 'sun') * dayMinutes + Number(hour) * 60 + Number(minute);
  const from = at(day, hour, minute);
  return { from, lasts: (at(endDay ?? day, endHour, endMinute) - from + every) % every, every };
}

/** When it is open in a week; what runs over the end of the week in two parts. */
function spansOf(window: string): Span[] {
  const span = spanOf(window);
  if (!span) return [];
  return Array.from({ length: weekMinutes / span.every }, (_, i) => span.from + i * span.every).flatMap(
    (from): Span[] => {
      const to = from + span.lasts;
      return to <= weekMinutes
        ? [[from, to]]
        : [
            [from, weekMinutes],
            [0, to - weekMinutes],
          ];
    },
  );
}

function overlap(one: string, other: string): boolean {
  return spansOf(one).some(([from, to]) => spansOf(other).some(([start, end]) => from < end && start < to));
}
