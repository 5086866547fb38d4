import { canonical, type Json } from '../../contract/json.ts';

/** A moment of a report: ISO 8601, UTC. */
export function isoOf(at: number): string {
  return new Date(at).toISOString();
}

/** The same; null for a time that never comes, or is not on record. */
export function isoOrNull(at: number | undefined): string | null {
  return at === undefined || !Number.isFinite(at) ? null : isoOf(at);
}

/** A value as one text. */
export function valueText(value: Json): string {
  return typeof value === 'string' ? value : canonical(value);
}

/** A value taken apart: each member by its path. Lists are one value. */
export function flat(value: Json, path = ''): readonly (readonly [string, string])[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [[path, valueText(value)]];
  return Object.entries(value).flatMap(([name, inner]) => flat(inner, path === '' ? name : `${path}.${name}`));
}

/** `1 volume`, `3 volumes`. */
export function counted(many: number, one: string, several = `${one}s`): string {
  return `${many} ${many === 1 ? one : several}`;
}

/** `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
