// AWS shows for a while how it was before a call: that a snapshot was not there, that a flag was not set.
import { expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { inWorld, twoVolumes } from '../support/world.ts';
import { minute } from './lever.ts';

test('a final snapshot that a look of the past does not have yet does not take the cut-over back', () =>
  inWorld(twoVolumes, async (world) => {
    world.account.faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
    world.pass(10 * minute);
    const made: number[] = [];
    world.watch(({ operation, at }) => {
      if (operation === 'CreateSnapshot') made.push(at);
    });
    let attached = 0;
    const life = await world.process([], {
      wait: false,
      diesOn: (record) => {
        if (record.t !== 'done' || record.key.step !== 'attach' || ++attached < 2) return false;
        // The first two are the warm-up.
        const staleMs = world.account.world.time - (made[2] ?? 0) + 1_000;
        expect(staleMs).toBeLessThan(290_000);
        world.account.faults.add({ operation: 'DescribeSnapshots', kind: 'stale', staleMs, forMs: minute });
        return false;
      },
    });
    expect(exitOf(life), told(life)).toBe(3);
  }));

// ModifyInstanceAttribute is the last call before the verification.
test.each([
  ['auto-enable-IO', 'DescribeVolumeAttribute', 'ModifyVolumeAttribute', 5_000],
  ['DeleteOnTermination', 'DescribeInstances', 'ModifyInstanceAttribute', 300],
])('%s that a look of the past shows as it was before it was set does not take the cut-over back', (_what, read, call, more) =>
  inWorld(twoVolumes, async (world) => {
    world.account.faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
    world.pass(10 * minute);
    let setAt = 0;
    world.watch(({ operation, at }) => {
      if (operation === call) setAt = at;
    });
    let left = 2;
    const life = await world.process([], {
      wait: false,
      diesOn: (record) => {
        if (record.t !== 'done' || record.key.step !== 'delete-on-termination' || --left !== 0) return false;
        const staleMs = world.account.world.time - setAt + more;
        expect(staleMs).toBeLessThan(290_000);
        world.account.faults.add({ operation: read, kind: 'stale', staleMs, forMs: minute });
        return false;
      },
    });
    expect(exitOf(life), told(life)).toBe(3);
  }));
