import { expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { isRead } from '../support/reads.ts';
import { inWorld, type World } from '../support/world.ts';
import { sampled } from './sampled.ts';
import { shipped } from './shipped.ts';

const ages = [5, 30, 60, 120, 300];
const cases = shipped.flatMap((one, turn) =>
  sampled(ages, 2, { turn }).map((seconds) => [one.name, seconds, one] as const),
);
const isClaim = (operation: string) => /^ec2:CreateTags$|^rds:AddTagsToResource$/.test(operation);
const isTagging = (operation: string) => isClaim(operation) || /^ec2:DeleteTags$|^rds:RemoveTagsFrom/.test(operation);
// A question to KMS whether a key can be used.
const asks = (operation: string) => isRead(operation) || operation.startsWith('kms:');

const old = (world: World, seconds: number) => world.account.faults.add({ kind: 'stale', staleMs: seconds * 1_000 });

/** A run that dies as soon as its claim stands, and another one that begins at that moment. */
test.each(
  cases,
)('of %s: a claim that every read shows %i s late keeps a second run away from the target', async (_name, seconds, one) => {
  const plans = [one.plan];
  const number = await inWorld(one.scenario, async (world) => {
    old(world, seconds);
    return (await world.process([], { plans })).sent.findIndex(isClaim) + 1;
  });
  expect(number).toBeGreaterThan(0);
  await inWorld(one.scenario, async (world) => {
    old(world, seconds);
    const first = await world.process([], { plans, crash: { call: { number, when: 'after' } } });
    expect(first.result).toBe('died');
    const second = await world.process([], { plans, run: '20260104T000100Z-bbbbbb' });
    expect(exitOf(second), told(second)).toBe(5);
    expect(second.sent.filter((operation) => !asks(operation) && !isTagging(operation))).toEqual([]);
  });
});
