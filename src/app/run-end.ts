import type { RunResult } from '../engine/execute.ts';
import { worstExit } from '../engine/stops.ts';
import type { RekeyError } from '../errors/index.ts';
import type { PlanStatus } from '../report/plan-status.ts';
import type { RunStatus } from '../report/run-status.ts';

/** How a process left a plan. */
export type EndStatus = 'done' | 'rolled-back' | 'refused' | 'nothing-to-do' | 'paused' | 'failed';

/** How a process has left a run. */
export interface RunEnd {
  readonly run: string;
  readonly status: EndStatus;
  /** As the command line ends with it: 0 done, 3 paused, 130 interrupted; the others are in docs/ERRORS.md. */
  readonly exit: number;
  readonly plans: readonly {
    readonly plan: string;
    readonly status: EndStatus;
    /** What has stopped it just now. */
    readonly error?: RekeyError;
  }[];
  /** How the run stands, as its journal says. */
  readonly runStatus: RunStatus;
  /** The hash of the last record. */
  readonly head: string;
  /** Why the journal could not be written any more; nothing was sent after that. */
  readonly lost?: RekeyError;
  /** How often each call was sent, by its name in IAM. */
  readonly calls: ReadonlyMap<string, number>;
}

/** What came of it: results, a journal that was lost, or nothing within the time that an interrupted run is given. */
export type Outcome = RunResult | RekeyError | 'overdue';

/** Says how a run ended; made from the journal, so that it says the same as `status` later. */
export function runEnd(runStatus: RunStatus, outcome: Outcome, head: string, calls: RunEnd['calls']): RunEnd {
  const lost = outcome instanceof Error ? outcome : undefined;
  const result = typeof outcome === 'object' && 'plans' in outcome ? outcome : undefined;
  const plans = runStatus.plans.map((one, at) => {
    const { status, error } = result?.plans[at] ?? {};
    return { plan: one.plan, status: overOf(one) ?? status ?? 'failed', ...(error && { error }) };
  });
  const all = new Set(plans.map(({ status }) => status));
  const [only] = all;
  return {
    run: runStatus.run,
    status: (all.size === 1 ? only : result?.status) ?? 'failed',
    exit: result ? exitOf(result, runStatus) : (lost?.exit ?? 130),
    plans,
    runStatus,
    head,
    ...(lost && { lost }),
    calls,
  };
}

/** How a plan is over; undefined while it is not. */
function overOf({ status }: PlanStatus): EndStatus | undefined {
  switch (status) {
    case 'done':
    case 'rolled-back':
    case 'refused':
    case 'nothing-to-do':
      return status;
    default:
      return undefined;
  }
}

/** Where there is nothing to do, all is as it should be. */
function exitOf({ plans }: RunResult, status: RunStatus): number {
  return worstExit(plans.map(({ exit }, at) => (status.plans[at]?.status === 'nothing-to-do' ? 0 : exit)));
}
