import { describe, expect, test } from 'vitest';
import { endOf, idsIn, judgeEnd } from '../support/ends.ts';
import { exitOf, told } from '../support/promises.ts';
import { isRead } from '../support/reads.ts';
import type { Crash } from '../support/world.ts';
import { sampled } from './sampled.ts';
import { type Shipped, shipped } from './shipped.ts';
import { swept } from './swept.ts';

const upTo = (last: number, from = 1) => Array.from({ length: last + 1 - from }, (_one, at) => from + at);
const inWorld = swept('crash');

const known = new Map<string, ReturnType<typeof livedUndisturbed>>();

/** A run that nothing happens to. */
function undisturbed(one: Shipped) {
  const lived = known.get(one.name) ?? livedUndisturbed(one);
  known.set(one.name, lived);
  return lived;
}

const livedUndisturbed = (one: Shipped) =>
  inWorld(one.scenario, async (world) => {
    const before = idsIn(world);
    const { sent, disk } = await world.process([], { plans: [one.plan] });
    return { calls: sent.map((call) => call.replace(/^\w+:/, '')), records: disk.length, end: endOf(world, before) };
  });

async function crashed(one: Shipped, crash: Crash, end: string): Promise<void> {
  await inWorld(one.scenario, async (world) => {
    const before = idsIn(world);
    const first = await world.process([], { plans: [one.plan], crash });
    if (!first.disk.some((record) => record.t === 'submitted')) return;
    const second = await world.process(first.disk, { plans: [one.plan] });
    const about = JSON.stringify(crash);
    expect(exitOf(second), `${about} ${told(second)}`).toBe(0);
    one.expectMoved(world);
    judgeEnd(world, { end: endOf(world, before), undisturbed: end, disk: second.disk, about });
  });
}

/** Above so many calls every second read is died at, in one of the three ways, in turn: it changes nothing, so that they only differ in time. */
const shortRun = 200;
const ways = ['before', 'after', 'answered'] as const;

describe.each(shipped)('a crash of the plan $name', (one) => {
  test('at every API call, before it, after it or with its answer, is resumed to the same end', async () => {
    const { calls, end } = await undisturbed(one);
    expect(calls.length).toBeGreaterThan(30);
    for (const [offset, when] of ways.entries()) {
      const points = upTo(calls.length).filter(
        (number) =>
          calls.length <= shortRun || number % (2 * ways.length) === offset || !isRead(calls[number - 1] ?? ''),
      );
      for (const number of sampled(points, 2, { ...one, turn: 2 * offset }))
        await crashed(one, { call: { number, when } }, end);
    }
  }, 900_000);

  test('at every journal record, before or after it is on disk, is resumed to the same end', async () => {
    const { records, end } = await undisturbed(one);
    for (const [offset, when] of (['crash-before', 'crash-after'] as const).entries()) {
      for (const number of sampled(upTo(records, 2), 2, { ...one, turn: 2 * offset }))
        await crashed(one, { record: { number, when } }, end);
    }
  }, 900_000);
});
