import { canonical } from '../../contract/json.ts';
import type { Observation } from '../../contract/step.ts';
import type { ActiveSide, Pair } from '../state/pairs.ts';

/** What was seen of the target, and what that means for the pairs this run moves. */
export interface TargetState {
  readonly observation: Observation;
  readonly running: boolean;
  readonly on: readonly string[];
  /** What clients find by the name of the target, where they find it by a name; null while nothing has it. */
  readonly named?: string | null;
  readonly activeSide: ActiveSide;
  /** Of the target and its originals, those that are gone. */
  readonly missing: readonly string[];
  /** Of what it holds, what is on its way in or out. */
  readonly unsettled: readonly string[];
}

/** What the target is compared with, and how far the run has come with it. */
export interface Expectation {
  readonly observation: Observation;
  readonly running: boolean;
  readonly pairs: readonly Pair[];
  /** Has the cut-over begun? Restarts before it are nobody's business. */
  readonly begun: boolean;
  readonly writePointPassed: boolean;
  /** What was seen changed earlier in this cut-over, on record. */
  readonly drift: readonly string[];
}

/** What is to be done about what was seen. */
export type Drift =
  | { readonly do: 'go on' }
  /** It runs, or ran, on all replacements: they may hold writes. */
  | { readonly do: 'write point passed'; readonly differences: readonly string[] }
  /** It runs, or ran, on a part of the replacements: a person has to decide. */
  | { readonly do: 'stop'; readonly differences: readonly string[] }
  /** It was changed, and nothing was written on a replacement. `record`: who resumes must not find it as it was. */
  | { readonly do: 'unwind'; readonly differences: readonly string[]; readonly record: boolean };

/** Decides what a look at the target means before an effect on it. */
export function driftOf(expected: Expectation, seen: TargetState): Drift {
  const { pairs, begun } = expected;
  const { running, on, activeSide } = seen;
  const now = differences(expected.observation, seen.observation, begun ? ['shape', 'life'] : ['shape']);
  // Past the write point nothing is taken back by itself any more, so what was seen once must not stop every resume.
  const takenBack = begun && !expected.writePointPassed;
  const found = [
    ...(takenBack ? new Set([...expected.drift, ...now]) : now),
    ...(begun ? [] : startedOrStopped(expected.running, running)),
  ];
  if (!found.length) return { do: 'go on' };
  const served = running || hasLived(expected.observation, seen);
  if (pairs.length && activeSide === 'replacements' && served) return { do: 'write point passed', differences: found };
  if (holdsReplacement(pairs, on) && served) return { do: 'stop', differences: found };
  return { do: 'unwind', differences: found, record: takenBack && now.length > 0 };
}

/** May something be taken from the target, or put back? The differences that forbid it; undefined when it may. */
export function undoForbiddenBy(
  expected: Observation | undefined,
  pairs: readonly Pair[],
  seen: TargetState,
): readonly string[] | undefined {
  const lived = expected ? differences(expected, seen.observation, ['life']) : [];
  return holdsReplacement(pairs, seen.on) && (seen.running || lived.length > 0) ? lived : undefined;
}

/**
 * May the target be started on what it holds? Forward, on no mixture; back, only on all originals. What its clients find by a name
 * serves by itself: if somebody has given that name away, the original serves under the one that it has now.
 */
export function mayStart(seen: TargetState, undo: boolean, pairs: readonly Pair[]): boolean {
  if (!undo) return seen.activeSide !== 'mixture';
  return seen.activeSide === 'originals' || (seen.named !== undefined && !holdsReplacement(pairs, seen.on));
}

/** Has it run since `expected`, as far as AWS shows? */
export function hasLived(expected: Observation, seen: TargetState): boolean {
  return differences(expected, seen.observation, ['life']).length > 0;
}

const holdsReplacement = (pairs: readonly Pair[], on: readonly string[]) =>
  pairs.some((pair) => on.includes(pair.replacement));

function startedOrStopped(expected: boolean, found: boolean): string[] {
  const told = (running: boolean) => (running ? 'running' : 'stopped');
  return expected === found ? [] : [`expected it ${told(expected)}, found it ${told(found)}`];
}

/** The differences between two observations, one sentence each; empty when they are equal. */
export function differences(expected: Observation, found: Observation, parts: readonly ('shape' | 'life')[]): string[] {
  return parts.flatMap((part) => {
    const names = new Set([...Object.keys(expected[part]), ...Object.keys(found[part])]);
    return [...names].sort().flatMap((name) => {
      const [was, is] = [expected[part][name], found[part][name]].map((value) => text(value));
      return was === is ? [] : [`${name}: expected ${was}, found ${is}`];
    });
  });
}

const text = (value: unknown) => (value === undefined ? 'nothing' : canonical(value));
