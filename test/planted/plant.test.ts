import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { bugs } from './bugs.ts';
import { caughtBySeeds, planted } from './plant.ts';

const bug = { name: 'x', file: 'src/x.ts', find: 'if (held)', replace: 'if (true)', caughtBy: { file: '', title: '' } };

test('a bug is planted where its fragment is', () => {
  expect(planted(bug, 'a; if (held) b;')).toBe('a; if (true) b;');
});

test.each([
  'if (free)',
  'if (held) a; if (held) b;',
])('a fragment that does not occur exactly once is refused: %s', (source) => {
  expect(() => planted(bug, source)).toThrow('"x" no longer matches');
});

test('there are at least thirty, each with a name of its own and a change', () => {
  expect(bugs.length).toBeGreaterThanOrEqual(30);
  expect(new Set(bugs.map((one) => one.name)).size).toBe(bugs.length);
  expect(bugs.filter((one) => one.find === one.replace)).toEqual([]);
});

test('no catcher is a seed: a scripted one says which condition and which deed it takes', () => {
  const bySeed = { ...bug, caughtBy: { file: 'test/sweep/seeds.test.ts', title: 'seed 1' } };
  expect(caughtBySeeds([bug, bySeed])).toEqual([bySeed]);
  expect(caughtBySeeds(bugs)).toEqual([]);
});

const root = resolve(import.meta.dirname, '../..');

test('every one still stands in the code, and its catcher is there: a move takes them along', () => {
  for (const one of bugs) planted(one, readFileSync(resolve(root, one.file), 'utf8'));
  expect(bugs.filter(({ caughtBy }) => !existsSync(resolve(root, caughtBy.file)))).toEqual([]);
});
