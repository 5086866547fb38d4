import type { PlanRun } from '../plan-run.ts';
import { foundIn } from '../state/found.ts';

/** What this plan's reads have given, the latest first. */
export function readsOf<S>(run: PlanRun<S>): readonly unknown[] {
  return [...run.state.phases.values()]
    .filter(({ uses }) => run.ports.registry.step(uses)?.kind === 'read')
    .flatMap(({ end }) => (end?.is === 'done' ? [end] : []))
    .sort((a, b) => b.at - a.at)
    .map(({ output }) => output);
}

/** What this plan's verifications have given since the latest read, the latest first: those of before an unwinding are over. */
export function provenBy<S>(run: PlanRun<S>): readonly unknown[] {
  const ended = (kind: 'read' | 'verify') =>
    [...run.state.phases.values()]
      .filter(({ uses }) => run.ports.registry.step(uses)?.kind === kind)
      .flatMap(({ end }) => (end?.is === 'done' ? [end] : []))
      .sort((a, b) => b.at - a.at);
  const [read] = ended('read');
  return read
    ? ended('verify')
        .filter(({ at }) => at >= read.at)
        .map(({ output }) => output)
    : [];
}

/** The ids that this plan's reads say must be claimed; the target alone before they have been read. */
export function claimedBy<S>(run: PlanRun<S>): readonly string[] {
  return [...new Set([run.plan.target.id, ...foundBy(run)])];
}

/** What holds the data that this plan moves: the target itself only when it is all that the reads have found. */
export function originalsOf<S>(run: PlanRun<S>): readonly string[] {
  const found = foundBy(run);
  return found.length > 1 ? found.filter((id) => id !== run.plan.target.id) : found;
}

function foundBy<S>(run: PlanRun<S>): readonly string[] {
  return foundIn(run.ports.registry, run.state);
}
