import { expect, test } from 'vitest';
import { history } from './history.ts';

const seeds = Number(process.env['REKEY_SEEDS'] ?? 40);
const from = Number(process.env['REKEY_FIRST_SEED'] ?? 1);

test('random histories of faults, crashes and other people break no invariant and come to an end', async () => {
  const bad: string[] = [];
  const ends = new Map<string, number>();
  for (let seed = from; seed < from + seeds; seed++) {
    const one = await history(seed);
    ends.set(one.end, (ends.get(one.end) ?? 0) + 1);
    if (one.failures.length) bad.push(`seed ${seed}: ${one.failures.join('\n  ')}`);
  }
  process.stderr.write(`${JSON.stringify([...ends])}\n`);
  expect(bad).toEqual([]);
}, 3_600_000);
