import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalRecord } from '../../src/contract/record.ts';

/** The ids of the runs of a state directory; none before the first has begun. */
export function runsIn(stateDir: string): string[] {
  try {
    return readdirSync(join(stateDir, 'runs'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** The records of the only run of a state directory, without the line that a kill tore; none before there is a run. */
export function recordsIn(stateDir: string): JournalRecord[] {
  const [run, ...more] = runsIn(stateDir);
  if (more.length > 0) throw new Error(`there is more than one run in ${stateDir}`);
  if (run === undefined) return [];
  const folder = join(stateDir, 'runs', run);
  const segments = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  const lines = segments.sort().flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as JournalRecord];
    } catch (error) {
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  });
}
