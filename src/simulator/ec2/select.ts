import type { Filter } from '@aws-sdk/client-ec2';
import type { TagSet } from '../tag-set.ts';
import { AwsError } from '../wire/message.ts';

type Answer = string | number | boolean | undefined | readonly (string | number | boolean | undefined)[];

/** What a filter of a Describe operation compares with, by filter name. */
export type Fields<T> = Readonly<Record<string, (item: T) => Answer>>;

const mostFilters = 50;
const mostValues = 200;

/** A test for `filters`, which also knows `tag:KEY` and `tag-key` when `tags` is given. Unknown filters are refused. */
export function matching<T>(
  filters: readonly Filter[] | undefined,
  fields: Fields<T>,
  tags?: (item: T) => ReadonlyMap<string, string>,
): (item: T) => boolean {
  if ((filters?.length ?? 0) > mostFilters)
    throw new AwsError('FilterLimitExceeded', `The maximum is ${mostFilters} filters.`);
  const tests = (filters ?? []).map((filter) => {
    const name = filter.Name ?? '';
    const read = fieldOf(name, fields, tags);
    const values = filter.Values ?? [];
    if (values.length > mostValues) {
      throw new AwsError(
        'FilterLimitExceeded',
        `The maximum number of filter values specified on a single call is ${mostValues}`,
      );
    }
    const wanted = pattern(values);
    return (item: T) => {
      const answer = read(item);
      return (Array.isArray(answer) ? answer : [answer]).some((one) => one !== undefined && wanted(String(one)));
    };
  });
  return (item) => tests.every((test) => test(item));
}

function fieldOf<T>(name: string, fields: Fields<T>, tags?: (item: T) => ReadonlyMap<string, string>) {
  const known = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (known) return known;
  if (tags && name === 'tag-key') return (item: T) => [...tags(item).keys()];
  if (tags && name.startsWith('tag:')) return (item: T) => tags(item).get(name.slice('tag:'.length));
  throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`);
}

/** EC2 filter values may hold `*` and `?`, and a backslash before either to mean itself. */
function pattern(values: readonly string[]): (text: string) => boolean {
  const plain = new Set(values.filter((value) => !/[*?\\]/.test(value)));
  const wild = values
    .filter((value) => !plain.has(value))
    .map((value) => {
      const source = value.replace(/\\([*?\\])|[*?]|[^*?\\]+|\\/g, (part, literal?: string) => {
        if (literal) return quoted(literal);
        return part === '*' ? '[^]*' : part === '?' ? '[^]' : quoted(part);
      });
      return new RegExp(`^${source}$`);
    });
  return (text) => plain.has(text) || wild.some((one) => one.test(text));
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

interface Paged {
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

const fewestPerPage = 5;
const mostPerPage = 1000;

/** One page of `items`, in an order that has nothing to do with their age; without MaxResults, all of them. */
export function page<T>(
  items: readonly T[],
  asked: Paged,
  idOf: (item: T) => string,
): { items: T[]; NextToken?: string } {
  const { MaxResults, NextToken } = asked;
  if (MaxResults !== undefined && (MaxResults < fewestPerPage || !Number.isInteger(MaxResults))) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value of at least ${fewestPerPage}.`,
    );
  }
  const ordered = items
    .map((item) => ({ id: idOf(item), item }))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const after = NextToken === undefined ? '' : readToken(NextToken);
  const from = after === '' ? 0 : ordered.findIndex(({ id }) => id > after);
  const left = from < 0 ? [] : ordered.slice(from);
  const unpaged = NextToken === undefined ? left.length : mostPerPage;
  const size = MaxResults === undefined ? unpaged : Math.min(MaxResults, mostPerPage);
  const taken = left.slice(0, size);
  const last = taken.at(-1);
  return {
    items: taken.map(({ item }) => item),
    ...(last && left.length > size ? { NextToken: Buffer.from(`after:${last.id}`).toString('base64url') } : {}),
  };
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('after:')) throw new AwsError('InvalidNextToken', `The token '${token}' is invalid`);
  return text.slice('after:'.length);
}

