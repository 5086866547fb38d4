import { expect, test } from 'vitest';
import { history } from './history.ts';

/** Throws for a history that broke: what breaks the test itself is no judgement. */
async function failuresOf(plan: string, first: number, seeds: number): Promise<string[]> {
  const failures: string[] = [];
  for (let seed = first; seed < first + seeds; seed++) failures.push(...(await history(seed, { plan })).failures);
  const broke = failures.find((one) => one.startsWith('BROKE'));
  if (broke) throw new Error(broke);
  return failures;
}

// What is expected to fail must not hide what has come to fail since: the bugs that are planted for these tests would be hidden
// by an entry of the list that takes in too much.
test('histories of an instance show no failure beyond those that are expected', async () => {
  expect(await failuresOf('ec2-instance', 7_000_000, 16)).toEqual([]);
}, 300_000);

test('histories of an unattached volume show no failure beyond those that are expected', async () => {
  expect(await failuresOf('ebs-volume', 7_000_000, 6)).toEqual([]);
}, 300_000);

test('histories of a database show no failure beyond those that are expected', async () => {
  expect(await failuresOf('rds-instance', 7_000_016, 4)).toEqual([]);
}, 300_000);
