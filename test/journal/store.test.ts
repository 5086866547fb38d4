import { appendFile, chmod, mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { chained } from '../../src/journal/chain.ts';
import { whoAmI } from '../../src/journal/owner.ts';
import { openStore } from '../../src/journal/store.ts';
import { verifyJournal } from '../../src/journal/verify.ts';
import {
  clock,
  passed,
  photograph,
  run,
  runOf,
  segment,
  stateDirectory,
  steps,
  submitted,
  systemError,
  watchedFiles,
  writtenRun,
} from './scene.ts';

const minutesAgo = (minutes: number) => Date.now() / 1000 - minutes * 60;

test('a journal that was closed goes on where it ended, in the same process too', async () => {
  const stateDir = await writtenRun(['one'], ['two']);
  const journal = await openStore(stateDir, clock).open(run);
  await journal.append(passed('three'));
  expect(journal.records.map(({ t }) => t)).toEqual([
    'open',
    'submitted',
    'passed',
    'open',
    'passed',
    'open',
    'passed',
  ]);
  await journal.close();
  const read = await openStore(stateDir, clock).read(run);
  expect(read).toMatchObject({ head: journal.head, runner: 'dead' });
  expect(read.records).toEqual(journal.records);
});

test('nobody else can read a journal', async () => {
  const stateDir = join(await writtenRun(['one']));
  const modes = await Promise.all(
    [dirname(segment(stateDir, 1)), segment(stateDir, 1)].map(async (path) => (await stat(path)).mode & 0o777),
  );
  expect(modes).toEqual([0o700, 0o600]);
});

test('a run that is open in this process is held', async () => {
  const stateDir = await writtenRun([]);
  const journal = await openStore(stateDir, clock).open(run);
  await expect(openStore(stateDir, clock).open(run)).rejects.toMatchObject({ code: 'run-held', exit: 5 });
  await expect(openStore(stateDir, clock).create(run, submitted)).rejects.toMatchObject({ code: 'run-held' });
  expect(await openStore(stateDir, clock).read(run)).toMatchObject({ runner: 'alive' });
  await journal.close();
});

test('a run is created once', async () => {
  const stateDir = await writtenRun(['one']);
  await expect(openStore(stateDir, clock).create(run, submitted)).rejects.toMatchObject({ code: 'run-held' });
  expect(steps((await openStore(stateDir, clock).read(run)).records)).toEqual(['one']);
});

test('of ten who open a free run at once, one wins and the others are told that it is held', async () => {
  const stateDir = await writtenRun(['one']);
  const asked = await Promise.allSettled(Array.from({ length: 10 }, () => openStore(stateDir, clock).open(run)));
  const journals = asked.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const errors = asked.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
  expect([journals.length, errors]).toEqual([1, Array(9).fill('run-held')]);
  await journals[0]?.close();
});

test('who is second to link the next segment has lost, and leaves nothing behind', async () => {
  const stateDir = await writtenRun(['one']);
  const files = watchedFiles(async (operation) => {
    if (operation === 'link') await writeFile(segment(stateDir, 2), 'the winner was here');
  });
  await expect(openStore(stateDir, clock, { files }).open(run)).rejects.toMatchObject({ code: 'run-held' });
  expect(await readFile(segment(stateDir, 2), 'utf8')).toBe('the winner was here');
  expect((await photograph(dirname(segment(stateDir, 1)))).map((entry) => (entry as unknown[])[0])).toEqual([
    '.',
    '000001.jsonl',
    '000002.jsonl',
    'reserve',
  ]);
});

test('who has been taken over writes nothing more, and says so for good', async () => {
  const stateDir = await writtenRun([]);
  const lost = vi.fn();
  const journal = await openStore(stateDir, clock, { onLost: lost }).open(run);
  await journal.append(passed('one'));
  await writeFile(segment(stateDir, 3), '');
  const before = await readFile(segment(stateDir, 2), 'utf8');
  const both = await Promise.allSettled([journal.append(passed('two')), journal.append(passed('three'))]);
  await rm(segment(stateDir, 3));
  await expect(journal.append(passed('four'))).rejects.toMatchObject({ code: 'journal-taken-over', exit: 5 });
  expect(both.map((result) => result.status === 'rejected' && result.reason.code)).toEqual([
    'journal-taken-over',
    'journal-taken-over',
  ]);
  expect(await readFile(segment(stateDir, 2), 'utf8')).toBe(before);
  expect(lost).toHaveBeenCalledOnce();
  await journal.close();
});

test('who is taken over while its write is under way does not act on the record', async () => {
  const stateDir = await writtenRun([]);
  let overtake = false;
  const files = watchedFiles(async (operation) => {
    if (overtake && operation === 'datasync') await writeFile(segment(stateDir, 3), '');
  });
  const journal = await openStore(stateDir, clock, { files }).open(run);
  overtake = true;
  await expect(journal.append(passed('one'))).rejects.toMatchObject({ code: 'journal-taken-over' });
  expect(steps(journal.records)).toEqual([]);
  await journal.close();
});

test('what the last owner wrote until the moment its successor stood is not lost', async () => {
  const { stateDir, segment: theirs, head } = await runOf({ machine: 'another' });
  await utimes(theirs, minutesAgo(11), minutesAgo(11));
  const awake = chained(JSON.stringify({ ...passed('late'), at: '2018-06-06T02:15:00.000Z' }), head).line;
  let links = 0;
  const files = watchedFiles(async (operation) => {
    if (operation === 'link' && links++ === 0) await appendFile(theirs, awake);
  });
  const journal = await openStore(stateDir, clock, { files }).open(run, { takeOver: true });
  await journal.append(passed('mine'));
  await appendFile(theirs, 'what a process that has lost the run may still write');
  expect(steps(journal.records)).toEqual(['theirs', 'late', 'mine']);
  await journal.close();
  expect((await openStore(stateDir, clock).read(run)).records).toEqual(journal.records);
  const verified = await verifyJournal(stateDir, run, { head: journal.head });
  expect(verified).toMatchObject({ records: journal.records.length, segments: 3 });
  expect(verified.torn.map(({ file }) => file)).toEqual([segment(stateDir, 1), segment(stateDir, 2)]);
});

test('nor is it lost when the successor dies before it could read it', async () => {
  const { stateDir, segment: theirs, head } = await runOf({ started: 'long ago' });
  const late = chained(JSON.stringify({ ...passed('late'), at: '2018-06-06T02:15:00.000Z' }), head).line;
  for (let dying = 0; dying < 3; dying += 1) {
    let linked = false;
    const files = watchedFiles(async (operation) => {
      if (linked && operation === 'list') throw systemError('EIO', 'died here');
      if (operation === 'link' && dying === 0) await appendFile(theirs, late);
      linked ||= operation === 'link';
    });
    await expect(openStore(stateDir, clock, { files }).open(run)).rejects.toMatchObject({
      code: 'state-dir-unwritable',
    });
  }
  expect(steps((await openStore(stateDir, clock).read(run)).records)).toEqual(['theirs', 'late']);
  const journal = await openStore(stateDir, clock).open(run);
  await journal.append(passed('mine'));
  await journal.close();
  expect(steps(journal.records)).toEqual(['theirs', 'late', 'mine']);
  expect((await openStore(stateDir, clock).read(run)).records).toEqual(journal.records);
  await verifyJournal(stateDir, run, { head: journal.head });
});

test.each([
  ['on another machine', { machine: 'another' }],
  ['in another pid namespace', { pidNamespace: 'pid:[1]' }],
])('a run whose owner is %s is taken over only when asked, and after ten minutes of silence', async (_where, by) => {
  const { stateDir, segment: theirs } = await runOf(by);
  const store = openStore(stateDir, clock);
  await utimes(theirs, minutesAgo(60), minutesAgo(60));
  await expect(store.open(run)).rejects.toMatchObject({
    code: 'take-over-needed',
    exit: 5,
    hint: expect.stringContaining(`rekey resume ${run} --state-dir ${stateDir} --take-over`),
  });
  await utimes(theirs, minutesAgo(9.8), minutesAgo(9.8));
  await expect(store.open(run, { takeOver: true })).rejects.toMatchObject({ code: 'take-over-too-early', exit: 5 });
  await utimes(theirs, minutesAgo(10.2), minutesAgo(10.2));
  const journal = await store.open(run, { takeOver: true });
  expect(steps(journal.records)).toEqual(['theirs']);
  // Who was silent may only have slept, which whoever goes on has to know.
  expect(journal.records.filter((one) => one.t === 'open').map((one) => one.tookOver)).toEqual([undefined, true]);
  await journal.close();
});

test('who has been taken over is told so by the last question before a call goes out, and before any append', async () => {
  const stateDir = await writtenRun([]);
  const lost: string[] = [];
  const journal = await openStore(stateDir, clock, { onLost: (error) => lost.push(error.code) }).open(run);
  await expect(journal.stillOurs()).resolves.toBeUndefined();
  await writeFile(segment(stateDir, 3), '');
  await expect(journal.stillOurs()).rejects.toMatchObject({ code: 'journal-taken-over' });
  expect(lost).toEqual(['journal-taken-over']);
  await expect(journal.append(passed('one'))).rejects.toMatchObject({ code: 'journal-taken-over' });
  await journal.close();
});

test('a living owner on this machine is not taken over, however long it has been silent', async () => {
  const parent = await import('../../src/journal/owner.ts').then(({ identityOf }) => identityOf(process.ppid));
  const { stateDir, segment: theirs } = await runOf(parent);
  await utimes(theirs, minutesAgo(600), minutesAgo(600));
  await expect(openStore(stateDir, clock).open(run, { takeOver: true })).rejects.toMatchObject({
    code: 'run-held',
    message: expect.stringContaining(`process ${process.ppid} on `),
  });
});

test('the age of a heartbeat is told by the clock of the file system', async () => {
  const { stateDir, segment: theirs } = await runOf({ machine: 'another' });
  await utimes(theirs, minutesAgo(2), minutesAgo(2));
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
  try {
    await expect(openStore(stateDir, clock).open(run, { takeOver: true })).rejects.toMatchObject({
      code: 'take-over-too-early',
    });
  } finally {
    vi.useRealTimers();
  }
});

test('an owner shows that it lives every 30 seconds until it closes', async () => {
  const stateDir = await writtenRun([]);
  const touched = vi.fn();
  const files = watchedFiles((operation, path) => operation === 'touch' && touched(path));
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const journal = await openStore(stateDir, clock, { files }).open(run);
    await utimes(segment(stateDir, 2), minutesAgo(5), minutesAgo(5));
    vi.advanceTimersByTime(30_000);
    await vi.waitFor(async () =>
      expect((await stat(segment(stateDir, 2))).mtimeMs / 1000).toBeGreaterThan(minutesAgo(1)),
    );
    await journal.close();
    vi.advanceTimersByTime(300_000);
    expect(touched.mock.calls).toEqual([[segment(stateDir, 2)]]);
  } finally {
    vi.useRealTimers();
  }
});

