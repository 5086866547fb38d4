import type { PlanStatus } from './plan-status.ts';

/** How a plan that is over, or has stopped, stands in a few words; undefined while it is under way. */
export function endedHeadline(
  status: PlanStatus['status'],
  { step, takenBack }: { readonly step?: string; readonly takenBack: boolean },
): string | undefined {
  const at = step === undefined ? '' : ` at ${step}`;
  switch (status) {
    case 'done':
      return 'done';
    case 'rolled-back':
      return 'rolled back';
    case 'nothing-to-do':
      return 'nothing to do';
    case 'refused':
      return `refused${at}, and nothing was done`;
    case 'failed':
      return takenBack ? 'stopped, and taken back' : `stopped${at}`;
    default:
      return undefined;
  }
}
