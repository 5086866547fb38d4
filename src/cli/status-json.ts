import type { PlanStatus } from '../report/plan-status.ts';

/** A plan as `status --json` prints it: these names are what scripts read, whatever the type calls them. */
export function planJson(status: PlanStatus) {
  const { lastSeen, unseen, inDoubt, pairs, holdingCosts, existing, announcements, waitsFor } = status;
  const { plan, target, step, downSince, writePointAt, unwinding, takenBack, discarded, deleted, stop } = status;
  return {
    plan,
    target,
    status: status.status,
    unwinding,
    takenBack,
    replacements: pairs,
    kept: holdingCosts,
    made: existing,
    discarded,
    deleted,
    announcements: announcements.map(({ step, text }) => `${step}: ${text}`),
    step,
    gate: waitsFor && { step: waitsFor.step, until: waitsFor.until },
    downSince,
    downAtLatest: status.downAtLatest,
    downInDoubt: status.downInDoubt,
    writePointAt,
    serving: lastSeen && { by: lastSeen.holds, running: lastSeen.running, at: lastSeen.at, changing: status.changing },
    unseen,
    inDoubt,
    stop,
  };
}
