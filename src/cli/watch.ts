import type { Clock } from '../contract/clock.ts';
import { pause } from '../contract/wait.ts';
import { answer, tell } from './screen.ts';
import { cut } from './views/cut.ts';

/** What was seen by one look at how things stand. */
export interface Look {
  readonly lines: readonly string[];
  /** For people, beside the answer. */
  readonly notes: readonly string[];
  readonly exit: number;
  /** The same as long as nothing has changed, whatever the time. */
  readonly stands: string;
}

const betweenMs = 2_000;
// Home, and what is left of an older and longer picture goes; the cursor is never hidden, so nothing has to show it again.
const wholeScreen = '\u001b[2J';
const home = '\u001b[H';
const restOfLine = '\u001b[K\n';
const restOfScreen = '\u001b[J';

/**
 * Looks again and again until the process is told to end: draws over the last picture in a terminal, and in a pipe prints a
 * block when something has changed. Resolves to what the last look would exit with. Rejects with what a look rejects with.
 */
export async function watch(
  look: () => Promise<Look>,
  wall: Clock,
  tty = process.stdout.isTTY === true,
): Promise<number> {
  const stop = new AbortController();
  const end = () => stop.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, end);
  try {
    let last: Look | undefined;
    while (!stop.signal.aborted) {
      const seen = await look();
      if (tty) draw(seen, last === undefined);
      else if (seen.stands !== last?.stands) print(seen, last === undefined);
      last = seen;
      await pause({ clock: wall, signal: stop.signal }, betweenMs);
    }
    return last?.exit ?? 0;
  } finally {
    for (const signal of signals) process.off(signal, end);
  }
}

function draw({ lines, notes }: Look, isFirst: boolean): void {
  const { columns = 80, rows = 24 } = process.stdout;
  const whole = [...lines, ...notes].map((line) => cut(line, columns - 1));
  const room = rows - 2;
  const shown = whole.length > rows - 1 ? [...whole.slice(0, room), `… and ${whole.length - room} more`] : whole;
  const picture = shown.map((line) => line + restOfLine).join('');
  process.stdout.write(`${isFirst ? wholeScreen : ''}${home}${picture}${restOfScreen}`);
}

function print({ lines, notes }: Look, isFirst: boolean): void {
  if (!isFirst && lines.length > 1) answer('');
  for (const line of lines) answer(line);
  if (isFirst) for (const note of notes) tell(note);
}
