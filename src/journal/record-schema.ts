import * as z from 'zod';
import type { Json } from '../contract/json.ts';
import type { Entry, JournalRecord } from '../contract/record.ts';

// A check is named by what it asks for, so that what is wrong can be said in a sentence.
const text = z.string('a text');
const flag = z.boolean('true or false');
const count = z.int('a whole number').nonnegative('a whole number from 0 on');
const list = <T>(of: z.ZodType<T>): z.ZodType<readonly T[]> => z.array(of, 'a list').readonly();
const oneOf = <const T extends string>(...words: readonly T[]) => z.enum(words, `one of ${words.join(', ')}`);
const object = <T extends z.core.$ZodLooseShape>(members: T) => z.strictObject(members, 'an object');

// A date that a journal can't mean would fail only where it is printed.
const longestMs = 8_640_000_000_000_000;
const moment = z
  .number('a time in ms')
  .nonnegative('a time in ms from 1970 on')
  .max(longestMs, 'a time in ms that a calendar has');
const isoTime = z
  .string('a time')
  .refine(
    (told) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(told) && !Number.isNaN(Date.parse(told)),
    'a time as 2018-06-06T02:15:00.000Z',
  );

/** How deep a value may be nested: a recursion into a deeper one could end the process. */
const deepest = 100;
const json = z.custom<Json>(
  (value) => value !== undefined && !isDeeper(value, deepest),
  `a value of JSON that is nested at most ${deepest} deep`,
);
const members = z.custom<{ readonly [name: string]: Json }>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && !isDeeper(value, deepest),
  'an object',
);

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const inner of Object.values(value)) {
    if (isDeeper(inner, levels - 1)) return true;
  }
  return false;
}

const key = object({
  plan: text,
  step: text,
  item: text.nullable(),
  generation: count,
  undo: count.exactOptional(),
});
const owner = object({ host: text, machine: text, boot: text, pidNamespace: text, pid: count, started: text });
const stop = object({ error: text, message: text, hint: text, exit: count });
const observation = object({ shape: members, life: members });
const source = object({ file: text, text, sets: list(text), hash: text });
const sealed = z.record(z.string().regex(/^[1-9]\d{0,8}$/), count, 'lengths by segment');

const ofPlan = { plan: text };
const ofStep = { plan: text, step: text };

/** A kind of record: its name, and its members beside `t` and `at`. */
const kind = <const T extends Entry['t'], S extends z.core.$ZodLooseShape>(t: T, shape: S) =>
  object({ t: z.literal(t), ...shape, at: isoTime });

const kinds = [
  kind('open', {
    format: count.exactOptional(),
    epoch: count,
    by: owner,
    sealed,
    tookOver: z.literal(true, 'true').exactOptional(),
  }),
  kind('submitted', { run: text, version: text, plans: list(source) }),
  kind('command', { command: oneOf('run', 'resume', 'rollback'), options: members }),
  kind('observed', { ...ofPlan, observation, sightings: json.exactOptional() }),
  kind('looked', { ...ofPlan, observation: observation.nullable(), why: text.exactOptional() }),
  kind('intent', {
    key,
    uses: text,
    token: text,
    input: json,
    before: json,
    sentAt: moment.exactOptional(),
    afterRefusal: z.literal(true, 'true').exactOptional(),
  }),
  kind('spawned', { key, process: owner, until: moment }),
  kind('answered', { key, output: json }),
  kind('surplus', { key, output: json }),
  kind('done', {
    key,
    uses: text,
    input: json,
    output: json,
    changed: flag,
    expected: observation.exactOptional(),
    sightings: json.exactOptional(),
  }),
  kind('failed', { key, uses: text, reason: text, neverRan: flag }),
  kind('reopened', { key }),
  kind('retired', { ...ofStep, item: text.nullable(), reason: text }),
  kind('gate', { ...ofStep, until: moment, untilByAws: moment.exactOptional() }),
  kind('passed', ofStep),
  kind('announced', { ...ofStep, text, sightings: json.exactOptional() }),
  kind('write-point', { ...ofPlan, key: key.nullable(), reason: text }),
  kind('unwinding', {
    ...ofPlan,
    stop: stop.nullable(),
    happened: list(object({ key, output: json })),
    sightings: json.exactOptional(),
  }),
  kind('kept', { key, id: text, reason: text }),
  kind('stale', { ...ofPlan, original: text, findings: list(text) }),
  kind('lived', { ...ofPlan, ids: list(text), reason: text }),
  kind('drifted', { ...ofPlan, differences: list(text) }),
  kind('unwound', { ...ofPlan, turned: text.exactOptional() }),
  kind('stopped', { ...ofPlan, stop }),
  kind('finished', { ...ofPlan, status: oneOf('done', 'rolled-back') }),
  kind('interrupted', { signal: text }),
] as const;

/** Every record that a journal may hold. Its type is that of the contract, which test/journal/record-schema.test.ts sees to. */
export const recordSchema = z.discriminatedUnion('t', kinds, 'an object');

/** The record that `value`, as JSON.parse gave it, is: the very value, so that it gives the line again from which it was read. Else why it is none, in words. */
export function asRecord(value: unknown): { readonly record: JournalRecord } | { readonly why: string } {
  const parsed = recordSchema.safeParse(value);
  if (parsed.success) return { record: value as JournalRecord };
  const [issue] = parsed.error.issues;
  return { why: issue === undefined ? 'it is no record' : sentenceOf(issue, value) };
}

function sentenceOf(issue: z.core.$ZodIssue, value: unknown): string {
  const path = issue.path.map(String);
  const place = path.map((name) => (/^[\w-]{1,40}$/.test(name) ? name : shown(name))).join('.');
  if (issue.code === 'unrecognized_keys') {
    return `${place === '' ? 'it' : `its ${place}`} has a member ${shown(issue.keys[0])} that does not belong there`;
  }
  const found = path.reduce(memberOf, value);
  if (place === '') return `it is not ${issue.message}`;
  if (found === undefined) return `it has no ${place}`;
  if (place === 't') return `it is a ${shown(found)}, which is no kind of record`;
  return `its ${place} is not ${issue.message}`;
}

function memberOf(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name)
    ? (of as { readonly [name: string]: unknown })[name]
    : undefined;
}

/** Whatever stands in the file, short and without control characters. */
function shown(value: unknown): string {
  const found = JSON.stringify(value) ?? 'undefined';
  return found.length > 60 ? `${found.slice(0, 57)}…` : found;
}
