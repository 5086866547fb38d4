import { expect, test } from 'vitest';
import { type Invariant, judged } from '../support/invariants.ts';
import { firstLateSeed } from './grammar.ts';
import { history, type Kind, planNames } from './history.ts';
import { full } from './sampled.ts';
import { shipped } from './shipped.ts';
import { tally } from './tally.ts';

// More of them, on all cores and for as long as one likes: npm run soak.

tally({ sweep: 'random', plan: '' });

/** So many histories, of all shipped plans in turn. `evaluations`: per plan. */
async function live(seeds: number, kind: Kind) {
  const bad: string[] = [];
  const sums = new Map<string, number>();
  const evaluations = new Map<string, Map<string, number>>();
  const add = (name: string, times: number) => sums.set(name, (sums.get(name) ?? 0) + times);
  for (let seed = firstLateSeed; seed < firstLateSeed + seeds; seed++) {
    const one = await history(seed, kind);
    // That it ends once all is calm (I11) is judged in every one of them.
    const { plan, processes, calls, faults } = one;
    const judgements = { ...Object.fromEntries(one.evaluations), I11: 1 };
    const failures = Math.min(1, one.failures.length);
    const counted = { processes, calls, failures, faults: Object.fromEntries(faults), evaluations: judgements };
    tally({ sweep: 'random', plan, histories: 1, ...counted });
    add('histories', 1);
    add(`histories of ${plan}`, 1);
    add('processes', one.processes);
    add('API calls', one.calls);
    add('effects', one.effects);
    for (const [name, times] of one.faults) add(`struck: ${name}`, times);
    const ofPlan = evaluations.get(plan) ?? new Map<string, number>();
    evaluations.set(plan, ofPlan);
    for (const [name, times] of one.evaluations) ofPlan.set(name, (ofPlan.get(name) ?? 0) + times);
    const replay = `npm run seed -- ${seed} --plan ${one.plan}${kind.liveness ? ' --liveness' : ''}`;
    if (one.failures.length) bad.push(`seed ${seed} (${replay}): ${one.failures.join('\n  ')}`);
  }
  for (const [name, times] of sums) process.stderr.write(`${name.padEnd(48)}${times}\n`);
  for (const [plan, ofPlan] of evaluations)
    for (const [name, times] of ofPlan) process.stderr.write(`${`${name} of ${plan}`.padEnd(48)}${times}\n`);
  return { bad, sums, evaluations };
}

test('every shipped plan has random histories: the grammar of its target type stands in test/sweep/shipped.ts', () => {
  const without = shipped.filter(({ grammar }) => grammar === undefined).map(({ name }) => name);
  expect(without).toEqual([]);
  expect(planNames).toHaveLength(shipped.length);
});

/** What histories of a plan never come to judge: the clocks' sweep judges windows, and an unattached volume has no target that two could write to. */
const elsewhere = (plan: string): readonly Invariant[] => (plan === 'ebs-volume' ? ['I7', 'I6'] : ['I7']);

test('random histories of faults, crashes and other people break no invariant and come to an end', async () => {
  const seeds = full ? 500 : 10;
  const { bad, sums, evaluations } = await live(seeds, {});
  expect(bad).toEqual([]);
  expect(sums.get('effects')).toBeGreaterThan(seeds);
  expect([...evaluations.keys()].sort()).toEqual([...planNames].sort());
  // A sweep that never judged an invariant proves nothing of it; few seeds may miss the rare one.
  for (const plan of planNames) {
    const rare = [...elsewhere(plan), ...(full ? [] : ['I13', 'I10', 'I2'])];
    const unjudged = Object.keys(judged).filter((name) => !rare.includes(name) && !evaluations.get(plan)?.get(name));
    expect(unjudged, plan).toEqual([]);
  }
}, 900_000);

test('once faults stop under a living process, it ends, or says whom it awaits', async () => {
  const seeds = full ? 100 : 5;
  const { bad, sums } = await live(seeds, { liveness: true });
  expect(bad).toEqual([]);
  expect(sums.get('effects')).toBeGreaterThan(seeds);
}, 900_000);