test.each([
  'EIO',
  'ESTALE',
  'EINTR',
  'EACCES',
])('a heartbeat that fails (%s) ends nothing while the journal can be written, and the next one beats', async (code) => {
  const stateDir = await writtenRun([]);
  let beats = 0;
  const files = watchedFiles((operation) => {
    if (operation === 'touch' && beats++ === 0) throw systemError(code, 'utime');
  });
  const onLost = vi.fn();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const journal = await openStore(stateDir, clock, { files, onLost }).open(run);
    for (const beat of [1, 2]) {
      vi.advanceTimersByTime(30_000);
      await vi.waitFor(() => expect(beats).toBe(beat));
    }
    await expect(journal.append(passed('one'))).resolves.toBeUndefined();
    expect(onLost).not.toHaveBeenCalled();
    await journal.close();
  } finally {
    vi.useRealTimers();
  }
});

test('an owner that has nothing to write learns from its heartbeat that the journal is gone', async () => {
  const stateDir = await writtenRun([]);
  const lost = vi.fn();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const journal = await openStore(stateDir, clock, { onLost: lost }).open(run);
    await rm(stateDir, { recursive: true });
    vi.advanceTimersByTime(30_000);
    await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce());
    await expect(journal.append(passed('one'))).rejects.toMatchObject({ code: 'journal-not-written' });
    await journal.close();
  } finally {
    vi.useRealTimers();
  }
});

