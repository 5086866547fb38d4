import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import type { Life, World } from '../support/world.ts';
import { hour, mayBegin, minute, passTo, sunday, suspend, upset, upsets } from './clocks.ts';
import { full, sampled } from './sampled.ts';
import { type Shipped, shipped } from './shipped.ts';
import { swept } from './swept.ts';

const inWorld = swept('clock');

/** What has a name, clients, and a fence that keeps them out: an instance, or a cluster. */
const databases = shipped
  .filter(({ type }) => type.startsWith('rds-'))
  // A smaller one takes less time on its ways; its cut-over has the same calls.
  .map((one) => ({ ...one, scenario: one.scenario.replace('storage: 100', 'storage: 20'), plans: [one.plan] }));
type Database = (typeof databases)[number];

const expectNoWriteLost = (world: World) => expect(world.state().clients.filter(({ lost }) => lost)).toEqual([]);

/** Done; or, when the clock went ahead of AWS's and what was on its way counted as overdue, back at the original or left serving, and done by the next process. */
async function expectMoved(one: Database, world: World, life: Life, about: string, ahead: boolean): Promise<void> {
  const exit = exitOf(life);
  if (ahead && (exit === 1 || exit === 4)) {
    expect(told(life), about).toMatch(
      /not there after \d+ min|without ever showing|when its time was up|TIMED_OUT|\(for \d+ min\)/,
    );
    world.pass(20 * minute);
    if (!life.disk.some((record) => record.t === 'write-point')) one.expectOriginal(world);
    else expect(servesAnother(one, world), about).toBe(true);
    expectNoWriteLost(world);
    const second = await world.process(life.disk, { plans: one.plans });
    expect(exitOf(second), `${about}, resumed: ${told(second)}`).toBe(0);
  } else expect(exitOf(life), `${about}: ${told(life)}`).toBe(0);
  world.pass(20 * minute);
  one.expectMoved(world);
}
console.log(full, sampled);
function servesAnother(one: Shipped, world: World) { return false; }
describe.each(databases)('x $name', (one) => {
  test('calls', async () => {
    const t0 = performance.now();
    const sent = await inWorld(one.scenario, async (world) => (await world.process([], { plans: one.plans })).sent, one.seed);
    const t1 = performance.now();
    const from = sent.indexOf(one.cutOver?.from??'') - 3;
    const to = sent.lastIndexOf('ec2:DescribeSecurityGroups', sent.indexOf(one.cutOver?.to??'')) + 3;
    console.log(one.name, sent.length, from, to, t1 - t0, sent.slice(from-20, from + 12).join(' '), '\n', sent.slice(to-12, to + 12).join(' '));
  });
});
