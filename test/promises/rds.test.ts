import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, expectDatabaseMoved, oneDatabase } from '../support/rds.ts';
import { inWorld } from '../support/world.ts';

describe('an RDS instance', () => {
  it('goes over to the new key under the same name, with every setting, and loses nothing', async () => {
    await inWorld(oneDatabase, async (world) => {
      const life = await world.process([], { plans: [databasePlan()] });
      expect(told(life)).toContain('done');
      expect(exitOf(life)).toBe(0);
      world.pass(3_600_000);
      expectDatabaseMoved(world);
      // Each effect was judged, whatever this test is about.
      const { evaluations } = world.auditor;
      for (const invariant of ['I1', 'I2', 'I3', 'I6', 'I9', 'I10'] as const)
        expect(evaluations.get(invariant), invariant).toBeGreaterThan(0);
    });
  });
});
