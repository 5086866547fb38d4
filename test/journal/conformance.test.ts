import { describe, expect, test } from 'vitest';
import type { Journal } from '../../src/contract/journal.ts';
import { type Entry, type JournalRecord, journalFormat } from '../../src/contract/record.ts';
import { chained, genesis } from '../../src/journal/chain.ts';
import { diskFiles, type Files } from '../../src/journal/files.ts';
import { type AppendFate, memoryJournal } from '../../src/journal/memory.ts';
import { openStore } from '../../src/journal/store.ts';
import { clock, passed, run, stateDirectory, steps, submitted, systemError } from './scene.ts';

type Fate = (record: JournalRecord) => AppendFate;

/** A run whose journal is kept somewhere. */
interface Kept {
  /** The process that begins the run, and after its end the one that goes on with it. */
  own(): Promise<Journal>;
  /** What anybody finds who reads it now. */
  found(): Promise<readonly JournalRecord[]>;
}

async function inMemory(fate: Fate = () => 'written'): Promise<Kept> {
  let journal = memoryJournal(run, [], { now: clock.now, onAppend: fate });
  let begun = false;
  return {
    async own() {
      if (begun) journal = memoryJournal(run, journal.disk, { now: clock.now, onAppend: fate });
      else await journal.append(submitted);
      begun = true;
      return journal;
    },
    found: async () => journal.disk,
  };
}

async function onDisk(fate: Fate = () => 'written'): Promise<Kept> {
  const stateDir = await stateDirectory();
  const store = openStore(stateDir, clock, { files: withFate(fate) });
  let begun = false;
  return {
    own() {
      const journal = begun ? store.open(run) : store.create(run, submitted);
      begun = true;
      return journal;
    },
    found: async () => (await openStore(stateDir, clock).read(run)).records,
  };
}

/** The real files, in which each record that is appended meets its fate, as a journal in memory has it. */
function withFate(fate: Fate): Files {
  const never = () => new Promise<never>(() => undefined);
  return {
    ...diskFiles,
    async create(name) {
      const file = await diskFiles.create(name);
      let begins = true;
      return {
        ...file,
        async append(bytes) {
          // With its first lines a segment is linked into place; they are no append.
          if (begins) {
            begins = false;
            return file.append(bytes);
          }
          for (const line of Buffer.from(bytes).toString().trimEnd().split('\n')) {
            const meets = fate(JSON.parse(line) as JournalRecord);
            if (meets instanceof Error) throw meets;
            if (meets === 'crash-before') return never();
            await file.append(Buffer.from(`${line}\n`));
            if (meets === 'crash-after') return never();
          }
        },
      };
    },
  };
}

/** A fate for the step of this name alone. */
const of =
  (step: string, fate: AppendFate): Fate =>
  (record) =>
    record.t === 'passed' && record.step === step ? fate : 'written';

/** Has it settled once everything else that could happen has? */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const end = () => {
    settled = true;
  };
  promise.then(end, end);
  // What is written meanwhile goes through the real disk, which this one is behind.
  const directory = await stateDirectory();
  const journal = await openStore(directory, clock).create(run.replace('k3x7qa', 'aaaaaa'), {
    ...submitted,
    run: run.replace('k3x7qa', 'aaaaaa'),
  });
  await journal.append(passed('later'));
  await journal.close();
  return settled;
}

const done: Entry = {
  t: 'done',
  key: { plan: 'orders', step: 'create', item: 'vol-1', generation: 0 },
  uses: 'ebs.create-volume',
  input: { zone: 'ø', size: 8, tags: [null, true] },
  output: { id: 'vol-2' },
  changed: true,
};

