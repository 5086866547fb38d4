import { basename, relative } from 'node:path';
import { defaultStateDir } from '../app/settings.ts';

/** A word as a POSIX shell takes it. */
export function quoted(word: string): string {
  return /^[\w./@:=+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** How this program was called, so that what is printed can be pasted. */
export function programWords(): string[] {
  const script = process.argv[1];
  return script === undefined || !basename(script).endsWith('.js') ? ['rekey'] : ['node', near(script)];
}

/** A path as short as it can be typed from here. */
export function near(path: string): string {
  const way = relative(process.cwd(), path);
  return way.startsWith('..') ? path : way;
}

/** Words that name commands of ours, spelled so that they can be pasted: as this program was called, with the state directory where it isn't the default. */
export function spelled(words: string, stateDir: string): string {
  const program = programWords().map(quoted).join(' ');
  const dir = stateDir === defaultStateDir ? '' : ` --state-dir ${quoted(stateDir)}`;
  const ofRuns = /\brekey (status|resume|rollback|report|journal verify)\b( \d{8}T\d{6}Z-\w+)?( --state-dir)?/g;
  return words
    .replaceAll(ofRuns, (_all, command: string, run = '', named = dir) => `${program} ${command}${run}${named}`)
    .replaceAll(/\brekey (?=(?:--help|validate|run|schema|simulate|demo)\b)/g, `${program} `);
}

/** The command that goes on from here, as it is typed: with the state directory where it isn't the default. */
export function nextCommand(words: readonly string[], stateDir: string): string {
  const dir = stateDir === defaultStateDir ? [] : ['--state-dir', stateDir];
  return [...programWords(), ...words, ...dir].map(quoted).join(' ');
}
