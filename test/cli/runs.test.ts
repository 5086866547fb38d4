import { expect, test } from 'vitest';
import { listRuns, whichRun } from '../../src/app/runs.ts';
import { settingsOf } from '../../src/app/settings.ts';
import { openStore } from '../../src/journal/store.ts';
import { clock, passed, stateDirectory, submitted } from '../journal/scene.ts';

test('a run whose records can not follow each other is told as one, and hides no other run', async () => {
  const stateDir = await stateDirectory();
  const store = openStore(stateDir, clock);
  const [impossible, whole] = ['20180606T021500Z-aaaaaa', '20180606T021500Z-bbbbbb'];
  for (const run of [impossible, whole]) await (await store.create(run, { ...submitted, run })).close();
  const journal = await store.open(impossible);
  await journal.append(passed('soak'));
  await journal.close();
  const settings = settingsOf({ stateDir }, {});
  expect(await listRuns(settings)).toMatchObject([
    { run: impossible, error: { code: 'record-illegal', message: expect.stringContaining('passed of orders/soak') } },
    { run: whole, head: expect.any(String) },
  ]);
  await expect(whichRun(settings)).rejects.toMatchObject({ message: expect.stringContaining(impossible) });
});
