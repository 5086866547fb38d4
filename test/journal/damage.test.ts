import { appendFile, cp, readFile, rm, stat, truncate } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import type { RekeyError } from '../../src/errors/index.ts';
import { diskFiles, type Files } from '../../src/journal/files.ts';
import { openStore } from '../../src/journal/store.ts';
import { verifyJournal } from '../../src/journal/verify.ts';
import { full } from '../sweep/sampled.ts';
import {
  clock,
  passed,
  run,
  segment,
  stateDirectory,
  steps,
  submitted,
  systemError,
  watchedFiles,
  writtenRun,
} from './scene.ts';

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    (error: RekeyError) => error.code,
  );

/** A run's files held in memory, `content` in the place of one segment's. */
async function showing(stateDir: string, epochs: number) {
  const held = new Map<string, Buffer>();
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    held.set(segment(stateDir, epoch), await readFile(segment(stateDir, epoch)));
  }
  const names = [...held.keys()].map((file) => basename(file));
  return {
    bytesOf: (epoch: number) => held.get(segment(stateDir, epoch)) ?? Buffer.of(),
    with: (epoch: number, content: Buffer): Files => ({
      ...diskFiles,
      list: async () => names,
      read: async (file, see) =>
        void see(file === segment(stateDir, epoch) ? content : (held.get(file) ?? Buffer.of())),
    }),
  };
}

/** The real files, but nothing waits for the disk: that what counts is synced first is seen elsewhere (store.test.ts). */
const unsynced: Files = {
  ...diskFiles,
  sync: async () => {},
  create: async (file) => ({ ...(await diskFiles.create(file)), datasync: async () => {} }),
};

test('a crash at any byte of a write keeps every whole record, seals the rest off, and the journal goes on', async () => {
  const whole = await writtenRun(['one'], ['two', 'three']);
  const last = await readFile(segment(whole, 2));
  // Where each record is complete. The segment's first one is never cut: it is linked into place whole.
  const [opening = 0, ...ends] = [...last.keys()].filter((at) => last[at] === 0x0a);
  // In npm test every 24th, and around the end of each record.
  const cuts = [...last.keys(), last.length].filter((at) => at >= opening);
  const lived = full ? cuts : cuts.filter((at) => at % 24 === 0 || ends.some((end) => Math.abs(end - at) < 3));
  for (const length of lived) {
    const stateDir = await stateDirectory();
    await cp(whole, stateDir, { recursive: true });
    await truncate(segment(stateDir, 2), length);
    const kept = ['one', ...['two', 'three'].slice(0, ends.filter((end) => end <= length).length)];
    const journal = await openStore(stateDir, clock, { files: unsynced }).open(run);
    expect(steps(journal.records), `cut at ${length}`).toEqual(kept);
    await journal.append(passed('after'));
    await journal.close();
    const verified = await verifyJournal(stateDir, run, { head: journal.head });
    expect(verified.records).toBe(journal.records.length);
    expect(steps((await openStore(stateDir, clock).read(run)).records)).toEqual([...kept, 'after']);
  }
});

test('a change of any byte of any segment is detected', async () => {
  const stateDir = await writtenRun(['one'], ['two'], ['three']);
  const shown = await showing(stateDir, 3);
  let tried = 0;
  for (const epoch of [1, 2, 3]) {
    for (const [at, byte] of shown.bytesOf(epoch).entries()) {
      for (const changed of [byte ^ 1, byte ^ 0x80, 0x0a, 0, 0x7d]) {
        if (changed === byte) continue;
        const damaged = Buffer.from(shown.bytesOf(epoch));
        damaged[at] = changed;
        tried += 1;
        const code = await codeOf(verifyJournal(stateDir, run, { files: shown.with(epoch, damaged) }));
        if (code !== 'journal-damaged') expect.fail(`byte ${at} of segment ${epoch} made ${changed}: ${code}`);
      }
    }
  }
  expect(tried).toBeGreaterThan(5_000);
});

test('a cut at any byte of an older segment is detected', async () => {
  const stateDir = await writtenRun(['one'], ['two'], ['three']);
  const shown = await showing(stateDir, 3);
  for (const epoch of [1, 2]) {
    const bytes = shown.bytesOf(epoch);
    for (let length = 0; length < bytes.length; length += 1) {
      const files = shown.with(epoch, bytes.subarray(0, length));
      expect(await codeOf(verifyJournal(stateDir, run, { files })), `cut at ${length}`).toBe('journal-damaged');
    }
  }
});

test('a cut at any byte of the last segment leaves its whole records, or is detected', async () => {
  const stateDir = await writtenRun(['one'], ['two']);
  const shown = await showing(stateDir, 2);
  const bytes = shown.bytesOf(2);
  const { head } = await verifyJournal(stateDir, run);
  const opening = bytes.indexOf('\n');
  for (let length = 0; length < bytes.length; length += 1) {
    const files = shown.with(2, bytes.subarray(0, length));
    const found = await verifyJournal(stateDir, run, { files }).catch((error: RekeyError) => error.code);
    const known = await codeOf(verifyJournal(stateDir, run, { files, head }));
    const complete = length === bytes.length - 1;
    if (length < opening) expect([found, known], `cut at ${length}`).toEqual(['journal-damaged', 'journal-damaged']);
    else {
      expect(found, `cut at ${length}`).toMatchObject({ segments: 2, records: complete ? 5 : 4 });
      expect(known, `cut at ${length}`).toBe(complete ? 'nothing' : 'head-mismatch');
    }
  }
});

