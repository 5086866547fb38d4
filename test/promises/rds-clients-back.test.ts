// A database serves when its clients are back on it, not when it could be reached: who keeps its old address for ever never comes.
import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, oneDatabase, original } from '../support/rds.ts';
import { clusterPlan, oneCluster, originalCluster } from '../support/rds-cluster.ts';
import { inWorld, type Life, type World } from '../support/world.ts';

const cachedForEver = (scenario: string) => scenario.replace('pooled: true', 'pooled: true, cacheSeconds: 100000000');
const kinds = [
  ['an instance', oneDatabase, databasePlan],
  ['a cluster', oneCluster, clusterPlan],
] as const;

// A pool connects with its first write.
const connectedMs = 60_000;

const announced = (life: Life) => life.disk.flatMap((record) => (record.t === 'announced' ? [record.text] : []));
const originalsIn = (world: World) => {
  const { databases, clusters } = world.state();
  return [...databases, ...clusters].filter((one) => [original, originalCluster].includes(one.resourceId));
};

describe.each(kinds)('after %s has let its clients in', (_what, scenario, plan) => {
  it('the report says when they were seen on the replacement again', () =>
    inWorld(scenario, async (world) => {
      world.pass(connectedMs);
      const life = await world.process([], { plans: [plan()], wait: false });
      expect(exitOf(life), told(life)).toBe(3);
      expect(announced(life)).toContainEqual(
        expect.stringMatching(/^clients are back: 2 sessions on (orders|shop) at 20\d\d-\d\d-\d\dT[\d:.]+Z$/),
      );
    }));

  it('that none comes back is said before the hold, and the original waits for them', () =>
    inWorld(cachedForEver(scenario), async (world) => {
      world.pass(connectedMs);
      const first = await world.process([], { plans: [plan()], wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      expect(announced(first).join('\n')).toMatch(
        /nobody has come back to (orders|shop) by .*networkaddress\.cache\.ttl/,
      );
      world.pass(10_800_000);
      const second = await world.process(first.disk, { plans: [plan()] });
      expect(exitOf(second), told(second)).toBe(4);
      expect(told(second)).toMatch(/nobody has come back to (orders|shop): .*networkaddress\.cache\.ttl/);
      expect(originalsIn(world)).not.toEqual([]);
    }));

  it('an original goes without them where the plan says so, and that is said', () =>
    inWorld(cachedForEver(scenario), async (world) => {
      world.pass(connectedMs);
      const plans = [plan('steps.serve.with.nobodyBack=go-on')];
      const life = await world.process([], { plans });
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life).join('\n')).toMatch(
        /nobody has come back to (orders|shop): .*all the same, as the plan says/,
      );
      expect(originalsIn(world)).toEqual([]);
    }));

  it('who comes back in the hold is seen before the delete', () =>
    inWorld(scenario.replace('pooled: true', 'pooled: true, cacheSeconds: 7000'), async (world) => {
      world.pass(connectedMs);
      const first = await world.process([], { plans: [plan()], wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      expect(announced(first).join('\n')).toMatch(/nobody has come back/);
      world.pass(10_800_000);
      const second = await world.process(first.disk, { plans: [plan()] });
      expect(exitOf(second), told(second)).toBe(0);
      expect(announced(second).join('\n')).toMatch(/clients are back: 2 sessions on (orders|shop) at /);
    }));

  it('nobody is waited for who was not there before', () =>
    inWorld(scenario.replace('pooled: true', 'pooled: false'), async (world) => {
      world.pass(connectedMs);
      const life = await world.process([], { plans: [plan()] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life).join('\n')).toMatch(/as nobody was when it was read/);
    }));

  it('who may not ask the replacement any more says so, and waits for nobody', () =>
    inWorld(scenario.replace('10.0.0.0/8:5432', '10.0.0.0/16:5432'), async (world) => {
      world.pass(connectedMs);
      const life = await world.process([], { plans: [plan()] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life).join('\n')).toMatch(/does not know whether clients are back on (orders|shop): /);
    }));
});
