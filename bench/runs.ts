import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { createPorts } from '../src/app/ports.ts';
import type { Plan, PlanSource } from '../src/contract/plan.ts';
import type { JournalRecord } from '../src/contract/record.ts';
import { execute, submission } from '../src/engine/execute.ts';
import { memoryJournal } from '../src/journal/memory.ts';
import { hashOf } from '../src/plan/hash.ts';
import { parsePlan } from '../src/plan/parse.ts';
import { formatProblem } from '../src/plan/problem.ts';
import { registry } from '../src/steps/registry.ts';
import type { Bench } from './account.ts';

const run = '20260104T000000Z-aaaaaa';

/** A plan as it is given to a run. */
export interface Submitted {
  readonly plan: Plan;
  readonly source: PlanSource;
}

/** The plan in a file, with values set, and its text changed before it is read if need be. */
export function planIn(file: string, sets: readonly string[], change = (text: string) => text): Submitted {
  const source = { file, text: change(readFileSync(file, 'utf8')), sets };
  const parsed = parsePlan(source, registry);
  if ('problems' in parsed) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return { plan: parsed.plan, source };
}

/** Lives one run of these plans to its end, with `eachMoment` called before time moves on; gives its journal. Throws unless all of them are done. */
export async function runToEnd(
  { time, aws, clock }: Bench,
  name: string,
  plans: readonly Submitted[],
  eachMoment?: () => void,
): Promise<readonly JournalRecord[]> {
  const journal = memoryJournal(run, [], { now: () => Date.now() });
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const work = async () => {
    await journal.append(
      submission(
        run,
        'bench',
        plans.map(({ source }) => ({ ...source, hash: hashOf(source) })),
      ),
    );
    return execute(
      plans.map((one) => one.plan),
      createPorts({ journal, aws, clock, emit: () => {}, signal, wait: true, replaceClaim: undefined }),
      { command: 'run' },
    );
  };
  const result = await time.until(work(), eachMoment);
  const failed = result.plans.find((one) => one.status !== 'done');
  if (failed) throw new Error(`${name}: ${failed.name} is ${failed.status}: ${failed.error?.message}`);
  return journal.disk;
}
