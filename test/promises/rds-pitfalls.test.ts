import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../src/contract/record.ts';
import { parsePlan } from '../../src/plan/parse.ts';
import { registry } from '../../src/steps/registry.ts';
import { exitOf, keyOf, told } from '../support/promises.ts';
import {
  databaseNamed,
  databasePlan,
  expectDatabaseMoved,
  expectNoWriteLost,
  expectOriginalDatabaseServing,
  fence,
  oneDatabase,
  original,
} from '../support/rds.ts';
import { isRead } from '../support/reads.ts';
import { inWorld, type Life, type ProcessOptions, type World } from '../support/world.ts';

const plans = [databasePlan()];

const announced = (life: Life) =>
  life.disk.flatMap((record) => (record.t === 'announced' ? [record.text] : [])).join('\n');

/** What has been changed of the account, in the order of the calls. */
const changes = (life: Life) => life.sent.filter((call) => !isRead(call));

/** Nothing was touched, and the operator reads why. */
async function expectRefused(scenario: string, why: RegExp, act: (world: World) => void = () => undefined) {
  await inWorld(scenario, async (world) => {
    act(world);
    const life = await world.process([], { plans });
    expect(exitOf(life), told(life)).toBe(2);
    expect(told(life)).toMatch(why);
    expect(changes(life)).toEqual([]);
  });
}

describe('the fence of an RDS instance', () => {
  it('a pooled session that comes back through a hole keeps the run from its snapshot, until the run gives up with its name', () =>
    inWorld(oneDatabase, async (world) => {
      const life = await world.process([], {
        plans,
        beforeCall: (operation) => {
          // Somebody opens the isolation group while the sessions are being dropped.
          if (operation === 'rds:RebootDBInstance')
            world.account.act({ do: 'open-group', group: fence, inbound: '10.0.0.0/8:5432' });
        },
      });
      expect(exitOf(life)).toBe(4);
      expect(told(life)).toMatch(/still connected/);
      expect(life.calls.get('rds:CreateDBSnapshot')).toBe(1);
      world.pass(600_000);
      expectOriginalDatabaseServing(world);
    }));

  it('the final snapshot waits for the last foreign session, and nothing is lost', () =>
    inWorld(oneDatabase, async (world) => {
      let opened = 0;
      const life = await world.process([], {
        plans,
        beforeCall: (operation) => {
          if (operation !== 'rds:RebootDBInstance' || opened > 0) return;
          opened = Date.now();
          world.account.act({ do: 'open-group', group: fence, inbound: '10.0.0.0/8:5432' });
          setTimeout(() => {
            world.account.act({ do: 'close-group', group: fence, inbound: '10.0.0.0/8:5432' });
            world.account.act({ do: 'reboot-database', database: 'orders' });
          }, 300_000);
        },
      });
      expect(opened).toBeGreaterThan(0);
      expect(exitOf(life), told(life)).toBe(0);
      world.pass(1_200_000);
      expectDatabaseMoved(world);
    }));

  it('no session is left when the final snapshot is taken, although a change of security groups ends none', async () => {
    for (const seed of [1, 2, 3]) {
      await inWorld(
        oneDatabase,
        async (world) => {
          const sessions: number[] = [];
          world.watch((call) => {
            if (call.operation === 'CreateDBSnapshot' || call.operation === 'RebootDBInstance')
              sessions.push(databaseNamed(world, 'orders')?.sessions ?? -1);
          });
          expect(exitOf(await world.process([], { plans }))).toBe(0);
          // The warm-up disturbs nobody; the restart finds them still there; the final snapshot does not.
          expect(sessions.slice(1, 3)).toEqual([2, 0]);
        },
        seed,
      );
    }
  });

  it('a fence that was seen open beside the claim of another run is not forgotten when both are gone: the original is read anew', async () => {
    const plan = [databasePlan('steps.check-sql.with.statements=[]')];
    const everybody = '10.0.0.0/8:5432';
    const foreign = 'rekey:claim:20251231T000000Z-zzzzzz';
    await inWorld(oneDatabase, async (world) => {
      const diesOn: ProcessOptions['diesOn'] = (record) =>
        record.t === 'intent' && record.uses === 'rds.modify-instance';
      const first = await world.process([], { plans: plan, diesOn });
      expect(first.result).toBe('died');
      expect(first.calls.get('rds:RestoreDBInstanceFromDBSnapshot')).toBe(1);
      world.account.act({ do: 'tag-database', database: original, tags: { [foreign]: 'x' } });
      world.account.act({ do: 'open-group', group: fence, inbound: everybody });
      const second = await world.process(first.disk, { plans: plan });
      expect(exitOf(second), told(second)).toBe(5);
      world.pass(1_200_000);
      world.account.act({ do: 'untag-database', database: original, keys: [foreign] });
      world.account.act({ do: 'close-group', group: fence, inbound: everybody });
      const third = await world.process(second.disk, { plans: plan });
      expect(exitOf(third), told(third)).toBe(6);
      expect(told(third)).toMatch(/target-changed/);
      world.pass(600_000);
      expectOriginalDatabaseServing(world);
      const last = await world.process(third.disk, { plans: plan });
      expect(exitOf(last), told(last)).toBe(0);
      world.pass(1_200_000);
      expectDatabaseMoved(world);
    });
  });

  it('a fence that is opened after the proof, before clients are admitted, brings the original back', () =>
    inWorld(oneDatabase, async (world) => {
      const life = await world.process([], {
        plans: [databasePlan('steps.check-sql.with.statements=[]')],
        beforeCall: (operation) => {
          if (operation === 'rds:RestoreDBInstanceFromDBSnapshot')
            world.account.act({ do: 'open-group', group: fence, inbound: '10.0.0.0/8:5432' });
        },
      });
      expect(exitOf(life)).toBe(6);
      expect(told(life)).toMatch(/lets in 10\.0\.0\.0\/8/);
      world.pass(600_000);
      expectOriginalDatabaseServing(world);
    }));

  it('a fence that is opened when the replacement has the name lets clients write to it: it is not taken back, goes on when it is closed, and keeps the original, which they may have written to as well', () =>
    inWorld(oneDatabase, async (world) => {
      let renames = 0;
      const life = await world.process([], {
        plans,
        beforeCall: (operation) => {
          if (operation === 'rds:ModifyDBInstance' && ++renames === 4)
            world.account.act({ do: 'open-group', group: fence, inbound: '10.0.0.0/8:5432' });
        },
      });
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(/verification-failed/);
      expect(told(life)).toMatch(/lets in 10\.0\.0\.0\/8/);
      world.pass(600_000);
      expectNoWriteLost(world);
      expect(databaseNamed(world, 'orders')?.resourceId).not.toBe(original);
      world.account.act({ do: 'close-group', group: fence, inbound: '10.0.0.0/8:5432' });
      const second = await world.process(life.disk, { plans });
      expect(exitOf(second), told(second)).toBe(4);
      expect(told(second)).toMatch(/replacement-stale/);
      expectNoWriteLost(world);
      const kept = world.state().databases.find((one) => one.resourceId === original);
      expect(kept?.identifier).toMatch(/^orders-old-/);
      // As its hint says, when nothing on it is needed.
      world.account.act({ do: 'modify-database', database: original, now: true, deletionProtection: false });
      world.pass(600_000);
      world.account.act({ do: 'delete-database', database: original });
      world.pass(1_200_000);
      const last = await world.process(second.disk, { plans });
      expect(exitOf(last), told(last)).toBe(0);
      world.pass(600_000);
      expectDatabaseMoved(world);
    }));

  it.each([
    ['before', 2],
    ['after', 1],
  ] as const)('a restart in doubt, lost %s its effect, is settled by the events of RDS', (when, times) =>
    inWorld(oneDatabase, async (world) => {
      world.account.faults.add({ operation: 'RebootDBInstance', times: 1, kind: 'reset', when });
      let restarts = 0;
      world.watch((call) => {
        const named = (call.input as { DBInstanceIdentifier?: string }).DBInstanceIdentifier;
        if (call.operation === 'RebootDBInstance' && call.outcome === 'done' && named === 'orders') restarts++;
      });
      const life = await world.process([], { plans });
      expect(exitOf(life), told(life)).toBe(0);
      expect(restarts).toBe(1);
      expect(life.calls.get('rds:RebootDBInstance')).toBeGreaterThanOrEqual(times);
      expectDatabaseMoved(world);
    }));
});

