import type { Plan } from '../contract/plan.ts';
import { journalFormat } from '../contract/record.ts';
import type { Registry } from '../contract/step.ts';
import { planOf, type RunState } from '../engine/state/run-state.ts';
import { type NextStep, nextSteps } from './next-steps.ts';
import { type PlanStatus, planStatus } from './plan-status.ts';

/** What is true of all plans of a run, in the order in which they were submitted. */
export interface RunStatus {
  readonly run: string;
  /** The profile of the AWS configuration that the last command was given. */
  readonly profile?: string;
  readonly plans: readonly PlanStatus[];
  readonly nextSteps: readonly [NextStep, ...NextStep[]];
}

/** Says how a run stands. `alive`: a runner is at it now. */
export function runStatus<S>(
  plans: readonly Plan[],
  registry: Registry<S>,
  state: RunState,
  alive: boolean,
): RunStatus {
  const { run, profile } = state;
  const older = state.format < journalFormat;
  const statuses = plans.map((plan) =>
    planStatus(plan, registry, planOf(state, plan.name), { run, alive, older, profile }),
  );
  const next = nextSteps(run, statuses, alive, { older, profile });
  return { run, ...(profile !== undefined && { profile }), plans: statuses, nextSteps: next };
}

/** How each plan of a run has ended for good; undefined while one has not. It needs no frozen plan, so it works on a run of any version. */
export function endsOf(state: RunState): readonly { plan: string; status: 'done' | 'rolled-back' }[] | undefined {
  const ends = [...state.plans.values()].flatMap(({ name, finished }) =>
    finished === undefined ? [] : [{ plan: name, status: finished }],
  );
  return ends.length > 0 && ends.length >= Math.max(state.sources.length, state.plans.size) ? ends : undefined;
}
