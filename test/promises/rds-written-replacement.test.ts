// Who comes, writes and leaves is in no list of sessions: where the log of a replacement stood tells that it is not to be thrown away.
import { describe, expect, it } from 'vitest';
import type { DatabaseAddress } from '../../src/contract/databases.ts';
import { simulatedDatabases } from '../../src/simulator/rds/sql.ts';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, expectOriginalDatabaseServing, fence, oneDatabase, refusedOnce } from '../support/rds.ts';
import { clusterPlan, oneCluster } from '../support/rds-cluster.ts';
import { inWorld } from '../support/world.ts';

const everybody = '10.0.0.0/8:5432';
/** Each write opens a connection of its own, so that nobody is connected at any look. */
const passing = (scenario: string) => scenario.replace('pooled: true', 'pooled: false');

describe.each([
  ['an instance', passing(oneDatabase), databasePlan(), 'ModifyDBInstance'],
  ['a cluster', passing(oneCluster), clusterPlan(), 'ModifyDBCluster'],
] as const)('a replacement of %s to which clients have written that are gone when the cut-over fails', (_what, scenario, plan, admits) => {
  it.each([
    'rename-into-place',
    'verify',
  ])('after %s is not discarded, and what they wrote is not lost', async (step) => {
    const plans = [plan];
    const record = await inWorld(scenario, async (world) => {
      const clean = await world.process([], { plans });
      return clean.disk.findIndex((one) => one.t === 'done' && one.key.step === step) + 1;
    });
    await inWorld(scenario, async (world) => {
      const first = await world.process([], { plans, crash: { record: { number: record, when: 'crash-after' } } });
      expect(first.result).toBe('died');
      world.account.act({ do: 'open-group', group: fence, inbound: everybody });
      world.pass(300_000);
      world.account.act({ do: 'close-group', group: fence, inbound: everybody });
      world.account.faults.add(refusedOnce(admits));
      const second = await world.process(first.disk, { plans });
      world.pass(1_200_000);
      expect(world.auditor.violations, `exit ${exitOf(second)} ${told(second)}`).toEqual([]);
      expect(world.state().clients.map((one) => one.lost)).toEqual([false]);
    });
  });
});

describe('a replacement to which clients have written right before it is verified in its place', () => {
  it('is not discarded when its clients can not be let in', () =>
    inWorld(passing(oneDatabase), async (world) => {
      const plans = [databasePlan()];
      const life = await world.process([], {
        plans,
        diesOn: (record) => {
          if (record.t !== 'done') return false;
          if (record.key.step === 'rename-into-place' && record.key.undo === undefined) {
            world.account.act({ do: 'open-group', group: fence, inbound: everybody });
            // The name has to lead to it by then.
            world.pass(300_000);
            world.account.act({ do: 'close-group', group: fence, inbound: everybody });
          }
          if (record.key.step === 'verify') world.account.faults.add(refusedOnce('ModifyDBInstance'));
          return false;
        },
      });
      expect(exitOf(life), told(life)).toBe(1);
      world.pass(1_200_000);
      expect(world.auditor.violations, told(life)).toEqual([]);
      expect(world.state().clients.map((one) => one.lost)).toEqual([false]);
    }));
});

describe('a replacement to which somebody is connected under the name that it was made with', () => {
  it('is kept, and the original serves again when the cut-over fails', () =>
    inWorld(oneDatabase, async (world) => {
      const databases = simulatedDatabases(world.account);
      const asks = (at: DatabaseAddress, statement: string) =>
        /^rekey-/.test(at.host) && /pg_stat_activity/.test(statement);
      const life = await world.process([], {
        plans: [databasePlan()],
        databases: {
          query: async (at, statement, signal) => [
            ...(await databases.query(at, statement, signal)),
            ...(asks(at, statement) ? [['4711', 'admin', 'psql', '10.9.0.9', 'client backend']] : []),
          ],
        },
        // The original is about to give its name away.
        diesOn: (record) => {
          if (record.t === 'done' && record.key.step === 'check-sql')
            world.account.faults.add(refusedOnce('ModifyDBInstance'));
          return false;
        },
      });
      expect(exitOf(life), told(life)).toBe(1);
      world.pass(1_200_000);
      expectOriginalDatabaseServing(world);
      expect(world.state().databases, told(life)).toHaveLength(2);
    }));
});
