import { nextSteps, reportLines } from '../../src/cli/report.ts';
import { type PlanStory, storyOf } from '../../src/cli/story.ts';
import type { Plan } from '../../src/contract/plan.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import { fold } from '../../src/engine/state/fold.ts';
import type { RekeyError } from '../../src/errors/index.ts';
import { registry } from '../../src/steps/registry.ts';

/** What a person has been told of a plan: by the last words of a process, or by `status` of one that died. */
export interface Said {
  readonly story: PlanStory;
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

/** What is said of a plan at the end of a process, or by `status`, when `error` is undefined. */
export function saidOf(plan: Plan, disk: readonly JournalRecord[], error: RekeyError | undefined): Said {
  const state = fold(disk);
  const story = storyOf(plan, registry, state, false);
  const of = {
    run: state.run,
    stateDir: '.rekey',
    now: Date.now(),
    head: '',
    ...(error && { errors: new Map([[plan.name, error]]) }),
  };
  return {
    story,
    code: error?.code ?? story.status,
    lines: reportLines(of, [story]).map((line) => line.trim()),
    next: nextSteps(of, [story]),
    there: [...story.made.map(({ id }) => id), ...story.replacements.map(({ replacement }) => replacement)].filter(
      (id) => !story.deleted.includes(id) && !story.discarded.includes(id),
    ),
    gone: [...story.deleted, ...story.discarded],
    announced: story.announcements,
  };
}
