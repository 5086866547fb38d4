import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { JournalRecord } from '../../src/contract/record.ts';
import { chained, genesis, Scanner } from '../../src/journal/chain.ts';

const place = { run: '20180606T021500Z-k3x7qa', stateDir: '.rekey', file: '000001.jsonl', first: 5 };
const one = chained('{"t":"passed","plan":"a","step":"one","at":"2018-06-06T02:15:00.000Z"}', genesis);
const two = chained('{"t":"passed","plan":"a","step":"zwölf","at":"2018-06-06T02:15:00.000Z"}', one.hash);

/** Scans these bytes as one piece. */
function scan(bytes: Buffer) {
  const records: JournalRecord[] = [];
  const hashes: string[] = [];
  const scanner = new Scanner(genesis, place, (record, hash) => {
    records.push(record);
    hashes.push(hash);
  });
  scanner.push(bytes);
  return { ...scanner.end(), records, hashes };
}

test('what is read is what was written', () => {
  const found = scan(Buffer.from(one.line + two.line));
  expect(found.records).toEqual([
    { t: 'passed', plan: 'a', step: 'one', at: '2018-06-06T02:15:00.000Z' },
    { t: 'passed', plan: 'a', step: 'zwölf', at: '2018-06-06T02:15:00.000Z' },
  ]);
  expect(found).toMatchObject({ head: two.hash, hashes: [one.hash, two.hash], torn: 0 });
});

test('a last line without its newline counts when its hash is right', () => {
  const bytes = Buffer.from((one.line + two.line).slice(0, -1));
  expect(scan(bytes)).toMatchObject({ head: two.hash, bytes: bytes.length, torn: 0 });
});

test('a last line cut short is torn and leaves the records before it', () => {
  const bytes = Buffer.from(one.line + two.line).subarray(0, -2);
  const whole = Buffer.byteLength(one.line);
  expect(scan(bytes)).toMatchObject({ head: one.hash, bytes: whole, torn: bytes.length - whole });
});

test('a damaged line is refused with its number in the journal', () => {
  const bytes = Buffer.from(one.line + two.line.replace('zw', 'zv'));
  expect(() => scan(bytes)).toThrow(
    expect.objectContaining({ code: 'journal-damaged', message: expect.stringContaining('record 6 of run') }),
  );
});

test('a changed last newline does not pass for a torn line', () => {
  const bytes = Buffer.from(`${one.line.slice(0, -1)}\v`);
  expect(() => scan(bytes)).toThrow(expect.objectContaining({ code: 'journal-damaged' }));
});

test('lines in another order are refused', () => {
  expect(() => scan(Buffer.from(two.line + one.line))).toThrow(/record 5 /);
});

const withRightHash = (prefix: string | Buffer) => {
  const text = Buffer.from(prefix);
  const hash = createHash('sha256').update(genesis).update(text).digest('hex');
  return Buffer.concat([text, Buffer.from(`,"hash":"${hash}"}\n`)]);
};

test.each([
  [
    'a kind that is unknown',
    '{"t":"teleported","at":"2018-06-06T02:15:00.000Z"',
    'is a "teleported", which is no kind',
  ],
  ['a kind that every object has', '{"t":"toString","at":"2018-06-06T02:15:00.000Z"', 'is a "toString", which is no'],
  ['no kind', '{"kind":"passed","at":"2018-06-06T02:15:00.000Z"', 'it has no t'],
  ['a list', '[1', 'it is not JSON'],
  ['a text', '"passed"', 'it is not JSON'],
  ['half an object', '{"t":"passed","at":', 'it is not JSON'],
  ['bytes that are no text', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31]), 'it is not UTF-8'],
])('what is no record is refused although its hash is right: %s', (_name, prefix, why) => {
  expect(() => scan(withRightHash(prefix))).toThrow(
    expect.objectContaining({
      code: 'record-malformed',
      message: expect.stringMatching(`^record 5 of run ${place.run}, in 000001.jsonl: .*${why}`),
    }),
  );
});
