import type { Registry, Upkeep } from '../contract/step.ts';
import { currentPhases, deletedBy, effectWith } from '../engine/state/phases.ts';
import type { PlanState } from '../engine/state/run-state.ts';
import { durationText, momentText } from './duration.ts';

/** What an original has gone on costing since it no longer serves. `until`: when it was deleted, in ms. */
export interface HoldingCost extends Upkeep {
  readonly original: string;
  readonly since: number;
  readonly until?: number;
}

/** The originals of a plan that are kept beside their replacements, or were, as its journal tells. */
export function holdingCostsOf<S>(registry: Registry<S>, state: PlanState, disrupts: boolean): HoldingCost[] {
  const { unwinding, finished } = state;
  // What is taken back serves again; without a write point only that tells.
  if (finished === 'rolled-back' || (unwinding && !(unwinding.over && disrupts))) return [];
  const deleted = deletions(registry, state);
  return currentPhases(state).flatMap((phase) => {
    const definition = effectWith(registry, phase, 'additive');
    if (phase.end?.is !== 'done' || !definition?.replaces || !definition.keeps) return [];
    // Where nothing is cut over the original is superfluous as soon as there is another.
    const since = disrupts ? state.writePoint?.at : phase.end.at;
    if (since === undefined) return [];
    const { original } = definition.replaces(phase.input, phase.end.output);
    const until = deleted.get(original);
    return [{ original, since, ...(until === undefined ? {} : { until }), ...definition.keeps(phase.input) }];
  });
}

function deletions<S>(registry: Registry<S>, state: PlanState): Map<string, number> {
  const at = new Map<string, number>();
  for (const phase of currentPhases(state)) {
    if (effectWith(registry, phase, 'destructive')?.deletesPart) continue;
    const original = phase.end?.is === 'done' ? deletedBy(registry, phase) : undefined;
    if (original !== undefined && phase.end?.is === 'done') at.set(original, phase.end.at);
  }
  return at;
}

const hourMs = 3_600_000;

/** What has accrued by `now`: "36.5 instance hours of db.m6g.large and 3,650 GiB-hours of gp3 (100 GiB)"; empty for nothing. */
export function accrued(kept: readonly HoldingCost[], now: number): string {
  const hoursOf = new Map<string, number>();
  const storedAs = new Map<string, { hours: number; GiB: number }>();
  let byUse = 0;
  for (const { instances = [], storage, since, until } of kept) {
    const hours = Math.max(0, (until ?? now) - since) / hourMs;
    for (const name of instances) hoursOf.set(name, (hoursOf.get(name) ?? 0) + hours);
    if (storage === 'by use') {
      byUse += hours;
      continue;
    }
    const type = storage.type === undefined ? '' : ` of ${storage.type}`;
    const sum = storedAs.get(type) ?? { hours: 0, GiB: 0 };
    storedAs.set(type, { hours: sum.hours + hours * storage.GiB, GiB: sum.GiB + storage.GiB });
  }
  return [
    ...[...hoursOf].map(([name, hours]) => `${quantity(hours)} instance hours of ${name}`),
    ...[...storedAs].map(([type, { hours, GiB }]) => `${quantity(hours)} GiB-hours${type} (${quantity(GiB)} GiB)`),
    ...(byUse > 0 ? [`${quantity(byUse)} h of Aurora storage, billed by what is in use`] : []),
  ].join(' and ');
}

function quantity(amount: number): string {
  return amount.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

/** One sentence about what is kept, for people; undefined when nothing is. */
export function keptText(kept: readonly HoldingCost[], now: number): string | undefined {
  const still = kept.filter((one) => one.until === undefined);
  const [first] = still.length ? still : kept;
  if (!first) return undefined;
  const whose = (many: number) => (many === 1 ? '1 original' : `${many} originals`);
  if (!still.length)
    return `${whose(kept.length)} kept for ${durationText(Math.max(...kept.map((one) => (one.until ?? now) - one.since)))}: ${accrued(kept, now)}`;
  return `${whose(still.length)} kept since ${momentText(Math.min(...still.map((one) => one.since)))}: ${accrued(still, now)} so far`;
}

/** What a hold until `until` makes of it. */
export function costOfHold(kept: readonly HoldingCost[], until: number): string | undefined {
  const still = kept.filter((one) => one.until === undefined);
  return still.length && Number.isFinite(until) ? `the originals come to ${accrued(still, until)} by then` : undefined;
}
