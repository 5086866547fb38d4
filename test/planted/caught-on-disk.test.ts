import { expect, test } from 'vitest';
import { openStore } from '../../src/journal/store.ts';
import { clock, passed, run, watchedFiles, writtenRun } from '../journal/scene.ts';

test('an append to the journal resolves only after its bytes were synced', async () => {
  const stateDir = await writtenRun([]);
  const done: string[] = [];
  const files = watchedFiles((operation) => void done.push(operation));
  const journal = await openStore(stateDir, clock, { files }).open(run);
  done.length = 0;
  await journal.append(passed('one'));
  const written = done.indexOf('append');
  expect(written).toBeGreaterThanOrEqual(0);
  expect(done.indexOf('datasync')).toBeGreaterThan(written);
  await journal.close();
});
