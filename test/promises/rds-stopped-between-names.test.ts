// What is stopped takes no other name: it is started before it gets its own one back.
import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, expectOriginalDatabaseServing, oneDatabase, original } from '../support/rds.ts';
import { clusterPlan, expectOriginalClusterServing, oneCluster, originalCluster } from '../support/rds-cluster.ts';
import { inWorld } from '../support/world.ts';

const minute = 60_000;
const stopCluster = { do: 'stop-cluster', cluster: originalCluster } as const;
const stopDatabase = { do: 'stop-database', database: original } as const;
const stopReplacement = (made: string) => ({ do: 'stop-cluster', cluster: made }) as const;

describe('an original that somebody stops while the names change hands', () => {
  it.each([
    ['a cluster, whose members are being renamed', oneCluster, clusterPlan(), 'ModifyDBInstance', 2, () => stopCluster],
    ['a cluster that has just lost its name', oneCluster, clusterPlan(), 'ModifyDBCluster', 4, () => stopCluster],
    [
      'a cluster, of which the replacement is stopped',
      oneCluster,
      clusterPlan(),
      'ModifyDBInstance',
      3,
      stopReplacement,
    ],
    ['an instance that has just lost its name', oneDatabase, databasePlan(), 'ModifyDBInstance', 4, () => stopDatabase],
  ] as const)('%s: is started, and serves under its own names again', (_what, scenario, plan, operation, nth, deed) =>
    inWorld(scenario, async (world) => {
      let seen = 0;
      const life = await world.process([], {
        plans: [plan],
        beforeCall: (call) => {
          if (call !== `rds:${operation}` || ++seen !== nth) return;
          const made = world.state().clusters.find(({ resourceId }) => resourceId !== originalCluster);
          world.account.act(deed(made?.resourceId ?? ''));
        },
      });
      expect(seen, told(life)).toBeGreaterThanOrEqual(nth);
      expect([1, 4, 6], told(life)).toContain(exitOf(life));
      expect(told(life)).not.toContain('unwind-failed');
      world.pass(20 * minute);
      if (scenario === oneCluster) expectOriginalClusterServing(world);
      else expectOriginalDatabaseServing(world);
    }));
});

describe('an original whose old key can not be used for a while when the names change hands', () => {
  it.each([
    ['a cluster', oneCluster, clusterPlan(), 1],
    ['an instance', oneDatabase, databasePlan(), 3],
  ] as const)('%s: is started by the resume once the key can be used, and serves under its own names again', (kind, scenario, plan, nth) =>
    inWorld(scenario, async (world) => {
      let seen = 0;
      const first = await world.process([], {
        plans: [plan],
        interruptAfterMs: 5 * 60 * minute,
        beforeCall: (call) => {
          if (call === 'rds:ModifyDBInstance' && ++seen === nth)
            world.account.act({ do: 'disable-key', key: 'alias/old' });
        },
      });
      world.pass(3 * 60 * minute);
      world.account.act({ do: 'enable-key', key: 'alias/old' });
      const command = { command: 'rollback', discardWrites: false } as const;
      const second = await world.process(first.disk, { plans: [plan], command, interruptAfterMs: 5 * 60 * minute });
      expect(exitOf(second), told(second)).toBe(0);
      world.pass(20 * minute);
      if (kind === 'a cluster') expectOriginalClusterServing(world);
      else expectOriginalDatabaseServing(world);
    }));
});
