import { fold } from '../engine/state/fold.ts';
import type { RunState } from '../engine/state/run-state.ts';
import { problem, RekeyError } from '../errors/index.ts';
import type { JournalReading, JournalStore } from '../journal/store.ts';
import { isRefused } from '../report/plan-status.ts';
import { endsOf, type PlanEnd } from '../report/run-status.ts';
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

const endWords: { readonly [S in PlanEnd['status']]: string } = {
  done: 'is done',
  'rolled-back': 'is rolled-back',
  refused: 'was refused',
  'nothing-to-do': 'had nothing to do',
};

/** How the plans of a run are over, in words; undefined while one is not. */
export function endOf(state: RunState): string | undefined {
  return endsOf(state)
    ?.map(({ plan, status }) => `${plan} ${endWords[status]}`)
    .join(', ');
}

/** Is there a plan that was refused, or had nothing to do? It can be tried again by the name of its run. */
export function canBeTriedAgain(state: RunState): boolean {
  return [...state.plans.values()].some(isRefused);
}

/** Is a run over without having done anything? Nobody is asked about it. */
export function didNothing(state: RunState): boolean {
  return endsOf(state)?.every(({ status }) => status === 'refused' || status === 'nothing-to-do') === true;
}

/** The only unfinished run. Throws `which-run` when there is none, or more than one. */
export async function whichRun(settings: Settings): Promise<string> {
  const unfinished = (await listRuns(settings))
    .filter((one) => !('records' in one) || endOf(fold(one.records)) === undefined)
    .map((one) => one.run);
  const [only] = unfinished;
  if (only !== undefined && unfinished.length === 1) return only;
  throw problem('which-run', { stateDir: settings.stateDir, unfinished });
}
