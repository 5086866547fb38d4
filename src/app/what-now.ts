import { journalFormat } from '../contract/record.ts';
import type { JournalReading } from '../journal/store.ts';
import type { RunStatus } from '../report/run-status.ts';

/** Why a bare `resume` has left a run alone. */
export const leftFor = ['waits', 'busy', 'not-seen-from-here', 'taken-back', 'older', 'unreadable'] as const;

/** What a `resume` without a run does with one: takes it up, or leaves it alone, and why. */
export type WhatNow = { readonly resume: true } | Left;

/** That a run is left alone, why, and until when (ms). `exit`: what the command line ends with for it. */
export interface Left {
  readonly left: (typeof leftFor)[number];
  readonly exit: 0 | 1 | 2 | 5;
  readonly until?: number;
}

/**
 * Decides it. What can go on goes on: what is down, was interrupted, or has been waiting for a gate that is open by now. `stays`:
 * the process waits for gates itself. What was taken back after a failure is left to a person: to go on would take the target out
 * of service again, and a timer would do that on each of its beats.
 */
export function whatNow(
  { plans, nextSteps }: RunStatus,
  { runner, format }: Pick<JournalReading, 'runner' | 'format'>,
  stays: boolean,
): WhatNow {
  if (runner === 'alive') return { left: 'busy', exit: 0 };
  if (runner === 'unknown') return { left: 'not-seen-from-here', exit: 5 };
  if (format < journalFormat) return { left: 'older', exit: 2 };
  if (plans.some(({ downSince }) => downSince !== undefined)) return { resume: true };
  if (plans.some(({ status, takenBack }) => status === 'failed' && takenBack)) return { left: 'taken-back', exit: 1 };
  const [{ from }] = nextSteps;
  const until = from ?? (neverOpens(plans) ? Number.POSITIVE_INFINITY : undefined);
  return until === undefined || stays ? { resume: true } : { left: 'waits', exit: 0, until };
}

/** Do all plans that are open wait for a gate, one of which never opens? */
function neverOpens(plans: RunStatus['plans']): boolean {
  const open = plans.filter(({ status }) => ['paused', 'interrupted', 'failed', 'running'].includes(status));
  return (
    open.length > 0 && open.every(({ waitsFor }) => waitsFor) && open.some((one) => one.waitsFor?.until === Infinity)
  );
}
