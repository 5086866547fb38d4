import type { PlanStatus } from './plan-status.ts';

/** What `status` ends with. 4: a target is down; 1: something failed; 3: something waits to be resumed; 0: all is well. */
export type StatusExit = 0 | 1 | 3 | 4;

/** The first of 4, 1 and 3 that applies to one of these plans. What is over, or is being worked at while its target serves, is well. */
export function statusExit(plans: readonly Pick<PlanStatus, 'status' | 'downSince'>[]): StatusExit {
  if (plans.some(({ downSince }) => downSince !== undefined)) return 4;
  if (plans.some(({ status }) => status === 'failed')) return 1;
  return plans.some(({ status }) => status === 'paused' || status === 'interrupted') ? 3 : 0;
}

/** What `status` of several runs ends with, by what it would end with for each. */
export function worstStatusExit(exits: readonly StatusExit[]): StatusExit {
  return ([4, 1, 3] as const).find((exit) => exits.includes(exit)) ?? 0;
}
