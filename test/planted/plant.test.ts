import { expect, test } from 'vitest';
import { bugs } from './bugs.ts';
import { planted } from './plant.ts';

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
