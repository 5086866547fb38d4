import { appendFile, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { type JournalRecord, journalFormat } from '../../src/contract/record.ts';
import { chained, genesis, longestLine, Scanner } from '../../src/journal/chain.ts';
import { diskFiles, type Files } from '../../src/journal/files.ts';
import { readSegments } from '../../src/journal/segments.ts';
import { openStore } from '../../src/journal/store.ts';
import { full } from '../sweep/sampled.ts';
import { clock, passed, run, segment, stateDirectory, steps, submitted, writtenRun } from './scene.ts';

const by = { host: 'runner', machine: '1', boot: '1', pidNamespace: '1', pid: 1, started: '1' };
const at = '2018-06-06T02:15:00.000Z';

/** The real files, read in pieces of this length out of one buffer, which is overwritten at once. */
function inPiecesOf(bytes: number): Files {
  return {
    ...diskFiles,
    read: (file, see) =>
      diskFiles.read(file, (whole) => {
        const piece = Buffer.alloc(bytes);
        for (let from = 0; from < whole.length; from += bytes) {
          const length = whole.copy(piece, 0, from, from + bytes);
          const more = see(piece.subarray(0, length));
          piece.fill(0);
          if (!more) return false;
        }
        return true;
      }),
  };
}

// A segment of more than 125,000 could once not be read.
const many = full ? 500_000 : 150_000;

test(`a journal of ${many} records in one segment is read`, async () => {
  const stateDir = await stateDirectory();
  const file = segment(stateDir, 1);
  await mkdir(dirname(file), { recursive: true });
  const disk = await open(file, 'w');
  let head = genesis;
  let text = '';
  for (let number = 1; number <= many; number += 1) {
    const record =
      number === 1
        ? { t: 'open', format: journalFormat, epoch: 1, by, sealed: {}, at }
        : { ...(number === 2 ? submitted : passed(String(number))), at };
    const next = chained(JSON.stringify(record), head);
    head = next.hash;
    text += next.line;
    if (number % 10_000 > 0) continue;
    await disk.write(text);
    text = '';
  }
  await disk.close();
  const read = await openStore(stateDir, clock).read(run);
  expect(read.records.length).toBe(many);
  expect(read.head).toBe(head);
  expect(read.records.at(-1)).toEqual({ ...passed(String(many)), at });
}, 60_000);

test.each([1, 2, 3, 64, 1_000])('what is read in pieces of %i bytes is what is read at once', async (bytes) => {
  const stateDir = await writtenRun(['one'], ['two', 'zwölf'], ['three']);
  await appendFile(segment(stateDir, 1), 'a late write');
  await appendFile(segment(stateDir, 3), '{"t":"pass');
  const place = { run, stateDir };
  const read = await readSegments(inPiecesOf(bytes), place);
  expect(read).toEqual(await readSegments(diskFiles, place));
  expect(steps(read.records)).toEqual(['one', 'two', 'zwölf', 'three']);
  expect(read.torn.map(({ bytes: torn }) => torn)).toEqual([12, 10]);
});

test('a line without an end is damage as soon as it is longer than any that is written', () => {
  const place = { run, stateDir: '.rekey', file: '000001.jsonl', first: 1 };
  const scanner = new Scanner(genesis, place, () => {});
  const piece = Buffer.alloc(longestLine / 8, 'x');
  for (let pieces = 0; pieces < 8; pieces += 1) scanner.push(piece);
  expect(() => scanner.push(Buffer.from('x'))).toThrow(
    expect.objectContaining({ code: 'journal-damaged', message: expect.stringContaining('it is longer than') }),
  );
});

test('a record that would be longer than any line that is read is not written', async () => {
  const stateDir = await writtenRun([]);
  const journal = await openStore(stateDir, clock).open(run);
  await expect(journal.append(passed('x'.repeat(longestLine / 4)))).rejects.toMatchObject({
    code: 'record-unwritable',
    message: expect.stringContaining('it is too long'),
  });
  await journal.append(passed('after'));
  await journal.close();
  const found: readonly JournalRecord[] = (await openStore(stateDir, clock).read(run)).records;
  expect(steps(found)).toEqual(['after']);
});