describe('pitfalls of moving an RDS instance', () => {
  it('6: a rename is over when the new name is available at its own endpoint and answers, whatever Describe shows meanwhile', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      await inWorld(
        oneDatabase,
        async (world) => {
          const seen: unknown[] = [];
          world.watch((call) => {
            const input = call.input as { NewDBInstanceIdentifier?: string; VpcSecurityGroupIds?: string[] };
            if (call.operation !== 'ModifyDBInstance' || call.outcome !== 'done') return;
            if (input.NewDBInstanceIdentifier === 'orders') {
              const old = world.state().databases.find((one) => one.resourceId === original);
              seen.push([old?.status, old?.identifier.startsWith('orders-old-')]);
            }
            if (input.VpcSecurityGroupIds?.[0] === 'sg-0aaaaaaaaaaaaaaa1') {
              const { endpoints } = world.state();
              const host = Object.keys(endpoints).find((one) => one.startsWith('orders.')) ?? '';
              seen.push([
                databaseNamed(world, 'orders')?.status !== 'renaming',
                endpoints[host] !== original,
                host !== '',
              ]);
            }
          });
          expect(exitOf(await world.process([], { plans }))).toBe(0);
          expect(seen).toEqual([
            ['available', true],
            [true, true, true],
          ]);
        },
        seed,
      );
    }
  });

  it('7: a restore resets nothing: every setting, role and tag is as it was, and no parameter waits for a restart', async () => {
    for (const seed of [1, 2, 3, 4]) {
      await inWorld(
        oneDatabase,
        async (world) => {
          const before = databaseNamed(world, 'orders');
          expect(exitOf(await world.process([], { plans }))).toBe(0);
          const after = databaseNamed(world, 'orders');
          const key = { PerformanceInsightsKMSKeyId: keyOf(world.state(), 'alias/new') };
          expect(after?.settings).toEqual({ ...before?.settings, ...key });
          expect(after?.roles).toEqual(before?.roles);
          expect(after?.parameterStatus).toBe('in-sync');
          const tags = Object.entries(after?.tags ?? {}).filter(([name]) => !name.startsWith('rekey:'));
          expect(Object.fromEntries(tags)).toEqual({ team: 'shop' });
        },
        seed,
      );
    }
  });

  it('7: a difference that the plan does not name stops it before the renames, with the original serving', () =>
    inWorld(oneDatabase, async (world) => {
      const life = await world.process([], { plans, diesOn: shorterRetention(world) });
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(/BackupRetentionPeriod 1, the original had 7/);
      world.pass(600_000);
      expectOriginalDatabaseServing(world);
    }));

  it('7: a difference that the plan names is announced, and does not stop it', () =>
    inWorld(oneDatabase, async (world) => {
      const named = databasePlan('steps.compare.with.differences=["BackupRetentionPeriod"]');
      const life = await world.process([], { plans: [named], diesOn: shorterRetention(world) });
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life)).toMatch(/a difference that the plan names: .*BackupRetentionPeriod/);
      expectNoWriteLost(world);
    }));

  it('8: a master password that Secrets Manager manages is refused, with the way out', () =>
    expectRefused(
      oneDatabase.replace('tags:', 'masterSecret: true\n    tags:'),
      /Secrets Manager[\s\S]*--no-manage-master-user-password/,
    ));

  it('9: what becomes of backups is said in the plan, and what stays under the old key is told', async () => {
    const silent = databasePlan().text.replace(', finalSnapshot: none, automatedBackups: delete', '');
    const parsed = parsePlan({ ...databasePlan(), text: silent }, registry);
    const problems = 'problems' in parsed ? parsed.problems.map((one) => one.message).join('\n') : 'no problem';
    expect(problems).toMatch(/finalSnapshot/);
    expect(problems).toMatch(/automatedBackups/);
    await inWorld(oneDatabase, async (world) => {
      const keeping = databasePlan(
        'steps.delete.with.finalSnapshot=orders-final',
        'steps.delete.with.automatedBackups=retain',
      );
      const life = await world.process([], { plans: [keeping] });
      expect(exitOf(life), told(life)).toBe(0);
      const state = world.state();
      expect(state.databaseSnapshots.filter((one) => one.type === 'manual').map(({ id, key }) => [id, key])).toEqual([
        ['orders-final', keyOf(state, 'alias/old')],
      ]);
      expect(state.automatedBackups.filter((one) => one.retained)).toHaveLength(1);
      expect(announced(life)).toMatch(/orders-final stays, under the old key/);
      expect(announced(life)).toMatch(/automated backups of \S+ stay, under the old key/);
    });
  });

  it('10: that IAM policies name the old DbiResourceId is told before anything is touched', () =>
    inWorld(oneDatabase, async (world) => {
      const life = await world.process([], { plans });
      const first = life.disk.findIndex((record) => record.t === 'intent');
      const at = life.disk.findIndex((record) => record.t === 'announced' && /rds-db:.*db-A{25}1/.test(record.text));
      expect(at).toBeGreaterThan(-1);
      expect(at).toBeLessThan(first);
    }));

  it('11: Performance Insights is switched on under the new key at once, since its key can not be changed later', () =>
    inWorld(oneDatabase, async (world) => {
      const keys: unknown[] = [];
      world.watch((call) => {
        const input = call.input as { EnablePerformanceInsights?: boolean; PerformanceInsightsKMSKeyId?: string };
        if (call.operation === 'ModifyDBInstance' && input.EnablePerformanceInsights)
          keys.push(input.PerformanceInsightsKMSKeyId);
      });
      expect(exitOf(await world.process([], { plans }))).toBe(0);
      expect(keys).toEqual([keyOf(world.state(), 'alias/new')]);
    }));

  it('12: read replicas, which would stay with the original, are refused', () =>
    expectRefused(
      `${oneDatabase}\n  - { id: orders-replica, engine: postgres, key: alias/old, replicaOf: orders }\n`,
      /read replicas orders-replica/,
    ));
});

/** Somebody changes the replacement when it has been set up, and before it is compared. */
const shorterRetention = (world: World) => (record: JournalRecord) => {
  if (record.t !== 'done' || record.key.step !== 'reboot') return false;
  const made = world.state().databases.find((one) => one.resourceId !== original)?.resourceId ?? '';
  world.account.act({ do: 'modify-database', database: made, now: true, backupRetention: 1 });
  return false;
};
