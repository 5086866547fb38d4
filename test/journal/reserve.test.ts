import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RekeyError } from '../../src/errors/index.ts';
import { openStore } from '../../src/journal/store.ts';
import { verifyJournal } from '../../src/journal/verify.ts';
import { fill, smallDisk } from '../support/small-disk.ts';
import {
  clock,
  passed,
  run,
  stateDirectory,
  steps,
  submitted,
  systemError,
  watchedFiles,
  writtenRun,
} from './scene.ts';

const reserveIn = (stateDir: string) => join(stateDir, 'runs', run, 'reserve');

test('room is kept with real blocks, and let go of when the plans of the run have ended', async () => {
  const stateDir = await stateDirectory();
  const store = openStore(stateDir, clock);
  const journal = await store.create(run, submitted);
  const found = await stat(reserveIn(stateDir));
  expect(found.size).toBe(2 * 2 ** 20);
  expect(found.blocks * 512).toBeGreaterThanOrEqual(found.size);
  await journal.close();
  await expect(stat(reserveIn(stateDir))).resolves.toMatchObject({ size: found.size });
  const last = await store.open(run);
  await last.append({ t: 'finished', plan: 'orders', status: 'done' });
  await last.close();
  await expect(stat(reserveIn(stateDir))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a run is not begun where there is no room to keep', async () => {
  const stateDir = await stateDirectory();
  const files = watchedFiles((operation) => {
    if (operation === 'append') throw systemError('ENOSPC', 'write');
  });
  const refused = openStore(stateDir, clock, { files }).create(run, submitted);
  await expect(refused).rejects.toMatchObject({ code: 'state-dir-unwritable' });
  await expect(openStore(stateDir, clock).read(run)).rejects.toMatchObject({ code: 'run-not-found' });
});

test.each([
  'ENOSPC',
  'EDQUOT',
  'half',
])('a record that finds no room (%s) is written whole, once, into what was kept, and the journal says so', async (fault) => {
  const stateDir = await writtenRun([]);
  let struck = false;
  const files = watchedFiles((operation, path) => {
    if (struck || operation !== 'append' || !path.endsWith('.tmp') || !armed) return undefined;
    struck = true;
    if (fault === 'half') return 'half';
    throw systemError(fault, 'write');
  });
  let armed = false;
  let told = 0;
  const onFull = () => {
    told += 1;
  };
  const journal = await openStore(stateDir, clock, { files, onFull }).open(run);
  await journal.append(passed('one'));
  expect(journal.full).toBe(false);
  armed = true;
  await journal.append(passed('two'));
  await journal.append(passed('three'));
  expect([journal.full, told]).toEqual([true, 1]);
  await journal.close();
  await verifyJournal(stateDir, run, { head: journal.head });
  expect(steps((await openStore(stateDir, clock).read(run)).records)).toEqual(['one', 'two', 'three']);
  await expect(stat(reserveIn(stateDir))).rejects.toMatchObject({ code: 'ENOENT' });
});

test.skipIf(!smallDisk.there)('on a disk that is really full a process goes on, and so does the next one', async () => {
  const disk = smallDisk.mounted(8);
  onTestFinished(() => disk.remove());
  const store = openStore(disk.path, clock);
  const first = await store.create(run, submitted);
  const filler = fill(disk.path);
  const words = Array.from({ length: 200 }, () => randomBytes(500).toString('hex'));
  for (const word of words) await first.append(passed(word));
  expect(first.full).toBe(true);
  // Its process dies here.
  spawnSync('sync');
  await first.close();
  filler.shrink(64 * 2 ** 10);
  const second = await store.open(run);
  expect(second.full).toBe(true);
  await second.append(passed('back'));
  await second.close();
  expect(steps((await store.read(run)).records)).toEqual([...words, 'back']);
  filler.remove();
  const third = await store.open(run);
  expect(third.full).toBe(false);
  await third.close();
});

test.skipIf(!smallDisk.there)('who comes to a disk that is full goes on in what was kept', async () => {
  const disk = smallDisk.mounted(8);
  onTestFinished(() => disk.remove());
  const store = openStore(disk.path, clock);
  await (await store.create(run, submitted)).close();
  fill(disk.path);
  const journal = await store.open(run);
  expect(journal.full).toBe(true);
  await journal.append(passed('back'));
  await journal.close();
  // And there is nothing more to let go of.
  fill(disk.path);
  const refused: RekeyError | undefined = await store.open(run).then(
    () => undefined,
    (error: RekeyError) => error,
  );
  expect(refused?.code).toBe('state-dir-unwritable');
});
