import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newRunId } from '../../../src/engine/journal/run-id.ts';
import { openStore } from '../../../src/engine/journal/store.ts';
import { verifyJournal } from '../../../src/engine/journal/verify.ts';

test('a journal that was closed goes on where it ended', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'rekey-'));
  const run = newRunId(Date.now(), randomBytes(6));
  const store = openStore(dir, { now: Date.now });
  const first = await store.create(run, { t: 'submitted', run, version: '1', plans: [] });
  await first.append({ t: 'interrupted', signal: 'SIGINT' });
  await expect(store.open(run)).rejects.toMatchObject({ code: 'run-held' });
  await first.close();
  const second = await store.open(run);
  await second.append({ t: 'interrupted', signal: 'SIGTERM' });
  expect(second.records.map(({ t }) => t)).toEqual(['open', 'submitted', 'interrupted', 'open', 'interrupted']);
  await second.close();
  expect(await store.read(run)).toMatchObject({ head: second.head, runner: 'dead', records: second.records });
  expect(await verifyJournal(dir, run, { head: first.head })).toMatchObject({ records: 5, segments: 2, torn: [] });
});
