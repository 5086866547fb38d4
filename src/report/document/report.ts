import type { Plan, PlanSource } from '../../contract/plan.ts';
import type { Liveness } from '../../contract/processes.ts';
import { type JournalRecord, journalFormat } from '../../contract/record.ts';
import type { Observation, Registry } from '../../contract/step.ts';
import { planOf } from '../../engine/state/run-state.ts';
import type { RekeyError } from '../../errors/index.ts';
import { endedHeadline } from '../headline.ts';
import { accrued } from '../holding-cost.ts';
import type { NextStep } from '../next-steps.ts';
import type { PlanStatus } from '../plan-status.ts';
import { runStatus } from '../run-status.ts';
import { callsOf, inDoubtOf } from './calls.ts';
import { deletesOf } from './deletes.ts';
import { historyOf, seenOf } from './history.ts';
import { type DownTime, type Walked, walkRecords } from './journal-walk.ts';
import { judgementsOf } from './judgements.ts';
import { resourcesOf, targetDifferences } from './resources.ts';
import type { Down, RunReport, Target } from './schema.ts';
import { keptOf, standsOf } from './standing.ts';
import { summaryOf } from './summary.ts';
import { timelineOf } from './timeline.ts';
import { counted, isoOf, isoOrNull } from './words.ts';

/** What of a run's journal is not in its records. */
export interface ReportOf {
  readonly now: number;
  readonly head: string;
  readonly runner: Liveness;
  /** What is wrong with the journal behind the last of the records; none of what comes after it is known. */
  readonly damage: RekeyError | undefined;
  /** The command that verifies the journal, as it is typed. */
  readonly verify: string;
  /** A command that can be given next, as it is typed. */
  spell(step: NextStep): string;
}

/** A plan of the run with what it was made of. */
export interface ReportedPlan {
  readonly plan: Plan;
  readonly source: PlanSource & { readonly hash: string };
}

/** What the records of a run tell of it. Pure: nothing is asked of anybody. */
export function runReport<S>(
  records: readonly JournalRecord[],
  sourced: readonly ReportedPlan[],
  registry: Registry<S>,
  of: ReportOf,
): RunReport {
  const plans = sourced.map(({ plan }) => plan);
  const walked = walkRecords(records, plans, registry);
  const { state, times } = walked;
  const status = runStatus(plans, registry, state, of.runner === 'alive', of.now);
  const damage = of.damage ?? walked.illegal;
  const known = walked.records;
  const states = () => state.plans.values();
  const targets = sourced.flatMap((one, at) => {
    const stands = status.plans[at];
    return stands ? [targetReport(one, registry, walked, { status: stands, now: of.now })] : [];
  });
  const report = {
    run: state.run,
    version: state.version,
    warnings: warningsOf(walked, of, damage),
    startedAt: isoOrNull(state.startedAt),
    lastRecordAt: known.at(-1)?.at ?? null,
    runner: of.runner,
    targets,
    history: historyOf(known),
    seen: seenOf(known),
    calls: callsOf(registry, states(), times),
    inDoubt: inDoubtOf(registry, states(), times),
    journal: {
      records: known.length,
      head: of.head,
      format: state.format,
      verify: of.verify,
      damage: damage ? { error: damage.code, message: damage.message } : null,
    },
    // With a damaged journal nothing can be done before it is whole again.
    next: damage ? [] : status.nextSteps.map((step) => of.spell(step)),
  };
  return { ...report, summary: summaryOf(report) };
}

function warningsOf({ state, records }: Walked, { runner }: ReportOf, damage: RekeyError | undefined): string[] {
  return [
    ...(damage
      ? [
          `The journal is damaged: ${damage.message}. This report shows what its first ${counted(records.length, 'record')} say; what came after them is not in it, so that things may stand otherwise by now.`,
        ]
      : []),
    ...(state.format < journalFormat
      ? [
          `The journal is of the older format ${state.format}: an older rekey has written it, and it may say less than a newer one.`,
        ]
      : []),
    ...(runner === 'alive' ? ['The run is being worked at: this report shows how it stood when it was made.'] : []),
    ...(runner === 'unknown' ? ['It is not known here whether the runner lives that has written the journal.'] : []),
  ];
}

function targetReport<S>(
  { plan, source }: ReportedPlan,
  registry: Registry<S>,
  walked: Walked,
  { status, now }: { readonly status: PlanStatus; readonly now: number },
): Target {
  const { times } = walked;
  const records = walked.ofPlan.get(plan.name) ?? [];
  const state = planOf(walked.state, plan.name);
  const judged = judgementsOf(registry, state);
  const resources = resourcesOf(registry, state, status, judged);
  const kept = keptOf(plan.name, records);
  const down = downOf(walked.down.get(plan.name) ?? [], status, now);
  const lastSeen = status.lastSeen;
  const target = {
    plan: plan.name,
    file: source.file,
    planHash: source.hash,
    target: plan.target.id,
    type: plan.target.type,
    account: plan.account,
    region: plan.region,
    keys: { from: plan.keys.from ?? null, to: plan.keys.to },
    status: status.status,
    ...(status.stop && { stop: status.stop }),
    down,
    downMs: down.reduce((sum, { ms }) => sum + ms, 0),
    writePointAt: isoOrNull(status.writePointAt),
    lastSeen: lastSeen ? { at: isoOf(lastSeen.at), running: lastSeen.running, holds: lastSeen.holds } : null,
    attributes: targetDifferences(firstSeen(plan.name, records), state.seen?.observation),
    timeline: timelineOf(registry, state, times, records),
    resources,
    deletes: deletesOf(registry, state, { times, records, judged }),
    kept,
    stands: standsOf(registry, state, status, { resources, kept, now }),
    costs: accrued(status.holdingCosts, now) || null,
  };
  const { step } = status;
  const underWay = `${target.status}${step === undefined ? '' : ` at ${step}`}`;
  return { ...target, headline: endedHeadline(target.status, status) ?? underWay };
}

function firstSeen(plan: string, records: readonly JournalRecord[]): Observation | undefined {
  const first = records.find((record) => record.t === 'observed' && record.plan === plan);
  return first?.t === 'observed' ? first.observation : undefined;
}

function downOf(spells: readonly DownTime[], status: PlanStatus, now: number): Down[] {
  return spells.map(({ since, sinceAtLatest, until }) => ({
    since: isoOf(since),
    ...(sinceAtLatest > since && { sinceAtLatest: isoOf(sinceAtLatest) }),
    until: isoOrNull(until),
    ms: Math.max(0, (until ?? now) - since),
    ...(until === undefined && status.downInDoubt && { inDoubt: true as const }),
  }));
}
