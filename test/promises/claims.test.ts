import { expect, test } from 'vitest';
import { exitOf, expectInstanceMoved, expectNoClaim, told } from '../support/promises.ts';
import {
  instancePlan,
  inWorld,
  type Life,
  type ProcessOptions,
  twoVolumes,
  volumePlan,
  type World,
} from '../support/world.ts';
import { data, instance, loose, minute, records, refuse, root, withSets } from './lever.ts';

const claim = 'rekey:claim:20260104T000000Z-aaaaaa';
const tagged = (world: World) =>
  [...world.state().instances, ...world.state().volumes].flatMap(({ id, tags }) => (claim in tags ? [id] : []));
const codes = (life: Life) => (life.result === 'died' ? [] : life.result.plans.map(({ error }) => error?.code));

test('an original that one plan of a run holds is not moved, and not deleted, by another', () =>
  inWorld(twoVolumes, async (world) => {
    const plans = [withSets(instancePlan, 'steps.soak.with.for=7d'), withSets(volumePlan, `target.id=${data}`)];
    const first = await world.process([], { wait: false, plans });
    world.pass(10 * minute);
    const second = await world.process(first.disk, { wait: false, plans });
    expect(codes(second), told(second)).toEqual([undefined, 'claimed-by-plan']);
    world.pass(70 * minute);
    const third = await world.process(second.disk, { wait: false, plans });
    expect(codes(third)).toEqual([undefined, 'claimed-by-plan']);
    expect(world.state().volumes.map(({ id }) => id)).toContain(data);
  }));

/** A first process of plans of which those of an instance end before they have read it. */
async function unreadable(world: World, options: ProcessOptions): Promise<Life> {
  refuse(world, 'DescribeInstances', {});
  const first = await world.process([], options);
  world.account.faults.clear();
  return first;
}

test('nor by a plan whose target came to hold it later', () =>
  inWorld(twoVolumes, async (world) => {
    const plans = [withSets(volumePlan, 'steps.soak.with.for=7d'), instancePlan];
    const first = await unreadable(world, { wait: false, plans });
    expect(codes(first)[0], told(first)).toBe(undefined);
    world.account.act({ do: 'attach-volume', volume: loose, instance, device: '/dev/sdg' });
    const second = await world.process(first.disk, { wait: false, plans });
    expect(codes(second)[1], told(second)).toBe('claimed-by-plan');
    expect(world.state().instances[0]?.state).toBe('running');
  }));

test('a plan that waited for another goes on when that one has ended', () =>
  inWorld(twoVolumes, async (world) => {
    const plans = [withSets(volumePlan, 'steps.soak.with.for=1h'), instancePlan];
    const first = await unreadable(world, { wait: false, plans });
    const second = await world.process(first.disk, { plans });
    expect(exitOf(second), told(second)).toBe(0);
    expectNoClaim(world);
  }));

test('a volume that is found when the plan is read again is claimed, too', () =>
  inWorld(twoVolumes, async (world) => {
    refuse(world, 'CreateSnapshot', { times: 2 });
    const first = await world.process();
    expect(exitOf(first), told(first)).toBe(1);
    expect(tagged(world).sort()).toEqual([instance, root, data].sort());
    world.account.act({ do: 'attach-volume', volume: loose, instance, device: '/dev/sdg' });
    const second = await world.process(first.disk, { wait: false });
    expect(exitOf(second), told(second)).toBe(3);
    expect(
      tagged(world)
        .filter((id) => [instance, root, data, loose].includes(id))
        .sort(),
    ).toEqual([instance, root, data, loose].sort());
    const third = await world.process(second.disk, { command: { command: 'rollback', discardWrites: true } });
    expect(exitOf(third), told(third)).toBe(0);
    expectNoClaim(world);
  }));

/** Somebody takes off every claim. */
function strip(world: World): void {
  for (const id of tagged(world)) world.account.act({ do: 'delete-tags', resource: id, keys: [claim] });
}

test('a claim that is stripped in the cut-over is put back when the target has been looked at, before the next step', () =>
  inWorld(twoVolumes, async (world) => {
    const life = await world.process([], {
      diesOn: (record) => record.t === 'done' && record.uses === 'ec2.stop-instance',
    });
    strip(world);
    world.pass(10 * minute);
    let seen: readonly string[] = [];
    const second = await world.process(life.disk, {
      wait: false,
      diesOn: (record) => {
        if (record.t === 'intent' && record.uses === 'ebs.detach-volume') seen = tagged(world);
        return false;
      },
    });
    expect(exitOf(second), told(second)).toBe(3);
    expect(seen.filter((id) => [instance, root, data].includes(id)).sort()).toEqual([instance, root, data].sort());
    const texts = records(second, 'announced').flatMap((record) => (record.t === 'announced' ? [record.text] : []));
    expect(texts.filter((text) => text.includes('taken the claim'))).toHaveLength(1);
    world.pass(70 * minute);
    const third = await world.process(second.disk);
    expect(exitOf(third), told(third)).toBe(0);
    expectInstanceMoved(world);
    expectNoClaim(world);
  }));
