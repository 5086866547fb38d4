import { expect, test } from 'vitest';
import { memoryJournal } from '../../src/journal/memory.ts';
import { passed, run, steps, submitted } from './scene.ts';

async function settles(promise: Promise<unknown>): Promise<boolean> {
  const later = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
  return Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    later,
  ]);
}

test('appends are kept in order, and a record is what a reader would read', async () => {
  const journal = memoryJournal(run, [], { now: () => 0 });
  await Promise.all([journal.append(submitted), journal.append({ ...passed('one'), extra: undefined } as never)]);
  expect(journal.records.map(({ t }) => t)).toEqual(['open', 'submitted', 'passed']);
  expect(journal.records.at(-1)).toStrictEqual({ ...passed('one'), at: '1970-01-01T00:00:00.000Z' });
});

test.each([
  ['crash-before', []],
  ['crash-after', ['two']],
] as const)('after a %s nothing settles any more, and the next process finds what was on disk', async (fate, found) => {
  const journal = memoryJournal(run, [], {
    onAppend: (record) => (record.t === 'passed' && record.step === 'two' ? fate : 'written'),
  });
  await journal.append(passed('one'));
  expect(await settles(journal.append(passed('two')))).toBe(false);
  expect(await settles(journal.append(passed('three')))).toBe(false);
  const next = memoryJournal(run, journal.disk);
  await next.append(passed('four'));
  expect(steps(next.records)).toEqual(['one', ...found, 'four']);
  expect(next.records.filter(({ t }) => t === 'open')).toHaveLength(2);
  await journal.close();
});

test('after a failed append every later one fails with the same error', async () => {
  const full = new Error('ENOSPC: no space left on device');
  const journal = memoryJournal(run, [], { onAppend: (_record, number) => (number === 3 ? full : 'written') });
  await journal.append(passed('one'));
  const expected = { code: 'journal-not-written', message: expect.stringContaining('ENOSPC') };
  await expect(journal.append(passed('two'))).rejects.toMatchObject(expected);
  await expect(journal.append(passed('three'))).rejects.toMatchObject(expected);
  expect(steps(journal.records)).toEqual(['one']);
});

test('nothing is appended to a closed journal', async () => {
  const journal = memoryJournal(run);
  await journal.close();
  await expect(journal.append(passed('one'))).rejects.toMatchObject({ code: 'journal-not-written' });
});
