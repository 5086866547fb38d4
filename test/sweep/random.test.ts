import { expect, test } from 'vitest';
import { judged } from '../support/invariants.ts';
import { history, type Kind } from './history.ts';
import { tally } from './tally.ts';

// More of them, on all cores and for as long as one likes: npm run soak.
const full = process.env['REKEY_SWEEP'] === 'full';

tally({ sweep: 'random', plan: '' });

async function live(seeds: number, kind: Kind) {
  const bad: string[] = [];
  const sums = new Map<string, number>();
  const evaluations = new Map<string, number>();
  const add = (name: string, times: number) => sums.set(name, (sums.get(name) ?? 0) + times);
  for (let seed = 1; seed <= seeds; seed++) {
    const one = await history(seed, kind);
    // That it ends once all is calm (I11) is judged in every one of them.
    const { plan, processes, calls, faults } = one;
    const judgements = { ...Object.fromEntries(one.evaluations), I11: 1 };
    const failures = Math.min(1, one.failures.length);
    const counted = { processes, calls, failures, faults: Object.fromEntries(faults), evaluations: judgements };
    tally({ sweep: 'random', plan, histories: 1, ...counted });
    add('histories', 1);
    add('processes', one.processes);
    add('API calls', one.calls);
    add('effects', one.effects);
    for (const [name, times] of one.faults) add(`struck: ${name}`, times);
    for (const [name, times] of one.evaluations) evaluations.set(name, (evaluations.get(name) ?? 0) + times);
    const replay = `npm run seed -- ${seed} --plan ${one.plan}${kind.liveness ? ' --liveness' : ''}`;
    if (one.failures.length) bad.push(`seed ${seed} (${replay}): ${one.failures.join('\n  ')}`);
  }
  for (const [name, times] of [...sums, ...evaluations]) process.stderr.write(`${name.padEnd(48)}${times}\n`);
  return { bad, sums, evaluations };
}

test('random histories of faults, crashes and other people break no invariant and come to an end', async () => {
  const seeds = full ? 2_000 : 20;
  const { bad, sums, evaluations } = await live(seeds, {});
  expect(bad).toEqual([]);
  expect(sums.get('effects')).toBeGreaterThan(seeds);
  // A sweep that never judged an invariant proves nothing of it; few seeds may miss the rare one. The clocks' sweep judges I7.
  const rare = full ? ['I7'] : ['I7', 'I13'];
  const unjudged = Object.keys(judged).filter((name) => !rare.includes(name) && !evaluations.get(name));
  expect(unjudged).toEqual([]);
}, 900_000);

test('once faults stop under a living process, it ends, or says whom it awaits', async () => {
  const seeds = full ? 500 : 10;
  const { bad, sums } = await live(seeds, { liveness: true });
  expect(bad).toEqual([]);
  expect(sums.get('effects')).toBeGreaterThan(seeds);
}, 900_000);
