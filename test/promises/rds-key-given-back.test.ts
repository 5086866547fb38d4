// RDS stops what has lost its key, and takes no change of it; for seven days it can be started with the key enabled again (facts §3.2).
import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databaseNamed, databasePlan, expectDatabaseMoved, oneDatabase } from '../support/rds.ts';
import { inWorld } from '../support/world.ts';

const plans = [databasePlan()];
const minute = 60_000;

describe('a key that is disabled in the cut-over for so long that RDS stops what is under it', () => {
  it.each([
    ['the old one, before the restart behind the fence', 'alias/old', 'rds:RebootDBInstance', 1],
    ['the old one, when the original gives up its name', 'alias/old', 'rds:ModifyDBInstance', 3],
    ['the new one, when the replacement takes the name', 'alias/new', 'rds:ModifyDBInstance', 4],
  ])('%s: with the key enabled again a resume starts it, and moves it', (_what, key, operation, nth) =>
    inWorld(oneDatabase, async (world) => {
      let seen = 0;
      const first = await world.process([], {
        plans,
        beforeCall: (called) => {
          if (called === operation && ++seen === nth) world.account.act({ do: 'disable-key', key });
        },
      });
      expect(exitOf(first), told(first)).not.toBe(0);
      const lostKey = () => world.state().databases.some(({ status }) => status.startsWith('inaccessible'));
      expect(lostKey(), told(first)).toBe(true);
      const texts = first.disk.flatMap((record) => (record.t === 'announced' ? [record.text] : []));
      expect(texts.join('\n')).toMatch(/enable its key \S+, and rekey starts it/);
      world.account.act({ do: 'enable-key', key });
      world.pass(20 * minute);
      let life = await world.process(first.disk, { plans });
      for (let n = 0; n < 3 && exitOf(life) !== 0; n++) life = await world.process(life.disk, { plans });
      expect(exitOf(life), told(life)).toBe(0);
      expectDatabaseMoved(world);
    }));
});

describe('a replacement that fails with the name of the target, before clients are let in', () => {
  it('is named with the command that frees the name; with it freed the original is back, and a resume moves it', () =>
    inWorld(oneDatabase, async (world) => {
      let failed = '';
      const first = await world.process([], {
        plans,
        beforeCall: (called) => {
          if (failed || called !== 'rds:AddRoleToDBInstance') return;
          failed = databaseNamed(world, 'orders')?.resourceId ?? '';
          world.account.act({ do: 'break-database', database: failed, status: 'failed' });
        },
      });
      expect(exitOf(first), told(first)).toBe(1);
      expect(told(first)).toContain('orders has failed and takes no change any more');
      expect(told(first)).toContain(`As long as that name is ${failed}`);
      expect(told(first)).toContain('aws rds delete-db-instance');
      world.account.act({ do: 'delete-database', database: failed });
      world.pass(20 * minute);
      let life = await world.process(first.disk, { plans });
      for (let n = 0; n < 3 && exitOf(life) !== 0; n++) life = await world.process(life.disk, { plans });
      expect(exitOf(life), told(life)).toBe(0);
      expectDatabaseMoved(world);
    }));
});
