import { cp, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chained, genesis } from '../../src/journal/chain.ts';
import { segmentOf } from '../../src/journal/segments.ts';
import { openStore } from '../../src/journal/store.ts';
import { verifyJournal } from '../../src/journal/verify.ts';
import { clock, passed, photograph, run, segment, stateDirectory, writtenRun } from './scene.ts';

const fixture = join(import.meta.dirname, '../fixtures/journal-format-1');
/** A run of the fixture: two segments, the last of 10 records. */
const older = '20180606T024446Z-ea3tap';

async function olderRun(): Promise<string> {
  const stateDir = await stateDirectory();
  await cp(join(fixture, 'runs'), join(stateDir, 'runs'), { recursive: true });
  const anHourAgo = Date.now() / 1_000 - 3_600;
  await utimes(segmentOf({ run: older, stateDir }, 2), anHourAgo, anHourAgo);
  return stateDir;
}

/** The only segment of a run, chained anew with another `open` record. */
async function reopenedWith(stateDir: string, change: object): Promise<void> {
  let head = genesis;
  const lines = (await readFile(segment(stateDir, 1), 'utf8')).trimEnd().split('\n');
  const written = lines.map((line) => {
    const { hash: _hash, ...record } = JSON.parse(line);
    const next = chained(JSON.stringify(record.t === 'open' ? { ...record, ...change } : record), head);
    head = next.hash;
    return next.line;
  });
  await writeFile(segment(stateDir, 1), written.join(''));
}

test('a journal of an older format is read whole, and owned by nobody who would go on with it', async () => {
  const stateDir = await olderRun();
  const before = await photograph(stateDir);
  const store = openStore(stateDir, clock);
  expect(await store.read(older)).toMatchObject({ format: 1, records: { length: 25 } });
  await expect(store.open(older, { takeOver: true })).rejects.toMatchObject({
    code: 'journal-older',
    exit: 2,
    hint: expect.stringContaining(`rekey rollback ${older}`),
  });
  expect(await photograph(stateDir)).toEqual(before);
});

test('who goes back owns it, and writes the format of today behind it, which makes it no younger', async () => {
  const stateDir = await olderRun();
  const store = openStore(stateDir, clock);
  const journal = await store.open(older, { takeOver: true, back: true });
  await journal.append(passed('after'));
  await journal.close();
  expect(journal.records[25]).toMatchObject({ t: 'open', format: 2, epoch: 3 });
  expect(await store.read(older)).toMatchObject({ format: 1, records: { length: 27 } });
  expect(await verifyJournal(stateDir, older)).toMatchObject({ format: 1, segments: 3, torn: [] });
  await expect(store.open(older)).rejects.toMatchObject({ code: 'journal-older' });
});

test('who may not take an older journal back yet is told to try that again, since a resume would be refused', async () => {
  const stateDir = await olderRun();
  const store = openStore(stateDir, clock);
  await expect(store.open(older, { back: true })).rejects.toMatchObject({
    code: 'take-over-needed',
    hint: expect.stringContaining(`rekey rollback ${older} --state-dir ${stateDir} --take-over`),
  });
  const journal = await store.open(older, { takeOver: true, back: true });
  await expect(store.open(older, { back: true })).rejects.toMatchObject({
    code: 'run-held',
    hint: expect.stringContaining(`rekey rollback ${older}`),
  });
  await journal.close();
});

test('each segment begins with the format of what it holds', async () => {
  const stateDir = await writtenRun(['one'], ['two']);
  const store = openStore(stateDir, clock);
  const { records, format } = await store.read(run);
  expect(format).toBe(2);
  expect(records.filter(({ t }) => t === 'open')).toMatchObject([{ format: 2 }, { format: 2 }]);
});

test('a journal of a newer format is read by nobody, whatever else its first record holds', async () => {
  const stateDir = await writtenRun(['one']);
  await reopenedWith(stateDir, { format: 3, by: 'somebody', fence: ['new'] });
  const before = await photograph(stateDir);
  const store = openStore(stateDir, clock);
  const newer = { code: 'journal-newer', exit: 2, message: expect.stringContaining('is of format 3') };
  await expect(store.read(run)).rejects.toMatchObject(newer);
  await expect(store.open(run)).rejects.toMatchObject(newer);
  await expect(store.open(run, { back: true })).rejects.toMatchObject(newer);
  await expect(verifyJournal(stateDir, run)).rejects.toMatchObject(newer);
  expect(await store.list()).toMatchObject([{ run, error: newer }]);
  expect(await photograph(stateDir)).toEqual(before);
});

test('a number that somebody has changed is damage, not another format', async () => {
  const stateDir = await writtenRun(['one']);
  const text = await readFile(segment(stateDir, 1), 'utf8');
  await writeFile(segment(stateDir, 1), text.replace('"format":2', '"format":3'));
  await expect(verifyJournal(stateDir, run)).rejects.toMatchObject({ code: 'journal-damaged' });
});

test.each([[0.5], ['2'], [null], [-1]])('a format that is no number of a format is told as one: %j', async (format) => {
  const stateDir = await writtenRun(['one']);
  await reopenedWith(stateDir, { format });
  await expect(verifyJournal(stateDir, run)).rejects.toMatchObject({
    code: 'record-malformed',
    message: expect.stringContaining('its format is not a whole number'),
  });
});
