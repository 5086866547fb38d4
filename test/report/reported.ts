import type { PlanSource } from '../../src/contract/plan.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import { hashOf } from '../../src/plan/hash.ts';
import { type ReportedPlan, runReport } from '../../src/report/document/report.ts';
import type { Report, RunReport, Target } from '../../src/report/document/schema.ts';
import { registry } from '../../src/steps/registry.ts';
import { planOf } from '../support/world.ts';

/** A plan of a run, as its journal gives it back. */
export const sourced = (source: PlanSource): ReportedPlan => ({
  plan: planOf(source),
  source: { ...source, hash: hashOf(source) },
});

/** The report of these records, made at `now`. */
export function reported(
  records: readonly JournalRecord[],
  plans: readonly ReportedPlan[],
  now = Date.parse(records.at(-1)?.at ?? ''),
): RunReport {
  return runReport(records, plans, registry, {
    now,
    head: 'f'.repeat(64),
    runner: 'dead',
    damage: undefined,
    verify: 'rekey journal verify RUN --head HEAD',
    spell: ({ words }) => `rekey ${words.join(' ')}`,
  });
}

export function onlyTarget({ targets }: RunReport): Target {
  const [target, ...more] = targets;
  if (!target || more.length > 0) throw new Error(`${targets.length} targets`);
  return target;
}

export const asReport = (...runs: readonly RunReport[]): Report => ({
  v: 1,
  madeAt: runs.map(({ lastRecordAt }) => lastRecordAt ?? '').reduce((a, b) => (a > b ? a : b)),
  runs: [...runs],
});
