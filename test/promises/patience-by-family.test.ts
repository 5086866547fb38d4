// What is waited for long does not use up the patience with what comes after it: an hour without capacity, then credentials that can't be had for a moment.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { inWorld, twoVolumes, type World } from '../support/world.ts';
import { beforeFirst, instance, minute, refuse } from './lever.ts';

const box = (world: World) => world.state().instances.find((one) => one.id === instance);

/** Starts are refused for want of capacity for an hour, then once for credentials. */
function hinderStarts(world: World): void {
  let begun = 0;
  let refusedOnce = false;
  world.watch(({ operation, at }) => {
    if (operation !== 'StartInstances') return;
    begun ||= at;
    if (refusedOnce || at - begun < 60 * minute) return;
    refusedOnce = true;
    world.account.faults.clear();
    world.account.faults.add({
      operation: 'StartInstances',
      kind: 'error',
      code: 'ExpiredToken',
      status: 403,
      times: 1,
    });
  });
  world.account.faults.add({
    operation: 'StartInstances',
    kind: 'error',
    code: 'InsufficientInstanceCapacity',
    status: 500,
  });
}

describe('after an hour without capacity, credentials that are refused once do not end the process with the box down', () => {
  test('on the way back', () =>
    inWorld(twoVolumes, async (world) => {
      refuse(world, 'CreateVolume', {});
      hinderStarts(world);
      const life = await world.process([], { wait: false });
      expect(box(world)?.state, told(life)).toBe('running');
      expect(exitOf(life), told(life)).toBe(1);
    }));

  test('at the start of the cut-over', () =>
    inWorld(twoVolumes, async (world) => {
      hinderStarts(world);
      const life = await world.process([], { wait: false });
      expect(box(world)?.state, told(life)).toBe('running');
      expect(exitOf(life), told(life)).toBe(3);
    }));
});

test('nor do they where AWS could not be asked for an hour', () =>
  inWorld(twoVolumes, async (world) => {
    const asked = { operation: 'DescribeInstances', kind: 'error', status: 503 } as const;
    refuse(world, 'CreateVolume', {});
    const life = await world.process([], {
      wait: false,
      beforeCall: beforeFirst('ec2:StartInstances', () =>
        world.account.faults.add(
          { ...asked, code: 'Unavailable', forMs: 60 * minute },
          { ...asked, code: 'ExpiredToken', status: 403, afterMs: 60 * minute, times: 1 },
        ),
      ),
    });
    expect(box(world)?.state, told(life)).toBe('running');
    expect(exitOf(life), told(life)).toBe(1);
  }));
