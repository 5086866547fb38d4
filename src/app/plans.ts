import { readFile } from 'node:fs/promises';
import type { Plan, PlanSource } from '../contract/plan.ts';
import type { RunState } from '../engine/state/run-state.ts';
import { problem, RekeyError } from '../errors/index.ts';
import type { PlanProblem } from '../plan/problem.ts';

/** A plan with what it was made of. */
export interface SourcedPlan {
  readonly source: PlanSource & { readonly hash: string };
  readonly plan: Plan;
}

/** Reads plan files as they are, with values to set in all of them, and in one alone by its file. Throws `file-unreadable`. */
export async function readSources(
  files: readonly string[],
  sets: readonly string[] = [],
  setIn: ReadonlyMap<string, readonly string[]> = new Map(),
): Promise<PlanSource[]> {
  return Promise.all(
    files.map(async (file) => ({ file, text: await readText(file), sets: [...sets, ...(setIn.get(file) ?? [])] })),
  );
}

/** A file's text. Throws `file-unreadable`. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw problem('file-unreadable', { file, reason: whyNot(error) }, error);
  }
}

function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a directory';
  if (code === 'EACCES') return 'permission denied';
  return error instanceof Error ? error.message : String(error);
}

/** Parses plans with the registered steps; each comes with its problems or as a plan. `submitted`: they are of a run that has begun. */
export async function validate(
  sources: readonly PlanSource[],
  submitted = false,
): Promise<{ source: PlanSource; plan?: Plan; problems: readonly PlanProblem[] }[]> {
  const [{ parsePlan }, { registry }] = await Promise.all([import('../plan/parse.ts'), import('../steps/registry.ts')]);
  return sources.map((source) => {
    const parsed = parsePlan(source, registry, submitted);
    return 'plan' in parsed ? { source, plan: parsed.plan, problems: [] } : { source, problems: parsed.problems };
  });
}

/** The plans of a new run, checked and found to fit together. Throws `plan-invalid`, `plans-differ`. */
export async function loadPlans(sources: readonly PlanSource[]): Promise<SourcedPlan[]> {
  const parsed = await validate(sources);
  const [{ formatProblem }, { hashOf }] = await Promise.all([import('../plan/problem.ts'), import('../plan/hash.ts')]);
  const wrong = parsed.filter((one) => one.problems.length > 0);
  const [first] = wrong;
  if (first) {
    const problems = wrong.flatMap((one) => one.problems.map(formatProblem));
    throw problem('plan-invalid', { file: wrong.map((one) => one.source.file).join(' '), problems });
  }
  const plans = parsed.flatMap(({ source, plan }) =>
    plan ? [{ source: { ...source, hash: hashOf(source) }, plan }] : [],
  );
  checkTogether(plans.map((one) => one.plan));
  return plans;
}

/** Throws `plans-differ` where these can't be the plans of one run. */
export function checkTogether(plans: readonly Plan[]): void {
  const twice = plans.map((plan) => plan.name).filter((name, at, names) => names.indexOf(name) !== at);
  if (twice.length) throw problem('plans-differ', { what: 'two plans of one name', values: [...new Set(twice)] });
  const targets = plans.map((plan) => plan.target.id).filter((id, at, ids) => ids.indexOf(id) !== at);
  if (targets.length)
    throw problem('plans-differ', { what: 'two plans for one target', values: [...new Set(targets)] });
  for (const what of ['account', 'region'] as const) {
    const values = [...new Set(plans.map((plan) => plan[what]))];
    if (values.length > 1) throw problem('plans-differ', { what: `more than one ${what}`, values });
  }
}

/** The plans of a run as they were submitted, made again from its journal. Throws `frozen-plan-differs`. */
export async function frozenPlans(state: RunState): Promise<SourcedPlan[]> {
  const { hashOf } = await import('../plan/hash.ts');
  for (const source of state.sources) {
    if (hashOf(source) !== source.hash) {
      throw problem('frozen-plan-differs', {
        run: state.run,
        file: source.file,
        why: 'its text does not have the hash beside it',
      });
    }
  }
  const parsed = await validate(state.sources, true);
  return state.sources.map((source, at) => {
    const { plan, problems = [] } = parsed[at] ?? {};
    if (plan) return { source, plan };
    const why = `this version of rekey does not take it: ${problems[0]?.message ?? 'unknown'}`;
    throw problem('frozen-plan-differs', { run: state.run, file: source.file, why });
  });
}

/** The plans of a run, or why they can't be made again: that is so of one run, and hides no other. */
export async function plansOf(state: RunState): Promise<readonly Plan[] | RekeyError> {
  try {
    return (await frozenPlans(state)).map((one) => one.plan);
  } catch (error) {
    if (error instanceof RekeyError) return error;
    throw error;
  }
}
