import { expect, test } from 'vitest';
import { aTakenClaim } from '../support/world.ts';
import { aSecondPlan, aSecondRun, aTypedRollback } from './beside.ts';
import { firstBesideSeed, firstPeopleSeed, firstVariedSeed, firstWideSeed } from './grammar.ts';
import { history, planNames } from './history.ts';
import { full } from './sampled.ts';

test('in the wider world histories break no promise but those that the list names', async () => {
  const bad: string[] = [];
  const struck = new Set<string>();
  for (let seed = firstWideSeed; seed < firstWideSeed + (full ? 100 : 4); seed++) {
    const one = await history(seed);
    for (const name of one.faults.keys()) struck.add(name);
    bad.push(...one.failures.map((text) => `npm run seed -- ${seed} --plan ${one.plan}: ${text}`));
  }
  expect(bad).toEqual([]);
  const others = [...struck].filter((name) => /^(a|an|somebody|the) /.test(name));
  expect(others.length).toBeGreaterThan(full ? 20 : 1);
}, 900_000);

test('beside another run on the target, or another plan of the run, histories break no promise but those that the list names', async () => {
  const bad: string[] = [];
  const struck = new Set<string>();
  for (let seed = firstBesideSeed; seed < firstBesideSeed + (full ? 24 : 3); seed++) {
    const one = await history(seed);
    for (const name of one.faults.keys()) struck.add(name);
    bad.push(...one.failures.map((text) => `npm run seed -- ${seed} --plan ${one.plan}: ${text}`));
  }
  expect(bad).toEqual([]);
  const wanted = full ? [aSecondRun, aSecondPlan, aTakenClaim, aTypedRollback] : [aSecondRun];
  expect(wanted.filter((name) => !struck.has(name))).toEqual([]);
}, 900_000);

test('with plans in more variants, and commands of the operator that fail, hang and outlive their runner, histories break no promise but those that the list names', async () => {
  const bad: string[] = [];
  const struck = new Set<string>();
  for (let seed = firstVariedSeed; seed < firstVariedSeed + (full ? 40 : 3); seed++) {
    const one = await history(seed);
    for (const name of one.faults.keys()) struck.add(name);
    bad.push(...one.failures.map((text) => `npm run seed -- ${seed} --plan ${one.plan}: ${text}`));
  }
  expect(bad).toEqual([]);
  const variants = [...struck].filter((name) => /^a plan with /.test(name));
  expect(variants.length).toBeGreaterThan(full ? 8 : 1);
  if (full) expect(variants.some((name) => /hook/.test(name))).toBe(true);
}, 900_000);

test.each([
  'ec2-instance',
  'ebs-volume',
])('with people who use snapshots of the run, change volumes and addresses, and hardware that fails, histories of %s break no promise but those that the list names', async (plan) => {
  const bad: string[] = [];
  const struck = new Set<string>();
  for (let seed = firstPeopleSeed; seed < firstPeopleSeed + (full ? 20 : 4); seed++) {
    const one = await history(seed, { plan });
    for (const name of one.faults.keys()) struck.add(name);
    bad.push(...one.failures.map((text) => `npm run seed -- ${seed} --plan ${one.plan}: ${text}`));
  }
  expect(bad).toEqual([]);
  const theirs = [...struck].filter((name) =>
    /^(somebody (makes|modifies|sets|takes|gives|attaches a volume|detaches)|the hardware|an? \w+ (of others )?is impaired)/.test(
      name,
    ),
  );
  expect(theirs.length).toBeGreaterThan(full ? 3 : 0);
}, 900_000);

test.each([...planNames])('reads that are all a minute old break nothing of %s', async (plan) => {
  for (let seed = 9_000_001; seed < 9_000_001 + (full ? 12 : 1); seed++) {
    const { failures, faults } = await history(seed, { plan, staleMs: 60_000 });
    expect(failures, `seed ${seed}`).toEqual([]);
    expect(faults.get('stale before')).toBeGreaterThan(0);
  }
}, 300_000);
