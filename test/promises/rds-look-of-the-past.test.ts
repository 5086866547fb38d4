// Databases have no order by which a look of the past could be told: what this run has seen done counts as long as AWS may hide it.
import { describe, expect, it } from 'vitest';
import { fold } from '../../src/engine/state/fold.ts';
import { runStatus } from '../../src/report/run-status.ts';
import { registry } from '../../src/steps/registry.ts';
import { databasePlan, oneDatabase } from '../support/rds.ts';
import { clusterPlan, oneCluster } from '../support/rds-cluster.ts';
import { inWorld, planOf } from '../support/world.ts';

describe.each([
  ['an instance', oneDatabase, databasePlan, 'DescribeDBInstances'],
  ['a cluster', oneCluster, clusterPlan, 'DescribeDBClusters'],
] as const)('the status of %s that this run has fenced and a look of the past shows open', (_what, scenario, plan, operation) => {
  it('says since when it may be down, wherever the process dies, until clients are let in again', () =>
    inWorld(scenario, async (world) => {
      world.account.faults.add({ operation, kind: 'stale', staleMs: 120_000, skip: 1_000_000_000 });
      let looks = 0;
      const life = await world.process([], {
        plans: [plan()],
        beforeCall: (call) => {
          if (call === 'rds:DescribeEvents' && looks++ === 0)
            world.account.faults.add({ operation, kind: 'stale', staleMs: 120_000, times: 2 });
        },
      });
      const { disk } = life;
      const of = (t: string, step: string, undo?: number) =>
        disk.findIndex((one) => one.t === t && 'key' in one && one.key?.step === step && one.key.undo === undo);
      const [fenced, drifted] = [of('done', 'fence'), disk.findIndex(({ t }) => t === 'drifted')];
      expect(drifted).toBeGreaterThan(fenced);
      const back = disk.findIndex((one, at) => at > drifted && one.t === 'intent' && /admit/.test(one.uses));
      expect(back).toBeGreaterThan(drifted);
      for (let at = fenced; at < back; at++) {
        const [status] = runStatus([planOf(plan())], registry, fold(disk.slice(0, at + 1)), false).plans;
        expect(status?.downSince, `after ${disk[at]?.t}`).toBe(Date.parse(disk[of('intent', 'fence')]?.at ?? ''));
        if (disk[at]?.t === 'unwinding') expect(status?.downInDoubt).toBe(true);
        if (at < drifted) expect(status?.downInDoubt).toBeUndefined();
      }
      const [status] = runStatus([planOf(plan())], registry, fold(disk), false).plans;
      expect(status?.downSince).toBeUndefined();
    }));
});
