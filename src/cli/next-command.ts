import { defaultStateDir } from './settings.ts';

/** A word as a POSIX shell takes it. */
export function quoted(word: string): string {
  return /^[\w./@:=+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The command that goes on from here, as it is typed: with the state directory where it isn't the default. */
export function nextCommand(words: readonly string[], stateDir: string): string {
  const dir = stateDir === defaultStateDir ? [] : ['--state-dir', stateDir];
  return ['rekey', ...words, ...dir].map(quoted).join(' ');
}
