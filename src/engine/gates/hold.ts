import type { HoldStep } from '../../contract/plan.ts';
import type { PlanRun } from '../plan-run.ts';
import { pairsOf } from '../state/pairs.ts';
import { PlanStopped } from '../stops.ts';
import type { Gate, Look } from './gate.ts';
import { waitAtGate } from './wait-at-gate.ts';

// What somebody does to an original in a hold can be undone before it is over, and then nothing shows it.
const lookEveryMs = 10 * 60_000;
// What others do by a timetable begins at a full ten minutes, and is under way by then.
const lookAfterMs = 90_000;

/**
 * Opens some time after it was first reached; the journal keeps when, so that no resume begins it anew. It is over when the
 * runner's clock and AWS's both say so: either can be wrong, and a hold that is too short deletes.
 */
export const holdGate: Gate<HoldStep> = {
  async pass(run, step, look) {
    if (run.state.gates.get(step.id)?.passed) return;
    for (;;) {
      const trouble = await lookAtHeld(run, step, look);
      if (!run.state.gates.has(step.id)) await begin(run, step);
      const leftMs = stillHeldMs(run, step);
      // Who can't ask AWS does not hear its time either.
      const over = trouble ? heldByRunnerMs(run, step) <= 0 : leftMs <= 0;
      if (over && trouble) throw new PlanStopped(trouble.error, 'leave');
      if (over) break;
      const now = run.ports.clock.now();
      // All plans that wait look at the same moments, and share the calls.
      const nextLookMs = lookEveryMs - ((now - lookAfterMs) % lookEveryMs);
      await waitAtGate(run, { step: step.id, gate: 'hold', until: now + leftMs }, nextLookMs);
    }
    await run.append({ t: 'passed', plan: run.plan.name, step: step.id });
  },
  isPassed: (state, step) => state.gates.get(step.id)?.passed === true,
};

function begin<S>(run: PlanRun<S>, step: HoldStep): Promise<void> {
  const aws = run.ports.platformTime?.();
  return run.append({
    t: 'gate',
    plan: run.plan.name,
    step: step.id,
    until: run.ports.clock.now() + step.forMs,
    ...(aws !== undefined && { untilByAws: aws + step.forMs }),
  });
}

/** How long it still is, by the clock that says more. */
function stillHeldMs<S>(run: PlanRun<S>, step: HoldStep): number {
  const { until, untilByAws = until } = gateOf(run, step);
  const aws = run.ports.platformTime?.();
  const byRunner = heldByRunnerMs(run, step);
  return aws === undefined ? byRunner : Math.max(byRunner, untilByAws - aws);
}

function heldByRunnerMs<S>(run: PlanRun<S>, step: HoldStep): number {
  return gateOf(run, step).until - run.ports.clock.now();
}

function gateOf<S>(run: PlanRun<S>, step: HoldStep): { readonly until: number; readonly untilByAws?: number } {
  return run.state.gates.get(step.id) ?? { until: Number.POSITIVE_INFINITY };
}

/** Puts on record which originals are in use again. What AWS does not answer now ends no hold; a hold that is over it does. */
async function lookAtHeld<S>(run: PlanRun<S>, step: HoldStep, look: Look): Promise<PlanStopped | undefined> {
  try {
    const { on } = await look();
    for (const { original } of pairsOf(run.ports.registry, run.state)) {
      const findings = [`${original} was seen on ${run.plan.target.id} again`];
      if (on.includes(original) && !run.state.stale.has(original))
        await run.append({ t: 'stale', plan: run.plan.name, original, findings });
    }
    const told = run.context({ plan: run.plan.name, step: step.id, item: null, generation: 0 });
    for (const [original, findings] of run.state.stale)
      told.announce(`${original} may hold what its replacement lacks, and is not deleted: ${findings.join('; ')}`);
    await run.announced();
    return undefined;
  } catch (error) {
    if (!(error instanceof PlanStopped)) throw error;
    return error;
  }
}
