import { describe, expect, it } from 'vitest';
import { reportLines } from '../../src/cli/report.ts';
import type { PlanSource } from '../../src/contract/plan.ts';
import { fold } from '../../src/engine/state/fold.ts';
import { accrued, costOfHold } from '../../src/report/holding-cost.ts';
import { runStatus } from '../../src/report/run-status.ts';
import { registry } from '../../src/steps/registry.ts';
import { exitOf } from '../support/promises.ts';
import { databasePlan, oneDatabase, original } from '../support/rds.ts';
import { clusterPlan, oneCluster } from '../support/rds-cluster.ts';
import { instancePlan, inWorld, type Life, planOf, twoVolumes, volumePlan } from '../support/world.ts';

const hourMs = 3_600_000;

/** How a plan stands by the journal of a life, and what is told of it at `now`. */
function toldOf(life: Life, source: PlanSource, now: number) {
  const run = runStatus([planOf(source)], registry, fold(life.disk), false);
  const [status] = run.plans;
  if (!status) throw new Error('the run has no plan');
  const lines = reportLines({ stateDir: '.rekey', now, head: 'h' }, run);
  return { status, lines, cost: lines.filter((line) => /GiB-hours/.test(line)) };
}

describe('what is kept beside its replacement', () => {
  it('is told with the instance hours and GiB-hours it has cost since clients were let in to the new one', async () => {
    await inWorld(oneDatabase, async (world) => {
      const plan = databasePlan('steps.soak.with.for=7d');
      const life = await world.process([], { plans: [plan], wait: false });
      expect(exitOf(life)).toBe(3);
      const { status } = toldOf(life, plan, Date.now());
      const since = status.writePointAt ?? 0;
      expect(status.holdingCosts).toEqual([
        { original, since, instances: ['db.m6g.large'], storage: { GiB: 100, type: 'gp3' } },
      ]);
      const { cost } = toldOf(life, plan, since + 36.5 * hourMs);
      expect(cost).toHaveLength(1);
      expect(cost[0]).toContain('36.5 instance hours of db.m6g.large and 3,650 GiB-hours of gp3 (100 GiB) so far');
      expect(costOfHold(status.holdingCosts, since + 168 * hourMs)).toBe(
        'the originals come to 168 instance hours of db.m6g.large and 16,800 GiB-hours of gp3 (100 GiB) by then',
      );
    });
  });

  it('is told in sum once it is deleted, and costs no more', async () => {
    await inWorld(oneDatabase, async (world) => {
      const plan = databasePlan('steps.soak.with.for=10h');
      const life = await world.process([], { plans: [plan] });
      expect(exitOf(life)).toBe(0);
      const [soon, late] = [0, 100 * hourMs].map((ms) => toldOf(life, plan, Date.now() + ms).cost.join());
      expect(soon).toMatch(/1 original kept for 10 h.*: 10(\.\d)? instance hours of db\.m6g\.large/);
      expect(late).toBe(soon);
    });
  });

  it('is told of an Aurora cluster by its members; what it stores AWS bills by use', async () => {
    await inWorld(oneCluster, async (world) => {
      const plan = clusterPlan('steps.soak.with.for=7d');
      const life = await world.process([], { plans: [plan], wait: false });
      expect(exitOf(life)).toBe(3);
      const { status } = toldOf(life, plan, Date.now());
      expect(accrued(status.holdingCosts, (status.writePointAt ?? 0) + 36.5 * hourMs)).toBe(
        '36.5 instance hours of db.r6g.large and 36.5 instance hours of db.r6g.xlarge and 36.5 h of Aurora storage, billed by what is in use',
      );
    });
  });

  it('counts the GiB of the original volumes, whatever the plan made the replacements', async () => {
    await inWorld(twoVolumes, async (world) => {
      const plan = {
        ...instancePlan,
        sets: [...instancePlan.sets, 'steps.read.with.volumes.override={ /dev/sdf: { sizeGiB: 80 } }'],
      };
      const life = await world.process([], { plans: [plan], wait: false });
      expect(exitOf(life)).toBe(3);
      const { status } = toldOf(life, plan, Date.now());
      expect(status.holdingCosts.map(({ storage }) => storage)).toEqual([{ GiB: 8 }, { GiB: 50 }]);
      const { cost } = toldOf(life, plan, (status.writePointAt ?? 0) + 24 * hourMs);
      expect(cost.join()).toContain('2 originals kept since');
      expect(cost.join()).toContain('1,392 GiB-hours (58 GiB) so far');
    });
  });

  it('counts from the replacement on where nothing is cut over', async () => {
    await inWorld(twoVolumes, async (world) => {
      const life = await world.process([], { plans: [volumePlan], wait: false });
      const { status } = toldOf(life, volumePlan, Date.now());
      expect(status.holdingCosts).toHaveLength(1);
      const [kept] = status.holdingCosts;
      expect(accrued(status.holdingCosts, (kept?.since ?? 0) + hourMs)).toBe('20 GiB-hours (20 GiB)');
    });
  });

  it('is not told of an original that serves: before the cut-over, or after it was taken back', async () => {
    await inWorld(oneDatabase, async (world) => {
      const plan = databasePlan();
      world.account.faults.add({
        operation: 'ModifyDBInstance',
        kind: 'error',
        code: 'InvalidParameterCombination',
        when: 'before',
        times: 1,
        match: { DeletionProtection: true },
      });
      const life = await world.process([], { plans: [plan] });
      expect(exitOf(life)).not.toBe(0);
      expect(toldOf(life, plan, Date.now() + hourMs)).toMatchObject({ status: { holdingCosts: [] }, cost: [] });
    });
  });
});
