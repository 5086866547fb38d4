import type { Plan } from '../contract/plan.ts';
import { journalFormat } from '../contract/record.ts';
import type { Registry } from '../contract/step.ts';
import { planOf, type RunState } from '../engine/state/run-state.ts';
import { type NextStep, nextSteps } from './next-steps.ts';
import { isRefused, type PlanStatus, planStatus } from './plan-status.ts';

/** What is true of all plans of a run, in the order in which they were submitted. */
export interface RunStatus {
  readonly run: string;
  /** The profile of the AWS configuration that the last command was given. */
  readonly profile?: string;
  readonly plans: readonly PlanStatus[];
  readonly nextSteps: readonly [NextStep, ...NextStep[]];
}

/** Says how a run stands. `alive`: a runner is at it now. `now`, in ms, says whether a window is open; without it none is told. */
export function runStatus<S>(
  plans: readonly Plan[],
  registry: Registry<S>,
  state: RunState,
  alive: boolean,
  now?: number,
): RunStatus {
  const { run, profile } = state;
  const older = state.format < journalFormat;
  const statuses = plans.map((plan) =>
    planStatus(plan, registry, planOf(state, plan.name), { run, alive, older, profile, now }),
  );
  const next = nextSteps(run, statuses, alive, { older, profile, now });
  return { run, ...(profile !== undefined && { profile }), plans: statuses, nextSteps: next };
}

/** How a plan is over: it has ended for good, or did nothing at all. */
export interface PlanEnd {
  readonly plan: string;
  readonly status: 'done' | 'rolled-back' | 'refused' | 'nothing-to-do';
}

/** How each plan of a run is over; undefined while one is not. It needs no frozen plan, so it works on a run of any version. */
export function endsOf(state: RunState): readonly PlanEnd[] | undefined {
  const ends = [...state.plans.values()].flatMap((plan): PlanEnd[] => {
    const did = plan.stop?.error === 'nothing-to-do' ? 'nothing-to-do' : 'refused';
    const status = plan.finished ?? (isRefused(plan) ? did : undefined);
    return status === undefined ? [] : [{ plan: plan.name, status }];
  });
  return ends.length > 0 && ends.length >= Math.max(state.sources.length, state.plans.size) ? ends : undefined;
}

const endWords: { readonly [S in PlanEnd['status']]: string } = {
  done: 'is done',
  'rolled-back': 'is rolled-back',
  refused: 'was refused',
  'nothing-to-do': 'had nothing to do',
};

/** How the plans of a run are over, in words; undefined while one is not. */
export function endText(state: RunState): string | undefined {
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
