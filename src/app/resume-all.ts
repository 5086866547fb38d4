import { worstExit } from '../engine/stops.ts';
import type { Exit } from '../errors/entry.ts';
import { RekeyError } from '../errors/index.ts';
import { endsOf } from '../report/run-status.ts';
import type { Driving } from './drive.ts';
import { resume } from './resume.ts';
import { type ReadRun, statusesOf, type UnreadableRun } from './status.ts';
import { type Left, whatNow } from './what-now.ts';

/** A run that is not over and is left alone, and why. */
export interface LeftRun extends Left {
  readonly of: ReadRun | UnreadableRun;
}

export interface ResumeAllOptions extends Omit<Driving, 'replaceClaim'> {
  /** Hears of each run that is left alone, before any is resumed. */
  readonly onLeft?: (run: LeftRun) => void;
  /** Resumes one of them, in place of `resume`. `among`: others are resumed beside it. */
  readonly resumeOne?: (run: string, among: boolean) => Promise<{ readonly exit: number }>;
}

/** What came of the runs that were not over. */
export interface ResumedAll {
  readonly resumed: readonly { readonly run: string; readonly exit: number; readonly error?: RekeyError }[];
  readonly left: readonly LeftRun[];
  /** The worst of all of them; 0 where there is nothing to do. */
  readonly exit: number;
}

type Code = Exit | 0 | 3;

/** Goes on with every run that can go on now, side by side; the journal of any other is read and not opened. One that fails holds up no other. */
export async function resumeAll(options: ResumeAllOptions): Promise<ResumedAll> {
  const { settings, wait = false, onLeft, resumeOne = (run: string) => resume(run, options) } = options;
  const found = await statusesOf(settings, (state) => endsOf(state) === undefined);
  const decided = found.map((of) => ({ of, ...('error' in of ? unreadable : whatNow(of.status, of, wait)) }));
  const left = decided.filter((one) => 'left' in one);
  const taken = decided.flatMap((one) => ('left' in one ? [] : [one.of.run]));
  for (const one of left) onLeft?.(one);
  const resumed = await Promise.all(taken.map((run) => endOf(run, () => resumeOne(run, taken.length > 1))));
  const codes = [...left, ...resumed].map(({ exit }) => exit as Code);
  return { resumed, left, exit: worstExit(codes) };
}

const unreadable: Left = { left: 'unreadable', exit: 1 };

async function endOf(
  run: string,
  work: () => Promise<{ readonly exit: number }>,
): Promise<ResumedAll['resumed'][number]> {
  try {
    return { run, exit: (await work()).exit };
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    return { run, exit: error.exit, error };
  }
}
