import { expect, test } from 'vitest';
import { exitOf, expectInstanceMoved, expectVolumeMoved, told } from '../support/promises.ts';
import { type Crash, instancePlan, inWorld, twoVolumes, volumePlan } from '../support/world.ts';
import { Choices } from './history.ts';

const full = process.env['REKEY_SWEEP'] === 'full';
const kinds = ['before', 'after', 'answered'] as const;
const kindOf = (number: number) => kinds[number % kinds.length] ?? 'after';

const plans = {
  volume: { plan: volumePlan, expectMoved: expectVolumeMoved },
  instance: { plan: instancePlan, expectMoved: expectInstanceMoved },
};

/** Dies at `first`, is resumed and dies at call `number` of the resume, is resumed again; false when the resume ended before that. */
async function diesTwice(name: keyof typeof plans, first: Crash, number: number): Promise<boolean> {
  const { plan, expectMoved } = plans[name];
  return inWorld(twoVolumes, async (world) => {
    const one = await world.process([], { plans: [plan], crash: first });
    if (!one.disk.some((record) => record.t === 'submitted')) return false;
    const two = await world.process(one.disk, { plans: [plan], crash: { call: { number, when: kindOf(number) } } });
    const three = await world.process(two.disk, { plans: [plan] });
    expect(exitOf(three), `${JSON.stringify(first)}, then call ${number}: ${told(three)}`).toBe(0);
    expectMoved(world);
    return two.result === 'died';
  });
}

test('an unattached volume: a second crash at any call of the resume after a crash at any call is resumed to the same end', async () => {
  const calls = await inWorld(
    twoVolumes,
    async (world) => (await world.process([], { plans: [volumePlan] })).sent.length,
  );
  let pairs = 0;
  const stride = full ? 1 : 11;
  for (let first = 1; first <= calls; first += stride) {
    for (let second = 1 + (first % stride); ; second += stride) {
      if (!(await diesTwice('volume', { call: { number: first, when: kindOf(first + second) } }, second))) break;
      pairs++;
    }
  }
  expect(pairs).toBeGreaterThan(full ? 300 : 5);
}, 900_000);

test('an instance: pairs of crashes that a seed has chosen are resumed to the same end', async () => {
  const choices = new Choices(42);
  let pairs = 0;
  for (let n = full ? 150 : 8; n > 0; n--) {
    const crash: Crash = choices.chance(0.5)
      ? { call: { number: 1 + choices.below(150), when: choices.one(kinds) } }
      : { record: { number: 2 + choices.below(75), when: choices.one(['crash-before', 'crash-after'] as const) } };
    if (await diesTwice('instance', crash, 1 + choices.below(100))) pairs++;
  }
  expect(pairs).toBeGreaterThan(full ? 50 : 2);
}, 900_000);
