import { nextLine, reportLines } from '../../src/cli/report.ts';
import type { Plan } from '../../src/contract/plan.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import { fold } from '../../src/engine/state/fold.ts';
import type { RekeyError } from '../../src/errors/index.ts';
import type { PlanStatus } from '../../src/report/plan-status.ts';
import { runStatus } from '../../src/report/run-status.ts';
import { registry } from '../../src/steps/registry.ts';

/** What a person has been told of a plan: by the last words of a process, or by `status` of one that died. */
export interface Said {
  readonly status: PlanStatus;
  readonly code: string;
  readonly lines: readonly string[];
  /** The commands that were named as next, without the program's name. */
  readonly next: readonly string[];
  /** The ids that are named as being in AWS. */
  readonly there: readonly string[];
  /** The ids that are said to be deleted. */
  readonly gone: readonly string[];
  readonly announced: readonly string[];
}

/**
 * What is said of a plan at the end of a process, or by `status`, when `error` is undefined. The lines are those that were
 * printed, or those that would have been.
 */
export function saidOf(
  plan: Plan,
  disk: readonly JournalRecord[],
  error: RekeyError | undefined,
  printed?: string,
): Said {
  const run = runStatus([plan], registry, fold(disk), false);
  const [status] = run.plans;
  if (!status) throw new Error(`no status of ${plan.name}`);
  const gone = [...status.deleted, ...status.discarded];
  const perhaps = status.inDoubt.map(({ id }) => id);
  const of = {
    stateDir: '.rekey',
    now: Date.now(),
    head: '',
    ...(error && { errors: new Map([[plan.name, error]]) }),
  };
  const lines = (printed?.split('\n') ?? reportLines(of, run)).map((line) => line.trim());
  return {
    status,
    code: error?.code ?? status.status,
    lines,
    next: printed === undefined ? run.nextSteps.map((step) => nextLine(step, of.stateDir)) : nextIn(lines),
    there: [
      ...status.existing.map(({ id }) => id),
      ...status.pairs.map(({ replacement }) => replacement).filter((id) => !gone.includes(id) && !perhaps.includes(id)),
    ],
    gone,
    announced: status.announcements.map(({ step, text }) => `${step}: ${text}`),
  };
}

/** The commands that closing words name as next, each with what is said of it on the line below. */
function nextIn(lines: readonly string[]): string[] {
  const command = /^(?:next|or) +(.+)$/;
  return lines.flatMap((line, at) => {
    const named = command.exec(line)?.[1];
    if (named === undefined) return [];
    const below = lines[at + 1] ?? '';
    return [below === '' || command.test(below) ? named : `${named}  # ${below}`];
  });
}
