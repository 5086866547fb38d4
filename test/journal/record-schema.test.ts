import { describe, expect, expectTypeOf, test } from 'vitest';
import type * as z from 'zod';
import type { Json } from '../../src/contract/json.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import { asRecord, type recordSchema } from '../../src/journal/record-schema.ts';

/** A type without `readonly`, which a schema can't say, and with a mark where any JSON may stand. */
type Plain<T> = Json extends T
  ? 'any JSON'
  : T extends readonly (infer E)[]
    ? Plain<E>[]
    : T extends object
      ? { -readonly [K in keyof T]: Plain<T[K]> }
      : T;

test('what the schema takes has the type of the contract, member by member', () => {
  expectTypeOf<Plain<z.infer<typeof recordSchema>>>().toEqualTypeOf<Plain<JournalRecord>>();
});

const at = '2018-06-06T02:15:00.000Z';
const key = { plan: 'orders', step: 'create', item: null, generation: 0 };
const stop = { error: 'run-held', message: 'held', hint: 'wait', exit: 5 };
const nested = (levels: number): Json => (levels === 0 ? 1 : { deeper: nested(levels - 1) });

describe('a record', () => {
  test('is given back as it is, the very value', () => {
    const value = { step: 'soak', t: 'passed', at, plan: 'orders' };
    expect(asRecord(value)).toEqual({ record: value });
    expect(JSON.stringify((asRecord(value) as { record: JournalRecord }).record)).toBe(JSON.stringify(value));
  });

  test('may lack what is optional, and hold null where nothing is meant', () => {
    expect(asRecord({ t: 'write-point', plan: 'orders', key: null, reason: 'seen', at })).toHaveProperty('record');
    expect(asRecord({ t: 'answered', key: { ...key, undo: 2 }, output: null, at })).toHaveProperty('record');
    expect(asRecord({ t: 'unwinding', plan: 'orders', stop, happened: [{ key, output: null }], at })).toHaveProperty(
      'record',
    );
  });
});

describe('what is no record is refused with a sentence', () => {
  const done = { t: 'done', key, uses: 'ebs.create-volume', input: null, output: {}, changed: true, at };
  const open = { t: 'open', epoch: 1, sealed: {}, at };
  test.each<[string, unknown]>([
    ['it is not an object', null],
    ['it is not an object', [done]],
    ['it has no t', {}],
    ['it is a "__proto__", which is no kind of record', { ...done, t: '__proto__' }],
    ['it is a {"t":"done"}, which is no kind of record', { ...done, t: { t: 'done' } }],
    ['it has no at', { ...done, at: undefined }],
    ['its at is not a time as 2018-06-06T02:15:00.000Z', { ...done, at: 'yesterday' }],
    ['its at is not a time as 2018-06-06T02:15:00.000Z', { ...done, at: '2018-19-06T02:15:00.000Z' }],
    ['it has no key.generation', { ...done, key: { ...key, generation: undefined } }],
    ['its key.generation is not a whole number', { ...done, key: { ...key, generation: 0.5 } }],
    ['its key.generation is not a whole number from 0 on', { ...done, key: { ...key, generation: -1 } }],
    ['its key.item is not a text', { ...done, key: { ...key, item: 7 } }],
    ['its changed is not true or false', { ...done, changed: 'yes' }],
    ['it has no output', { ...done, output: undefined }],
    ['it has a member "neverRan" that does not belong there', { ...done, neverRan: true }],
    ['its key has a member "admin" that does not belong there', { ...done, key: { ...key, admin: 1 } }],
    [
      'it has a member "__proto__" that does not belong there',
      JSON.parse(`{"t":"unwound","plan":"a","at":"${at}","__proto__":{}}`),
    ],
    ['its input is not a value of JSON that is nested at most 100 deep', { ...done, input: nested(101) }],
    ['its expected.shape is not an object', { ...done, expected: { shape: [], life: {} } }],
    ['it has no by', open],
    ['its until is not a time in ms that a calendar has', { t: 'gate', plan: 'a', step: 'b', until: 1e300, at }],
    ['its until is not a time in ms', { t: 'gate', plan: 'a', step: 'b', until: Number.POSITIVE_INFINITY, at }],
    ['its findings.1 is not a text', { t: 'stale', plan: 'a', original: 'b', findings: ['c', null], at }],
    ['its status is not one of done, rolled-back', { t: 'finished', plan: 'a', status: 'running', at }],
  ])('%s', (why, value) => {
    expect(asRecord(value)).toEqual({ why });
  });

  test('which is short and without control characters, whatever stands there', () => {
    const { why } = asRecord({ t: `\u001b[2J${'x'.repeat(5_000)}`, at }) as { why: string };
    expect(why).toMatch(/^it is a "\\u001b\[2Jx{40,}…, which is no kind of record$/);
    expect(why.length).toBeLessThan(120);
  });

  test('and a value that is nested just as deep as allowed is read', () => {
    expect(asRecord({ ...done, input: nested(100) })).toHaveProperty('record');
  });
});