test('whole records cut from the end show only against a known head, and verify says so', async () => {
  const stateDir = await writtenRun(['one', 'two']);
  const { head } = await verifyJournal(stateDir, run);
  const bytes = await readFile(segment(stateDir, 1));
  await truncate(segment(stateDir, 1), bytes.lastIndexOf('\n', -2) + 1);
  expect(await verifyJournal(stateDir, run)).toMatchObject({ records: 3, proves: expect.stringContaining('--head') });
  await expect(verifyJournal(stateDir, run, { head })).rejects.toMatchObject({ code: 'head-mismatch', exit: 1 });
});

test('a head known from an earlier exit still proves what came before it', async () => {
  const stateDir = await writtenRun(['one']);
  const { head } = await verifyJournal(stateDir, run);
  const journal = await openStore(stateDir, clock).open(run);
  await journal.close();
  expect(await verifyJournal(stateDir, run, { head })).toMatchObject({
    records: 4,
    proves: expect.stringContaining('no record up to 3'),
  });
});

test('a missing segment is named', async () => {
  const stateDir = await writtenRun(['one'], ['two'], ['three']);
  await rm(segment(stateDir, 2));
  await expect(verifyJournal(stateDir, run)).rejects.toMatchObject({
    code: 'journal-damaged',
    message: expect.stringMatching(/record 4 .*000002\.jsonl: this segment is missing/),
  });
});

test('bytes behind the end of a sealed segment are reported and do not count', async () => {
  const stateDir = await writtenRun(['one'], ['two']);
  const records = (await openStore(stateDir, clock).read(run)).records;
  await appendFile(segment(stateDir, 1), 'a late write\n');
  expect(await verifyJournal(stateDir, run)).toMatchObject({ torn: [{ file: segment(stateDir, 1), bytes: 13 }] });
  expect((await openStore(stateDir, clock).read(run)).records).toEqual(records);
});

test('a damaged journal is not owned', async () => {
  const stateDir = await writtenRun(['one'], ['two']);
  const { size } = await stat(segment(stateDir, 1));
  await truncate(segment(stateDir, 1), size - 20);
  expect(await codeOf(openStore(stateDir, clock).open(run))).toBe('journal-damaged');
});

const history = async (stateDir: string, files: Files, kept: string[]) => {
  const store = openStore(stateDir, clock, { files });
  for (const session of [0, 1]) {
    const journal = session === 0 ? await store.create(run, submitted) : await store.open(run);
    try {
      for (const step of [`${session}a`, `${session}b`]) {
        await journal.append(passed(step));
        kept.push(step);
      }
    } finally {
      await journal.close();
    }
  }
};

test.each([
  'ENOSPC',
  'EIO',
  'EACCES',
  'half',
])('%s at any file operation is told, and nothing that was promised is lost', async (fault) => {
  let total = 0;
  const all: string[] = [];
  await history(
    await stateDirectory(),
    watchedFiles(() => {
      total += 1;
    }),
    all,
  );
  expect(total).toBeGreaterThan(30);
  let told = 0;
  let survived = 0;
  // In npm test every second.
  for (let failing = 1; failing <= total; failing += full ? 1 : 2) {
    const stateDir = await stateDirectory();
    const kept: string[] = [];
    let number = 0;
    let broken = '';
    const files = watchedFiles((operation) => {
      number += 1;
      if (number !== failing) return undefined;
      broken = operation;
      if (fault === 'half') return operation === 'append' ? 'half' : undefined;
      throw systemError(fault, operation);
    });
    const error = await history(stateDir, files, kept).then(
      () => undefined,
      (reason: RekeyError) => reason,
    );
    if (error === undefined && fault !== 'EIO' && fault !== 'EACCES') {
      // On a full disk it goes on in the room that was kept.
      expect(steps((await openStore(stateDir, clock).read(run)).records), `${broken}, operation ${failing}`).toEqual(
        kept,
      );
      expect(kept).toHaveLength(all.length);
      survived += 1;
    } else if (fault !== 'half' || broken === 'append') {
      told += 1;
      expect(['journal-not-written', 'state-dir-unwritable'], `${broken}, operation ${failing}`).toContain(error?.code);
      expect(error?.message).toContain(fault === 'half' ? 'ENOSPC' : fault);
    }
    const again = await openStore(stateDir, clock)
      .open(run)
      .catch((reason: RekeyError) => reason.code);
    if (typeof again === 'string') {
      expect([again, kept]).toEqual(['run-not-found', []]);
      continue;
    }
    expect(steps(again.records).slice(0, kept.length), `${broken}, operation ${failing}`).toEqual(kept);
    await again.append(passed('after'));
    await again.close();
    await verifyJournal(stateDir, run, { head: again.head });
  }
  expect(told + (fault === 'half' ? survived : 0)).toBeGreaterThan(3);
});

test('after a failed write every append rejects, even when the disk has recovered', async () => {
  const stateDir = await writtenRun([]);
  let full = false;
  const files = watchedFiles((operation) => {
    if (full && operation === 'datasync') throw systemError('EIO', 'fdatasync');
  });
  const journal = await openStore(stateDir, clock, { files }).open(run);
  full = true;
  await expect(journal.append(passed('one'))).rejects.toMatchObject({ code: 'journal-not-written', exit: 1 });
  full = false;
  await expect(journal.append(passed('two'))).rejects.toMatchObject({
    code: 'journal-not-written',
    hint: expect.stringContaining(`rekey resume ${run}`),
  });
  expect(steps(journal.records)).toEqual([]);
  await journal.close();
});