describe.each([
  ['in memory', inMemory],
  ['on disk', onDisk],
])('a journal %s', (_where, keep) => {
  test('keeps what is appended, in order, also side by side, behind its owner and its plans', async () => {
    const kept = await keep();
    const journal = await kept.own();
    await journal.append(passed('one'));
    await Promise.all(['two', 'three', 'four'].map((step) => journal.append(passed(step))));
    expect(journal.records).toMatchObject([
      { t: 'open', format: journalFormat, epoch: 1 },
      { t: 'submitted', run },
      {},
      {},
      {},
      {},
    ]);
    expect(steps(journal.records)).toEqual(['one', 'two', 'three', 'four']);
    expect(await kept.found()).toEqual(journal.records);
    await journal.close();
  });

  test("gives a record as a reader reads it, with the time of the run's clock", async () => {
    const kept = await keep();
    const journal = await kept.own();
    await journal.append({ ...done, expected: undefined } as never);
    const record = { ...done, at: '2018-06-06T02:15:00.000Z' };
    expect(journal.records.at(-1)).toStrictEqual(record);
    expect((await kept.found()).at(-1)).toStrictEqual(record);
    await journal.close();
  });

  test('holds a record no sooner than it is kept', async () => {
    const kept = await keep();
    const journal = await kept.own();
    const append = journal.append(passed('one'));
    expect(steps(journal.records)).toEqual([]);
    await append;
    expect(steps(journal.records)).toEqual(['one']);
    await journal.close();
  });

  test('has the hash of its last record as its head', async () => {
    const kept = await keep();
    const journal = await kept.own();
    const chain = (records: readonly JournalRecord[]) =>
      records.reduce((hash, record) => chained(JSON.stringify(record), hash).hash, genesis);
    expect(journal.head).toBe(chain(await kept.found()));
    await journal.append(done);
    expect(journal.head).toBe(chain(await kept.found()));
    await journal.close();
  });

  test('goes on where it ended when it is closed and owned again, in the same process too', async () => {
    const kept = await keep();
    const first = await kept.own();
    await first.append(passed('one'));
    await first.close();
    const second = await kept.own();
    expect(second.records.slice(0, 3)).toEqual(first.records);
    expect(second.records.slice(3)).toMatchObject([{ t: 'open', format: journalFormat, epoch: 2 }]);
    await second.append(passed('two'));
    await second.close();
    expect(steps(await kept.found())).toEqual(['one', 'two']);
    expect((await kept.found()).map(({ t }) => t)).toEqual(['open', 'submitted', 'passed', 'open', 'passed']);
  });

  test('refuses a record that nobody could read back, and writes those after it', async () => {
    const kept = await keep();
    const journal = await kept.own();
    const { output: _output, ...half } = done;
    await expect(journal.append(half as never)).rejects.toMatchObject({
      code: 'record-unwritable',
      message: expect.stringContaining('it has no output'),
    });
    await journal.append(passed('after'));
    expect((await kept.found()).map(({ t }) => t)).toEqual(['open', 'submitted', 'passed']);
    await journal.close();
  });

  test('that could not be written once is written no more: every later append fails with the same error', async () => {
    const kept = await keep(of('two', systemError('ENOSPC', 'write')));
    const journal = await kept.own();
    await journal.append(passed('one'));
    const expected = { code: 'journal-not-written', message: expect.stringContaining('ENOSPC') };
    await expect(journal.append(passed('two'))).rejects.toMatchObject(expected);
    await expect(journal.append(passed('three'))).rejects.toMatchObject(expected);
    expect(steps(journal.records)).toEqual(['one']);
    expect(steps(await kept.found())).toEqual(['one']);
    await journal.close();
  });

  test('promises none of the appends that shared a write which failed', async () => {
    const kept = await keep(of('two', systemError('EIO', 'write')));
    const journal = await kept.own();
    const appends = ['one', 'two', 'three'].map((step) => journal.append(passed(step)));
    const ends = await Promise.allSettled(appends);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(steps(journal.records)).toEqual([]);
    expect(steps(await kept.found())).toEqual(['one']);
    await journal.close();
  });

  test.each([
    ['crash-before', ['one']],
    ['crash-after', ['one', 'two']],
  ] as const)('settles nothing any more after a %s, and shows what was kept until then', async (fate, found) => {
    const kept = await keep(of('two', fate));
    const journal = await kept.own();
    await journal.append(passed('one'));
    expect(await settles(journal.append(passed('two')))).toBe(false);
    expect(await settles(journal.append(passed('three')))).toBe(false);
    expect(steps(await kept.found())).toEqual(found);
  });

  test('is closed when all is written that was appended, as often as one likes, and takes nothing afterwards', async () => {
    const kept = await keep();
    const journal = await kept.own();
    const append = journal.append(passed('one'));
    await Promise.all([journal.close(), journal.close()]);
    await append;
    await expect(journal.append(passed('two'))).rejects.toMatchObject({
      code: 'journal-not-written',
      message: expect.stringContaining('it has been closed'),
    });
    expect(steps(await kept.found())).toEqual(['one']);
  });
});

test('a journal in memory goes on after a crash with what was kept until then', async () => {
  const journal = memoryJournal(run, [], { onAppend: of('two', 'crash-after') });
  await journal.append(passed('one'));
  void journal.append(passed('two'));
  await settles(Promise.resolve());
  const next = memoryJournal(run, journal.disk);
  await next.append(passed('three'));
  expect(steps(next.records)).toEqual(['one', 'two', 'three']);
  expect(next.records.filter(({ t }) => t === 'open')).toMatchObject([{ epoch: 1 }, { epoch: 2 }]);
  await next.close();
});
