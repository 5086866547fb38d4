import { stripVTControlCharacters } from 'node:util';
import { createColors } from 'picocolors';
import { stateDirOf } from '../app/settings.ts';
import { printable } from '../contract/printable.ts';
import type { RekeyError } from '../errors/index.ts';
import { folded } from './fold.ts';
import { spelled } from './next-command.ts';

// A reader that has gone (`rekey status | head`, a closed terminal) must not end a run that is in the middle of a cut-over.
const gone = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'];
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!gone.includes(error.code ?? '')) throw error;
  });
}

const { env } = process;
const dumb = env['TERM'] === 'dumb';
const plain = (env['NO_COLOR'] ?? '') !== '' || dumb;

/**
 * Is stderr a terminal that may be drawn on? Where stdout leads elsewhere (`| tee log`, `> log`) it gets the plain lines, which
 * would come between the frames.
 */
export const liveTerminal =
  process.stderr.isTTY === true && process.stdout.isTTY === true && !dumb && (env['CI'] ?? '') === '';

/** Colours for stderr; all plain where they can't be shown or aren't wanted. */
export const ink = createColors(!plain && (process.stderr.isTTY === true || (env['FORCE_COLOR'] ?? '') !== ''));

// JSON.stringify leaves C1 controls, DEL and the marks that reorder a line as they are; a terminal obeys them.
const obeyed = /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]/g;

/** One value as JSON on one line, with nothing in it that a terminal would obey; it parses to the same value. */
export function oneLine(value: unknown): string {
  return JSON.stringify(value).replace(obeyed, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// Colours are chosen for stderr; an answer that goes to a file or a pipe has none, whatever stderr is.
const plainAnswers = process.stdout.isTTY !== true && (env['FORCE_COLOR'] ?? '') === '';

/** Writes a line of an answer to stdout. */
export function answer(line: string): void {
  process.stdout.write(`${plainAnswers ? stripVTControlCharacters(line) : line}\n`);
}

/** A line of words as a terminal on stdout has room for it; as it is for a pipe or a file. Not for what is to be pasted. */
export function fitted(line: string, indent?: string): string {
  const { columns = 0, isTTY } = process.stdout;
  // A terminal may not know how wide it is.
  return isTTY && columns > 0 ? folded(line, columns, indent).join('\n') : line;
}

const command = / --?\w|\brekey(\.js)? (status|resume|rollback|report|journal|run|validate|simulate)\b/;

/** The same for words that may name a command: a line with one stays whole, so that it can be pasted. */
export function fittedUnlessPasted(line: string, indent?: string): string {
  return command.test(line) ? line : fitted(line, indent);
}

/** Tells people something, on stderr. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Tells an error as all of ours are told: what, why, and what to do next. */
export function tellError(error: Pick<RekeyError, 'title' | 'message' | 'hint'>, stateDir = stateDirOf({})): void {
  const hint = spelled(safe(error.hint), stateDir);
  const lines = [...safe(error.message).split('\n'), `${ink.dim('→')} ${hint}`];
  tell([ink.red(`✗ ${error.title}`), ...lines.map((line) => fittedUnlessPasted(line))].join('\n'));
}

/** Text from plans and AWS, safe on a terminal; its own line breaks stay. */
export function safe(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line, 4_000))
    .join('\n');
}

/** Resolves when all that was written has been handed to the system. */
export async function flushed(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength === 0 || stream.destroyed) continue;
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  }
}

/** Lines of columns, each as wide as its widest cell; the last column is left ragged. */
export function table(rows: readonly (readonly string[])[], indent = '  '): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return rows.map((row) => `${indent}${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd());
}
