import type { Filter } from '@aws-sdk/client-rds';
import { required } from '../../ec2/select.ts';
import type { TagSet } from '../../tag-set.ts';
import { refusals } from '../rules/refusals.ts';

/** Identifiers are kept in lower case (facts §1.4). */
export function folded(name: string): string {
  return name.toLowerCase();
}

/** A new identifier as it is kept. Throws InvalidParameterValue when it is none. */
export function newIdentifier(name: string | undefined, parameter: string, longest: number): string {
  const given = required(name, parameter);
  if (given.length > longest || !/^[a-zA-Z](?:-?[a-zA-Z0-9])*$/.test(given)) {
    throw refusals.value(
      `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    );
  }
  return folded(given);
}

type Answer = string | undefined | readonly string[];

/** A test for RDS filters, which know no wildcards. Throws InvalidParameterValue for a filter that `fields` has not. */
export function passing<T>(
  filters: readonly Filter[] | undefined,
  fields: Readonly<Record<string, (item: T) => Answer>>,
): (item: T) => boolean {
  const tests = (filters ?? []).map(({ Name = '', Values = [] }) => {
    const read = Object.hasOwn(fields, Name) ? fields[Name] : undefined;
    if (!read) throw refusals.value(`Unrecognized filter name: ${Name}`);
    if (Values.length === 0) throw refusals.value(`The filter ${Name} needs values.`);
    const wanted = new Set(Values);
    return (item: T) => {
      const answer = read(item);
      return (Array.isArray(answer) ? answer : [answer]).some((one) => one !== undefined && wanted.has(one));
    };
  });
  return (item) => tests.every((test) => test(item));
}

const fewest = 20;
const most = 100;

/** One page by MaxRecords (20 to 100, the default) and Marker, in order of names (facts §6.4). */
export function markedPage<T>(
  items: readonly T[],
  asked: { MaxRecords?: number | undefined; Marker?: string | undefined },
  nameOf: (item: T) => string,
): { items: T[]; Marker?: string } {
  const size = asked.MaxRecords ?? most;
  if (size < fewest || size > most) {
    throw refusals.value(`Invalid value ${size} for MaxRecords. Must be between ${fewest} and ${most}`);
  }
  const after = asked.Marker === undefined ? '' : Buffer.from(asked.Marker, 'base64url').toString();
  const named = items.map((item) => ({ name: nameOf(item), item }));
  const left = named.filter(({ name }) => name > after).sort((a, b) => (a.name < b.name ? -1 : 1));
  const taken = left.slice(0, size);
  const last = taken.at(-1);
  return {
    items: taken.map(({ item }) => item),
    ...(last && left.length > size ? { Marker: Buffer.from(last.name).toString('base64url') } : {}),
  };
}

export function tagList(tags: TagSet, time: number): { Key: string; Value: string }[] {
  return [...tags.seenAt(time)].map(([Key, Value]) => ({ Key, Value }));
}