/** A kind of resource as EC2 words its refusals. */
export interface Kind {
  readonly prefix: string;
  readonly malformed: string;
  readonly notFound: string;
  /** The name of the parameter that holds ids of this kind in a Describe call. */
  readonly parameter: string;
  missing(ids: readonly string[]): string;
}

const listed = (ids: readonly string[]) => ids.join(', ');

export const kinds = {
  volume: {
    prefix: 'vol',
    malformed: 'InvalidVolumeID.Malformed',
    notFound: 'InvalidVolume.NotFound',
    parameter: 'volumeSet',
    missing: (ids) =>
      ids.length > 1 ? `The volumes '${listed(ids)}' do not exist.` : `The volume '${listed(ids)}' does not exist.`,
  },
  snapshot: {
    prefix: 'snap',
    malformed: 'InvalidSnapshotID.Malformed',
    notFound: 'InvalidSnapshot.NotFound',
    parameter: 'snapshotSet',
    missing: (ids) =>
      ids.length > 1 ? `The snapshots '${listed(ids)}' do not exist.` : `The snapshot '${listed(ids)}' does not exist.`,
  },
  instance: {
    prefix: 'i',
    malformed: 'InvalidInstanceID.Malformed',
    notFound: 'InvalidInstanceID.NotFound',
    parameter: 'instancesSet',
    missing: (ids) =>
      ids.length > 1
        ? `The instance IDs '${listed(ids)}' do not exist`
        : `The instance ID '${listed(ids)}' does not exist`,
  },
  networkInterface: {
    prefix: 'eni',
    malformed: 'InvalidNetworkInterfaceID.Malformed',
    notFound: 'InvalidNetworkInterfaceID.NotFound',
    parameter: 'networkInterfaceIdSet',
    missing: (ids) => `The networkInterface ID '${listed(ids)}' does not exist`,
  },
  address: {
    prefix: 'eipalloc',
    malformed: 'InvalidAllocationID.Malformed',
    notFound: 'InvalidAllocationID.NotFound',
    parameter: 'allocationIdsSet',
    missing: (ids) => `The allocation IDs '${listed(ids)}' do not exist`,
  },
} satisfies Record<string, Kind>;

export function checkId(kind: Kind, id: string): void {
  if (!new RegExp(`^${kind.prefix}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`).test(id)) {
    throw new AwsError(kind.malformed, `Invalid id: "${id}" (expecting "${kind.prefix}-...")`);
  }
}

/** The resources of `ids`, or all. One id that is not there fails the whole call, as in EC2. */
export function listedOrAll<T>(
  kind: Kind,
  asked: Paged & { ids: readonly string[] | undefined },
  all: () => Iterable<T>,
  find: (id: string) => T | undefined,
): T[] {
  // An empty list means everything, not nothing (facts §1.6).
  if (!asked.ids?.length) return [...all()];
  if (asked.MaxResults !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      `The parameter ${kind.parameter} cannot be used with the parameter maxResults`,
    );
  }
  if (asked.ids.length > mostPerPage)
    throw new AwsError('InvalidParameterValue', `No more than ${mostPerPage} ids may be given.`);
  const ids = [...new Set(asked.ids)];
  for (const id of ids) checkId(kind, id);
  const missing = ids.filter((id) => find(id) === undefined);
  if (missing.length > 0) throw new AwsError(kind.notFound, kind.missing(missing));
  return ids.flatMap((id) => find(id) ?? []);
}

/** The tags as a Describe call shows them at `time`: left out when there are none (moto#2097, boto3#388). */
export function tagList(tags: TagSet, time: number): { Key: string; Value: string }[] | undefined {
  return tags.seenAt(time).size > 0 ? tagsMade(tags, time) : undefined;
}

/** The tags as a call answers that made something: an empty list when there are none. */
export function tagsMade(tags: TagSet, time: number): { Key: string; Value: string }[] {
  return [...tags.seenAt(time)].map(([Key, Value]) => ({ Key, Value }));
}

export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined || value === '')
    throw new AwsError('MissingParameter', `The request must contain the parameter ${name}`);
  return value;
}
