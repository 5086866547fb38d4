import type { JournalRecord } from '../../contract/record.ts';
import type { Registry } from '../../contract/step.ts';
import { createdIn } from '../../engine/state/created.ts';
import { effectWith } from '../../engine/state/phases.ts';
import type { Phase, PlanState } from '../../engine/state/run-state.ts';
import type { PlanStatus } from '../plan-status.ts';
import type { Kept, Resource, Standing } from './schema.ts';
import { isoOf } from './words.ts';

/** What was to be discarded and is kept for good, with why. */
export function keptOf(plan: string, records: readonly JournalRecord[]): Kept[] {
  return records.flatMap((record) =>
    record.t === 'kept' && record.key.plan === plan
      ? [{ id: record.id, at: record.at, step: record.key.step, why: record.reason }]
      : [],
  );
}

/** What there is of a plan's things that the run has not deleted: the originals, and what it has made. */
export function standsOf<S>(
  registry: Registry<S>,
  state: PlanState,
  status: PlanStatus,
  {
    resources,
    kept,
    now,
  }: { readonly resources: readonly Resource[]; readonly kept: readonly Kept[]; readonly now: number },
): Standing[] {
  const originals = [...new Map(resources.map((one) => [one.original, one])).values()];
  const standing = originals
    .filter(({ originalIs }) => originalIs !== 'deleted')
    .map((one): Standing => {
      const held = status.holdingCosts.find(({ original }) => original === one.original);
      const since = held === undefined ? null : isoOf(held.since);
      return {
        id: one.original,
        what: 'original',
        key: 'old',
        step: null,
        why: whyThere(state, status, one, now),
        since,
      };
    });
  const makers = makersOf(registry, state);
  const replacements = new Set(resources.flatMap(({ replacement }) => replacement ?? []));
  const made = status.existing.map(({ id, step }): Standing => {
    const why = kept.findLast((one) => one.id === id)?.why;
    const maker = makers.get(id);
    const what =
      replacements.has(id) || (maker && isPart(registry, maker))
        ? 'replacement'
        : maker && isCopy(registry, maker)
          ? 'copy'
          : 'other';
    return { id, what, key: keyOf(registry, maker), step, why: why ?? whyMade(status, what), since: null };
  });
  return [...standing, ...made, ...remainsOf(registry, state)];
}

/** What a delete leaves of its original, as the plan asks for it. */
function remainsOf<S>(registry: Registry<S>, state: PlanState): Standing[] {
  return [...state.phases.values()].flatMap((phase) => {
    if (phase.end?.is !== 'done' || phase.sent === 0) return [];
    const ids = effectWith(registry, phase, 'destructive')?.remains?.(phase.input) ?? [];
    const why = 'the plan has it stay when the original is deleted';
    return ids.map((id): Standing => ({ id, what: 'copy', key: 'old', step: phase.key.step, why, since: null }));
  });
}

function makersOf<S>(registry: Registry<S>, state: PlanState): Map<string, Phase> {
  const makers = new Map<string, Phase>();
  for (const phase of state.phases.values()) for (const id of createdIn(registry, phase)) makers.set(id, phase);
  return makers;
}

const copiesOf = <S>(registry: Registry<S>, phase: Phase) =>
  effectWith(registry, phase, 'additive')?.copies?.(phase.input);

const isCopy = <S>(registry: Registry<S>, phase: Phase) => copiesOf(registry, phase) !== undefined;

/** What is made of a replacement and kept with it, as a member of a cluster: it has its key. */
const isPart = <S>(registry: Registry<S>, phase: Phase) => effectWith(registry, phase, 'additive')?.belongs === true;

/** A copy of an original has its key, unless it was made under another. */
function keyOf<S>(registry: Registry<S>, maker: Phase | undefined): Standing['key'] {
  if (!maker) return 'unknown';
  const copied = copiesOf(registry, maker);
  if (copied) return copied.anew ? 'new' : 'old';
  return isPart(registry, maker) || effectWith(registry, maker, 'additive')?.replaces ? 'new' : 'unknown';
}

function whyThere(state: PlanState, status: PlanStatus, { original, originalIs }: Resource, now: number): string {
  if (originalIs === 'perhaps deleted') return 'a delete was sent, and its outcome is not known';
  const stale = state.stale.get(original);
  if (stale) return `its replacement does not stand for it: ${stale.join('; ')}`;
  if (status.status === 'rolled-back' || status.takenBack) return 'it was put back, or never taken out';
  if (status.waitsFor) {
    const { step, until } = status.waitsFor;
    if (!Number.isFinite(until)) return `${step} never opens`;
    return until > now ? `kept until ${step} opens at ${isoOf(until)}` : `${step} has been open since ${isoOf(until)}`;
  }
  return status.status === 'done' ? 'no step of the plan deletes it' : 'the run has not come to its delete';
}

function whyMade(status: PlanStatus, what: Standing['what']): string {
  if (what === 'replacement')
    return status.status === 'done'
      ? 'it is, or is a part of, what the run was for'
      : 'it was made to replace an original, or a part of one';
  return status.status === 'done' ? 'no step of the plan discards it' : 'the run has not come to discard it';
}
