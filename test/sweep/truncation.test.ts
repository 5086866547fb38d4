import { describe, expect, test } from 'vitest';
import { exitOf, expectNothingLost, told } from '../support/promises.ts';
import { sampled } from './sampled.ts';
import { type Shipped, shipped } from './shipped.ts';
import { swept } from './swept.ts';

const inWorld = swept('truncation');
const hour = 3_600_000;

/** Ends that are right when the journal has forgotten what has happened: done, refused because nothing is left to move, or stopped for a person to look; 1 where AWS knows a token that the journal has forgotten. */
const ends = [0, 1, 2, 4, 6];

/** What came of a resume from the first records of a journal, of which the account has seen all. */
async function resumed(one: Shipped, records: number): Promise<string> {
  return inWorld(one.scenario, async (world) => {
    const lived = await world.process([], { plans: [one.plan], wait: false });
    expect(exitOf(lived), told(lived)).toBe(3);
    world.auditor.promises.recordsLost = true;
    const second = await world.process(lived.disk.slice(0, records), { plans: [one.plan] });
    const about = `cut after record ${records} of ${lived.disk.length}: exit ${exitOf(second)} ${told(second)}`;
    expect(ends, about).toContain(exitOf(second));
    world.pass(hour);
    const { instances } = world.state();
    // Whatever it has made of it, it serves, whole.
    expect(
      instances.every(({ state }) => state === 'running'),
      about,
    ).toBe(true);
    expectNothingLost(world);
    if (exitOf(second) !== 1) return `${exitOf(second)}`;
    const third = await world.process(second.disk, { plans: [one.plan] });
    expect(ends, `${about}, resumed: ${told(third)}`).toContain(exitOf(third));
    expectNothingLost(world);
    return `1, then ${exitOf(third)}`;
  });
}

describe.each(shipped)('a journal of the plan $name that has lost its last records', (one) => {
  test('is resumed from every record: no invariant breaks, nothing is lost, and the target serves', async () => {
    const { disk } = await inWorld(one.scenario, (world) => world.process([], { plans: [one.plan], wait: false }));
    const counts = new Map<string, number>();
    const first = disk.findIndex((record) => record.t === 'submitted') + 1;
    const points = Array.from({ length: disk.length + 1 - first }, (_one, at) => first + at);
    // From the end: a journal that has lost little is among them.
    for (const records of sampled(points.reverse(), 4, one)) {
      const end = await resumed(one, records);
      counts.set(end, (counts.get(end) ?? 0) + 1);
    }
    process.stderr.write(`${one.name}, exits: ${JSON.stringify(Object.fromEntries(counts))}\n`);
    expect(counts.get('0'), 'none came to its end').toBeGreaterThan(0);
  }, 900_000);
});
