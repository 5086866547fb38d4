import type { Filter } from '@aws-sdk/client-rds';
import { required } from '../ec2/select.ts';
import type { TagSet } from '../tag-set.ts';
import type { World } from '../world.ts';
import type { Database, DbSnapshot } from './model.ts';
import { refusals } from './refusals.ts';

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

export function databaseArn(world: World, identifier: string): string {
  return world.arn('rds', `db:${identifier}`);
}

export function snapshotArn(world: World, id: string): string {
  return world.arn('rds', `snapshot:${id}`);
}

/** The instance that holds the name, or is on its way to it: a name is taken by both. */
export function holderOf(world: World, identifier: string): Database | undefined {
  for (const one of world.rds.databases.values()) {
    if (one.identifier === identifier || one.renamingTo === identifier) return one;
  }
  return undefined;
}

/** By the name that Describe finds it under now. */
export function visibleDatabase(world: World, name: string): Database | undefined {
  for (const one of world.rds.databases.values()) {
    if (one.visibleFrom <= world.time && one.answersTo.includes(name)) return one;
  }
  return undefined;
}

/** The instance that a call names, by identifier or ARN. Throws DBInstanceNotFound. */
export function databaseOf(world: World, name: string | undefined): Database {
  const given = required(name, 'DBInstanceIdentifier');
  const prefix = databaseArn(world, '');
  const identifier = folded(given.startsWith(prefix) ? given.slice(prefix.length) : given);
  const found = visibleDatabase(world, identifier);
  if (!found) throw refusals.noDatabase(identifier);
  return found;
}

/** The snapshot that a call names, by identifier or ARN. Throws DBSnapshotNotFound. */
export function snapshotOf(world: World, name: string | undefined, parameter = 'DBSnapshotIdentifier'): DbSnapshot {
  const given = required(name, parameter);
  const prefix = snapshotArn(world, '');
  const id = folded(given.startsWith(prefix) ? given.slice(prefix.length) : given);
  const found = world.rds.snapshots.get(id);
  if (!found || found.visibleFrom > world.time) throw refusals.noSnapshot(id);
  return found;
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
