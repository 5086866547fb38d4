// The Data API lets clients in over HTTPS, past any security group: where somebody switches it on, the fence is open.
import { describe, expect, it } from 'vitest';
import { saidOf } from '../judge/said.ts';
import { exitOf, told } from '../support/promises.ts';
import { clusterNamed, clusterPlan, oneCluster, originalCluster } from '../support/rds-cluster.ts';
import { inWorld, planOf, type World } from '../support/world.ts';

const plan = clusterPlan();
const plans = [plan];

/** A run in which somebody switches the Data API on, of one that the world names, right before a call. */
async function switchedOn(world: World, operation: string, whose: (world: World) => string | undefined) {
  let done = false;
  const life = await world.process([], {
    plans,
    beforeCall: (call) => {
      const cluster = done || call !== operation ? undefined : whose(world);
      if (cluster === undefined) return;
      done = true;
      world.account.act({ do: 'enable-data-api', cluster });
    },
  });
  expect(done, 'nobody switched it on').toBe(true);
  return life;
}

const replacement = (world: World) =>
  world.state().clusters.find(({ resourceId }) => resourceId !== originalCluster)?.resourceId;

describe('the Data API, switched on by somebody', () => {
  it.each([
    'rds:CreateDBClusterSnapshot',
    'rds:RestoreDBClusterFromSnapshot',
    'rds:CreateDBInstance',
  ])('on the original inside the cut-over, before %s, takes that back: clients may have written to it', (operation) =>
    inWorld(oneCluster, async (world) => {
      const life = await switchedOn(world, operation, () => originalCluster);
      expect(exitOf(life), told(life)).toBe(6);
      expect(told(life)).toMatch(/dataApi: .*on, of shop/);
      expect(clusterNamed(world, 'shop')?.resourceId).toBe(originalCluster);
    }));

  it('on the replacement before it serves, may have brought writes: it stays, and that is on record', () =>
    inWorld(oneCluster, async (world) => {
      const life = await switchedOn(world, 'rds:CreateDBInstance', replacement);
      expect(exitOf(life), told(life)).toBe(0);
      expect(clusterNamed(world, 'shop')?.resourceId).not.toBe(originalCluster);
      const made = life.disk.findIndex((record) => record.t === 'write-point');
      const admitted = life.disk.findIndex((record) => record.t === 'intent' && record.key.step === 'admit');
      expect(made).toBeGreaterThan(0);
      expect(made).toBeLessThan(admitted);
    }));

  it('on a replacement that nobody knows yet, serves nobody: what is down is told as down', () =>
    inWorld(oneCluster, async (world) => {
      let on = false;
      const first = await world.process([], {
        plans,
        beforeCall: (call) => {
          if (call !== 'rds:CreateDBInstance' || on) return;
          on = true;
          world.account.act({ do: 'enable-data-api', cluster: replacement(world) ?? '' });
        },
        diesAfter: (call) => call === 'rds:CreateDBInstance',
      });
      expect(first.result).toBe('died');
      world.account.act({ do: 'schedule-key-deletion', key: 'alias/new' });
      world.pass(600_000);
      const second = await world.process(first.disk, { plans });
      expect(exitOf(second), told(second)).not.toBe(0);
      const { status } = saidOf(planOf(plan), second.disk, undefined);
      expect(status.downSince, told(second)).toBeDefined();
      // What lets somebody in by accident is said, and is not taken for service.
      expect(status.lastSeen, told(second)).toMatchObject({ running: false, byAccident: true });
    }));

  it('on the replacement in the hold, is told before the original goes', () =>
    inWorld(oneCluster, async (world) => {
      const first = await world.process([], { plans, wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.account.act({ do: 'enable-data-api', cluster: replacement(world) ?? '' });
      world.pass(130 * 60_000);
      const life = await world.process(first.disk, { plans });
      expect(exitOf(life), told(life)).toBe(0);
      const texts = life.disk.flatMap((record) => (record.t === 'announced' ? [record.text] : []));
      expect(texts.join('\n')).toContain('goes with the HttpEndpointEnabled false: shop has true');
    }));
});