test('a hundred appends side by side share a handful of syncs, and keep their order', async () => {
  const stateDir = await writtenRun([]);
  let syncs = 0;
  const files = watchedFiles((operation) => {
    if (operation === 'datasync') syncs += 1;
  });
  const journal = await openStore(stateDir, clock, { files }).open(run);
  syncs = 0;
  const names = Array.from({ length: 100 }, (_, index) => `step-${index}`);
  await Promise.all(names.map((name) => journal.append(passed(name))));
  expect(syncs).toBeLessThanOrEqual(2);
  await journal.close();
  expect(steps((await openStore(stateDir, clock).read(run)).records)).toEqual(names);
});

test('an append that comes during a write is on disk before it resolves', async () => {
  const stateDir = await writtenRun([]);
  const journal = await openStore(stateDir, clock).open(run);
  const later: Promise<void>[] = [];
  const first = journal.append(passed('one')).then(() => {
    later.push(journal.append(passed('three')));
  });
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  await journal.append(passed('two'));
  expect(await readFile(segment(stateDir, 2), 'utf8')).toContain('"step":"two"');
  await Promise.all([first, ...later]);
  await journal.close();
  expect(steps(journal.records)).toEqual(['one', 'two', 'three']);
});

test('looking at a run, verifying it and being refused change no file', async () => {
  const stateDir = await writtenRun(['one'], ['two']);
  await appendFile(segment(stateDir, 2), '{"t":"pass');
  const foreign = await runOf({ machine: 'another' });
  const before = [await photograph(stateDir), await photograph(foreign.stateDir)];
  await openStore(stateDir, clock).read(run);
  await openStore(stateDir, clock).list();
  await verifyJournal(stateDir, run);
  await verifyJournal(stateDir, run, { head: 'none' }).catch(() => undefined);
  await openStore(foreign.stateDir, clock)
    .open(run)
    .catch(() => undefined);
  expect([await photograph(stateDir), await photograph(foreign.stateDir)]).toEqual(before);
});

