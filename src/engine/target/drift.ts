import type { Observation } from '../../contract/step.ts';

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

const text = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(sorted(value)));

function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
