// Somebody started the box on its replacement and stopped it again, after the run had died; the first look of the rollback is of the past.
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes } from '../support/world.ts';
import { instance, minute, root, withSets } from './lever.ts';

const plans = [withSets(instancePlan, 'steps.read.with.volumes.include=["/dev/xvda"]')];

describe('a box that was started by hand on its replacement, and stopped again, before a rollback', () => {
  test.each([0, 200_000])('AWS shows the past of up to %i ms: what was written is kept', (staleMs) =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
      const first = await world.process([], {
        plans,
        diesOn: (record) => record.t === 'done' && record.key.step === 'verify',
      });
      expect(first.result).toBe('died');
      world.pass(10 * minute);
      world.account.act({ do: 'start-instance', instance });
      world.pass(90_000);
      world.account.act({ do: 'stop-instance', instance });
      world.pass(90_000);
      expect(world.state().instances[0]?.state).toBe('stopped');
      if (staleMs > 0)
        world.account.faults.add({ operation: 'DescribeInstances', kind: 'stale', staleMs, forMs: 5_000 });
      const second = await world.process(first.disk, {
        plans,
        command: { command: 'rollback', discardWrites: false },
      });
      world.pass(30 * minute);
      const made = world.state().volumes.filter(({ tags }) => tags['rekey:original'] === root);
      expect(
        made.length,
        `exit ${exitOf(second)} ${told(second)} ${second.sent.filter((one) => !one.includes('Describe')).join()}`,
      ).toBe(1);
    }));
});
