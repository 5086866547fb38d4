// What this run has made may come to the name of the target by somebody else's hand.
import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databaseNamed, databasePlan, expectDatabaseMoved, oneDatabase, original } from '../support/rds.ts';
import { clusterPlan, oneCluster, originalCluster } from '../support/rds-cluster.ts';
import { inWorld } from '../support/world.ts';

const plans = [databasePlan()];
const minute = 60_000;

describe('a replacement to which somebody gives the name of the target while the cut-over is taken back', () => {
  it('is not taken for a target that is as the plan wants it: a person learns which of both is the original', () =>
    inWorld(oneDatabase, async (world) => {
      const denied = { times: 1, kind: 'error', code: 'AccessDenied', status: 403 } as const;
      // The fence is let through, and what renames the original is not.
      world.account.faults.add({ operation: 'ModifyDBInstance', skip: 1, ...denied });
      const first = await world.process([], {
        plans,
        diesOn: (record) => record.t === 'done' && record.key.undo !== undefined && record.uses === 'rds.admit-clients',
      });
      expect(first.result, told(first)).toBe('died');
      const made = world.state().databases.find(({ identifier }) => identifier.startsWith('rekey-'));
      if (!made) throw new Error('there is no replacement');
      for (const [database, identifier] of [
        [original, 'orders-swap'],
        [made.resourceId, 'orders'],
        [original, made.identifier],
      ] as const) {
        world.account.act({ do: 'modify-database', database, now: true, identifier });
        world.pass(600_000);
      }
      let life = await world.process(first.disk, { plans });
      for (let n = 0; n < 3 && exitOf(life) !== 2; n++) life = await world.process(life.disk, { plans });
      expect(exitOf(life), told(life)).toBe(2);
      expect(told(life)).toContain('target-refused');
      expect(told(life)).toContain(`orders is ${made.resourceId}, which this run made of ${original}`);
      expect(databaseNamed(world, 'orders')?.resourceId).toBe(made.resourceId);
      expect(world.state().databases.map(({ resourceId }) => resourceId)).toContain(original);
    }));
});

describe('a replacement whose name somebody changes right before its clients are let in', () => {
  it('is not said to be built again by a resume: with its name back, the resume lets them in', () =>
    inWorld(oneDatabase, async (world) => {
      let renamed = '';
      const first = await world.process([], {
        plans,
        beforeCall: (operation) => {
          const holder = databaseNamed(world, 'orders');
          const roles = world.account.world.rds.databases.get(holder?.resourceId ?? '')?.roles.length;
          if (renamed || operation !== 'rds:ModifyDBInstance' || holder?.resourceId === original || roles !== 2) return;
          renamed = holder?.resourceId ?? '';
          world.account.act({ do: 'modify-database', database: renamed, now: true, identifier: 'orders-elsewhere' });
        },
      });
      expect(exitOf(first), told(first)).toBe(6);
      const error = first.result === 'died' ? undefined : first.result.plans[0]?.error;
      expect(error?.code).toBe('target-changed');
      expect(error?.hint).not.toContain('built again');
      expect(error?.hint).toContain('make the target as it was expected, then resume');
      world.pass(20 * minute);
      world.account.act({ do: 'modify-database', database: renamed, now: true, identifier: 'orders' });
      world.pass(20 * minute);
      const second = await world.process(first.disk, { plans });
      expect(exitOf(second), told(second)).toBe(0);
      expectDatabaseMoved(world);
    }));
});

describe.each([
  ['want of capacity', 'InsufficientDBInstanceCapacity'],
  ['its rate', 'Throttling'],
])('a replacement cluster whose name somebody gives to the original while a member of it is refused for %s', (_why, code) => {
  it('gets that member all the same, and the original gets none', () =>
    inWorld(oneCluster, async (world) => {
      const members = (cluster: string) =>
        world.state().clusters.find(({ resourceId }) => resourceId === cluster)?.members ?? [];
      const before = members(originalCluster).length;
      let begun = false;
      let most = before;
      // What was made in the wrong cluster goes again when all is taken back.
      world.watch(() => {
        most = Math.max(most, members(originalCluster).length);
      });
      const life = await world.process([], {
        plans: [clusterPlan()],
        wait: false,
        beforeCall: (name) => {
          if (begun || name !== 'rds:CreateDBInstance') return;
          begun = true;
          const made = world.state().clusters.find(({ identifier }) => identifier.startsWith('rekey-'));
          if (!made) throw new Error('there is no replacement');
          world.account.faults.add({
            operation: 'CreateDBInstance',
            kind: 'error',
            code,
            status: 400,
            forMs: 15 * minute,
          });
          const named = (cluster: string, identifier: string, afterMs: number) =>
            world.account.schedule(Date.now() + afterMs, () =>
              world.account.act({ do: 'modify-cluster', cluster, now: true, identifier }),
            );
          named(made.resourceId, 'other', minute);
          named(originalCluster, made.identifier, 6 * minute);
        },
      });
      expect(begun, told(life)).toBe(true);
      expect(most).toBe(before);
    }));
});
