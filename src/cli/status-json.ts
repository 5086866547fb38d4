import type { PlanStatus } from '../report/plan-status.ts';

/** A moment as `--json` prints it: ISO 8601; null for one that never comes. */
export function isoOf(at: number): string | null;
export function isoOf(at: number | undefined): string | null | undefined;
export function isoOf(at: number | undefined): string | null | undefined {
  if (at === undefined) return undefined;
  return Number.isFinite(at) ? new Date(at).toISOString() : null;
}

/** A plan as `status --json` prints it: these names are what scripts read, whatever the type calls them. */
export function planJson(status: PlanStatus) {
  const { lastSeen, unseen, inDoubt, pairs, holdingCosts, existing, announcements, waitsFor } = status;
  const { plan, target, targetType, step, unwinding, takenBack, discarded, deleted, deleting, stop } = status;
  return {
    plan,
    target,
    targetType,
    status: status.status,
    unwinding,
    takenBack,
    rollsBack: status.rollsBack,
    triesAgain: status.triesAgain,
    replacements: pairs,
    kept: holdingCosts.map(({ since, until, ...kept }) => ({ ...kept, since: isoOf(since), until: isoOf(until) })),
    made: existing,
    discarded,
    deleted,
    deleting,
    announcements: announcements.map(({ step, text }) => `${step}: ${text}`),
    step,
    gate: waitsFor && { step: waitsFor.step, kind: waitsFor.kind, until: isoOf(waitsFor.until) },
    downSince: isoOf(status.downSince),
    downAtLatest: isoOf(status.downAtLatest),
    downInDoubt: status.downInDoubt,
    servesAgainSince: isoOf(status.servesAgainSince),
    writePointAt: isoOf(status.writePointAt),
    serving: lastSeen && {
      by: lastSeen.holds,
      running: lastSeen.running,
      byAccident: lastSeen.byAccident,
      at: isoOf(lastSeen.at),
      changing: status.changing,
    },
    unseen: unseen && { at: isoOf(unseen.at), why: unseen.why },
    inDoubt,
    stop,
  };
}
