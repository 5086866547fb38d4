import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../src/plan/parse.ts';
import { registry } from '../../src/steps/registry.ts';
import { exitOf, keyOf, told } from '../support/promises.ts';
import {
  clusterFence,
  clusterNamed,
  clusterPlan,
  expectClusterMoved,
  expectNoClusterWriteLost,
  expectOriginalClusterServing,
  oneCluster,
  originalCluster,
} from '../support/rds-cluster.ts';
import { isRead } from '../support/reads.ts';
import { inWorld, type Life, type World } from '../support/world.ts';

const plans = [clusterPlan()];
const own = 'sg-0aaaaaaaaaaaaaaa1';
const minute = 60_000;

const announced = (life: Life) =>
  life.disk.flatMap((record) => (record.t === 'announced' ? [record.text] : [])).join('\n');
const sessionsOf = (world: World) =>
  world
    .state()
    .databases.filter(({ cluster }) => cluster === 'shop')
    .reduce((sum, one) => sum + one.sessions, 0);

describe('the fence of an Aurora cluster', () => {
  it('a pooled session that comes back through a hole keeps the run from its snapshot, until the run gives up with its name', () =>
    inWorld(oneCluster, async (world) => {
      let restarts = 0;
      const life = await world.process([], {
        plans,
        beforeCall: (operation) => {
          // Somebody opens the isolation group while the last sessions are being dropped.
          if (operation === 'rds:RebootDBInstance' && ++restarts === 2)
            world.account.act({ do: 'open-group', group: clusterFence, inbound: '10.0.0.0/8:5432' });
        },
      });
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(/still connected/);
      expect(life.calls.get('rds:CreateDBClusterSnapshot')).toBeUndefined();
      world.pass(20 * minute);
      expectOriginalClusterServing(world);
    }));

  it('every member is restarted, and none has a session when the snapshot is taken, although a change of security groups ends none', async () => {
    for (const seed of [1, 2, 3]) {
      await inWorld(
        oneCluster,
        async (world) => {
          const sessions: number[] = [];
          const restarted = new Set<string>();
          world.watch((call) => {
            const named = (call.input as { DBInstanceIdentifier?: string }).DBInstanceIdentifier ?? '';
            if (call.operation === 'RebootDBInstance' && !named.startsWith('rekey-')) restarted.add(named);
            if (call.operation === 'CreateDBClusterSnapshot') sessions.push(sessionsOf(world));
          });
          const life = await world.process([], { plans });
          expect(exitOf(life), told(life)).toBe(0);
          expect([...restarted].sort()).toEqual(['shop-1', 'shop-2']);
          expect(sessions).toEqual([0]);
        },
        seed,
      );
    }
  });

  it('a fence that is opened after the proof, before clients are admitted, brings the original back', () =>
    inWorld(oneCluster, async (world) => {
      const life = await world.process([], {
        plans: [clusterPlan('steps.check-sql.with.statements=[]')],
        beforeCall: (operation) => {
          if (operation === 'rds:RestoreDBClusterFromSnapshot')
            world.account.act({ do: 'open-group', group: clusterFence, inbound: '10.0.0.0/8:5432' });
        },
      });
      expect([4, 6], told(life)).toContain(exitOf(life));
      expect(told(life)).toMatch(/lets in 10\.0\.0\.0\/8|changed/);
      world.pass(20 * minute);
      expectOriginalClusterServing(world);
    }));

  it.each([
    'before',
    'after',
  ] as const)('a restart in doubt, lost %s its effect, is settled by the events of RDS', (when) =>
    inWorld(oneCluster, async (world) => {
      world.account.faults.add({ operation: 'RebootDBInstance', times: 1, kind: 'reset', when });
      const restarts: string[] = [];
      world.watch((call) => {
        const named = (call.input as { DBInstanceIdentifier?: string }).DBInstanceIdentifier ?? '';
        if (call.operation === 'RebootDBInstance' && call.outcome === 'done' && !named.startsWith('rekey-'))
          restarts.push(named);
      });
      const life = await world.process([], { plans });
      expect(exitOf(life), told(life)).toBe(0);
      expect(restarts).toEqual(['shop-1', 'shop-2']);
      expectClusterMoved(world);
    }));
});

