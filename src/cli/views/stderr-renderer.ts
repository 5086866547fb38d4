import { stripVTControlCharacters } from 'node:util';
import { DefaultRenderer, ListrDefaultRendererLogLevels as Level, ListrLogger, ProcessOutput } from 'listr2';
import { ink } from '../screen.ts';
import { cut } from './cut.ts';

/** The marks of tasks that say theirs themselves; undefined for that of listr2. */
export const ownMarks = new WeakMap<object, () => string | undefined>();

// Less than the beat of the spinner, which draws whatever was left out.
const betweenFramesMs = 90;

/** listr2's default renderer on stderr alone: it looks at stdout for a terminal and for its width, where our answers go. */
export class StderrRenderer extends DefaultRenderer {
  static override nonTTY = true;
  private drawnAt = Number.NEGATIVE_INFINITY;

  /** Draws, but not again at once: listr2 would at each assignment of each title, and measures every line of the frame each time. */
  override update(): void {
    const now = performance.now();
    if (now - this.drawnAt < betweenFramesMs) return;
    this.drawnAt = now;
    super.update();
    // log-update hides it on stderr itself, past our stand-in for it.
    if (process.stderr.isTTY) process.stderr.write(cursorShown);
  }

  protected override style(...[task, output]: Parameters<DefaultRenderer['style']>): string {
    const mark = output === true ? undefined : ownMarks.get(task)?.();
    return mark === undefined ? super.style(task, output) : (markInks[mark]?.(mark) ?? mark);
  }

  /** One line a title, cut to the terminal's width; an empty title is no line. */
  protected override format(message: string, icon: string, level: number): string[] {
    const width = columns() - 1;
    return message
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line, at) => cut(`${'  '.repeat(level)}${at === 0 ? `${icon} ` : '  '}${line}`, width));
  }

  /** The frame, no higher than the terminal: first what has yet to come goes, then what was taken back, then what is over. */
  override create(options?: Parameters<DefaultRenderer['create']>[0]): string {
    const lines = super.create(options).split('\n');
    const room = (process.stderr.rows ?? 24) - 2;
    const steps = stepsIn(lines);
    const waiting = steps.filter((step) => step.mark === '◌').sort((a, b) => b.nth - a.nth);
    const back = steps.filter((step) => step.mark === '←').sort((a, b) => b.nth - a.nth);
    const over = steps.filter((step) => step.mark === '✔').sort((a, b) => a.nth - b.nth);
    const gone = new Set(
      [...waiting, ...back, ...over].slice(0, Math.max(0, lines.length - room)).map((step) => step.at),
    );
    return lines.filter((_, at) => !gone.has(at)).join('\n');
  }
}

const markInks: { readonly [mark: string]: (text: string) => string } = {
  '←': ink.yellow,
  '✔': ink.green,
  '▶': ink.cyan,
  '◌': ink.dim,
};

/** The lines of steps: where in the frame, which of its plan, and its mark. */
function stepsIn(lines: readonly string[]): { at: number; nth: number; mark: string }[] {
  let nth = 0;
  return lines.flatMap((line, at) => {
    const text = stripVTControlCharacters(line);
    nth = text.startsWith(' ') ? nth + 1 : 0;
    return /^ {2}\S/.test(text) ? [{ at, nth, mark: text.charAt(2) }] : [];
  });
}

/** Options that keep the renderer on stderr, in our colours, and let it swallow nothing that others print. */
export function onStderr() {
  return {
    logger: new ListrLogger({ useIcons: true, processOutput: new ProcessOutput(screen(), screen(), { dump: [] }) }),
    collapseSkips: false,
    showSkipMessage: false,
    showErrorMessage: false,
    suffixSkips: false,
    icon: {
      [Level.PENDING]: '▶',
      [Level.WAITING]: '◌',
      [Level.OUTPUT]: ' ',
      [Level.FAILED]: '✗',
      [Level.FAILED_WITH_FAILED_SUBTASKS]: '✗',
      [Level.SKIPPED_WITHOUT_COLLAPSE]: '◼',
      [Level.SKIPPED_WITH_COLLAPSE]: '◼',
      [Level.COMPLETED_WITH_FAILED_SISTER_TASKS]: '◌',
    },
    color: {
      [Level.PENDING]: ink.cyan,
      [Level.COMPLETED]: ink.green,
      [Level.FAILED]: ink.red,
      [Level.FAILED_WITH_FAILED_SUBTASKS]: ink.red,
      [Level.WAITING]: ink.dim,
      [Level.SKIPPED_WITHOUT_COLLAPSE]: ink.yellow,
      [Level.SKIPPED_WITH_COLLAPSE]: ink.yellow,
      [Level.COMPLETED_WITH_FAILED_SISTER_TASKS]: ink.dim,
    },
  };
}

// A process that is killed could not show a hidden cursor again.
const cursorShown = '\u001b[?25h';
// biome-ignore lint/suspicious/noControlCharactersInRegex: what listr2 writes is looked for
const cursor = /\u001b\[\?25[hl]/g;

const columns = () => process.stderr.columns ?? 80;

// listr2 takes a stream over while it draws; this one stands in for stderr, so that nobody else's text is held back.
function screen(): NodeJS.WriteStream {
  const stand = {
    isTTY: true,
    get columns() {
      return columns();
    },
    get rows() {
      return process.stderr.rows ?? 24;
    },
    write: (text: string) => process.stderr.write(text.replace(cursor, '')),
  };
  return stand as unknown as NodeJS.WriteStream;
}
