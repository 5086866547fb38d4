// What was read is hours old when the cut-over begins: what has changed since is carried over, or stops the run.
import { describe, expect, it } from 'vitest';
import { rdsOperations } from '../../src/simulator/rds/operations.ts';
import { exitOf, told } from '../support/promises.ts';
import { clusterNamed, clusterPlan, expectOriginalClusterServing, oneCluster } from '../support/rds-cluster.ts';
import { inWorld, type World } from '../support/world.ts';

const minute = 60_000;
const windowed = clusterPlan('window={"cron":"0 1 * * MON","timezone":"Etc/UTC","duration":"3h","cutoff":"30m"}');

describe('a parameter of the cluster that waits for a restart', () => {
  const change = (world: World) => {
    for (const { member } of world.account.world.rds.databases.values())
      if (member) member.parameterStatus = 'pending-reboot';
  };

  it('since the fence was asked for does not come into force by dropping the sessions: the original serves again', () =>
    inWorld(oneCluster, async (world) => {
      let fences = 0;
      const life = await world.process([], {
        plans: [clusterPlan()],
        beforeCall: (operation) => {
          if (operation === 'rds:ModifyDBCluster' && ++fences === 1) change(world);
        },
      });
      expect(exitOf(life), told(life)).toBe(6);
      expect(told(life)).toMatch(/parametersPend: expected false, found true/);
      expect(life.calls.get('rds:RebootDBInstance')).toBeUndefined();
      world.pass(20 * minute);
      expectOriginalClusterServing(world);
    }));

  it('since it was read stops the run before it touches anything', () =>
    inWorld(oneCluster, async (world) => {
      setTimeout(() => change(world), 30 * minute);
      const life = await world.process([], { plans: [windowed] });
      expect(exitOf(life), told(life)).toBe(2);
      expect(told(life)).toMatch(/parameters of shop-1 wait for a restart/);
    }));
});

describe('a tag that a custom endpoint has got since it was read', () => {
  it('is one of the endpoint that takes its name', () =>
    inWorld(oneCluster, async (world) => {
      setTimeout(() => {
        const described = rdsOperations['DescribeDBClusterEndpoints']?.run(world.account.world, {});
        const { DBClusterEndpoints: all } = described as { DBClusterEndpoints: { DBClusterEndpointArn: string }[] };
        const ResourceName = all.find((one) => /shop-reports/.test(one.DBClusterEndpointArn))?.DBClusterEndpointArn;
        rdsOperations['AddTagsToResource']?.run(world.account.world, {
          ResourceName,
          Tags: [{ Key: 'zone', Value: 'reports' }],
        });
      }, 30 * minute);
      const life = await world.process([], { plans: [windowed] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(clusterNamed(world, 'shop')?.endpoints.map(({ tags }) => tags)).toEqual([
        { 'used-by': 'reports', zone: 'reports' },
      ]);
    }));
});
