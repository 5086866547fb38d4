import type { Json } from '../contract/json.ts';
import type { Plan, PlanSource } from '../contract/plan.ts';
import type { Exit } from '../errors/entry.ts';
import { RekeyError } from '../errors/index.ts';
import { PlanRun } from './plan-run.ts';
import type { Ports } from './ports.ts';
import { CreatedIndex } from './state/created.ts';
import { fold } from './state/fold.ts';
import { FoundIndex } from './state/found.ts';
import type { RunState } from './state/run-state.ts';
import { asKnown, Interrupted, Paused, PlanStopped, stopOf, worstExit } from './stops.ts';
import { lookLast } from './target/last-look.ts';
import { rollback } from './unwind/rollback.ts';
import { walk } from './walk.ts';

/** What a runner is asked to do with a run. */
export type Command =
  | { readonly command: 'run' }
  /** `again`: a cut-over that was taken back because its verification failed may begin anew though nothing is seen to have changed. */
  | { readonly command: 'resume'; readonly again?: boolean }
  | { readonly command: 'rollback'; readonly discardWrites: boolean };

/** How this process ended with one plan; how the plan stands by then is told by its records. */
export interface PlanResult {
  readonly name: string;
  readonly status: 'done' | 'paused' | 'failed' | 'rolled-back';
  readonly exit: Exit | 0 | 3;
  readonly error?: RekeyError;
}

/** How a run stands when the process ends. */
export interface RunResult {
  readonly run: string;
  readonly status: 'done' | 'paused' | 'failed' | 'rolled-back';
  readonly exit: Exit | 0 | 3;
  readonly plans: readonly PlanResult[];
}

/** The first entries of a new run: the plans as they are frozen. */
export function submission(run: string, version: string, plans: readonly (PlanSource & { hash: string })[]) {
  return { t: 'submitted', run, version, plans } as const;
}

/** Takes all plans of a run as far as they go, side by side. Never throws for what a plan meets: each result says it. */
export async function execute<S>(
  plans: readonly Plan[],
  ports: Ports<S>,
  command: Command,
  options: { readonly [name: string]: Json } = {},
): Promise<RunResult> {
  const state = fold(ports.journal.records);
  const index = { created: new CreatedIndex(ports.registry, state), found: new FoundIndex(ports.registry, state) };
  const runs = plans.map((plan) => new PlanRun(plan, state, index, ports));
  const [first] = runs;
  await first?.append({ t: 'command', command: command.command, options });
  const open = runs.some(({ state }) => !state.finished);
  // A rollback is of what is open: what has come to its end stays as it is.
  const results = await Promise.all(
    runs.map((run) => (open && run.state.finished ? result(run, {}) : one(run, command))),
  );
  return summary(state, results);
}

async function one<S>(run: PlanRun<S>, command: Command): Promise<PlanResult> {
  const how = await taken(run, command);
  // A journal that can't be written has said so by this very error.
  if (how.exit !== undefined || how.error?.code.startsWith('journal-')) return result(run, how);
  try {
    if (run.hasWorked) await lookLast(run);
    if (how.error) await run.append({ t: 'stopped', plan: run.plan.name, stop: stopOf(how.error) });
    return result(run, how);
  } catch (met) {
    // A journal that is lost stops every plan, and each says so by itself.
    if (!(met instanceof RekeyError)) throw met;
    return result(run, { error: met });
  }
}

interface Ended {
  readonly error?: RekeyError;
  readonly paused?: true;
  readonly exit?: 130;
}

async function taken<S>(run: PlanRun<S>, command: Command): Promise<Ended> {
  try {
    if (command.command === 'rollback') await rollback(run, command.discardWrites);
    else await walk(run, command.command === 'resume' && command.again === true);
    return {};
  } catch (met) {
    const error = asKnown(met);
    if (error instanceof Paused) return { paused: true };
    if (error instanceof Interrupted) return { exit: 130 };
    return { error: error instanceof PlanStopped ? error.error : error };
  }
}

function result<S>(run: PlanRun<S>, how: Ended): PlanResult {
  const finished = run.state.finished;
  const status = finished ?? (how.paused ? 'paused' : 'failed');
  const exit = how.exit ?? how.error?.exit ?? (finished ? 0 : status === 'paused' ? 3 : 1);
  return {
    name: run.plan.name,
    status,
    exit,
    ...(how.error ? { error: how.error } : {}),
  };
}

function summary(state: RunState, plans: readonly PlanResult[]): RunResult {
  const exit = worstExit(plans.map((plan) => plan.exit));
  const statuses = new Set(plans.map((plan) => plan.status));
  const status = (['failed', 'paused', 'rolled-back', 'done'] as const).find((one) => statuses.has(one)) ?? 'done';
  return { run: state.run, status, exit, plans };
}
