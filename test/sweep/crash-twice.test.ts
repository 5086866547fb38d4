import { expect, test } from 'vitest';
import { endOf, idsIn, judgeEnd } from '../support/ends.ts';
import { exitOf, told } from '../support/promises.ts';
import type { Crash } from '../support/world.ts';
import { Choices } from './choices.ts';
import { full, whole } from './sampled.ts';
import { type Shipped, shipped } from './shipped.ts';
import { swept } from './swept.ts';

const inWorld = swept('crash-twice');
const kinds = ['before', 'after', 'answered'] as const;
const kindOf = (number: number) => kinds[number % kinds.length] ?? 'after';

interface Undisturbed {
  readonly calls: number;
  readonly records: number;
  readonly end: string;
}

const undisturbed = (one: Shipped): Promise<Undisturbed> =>
  inWorld(one.scenario, async (world) => {
    const before = idsIn(world);
    const { sent, disk } = await world.process([], { plans: [one.plan] });
    return { calls: sent.length, records: disk.length, end: endOf(world, before) };
  });

/** Dies at `first`, is resumed and dies at call `number` of the resume, is resumed again; false when the resume ended before that. */
async function diesTwice(one: Shipped, clean: Undisturbed, first: Crash, number: number): Promise<boolean> {
  return inWorld(one.scenario, async (world) => {
    const before = idsIn(world);
    const plans = [one.plan];
    const begun = await world.process([], { plans, crash: first });
    if (!begun.disk.some((record) => record.t === 'submitted')) return false;
    const again = await world.process(begun.disk, { plans, crash: { call: { number, when: kindOf(number) } } });
    const last = await world.process(again.disk, { plans });
    const about = `${JSON.stringify(first)}, then call ${number}`;
    expect(exitOf(last), `${about}: ${told(last)}`).toBe(0);
    one.expectMoved(world);
    judgeEnd(world, { end: endOf(world, before), undisturbed: clean.end, disk: last.disk, about });
    return again.result === 'died';
  });
}

const everywhere = shipped.filter((one) => one.pairsOfCrashes === 'all');
const sampled = shipped.filter((one) => one.pairsOfCrashes !== 'all');

test.each(
  everywhere,
)('$name: a second crash at any call of the resume after a crash at any call is resumed to the same end', async (one) => {
  const clean = await undisturbed(one);
  let pairs = 0;
  // All 3,000 pairs take minutes: they are lived where the whole is wanted, every fourth in CI.
  const stride = whole ? 1 : full ? 2 : 19;
  for (let first = 1; first <= clean.calls; first += stride) {
    for (let second = 1 + (first % stride); ; second += stride) {
      if (!(await diesTwice(one, clean, { call: { number: first, when: kindOf(first + second) } }, second))) break;
      pairs++;
    }
  }
  expect(pairs).toBeGreaterThan(full ? 300 : 3);
}, 900_000);

test.each(sampled)('$name: pairs of crashes that a seed has chosen are resumed to the same end', async (one) => {
  const clean = await undisturbed(one);
  const choices = new Choices(42);
  const wanted = full ? Number(one.pairsOfCrashes) : one.inFull === undefined ? 4 : 3;
  let pairs = 0;
  for (let n = wanted; n > 0; n--) {
    const crash: Crash = choices.chance(0.5)
      ? { call: { number: 1 + choices.below(clean.calls), when: choices.one(kinds) } }
      : {
          record: {
            number: 2 + choices.below(clean.records - 1),
            when: choices.one(['crash-before', 'crash-after'] as const),
          },
        };
    if (await diesTwice(one, clean, crash, 1 + choices.below(clean.calls * 0.6))) pairs++;
  }
  expect(pairs).toBeGreaterThan(wanted / 3);
}, 900_000);
