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
    });
  });
});
