import { expect, test } from 'vitest';
import { checkedRunId, newRunId } from '../../src/journal/run-id.ts';

test('a run id is UTC time and six base32 letters', () => {
  expect(newRunId(Date.UTC(2018, 5, 6, 2, 15, 0, 7), Uint8Array.of(0, 25, 26, 31, 32, 255))).toBe(
    '20180606T021500Z-az27a7',
  );
});

test('run ids of later runs sort after those of earlier ones', () => {
  const random = new Uint8Array(6);
  const ids = [2018, 2019, 2026].map((year) => newRunId(Date.UTC(year, 0), random));
  expect([...ids].sort()).toEqual(ids);
});

test.each([
  '',
  '.',
  '..',
  '../../etc',
  '20180606T021500Z-k3x7qa/..',
  '20180606T021500Z-K3X7QA',
  '20180606T021500Z-k3x7qa\n',
])('what is not a run id never becomes a path: %j', (text) => {
  expect(() => checkedRunId(text)).toThrow(expect.objectContaining({ code: 'run-id-invalid', exit: 2 }));
});

test('too few random bytes do not make a run id', () => {
  expect(() => newRunId(0, new Uint8Array(5))).toThrow();
});