describe('pitfalls of moving an Aurora cluster', () => {
  it('6: clients are admitted when writer, reader, custom and member names lead to the new cluster, whatever Describe showed meanwhile', async () => {
    for (const seed of [1, 2, 3, 4]) {
      await inWorld(
        oneCluster,
        async (world) => {
          const seen: unknown[] = [];
          world.watch((call) => {
            const input = call.input as { DBClusterIdentifier?: string; VpcSecurityGroupIds?: string[] };
            if (call.operation !== 'ModifyDBCluster' || call.outcome !== 'done') return;
            if (input.VpcSecurityGroupIds?.[0] !== own) return;
            const { endpoints, databases, clusters } = world.state();
            const made = clusters.find((one) => one.identifier === 'shop');
            const members = databases.filter(({ cluster }) => cluster === 'shop');
            const led = (start: string) => {
              const host = Object.keys(endpoints).find((one) => one.startsWith(start)) ?? '';
              return members.find(({ resourceId }) => resourceId === endpoints[host])?.identifier;
            };
            const hosts = ['shop.cluster-c', 'shop.cluster-ro-', 'shop-reports.cluster-custom-', 'shop-1.', 'shop-2.'];
            seen.push([made?.resourceId !== originalCluster, ...hosts.map(led)]);
          });
          expect(exitOf(await world.process([], { plans }))).toBe(0);
          expect(seen).toEqual([[true, 'shop-1', 'shop-2', 'shop-2', 'shop-1', 'shop-2']]);
        },
        seed,
      );
    }
  });

  it('7: a restore resets nothing: every setting, role, tag, member and endpoint is as it was, and no parameter waits for a restart', async () => {
    for (const seed of [1, 2, 3, 4]) {
      await inWorld(
        oneCluster,
        async (world) => {
          const shown = () => {
            const { databases } = world.state();
            const cluster = clusterNamed(world, 'shop');
            const members = databases.filter((one) => one.cluster === 'shop');
            const plain = (tags: Readonly<Record<string, string>>) =>
              Object.entries(tags).filter(([name]) => !name.startsWith('rekey:'));
            const newKey = keyOf(world.state(), 'alias/new');
            const insights = (settings: object) => ({
              ...settings,
              ...('PerformanceInsightsKMSKeyId' in settings &&
                settings.PerformanceInsightsKMSKeyId !== undefined && { PerformanceInsightsKMSKeyId: newKey }),
            });
            return {
              settings: cluster?.settings,
              roles: cluster?.roles,
              tags: plain(cluster?.tags ?? {}),
              endpoints: cluster?.endpoints,
              members: members.map((one) => [
                one.identifier,
                insights(one.settings),
                plain(one.tags),
                one.parameterStatus,
              ]),
            };
          };
          const before = shown();
          expect(exitOf(await world.process([], { plans }))).toBe(0);
          expect(shown()).toEqual(before);
        },
        seed,
      );
    }
  });

  it('7: a difference that the plan does not name stops it before any name changes, with the original serving', () =>
    inWorld(oneCluster, async (world) => {
      const life = await world.process([], { plans, beforeCall: shorterRetention(world) });
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(/BackupRetentionPeriod 1, the original had 9/);
      expect(life.calls.get('rds:DeleteDBClusterEndpoint')).toBeUndefined();
      world.pass(20 * minute);
      expectOriginalClusterServing(world);
    }));

  it('7: a difference that the plan names is announced, and does not stop it', () =>
    inWorld(oneCluster, async (world) => {
      const named = clusterPlan('steps.compare.with.differences=["BackupRetentionPeriod"]');
      const life = await world.process([], { plans: [named], beforeCall: shorterRetention(world) });
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life)).toMatch(/a difference that the plan names: .*BackupRetentionPeriod/);
      expectNoClusterWriteLost(world);
    }));

  it('8: a master password that Secrets Manager manages is refused, with the way out', () =>
    inWorld(
      oneCluster.replace('    tags: { team: shop }', '    tags: { team: shop }\n    masterSecret: true'),
      async (world) => {
        const life = await world.process([], { plans });
        expect(exitOf(life), told(life)).toBe(2);
        expect(told(life)).toMatch(/Secrets Manager[\s\S]*modify-db-cluster --no-manage-master-user-password/);
        expect(life.sent.filter((call) => !isRead(call))).toEqual([]);
      },
    ));

  it('9: what becomes of backups is said in the plan, and what stays under the old key is told', async () => {
    const silent = clusterPlan().text.replace(', finalSnapshot: none, automatedBackups: delete', '');
    const parsed = parsePlan({ ...clusterPlan(), text: silent }, registry);
    const problems = 'problems' in parsed ? parsed.problems.map((one) => one.message).join('\n') : 'no problem';
    expect(problems).toMatch(/finalSnapshot/);
    expect(problems).toMatch(/automatedBackups/);
    await inWorld(oneCluster, async (world) => {
      const keeping = clusterPlan(
        'steps.delete.with.finalSnapshot=shop-final',
        'steps.delete.with.automatedBackups=retain',
      );
      const life = await world.process([], { plans: [keeping] });
      expect(exitOf(life), told(life)).toBe(0);
      const state = world.state();
      expect(state.clusterSnapshots.filter((one) => one.type === 'manual').map(({ id, key }) => [id, key])).toEqual([
        ['shop-final', keyOf(state, 'alias/old')],
      ]);
      expect(state.clusterBackups.filter((one) => one.retained)).toHaveLength(1);
      expect(announced(life)).toMatch(/shop-final stays, under the old key/);
      expect(announced(life)).toMatch(/automated backups of \S+ stay, under the old key/);
    });
  });

  it('10: that IAM policies name the old DbClusterResourceId is told before anything is touched', () =>
    inWorld(oneCluster, async (world) => {
      const life = await world.process([], { plans });
      const first = life.disk.findIndex((record) => record.t === 'intent');
      const at = life.disk.findIndex(
        (record) => record.t === 'announced' && /rds-db:.*cluster-A{25}1/.test(record.text),
      );
      expect(at).toBeGreaterThan(-1);
      expect(at).toBeLessThan(first);
    }));

  it('11: Performance Insights of a member is switched on under the new key at once, since its key can not be changed later', () =>
    inWorld(oneCluster, async (world) => {
      const keys: unknown[] = [];
      world.watch((call) => {
        const input = call.input as { EnablePerformanceInsights?: boolean; PerformanceInsightsKMSKeyId?: string };
        if (call.operation === 'CreateDBInstance' && input.EnablePerformanceInsights)
          keys.push(input.PerformanceInsightsKMSKeyId);
      });
      expect(exitOf(await world.process([], { plans }))).toBe(0);
      expect(keys).toEqual([keyOf(world.state(), 'alias/new')]);
    }));

  it('12: a cluster that replicates, or is replicated, is refused', () =>
    inWorld(
      oneCluster.replace('    tags: { team: shop }', '    tags: { team: shop }\n    global: world'),
      async (world) => {
        const life = await world.process([], { plans });
        expect(exitOf(life), told(life)).toBe(2);
        expect(told(life)).toMatch(/global cluster world[\s\S]*remove-from-global-cluster/);
      },
    ));
});

/** Somebody changes the replacement while it is being set up. */
const shorterRetention = (world: World) => (operation: string) => {
  if (operation !== 'rds:CreateDBInstance') return;
  const made = world.state().clusters.find((one) => one.resourceId !== originalCluster)?.resourceId ?? '';
  world.attempt(() => world.account.act({ do: 'modify-cluster', cluster: made, now: true, backupRetention: 1 }));
};
