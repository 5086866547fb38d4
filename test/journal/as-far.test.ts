import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readAsFar } from '../../src/journal/as-far.ts';
import { openStore } from '../../src/journal/store.ts';
import { clock, photograph, run, segment, stateDirectory, steps, writtenRun } from './scene.ts';

test('a whole journal is read whole, with the head that its owner would see', async () => {
  const stateDir = await writtenRun(['one', 'two'], ['three']);
  const { records, head } = await openStore(stateDir, clock).read(run);
  expect(await readAsFar(stateDir, run)).toEqual({ records, head, damage: undefined });
});

test('of a damaged journal what stands before the damage is given, with its head and what is wrong, and nothing is changed', async () => {
  const stateDir = await writtenRun(['one', 'two', 'three']);
  const file = segment(stateDir, 1);
  const lines = (await readFile(file, 'utf8')).split('\n');
  const two = lines.findIndex((line) => line.includes('"two"'));
  await writeFile(file, lines.map((line, at) => (at === two ? line.replace('two', 'owt') : line)).join('\n'));
  const before = await photograph(stateDir);
  const { records, head, damage } = await readAsFar(stateDir, run);
  expect(steps(records)).toEqual(['one']);
  expect(records).toHaveLength(two);
  expect(head).toBe((JSON.parse(lines[two - 1] ?? '') as { hash: string }).hash);
  expect(damage).toMatchObject({ code: 'journal-damaged' });
  expect(await photograph(stateDir)).toEqual(before);
});

test('of what is no journal, or has lost its plans, nothing is given', async () => {
  const stateDir = await writtenRun(['one']);
  await writeFile(segment(stateDir, 1), 'x\ny\n');
  await expect(readAsFar(stateDir, run)).rejects.toMatchObject({ code: 'journal-damaged' });
  await expect(readAsFar(await stateDirectory(), run)).rejects.toMatchObject({ code: 'run-not-found' });
});
