import { expect, test } from 'vitest';
import { chained, genesis, scan } from '../../src/journal/chain.ts';

const place = { run: '20180606T021500Z-k3x7qa', stateDir: '.rekey', file: '000001.jsonl', first: 5 };
const one = chained('{"t":"passed","plan":"a","step":"one","at":"2018"}', genesis);
const two = chained('{"t":"passed","plan":"a","step":"zwölf","at":"2018"}', one.hash);

test('what is read is what was written', () => {
  const found = scan(Buffer.from(one.line + two.line), genesis, place);
  expect(found.records).toEqual([
    { t: 'passed', plan: 'a', step: 'one', at: '2018' },
    { t: 'passed', plan: 'a', step: 'zwölf', at: '2018' },
  ]);
  expect(found).toMatchObject({ head: two.hash, hashes: [one.hash, two.hash], torn: 0 });
});

test('a last line without its newline counts when its hash is right', () => {
  const bytes = Buffer.from((one.line + two.line).slice(0, -1));
  expect(scan(bytes, genesis, place)).toMatchObject({ head: two.hash, bytes: bytes.length, torn: 0 });
});

test('a last line cut short is torn and leaves the records before it', () => {
  const bytes = Buffer.from(one.line + two.line).subarray(0, -2);
  const whole = Buffer.byteLength(one.line);
  expect(scan(bytes, genesis, place)).toMatchObject({ head: one.hash, bytes: whole, torn: bytes.length - whole });
});

test('a damaged line is refused with its number in the journal', () => {
  const bytes = Buffer.from(one.line + two.line.replace('zw', 'zv'));
  expect(() => scan(bytes, genesis, place)).toThrow(
    expect.objectContaining({ code: 'journal-damaged', message: expect.stringContaining('record 6 of run') }),
  );
});

test('a changed last newline does not pass for a torn line', () => {
  const bytes = Buffer.from(`${one.line.slice(0, -1)}\v`);
  expect(() => scan(bytes, genesis, place)).toThrow(expect.objectContaining({ code: 'journal-damaged' }));
});

test('lines in another order are refused', () => {
  expect(() => scan(Buffer.from(two.line + one.line), genesis, place)).toThrow(/record 5 /);
});

test.each([
  ['{"t":"teleported","at":"2018"}', 'written by a newer rekey?'],
  ['{"t":"toString","at":"2018"}', 'written by a newer rekey?'],
  ['{"kind":"passed","at":"2018"}', 'it is not a record'],
])('a record of an unknown kind is refused although its hash is right: %s', (json, why) => {
  expect(() => scan(Buffer.from(chained(json, genesis).line), genesis, place)).toThrow(why);
});