test('runs are listed oldest first, with the error of a damaged one and without what is no run', async () => {
  const stateDir = await writtenRun(['one']);
  const other = '20170606T021500Z-k3x7qa';
  const begun = '20190606T021500Z-k3x7qa';
  for (const name of [other, begun, 'notes']) await mkdir(join(stateDir, 'runs', name));
  await writeFile(segment(stateDir, 1).replace(run, other), 'not a journal\n');
  expect(await openStore(stateDir, clock).list()).toMatchObject([
    { run: other, error: { code: 'journal-damaged' } },
    { run, runner: 'dead', records: [{ t: 'open' }, { t: 'submitted' }, { t: 'passed' }] },
  ]);
  expect(await openStore(join(stateDir, 'nowhere'), clock).list()).toEqual([]);
});

test('a journal under the name of another run is refused', async () => {
  const stateDir = await writtenRun(['one']);
  const other = '20170606T021500Z-k3x7qa';
  await mkdir(join(stateDir, 'runs', other));
  await writeFile(segment(stateDir, 1).replace(run, other), await readFile(segment(stateDir, 1)));
  await expect(openStore(stateDir, clock).open(other)).rejects.toThrow(`this is the journal of run ${run}`);
});

test('a run that is not there is told, with how to find it, and nothing is made', async () => {
  const stateDir = await stateDirectory();
  const store = openStore(stateDir, clock);
  for (const ask of [() => store.open(run), () => store.read(run), () => verifyJournal(stateDir, run)]) {
    await expect(ask()).rejects.toMatchObject({
      code: 'run-not-found',
      exit: 2,
      hint: expect.stringContaining('rekey status'),
    });
  }
  await expect(store.open('../../etc')).rejects.toMatchObject({ code: 'run-id-invalid' });
  await expect(store.read('..')).rejects.toMatchObject({ code: 'run-id-invalid' });
  expect(await photograph(stateDir)).toHaveLength(1);
});

test('a state directory that can not be made is told with what the system says', async () => {
  const stateDir = await stateDirectory();
  await writeFile(join(stateDir, 'file'), '');
  await expect(openStore(join(stateDir, 'file'), clock).create(run, submitted)).rejects.toMatchObject({
    code: 'state-dir-unwritable',
    exit: 2,
    message: expect.stringContaining('ENOTDIR'),
  });
});

test.skipIf(process.getuid?.() === 0)('a state directory of somebody else is told', async () => {
  const stateDir = await stateDirectory();
  await chmod(stateDir, 0o500);
  await expect(openStore(stateDir, clock).create(run, submitted)).rejects.toMatchObject({
    code: 'state-dir-unwritable',
  });
});

test('the first record of a segment tells who wrote it', async () => {
  const stateDir = await writtenRun([], []);
  const { records, owner } = await openStore(stateDir, clock).read(run);
  expect(owner).toEqual(await whoAmI());
  expect(records[2]).toMatchObject({
    t: 'open',
    epoch: 2,
    by: owner,
    sealed: { 1: (await stat(segment(stateDir, 1))).size },
  });
});
