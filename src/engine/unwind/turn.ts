import type { Plan } from '../../contract/plan.ts';
import { problem } from '../../errors/index.ts';
import { instantOf, isShownBy } from '../margin.ts';
import type { PlanRun } from '../plan-run.ts';
import { retryRead } from '../retry.ts';
import { cutOverOf, standstillMayBeOver } from '../state/cut-over.ts';
import { type Pair, pairOf, pairsOf } from '../state/pairs.ts';
import { currentPhases, effectOf, effectWith } from '../state/phases.ts';
import type { Phase } from '../state/run-state.ts';
import { PlanStopped } from '../stops.ts';
import type { TargetState } from '../target/drift.ts';
import type { Guard } from '../target/guard.ts';
import { recordObservation } from '../target/observe.ts';
import { unseenBeatMs, waitFor } from '../wait.ts';

/**
 * An unwinding of which an original is gone can't come to its end, and the target would stand for good: it is turned round, on
 * record, when the other set is complete. What was taken back of it is done again, and all is verified and held anew. False
 * when nothing is lost, or a replacement is not there either. Throws PlanStopped where a person has to decide.
 */
export async function turnRound<S>(run: PlanRun<S>, guard: Guard<S>): Promise<boolean> {
  const { registry } = run.ports;
  const from = firstUndone(run);
  const lost = from === undefined ? [] : await surelyLost(run, guard);
  if (from === undefined || !lost.length || !(await replaceable(run))) return false;
  const seen = await guard.look();
  refuseMixture(run, seen, lost);
  const gone = lost.map(
    ({ original, replacement }) =>
      `${original} is lost (deleted by somebody, or failed), and ${replacement} replaces it`,
  );
  const why = `${gone.join('; ')}: the way back ends here, it goes forward`;
  if (run.state.drift.length) await run.append({ t: 'drifted', plan: run.plan.name, differences: [] });
  await recordObservation(run, seen.observation);
  for (const step of anewFrom(run.plan, from, currentPhases(run.state), (one) => needsAnew(run, one)))
    await run.append({ t: 'retired', plan: run.plan.name, step, item: null, reason: why });
  const [first] = currentPhases(run.state).filter((phase) => pairOf(registry, phase)?.original === lost[0]?.original);
  await run.append({ t: 'announced', plan: run.plan.name, step: first?.key.step ?? run.plan.name, text: why });
  await run.append({ t: 'unwound', plan: run.plan.name, turned: why });
  run.bringsBack = false;
  return true;
}

/** A part of what the target has lived on is out: which set holds what is to be kept, a person decides. */
function refuseMixture<S>(run: PlanRun<S>, { activeSide, on }: TargetState, lost: readonly Pair[]): void {
  const pairs = pairsOf(run.ports.registry, run.state);
  const inPlace = pairs.map(({ replacement }) => replacement).filter((id) => on.includes(id));
  if (run.state.writePoint === undefined || activeSide !== 'mixture' || !inPlace.length) return;
  throw new PlanStopped(problem('half-way-back', { target: run.plan.target.id, lost, pairs, inPlace }));
}

/**
 * Where in the plan the first step stands of which something may have been taken back; undefined when nothing can be turned,
 * since the standstill itself may be over.
 */
function firstUndone<S>(run: PlanRun<S>): number | undefined {
  const { registry } = run.ports;
  const first = cutOverOf(run.plan, registry)?.first ?? -1;
  const undone = new Set(
    currentPhases(run.state, true)
      .filter(({ key, sent, end }) => key.undo !== undefined && (sent > 0 || end !== undefined))
      .map(({ key }) => key.step),
  );
  const last = run.plan.steps.length;
  const at = run.plan.steps.findIndex(
    (step, index) => index > first && undone.has(step.id) && isDisruptive(run, step.id),
  );
  return standstillMayBeOver(run.plan, registry, run.state) ? undefined : at < 0 ? last : at;
}

const isDisruptive = <S>(run: PlanRun<S>, id: string) =>
  currentPhases(run.state).some(
    (phase) => phase.key.step === id && effectWith(run.ports.registry, phase, 'disruptive') !== undefined,
  );

/** Steps from there on that are done anew, and every gate behind them: what serves after all is held as long as it was to be. */
function anewFrom(plan: Plan, from: number, phases: readonly Phase[], anew: (phase: Phase) => boolean): string[] {
  return plan.steps.flatMap((step, index) => {
    if (step.kind === 'gate') return index >= from && step.gate === 'hold' ? [step.id] : [];
    const own = phases.filter((phase) => phase.key.step === step.id);
    const failed = own.some((phase) => phase.end?.is === 'failed');
    return own.some(anew) && (index >= from || failed) ? [step.id] : [];
  });
}

/** What touches the target, or judges it. What was judged good before the target served on it stays so: it has lived since. */
function needsAnew<S>(run: PlanRun<S>, phase: Phase): boolean {
  const { registry } = run.ports;
  const at = run.plan.steps.findIndex(({ id }) => id === phase.key.step);
  const judges = registry.step(phase.uses)?.kind === 'verify';
  if (judges && run.state.writePoint) return at > (cutOverOf(run.plan, registry)?.last ?? at);
  return judges || effectOf(registry, phase)?.hazard === 'disruptive';
}

/** Pairs whose original is lost for certain, since AWS may show the past, while the target stands or serves on its replacements. */
async function surelyLost<S>(run: PlanRun<S>, guard: Guard<S>): Promise<readonly Pair[]> {
  const since = instantOf(run.ports);
  return waitFor<readonly Pair[]>(run.ports, unseenBeatMs, async (askedAt) => {
    const { missing, running, activeSide } = await guard.look();
    const lost = pairsOf(run.ports.registry, run.state).filter(({ original }) => missing.includes(original));
    const whole = !running || activeSide === 'replacements';
    if (!lost.length || !whole || missing.includes(run.plan.target.id)) return { done: [] };
    return isShownBy(run.ports, since, askedAt) ? { done: lost } : { again: true };
  });
}

/** Is the replacement of every pair there? */
async function replaceable<S>(run: PlanRun<S>): Promise<boolean> {
  const { registry } = run.ports;
  for (const phase of currentPhases(run.state)) {
    const definition = effectOf(registry, phase);
    const pair = pairOf(registry, phase);
    if (!definition || !pair || pair.beside || phase.end?.is !== 'done') continue;
    const { output } = phase.end;
    const title = definition.title(phase.input);
    const look = () => definition.look(run.context(phase.key), phase.input, output);
    if ((await retryRead(run.ports, title, look, run.asker(title))).is !== 'done') return false;
  }
  return true;
}
