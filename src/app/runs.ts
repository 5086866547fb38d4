import { fold } from '../engine/state/fold.ts';
import { problem, RekeyError } from '../errors/index.ts';
import type { JournalReading, JournalStore } from '../journal/store.ts';
import { endsOf } from '../report/run-status.ts';
import type { Settings } from './settings.ts';

async function storeOf(settings: Settings): Promise<JournalStore> {
  const { openStore } = await import('../journal/store.ts');
  return openStore(settings.stateDir, settings.clock);
}

/** A run's journal, read without owning it. Throws `run-not-found`, `journal-damaged`. */
export async function readRun(settings: Settings, run: string): Promise<JournalReading> {
  return (await storeOf(settings)).read(run);
}

/** A run of the state directory, or why its journal can't be read. */
export type FoundRun = Awaited<ReturnType<JournalStore['list']>>[number];

/** All runs of the state directory, oldest first. One whose records can't follow each other is told as damaged and hides no other. */
export async function listRuns(settings: Settings): Promise<readonly FoundRun[]> {
  const found = await (await storeOf(settings)).list();
  return found.map((one) => {
    try {
      if ('records' in one) fold(one.records);
      return one;
    } catch (error) {
      if (error instanceof RekeyError) return { run: one.run, error };
      throw error;
    }
  });
}

/** The only unfinished run. Throws `which-run` when there is none, or more than one. */
export async function whichRun(settings: Settings): Promise<string> {
  const unfinished = (await listRuns(settings))
    .filter((one) => !('records' in one) || endsOf(fold(one.records)) === undefined)
    .map((one) => one.run);
  const [only] = unfinished;
  if (only !== undefined && unfinished.length === 1) return only;
  throw problem('which-run', { stateDir: settings.stateDir, unfinished });
}
