import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { inWorld, twoVolumes } from '../support/world.ts';

// As caught.test.ts, on the simulated account.

describe('what a run makes', () => {
  test('and does not show yet is not made twice, though its answer was lost', () =>
    inWorld(twoVolumes.replace('limits:', 'visibilityDelayMs: 60000\nlimits:'), async (world) => {
      world.account.faults.add({ operation: 'CreateVolume', times: 1, kind: 'reset', when: 'after' });
      const life = await world.process([], { wait: false });
      expect(exitOf(life), told(life)).toBe(3);
      expect(life.calls.get('ec2:CreateVolume')).toBeGreaterThan(2);
      // Three that were there and a replacement for each of the two of the instance.
      expect(world.state().volumes).toHaveLength(5);
    }));
});

describe('the operator', () => {
  test('finds what had to be said in the journal', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await world.process([], { wait: false });
      expect(exitOf(life), told(life)).toBe(3);
      const announced = life.disk.flatMap((record) => (record.t === 'announced' ? [record.text] : []));
      expect(announced.filter((text) => text.includes('new volume ids'))).toHaveLength(1);
    }));
});
