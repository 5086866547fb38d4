import { type Json, toJson } from '../../contract/json.ts';
import type { Attributes, Observation, Registry } from '../../contract/step.ts';
import { pairOf } from '../../engine/state/pairs.ts';
import { effectWith } from '../../engine/state/phases.ts';
import { isCurrent, type Phase, type PlanState } from '../../engine/state/run-state.ts';
import type { PlanStatus } from '../plan-status.ts';
import type { Judged } from './judgements.ts';
import type { Attribute, Resource } from './schema.ts';
import { flat, isoOf, isoOrNull, valueText } from './words.ts';

/** An original as a read of this plan has found it. */
interface Read {
  readonly at: number;
  readonly attributes: Attributes;
}

/** Each original with what was made for it, of any generation, and how both are set, as far as that is on record. */
export function resourcesOf<S>(
  registry: Registry<S>,
  state: PlanState,
  status: PlanStatus,
  judged: ReadonlyMap<string, readonly Judged[]>,
): Resource[] {
  const reads = readsOf(registry, state);
  const phases = [...state.phases.values()].sort((a, b) => a.order - b.order);
  const made = phases.flatMap((phase) => {
    const pair = pairOf(registry, phase);
    return pair ? [{ phase, pair }] : [];
  });
  const pairs = made.map(({ phase, pair }) => {
    const asked = effectWith(registry, phase, 'additive')?.asked?.(phase.input);
    return resource(
      pair,
      { phase, current: isCurrent(state, phase.key), asked, read: reads.get(pair.original) },
      status,
      judged,
    );
  });
  const alone = [...reads].filter(([id]) => !made.some(({ pair }) => pair.original === id));
  return [...pairs, ...alone.map(([id, read]) => unmade(id, read, status))];
}

function readsOf<S>(registry: Registry<S>, state: PlanState): Map<string, Read> {
  const reads = new Map<string, Read>();
  // The first read is of before anything was touched.
  for (const { uses, input, end } of [...state.phases.values()].sort((a, b) => b.order - a.order)) {
    const definition = registry.step(uses);
    if (definition?.kind !== 'read' || end?.is !== 'done') continue;
    const found = definition.originals?.(input, end.output) ?? {};
    for (const [id, attributes] of Object.entries(found)) reads.set(id, { at: end.at, attributes });
  }
  return reads;
}

interface Made {
  readonly phase: Phase;
  readonly current: boolean;
  readonly asked: Attributes | undefined;
  readonly read: Read | undefined;
}

function resource(
  { original, replacement, beside }: NonNullable<ReturnType<typeof pairOf>>,
  { phase, current, asked, read }: Made,
  status: PlanStatus,
  judged: ReadonlyMap<string, readonly Judged[]>,
): Resource {
  const about = (judged.get(original) ?? []).filter(({ verdict }) => verdict.replacement === replacement);
  const last = about.at(-1)?.verdict;
  const key = keyIn(last);
  const wanted = asked && { ...(key !== undefined && { key }), ...asked };
  return {
    original,
    replacement,
    ...(beside && { beside }),
    originalIs: fateOfOriginal(original, status),
    replacementIs: fateOfReplacement(replacement, status),
    readAt: isoOrNull(read?.at),
    madeAt: phase.end?.is === 'done' ? isoOf(phase.end.at) : null,
    attributes: differences(read?.attributes, wanted),
    verdicts: about.map(({ judgement }) => judgement),
    facts: last && current ? factsIn(last) : [],
  };
}

function unmade(original: string, { at, attributes }: Read, status: PlanStatus): Resource {
  return {
    original,
    replacement: null,
    originalIs: fateOfOriginal(original, status),
    replacementIs: 'never made',
    readAt: isoOf(at),
    madeAt: null,
    attributes: differences(attributes, undefined),
    verdicts: [],
    facts: [],
  };
}

function fateOfOriginal(id: string, { deleted, deleting }: PlanStatus): Resource['originalIs'] {
  if (deleted.includes(id)) return 'deleted';
  return deleting.includes(id) ? 'perhaps deleted' : 'there';
}

function fateOfReplacement(id: string, { discarded, inDoubt }: PlanStatus): Resource['replacementIs'] {
  if (discarded.includes(id)) return 'discarded';
  return inDoubt.some((one) => one.id === id) ? 'perhaps discarded' : 'there';
}

function keyIn(verdict: object | undefined): string | undefined {
  const { key } = (verdict ?? {}) as { readonly key?: unknown };
  return typeof key === 'string' ? key : undefined;
}

/** Attribute by attribute; what is on record of one side alone comes last. */
export function differences(before: Attributes | undefined, after: Attributes | undefined): Attribute[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const textOf = (value: Json | undefined) => (value === undefined ? null : valueText(value));
  const all = names.map((name): Attribute => {
    const [was, is] = [textOf(before?.[name]), textOf(after?.[name])];
    return { name, before: was, after: is, changed: was !== null && is !== null && was !== is };
  });
  const rank = ({ changed, before, after }: Attribute) => (changed ? 0 : before === null || after === null ? 1 : 2);
  return all.sort((a, b) => rank(a) - rank(b));
}

/** The target itself, as it was first seen and as it was last. */
export function targetDifferences(first: Observation | undefined, last: Observation | undefined): Attribute[] {
  const named = (seen: Observation | undefined) =>
    seen && Object.fromEntries([...flat(toJson(seen.shape)), ...flat(toJson(seen.life))]);
  return differences(named(first), named(last));
}

const told: readonly string[] = ['id', 'original', 'replacement', 'status', 'findings'];

function factsIn(verdict: object): Resource['facts'] {
  return Object.entries(toJson(verdict) as Attributes)
    .filter(([name]) => !told.includes(name))
    .flatMap(([name, value]) => flat(value, name))
    .map(([name, value]) => ({ name, value }));
}
