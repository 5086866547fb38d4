// A start that AWS has accepted and does not show yet is not one that came to nothing.
import { expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { inWorld, twoVolumes } from '../support/world.ts';
import { instance, minute } from './lever.ts';

test('looks that show the past for two and a half minutes after the start do not take it for one that never ran', () =>
  inWorld(twoVolumes, async (world) => {
    world.account.faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
    let stopped = false;
    let started = false;
    const first = await world.process([], {
      wait: false,
      beforeCall: (operation) => {
        if (operation === 'ec2:StopInstances' && !stopped) {
          stopped = true;
          world.account.faults.add({ operation: 'CreateVolume', kind: 'throttle', forMs: 6 * minute });
        }
        if (operation === 'ec2:StartInstances' && !started) {
          started = true;
          world.account.faults.add({ operation: 'DescribeInstances', kind: 'stale', staleMs: 145_000, forMs: 144_500 });
        }
      },
    });
    expect(world.account.faults.list().at(-1)?.struck).toBeGreaterThan(0);
    expect(world.state().instances.find((one) => one.id === instance)?.state).toBe('running');
    world.pass(10 * minute);
    const second = await world.process(first.disk, { wait: false });
    world.pass(10 * minute);
    const third = await world.process(second.disk, { wait: false });
    expect([0, 3], `${told(first)}\n${told(second)}\n${told(third)}`).toContain(exitOf(third));
  }));
