import type { Registry } from '../../contract/step.ts';
import type { Verdict } from '../../contract/verdict.ts';
import { currentPhases, effectWith } from './phases.ts';
import type { Phase, PlanState } from './run-state.ts';

/** An original and what was made to take its place. */
export interface Pair {
  readonly original: string;
  readonly replacement: string;
}

/** Which of each pair the target holds. `mixture`: some of both, or of neither. */
export type ActiveSide = 'originals' | 'replacements' | 'mixture';

/** The pairs of the target that this generation has made. */
export function pairsOf<S>(registry: Registry<S>, state: PlanState): Pair[] {
  return everyPairOf(registry, state).filter((pair) => !pair.beside);
}

/** Those that stand beside the target, too: about each of them there are verdicts, and each has an original to delete. */
export function everyPairOf<S>(registry: Registry<S>, state: PlanState): (Pair & { readonly beside?: true })[] {
  return currentPhases(state).flatMap((phase) => pairOf(registry, phase) ?? []);
}

/** The pair that a phase has made; undefined for what makes none, or has not yet. */
export function pairOf<S>(registry: Registry<S>, phase: Phase): (Pair & { readonly beside?: true }) | undefined {
  if (phase.end?.is !== 'done') return undefined;
  return effectWith(registry, phase, 'additive')?.replaces?.(phase.input, phase.end.output);
}

/** The last verdict about each original. */
export function verdictsOf<S>(registry: Registry<S>, state: PlanState): Map<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  for (const phase of currentPhases(state)) {
    const definition = registry.step(phase.uses);
    if (definition?.kind !== 'verify' || phase.end?.is !== 'done') continue;
    for (const verdict of definition.verdicts(phase.end.output)) verdicts.set(verdict.original, verdict);
  }
  return verdicts;
}

/** Which of each pair the target holds. Without pairs it can only hold originals. */
export function activeSideOf(pairs: readonly Pair[], on: readonly string[]): ActiveSide {
  const replaced = pairs.filter((pair) => on.includes(pair.replacement)).length;
  const original = pairs.filter((pair) => on.includes(pair.original)).length;
  if (replaced === 0 && original === pairs.length) return 'originals';
  return original === 0 && replaced === pairs.length ? 'replacements' : 'mixture';
}

/** What speaks against the pairs, one sentence each; empty when every verdict is SUCCESSFUL. */
export function badFindings(verdicts: readonly Verdict[]): string[] {
  return verdicts
    .filter((verdict) => verdict.status !== 'SUCCESSFUL')
    .map(
      (verdict) => `${verdict.original} -> ${verdict.replacement}: ${verdict.status}: ${verdict.findings.join('; ')}`,
    );
}
