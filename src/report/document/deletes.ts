import type { JournalRecord } from '../../contract/record.ts';
import { createdBy, type EffectOf, type Registry } from '../../contract/step.ts';
import { keyText } from '../../engine/state/key.ts';
import { ownStep } from '../../engine/state/own-steps.ts';
import { deletedBy, effectOf, effectWith } from '../../engine/state/phases.ts';
import type { Phase, PlanState } from '../../engine/state/run-state.ts';
import type { Times } from './journal-walk.ts';
import type { Judged } from './judgements.ts';
import type { Delete } from './schema.ts';
import { isoOf } from './words.ts';

/** What is on record of a plan, beside its state. */
export interface OnRecord {
  readonly times: ReadonlyMap<string, Times>;
  readonly records: readonly JournalRecord[];
  readonly judged: ReadonlyMap<string, readonly Judged[]>;
}

/**
 * Each delete of an original, or of a part of one, that was sent, with what spoke for it. An intent is written only when the proof that
 * is taken right before it has no finding, so that each send stands for a proof of its time.
 */
export function deletesOf<S>(registry: Registry<S>, state: PlanState, on: OnRecord): Delete[] {
  return [...state.phases.values()]
    .filter((phase) => phase.sent > 0)
    .sort((a, b) => a.order - b.order)
    .flatMap((phase) => {
      const id = deletedBy(registry, phase);
      const definition = effectWith(registry, phase, 'destructive');
      return id === undefined || !definition ? [] : [deleteOf(registry, state, on, { phase, id, definition })];
    });
}

interface Sent<S> {
  readonly phase: Phase;
  readonly id: string;
  readonly definition: EffectOf<S, 'destructive'>;
}

function deleteOf<S>(
  registry: Registry<S>,
  state: PlanState,
  on: OnRecord,
  { phase, id, definition }: Sent<S>,
): Delete {
  const { key, uses, input, end } = phase;
  const sends = on.times.get(keyText(key))?.sends ?? [];
  const verdict = definition.verdict(input);
  const about = (on.judged.get(id) ?? []).filter(({ verdict: one }) => one.replacement === verdict.replacement);
  const { evidence } = definition;
  return {
    id,
    replacement: verdict.replacement,
    step: key.step,
    uses,
    item: key.item,
    ...(definition.deletesPart && { part: true as const }),
    sentAt: sends.map(({ at }) => isoOf(at)),
    sentAtByAws: sends.flatMap(({ atThere }) => (atThere === undefined ? [] : [isoOf(atThere)])),
    goneAt: end?.is === 'done' ? isoOf(end.at) : null,
    ...(end?.is === 'failed' && { failed: end.reason }),
    verdict: { status: verdict.status, findings: [...verdict.findings] },
    judgedBy: about.map(({ judgement }) => judgement),
    snapshots: evidence ? snapshotsFor(registry, state, id, { definition, verdict }) : [],
    asksForSnapshot: evidence ? evidence.makes(input) !== undefined : null,
    said: saidOf(state.name, on.records, [key.step, ownStep.evidence], id),
  };
}

/** The evidence that was made for the delete of an original, of each of its tries. */
function snapshotsFor<S>(
  registry: Registry<S>,
  state: PlanState,
  original: string,
  { definition, verdict }: { readonly definition: EffectOf<S, 'destructive'>; readonly verdict: object },
): Delete['snapshots'] {
  const { snapshot } = verdict as { readonly snapshot?: unknown };
  const comparedWith = typeof snapshot === 'string' ? snapshot : null;
  return [...state.phases.values()].flatMap((phase) => {
    const { key, end } = phase;
    if (key.step !== ownStep.evidence || key.item !== original || key.undo !== undefined) return [];
    const effect = effectOf(registry, phase);
    if (!effect || end?.is !== 'done' || !definition.evidence) return [];
    const takenAt = isoOf(definition.evidence.takenAt(end.output));
    return createdBy(effect, end.output).map((id) => ({ id, takenAt, comparedWith }));
  });
}

function saidOf(plan: string, records: readonly JournalRecord[], steps: readonly string[], id: string): Delete['said'] {
  return records.flatMap((record) => {
    const is = record.t === 'announced' && record.plan === plan && steps.includes(record.step);
    return is && record.text.includes(id) ? [{ at: record.at, text: record.text }] : [];
  });
}
