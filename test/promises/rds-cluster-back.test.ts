import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import {
  clusterNamed,
  clusterPlan,
  expectClusterMoved,
  expectOriginalClusterServing,
  oneCluster,
  originalCluster,
} from '../support/rds-cluster.ts';
import { isRead } from '../support/reads.ts';
import { inWorld } from '../support/world.ts';
import { full } from '../sweep/sampled.ts';

const plans = [clusterPlan()];
const minute = 60_000;
const denied = { times: 1, kind: 'error', code: 'AccessDenied', status: 403 } as const;

/** The changing calls of a whole run, each with how many of its operation came before it. */
async function mutations() {
  const { sent } = await inWorld(oneCluster, (world) => world.process([], { plans }));
  const seen = new Map<string, number>();
  return sent
    .filter((call) => !isRead(call))
    .map((call) => {
      const operation = call.replace(/^\w+:/, '');
      const skip = seen.get(operation) ?? 0;
      seen.set(operation, skip + 1);
      return { operation, skip };
    });
}

describe('a call that AWS refuses for good while an Aurora cluster goes over', () => {
  it('gives the original its names, members, endpoints and clients back, or is past the write point; a resume ends done', async () => {
    const calls = await mutations();
    // The last modification but that which takes the protection off lets the clients in.
    const modifications = calls.flatMap(({ operation }, at) => (operation === 'ModifyDBCluster' ? [at] : []));
    const admission = modifications.at(-2) ?? 0;
    expect(calls[admission - 1]?.operation).toBe('AddRoleToDBCluster');
    for (const [index, call] of calls.entries()) {
      if (!full && index % 4) continue;
      await inWorld(oneCluster, async (world) => {
        world.account.faults.add({ ...denied, ...call });
        const first = await world.process([], { plans });
        const about = `${JSON.stringify(call)}: ${told(first)}`;
        expect(world.account.faults.list()[0]?.struck, about).toBe(1);
        world.account.faults.clear();
        world.pass(20 * minute);
        if (index <= admission) {
          expect(exitOf(first), about).toBe(1);
          expectOriginalClusterServing(world);
          const { clusters, databases } = world.state();
          expect(clusters, about).toHaveLength(1);
          expect(databases.map((one) => one.identifier).sort(), about).toEqual(['shop-1', 'shop-2']);
        }
        // What AWS will not let go is named, and the run is done.
        if (/Delete\w+Snapshot/.test(call.operation)) {
          expect(exitOf(first), about).toBe(0);
          expect(JSON.stringify(first.disk.filter((one) => one.t === 'announced'))).toContain('left behind: ');
          return;
        }
        if (exitOf(first) === 0) return expectClusterMoved(world);
        const second = await world.process(first.disk, { plans });
        expect(exitOf(second), `${about}\n${told(second)}`).toBe(0);
        world.pass(60 * minute);
        expectClusterMoved(world);
      });
    }
  }, 600_000);
});

describe('a crash while an Aurora cluster goes over', () => {
  it('between the renames of two members is resumed to the end, and told as nobody’s change', async () => {
    const { sent } = await inWorld(oneCluster, (world) => world.process([], { plans }));
    const number = sent.indexOf('rds:ModifyDBInstance') + 1;
    expect(number).toBeGreaterThan(0);
    await inWorld(oneCluster, async (world) => {
      const first = await world.process([], { plans, crash: { call: { number, when: 'after' } } });
      expect(exitOf(first)).toBe('died');
      const second = await world.process(first.disk, { plans });
      expect(exitOf(second), told(second)).toBe(0);
      expectClusterMoved(world);
    });
  });
});

describe('a crash while the final snapshot of an original cluster is taken', () => {
  it('is resumed to the end: the cluster is still available, and the snapshot has the name already', async () => {
    const keeping = [clusterPlan('steps.delete.with.finalSnapshot=shop-final')];
    const { sent } = await inWorld(oneCluster, (world) => world.process([], { plans: keeping }));
    const number = sent.indexOf('rds:DeleteDBCluster') + 1;
    await inWorld(oneCluster, async (world) => {
      const first = await world.process([], { plans: keeping, crash: { call: { number, when: 'after' } } });
      expect(exitOf(first)).toBe('died');
      const second = await world.process(first.disk, { plans: keeping });
      expect(exitOf(second), told(second)).toBe(0);
      expect(second.sent).not.toContain('rds:DeleteDBCluster');
      expect(world.state().clusters.map(({ identifier }) => identifier)).toEqual(['shop']);
    });
  });
});

describe('a custom endpoint that can’t be given back when an Aurora cluster returns', () => {
  const refused = { ...denied, operation: 'CreateDBClusterEndpoint' };

  it('keeps nobody out of the original, is made by the resume before anything is read again, and moves with the cluster', () =>
    inWorld(oneCluster, async (world) => {
      world.account.faults.add({ ...refused, times: 2 });
      const first = await world.process([], { plans });
      expect(exitOf(first), told(first)).toBe(1);
      const changing = first.sent.filter((call) => !isRead(call));
      expect(changing.lastIndexOf('rds:ModifyDBCluster')).toBeLessThan(
        changing.lastIndexOf('rds:CreateDBClusterEndpoint'),
      );
      expect(clusterNamed(world, 'shop')).toMatchObject({ resourceId: originalCluster, endpoints: [] });
      world.pass(20 * minute);
      const second = await world.process(first.disk, { plans });
      expect(exitOf(second), told(second)).toBe(0);
      world.pass(60 * minute);
      expectClusterMoved(world);
    }));

  it('stops every resume, which touches nothing else, until it is there', () =>
    inWorld(oneCluster, async (world) => {
      world.account.faults.add({ ...refused, times: 1_000 });
      const first = await world.process([], { plans });
      world.pass(20 * minute);
      const second = await world.process(first.disk, { plans });
      expect(told(second)).toContain('unwind-failed');
      expect(told(second)).toContain('custom endpoint shop-reports');
      expect(second.sent.filter((call) => !isRead(call))).toEqual(['rds:CreateDBClusterEndpoint']);
      world.account.faults.clear();
      const byHand = { cluster: 'shop', endpoint: 'shop-reports', static: ['shop-2'] };
      world.account.act({ do: 'create-cluster-endpoint', type: 'READER', ...byHand });
      world.pass(20 * minute);
      const third = await world.process(second.disk, { plans });
      expect(exitOf(third), told(third)).toBe(0);
      const serving = clusterNamed(world, 'shop');
      expect(serving?.resourceId).not.toBe(originalCluster);
      expect(serving?.endpoints.map(({ id, static: led }) => [id, led])).toEqual([['shop-reports', ['shop-2']]]);
    }));

  it.each([
    ['is made by a rollback', 2],
    ['is told by a rollback, which ends without it', 1_000],
  ])('%s', (_, times) =>
    inWorld(oneCluster, async (world) => {
      world.account.faults.add({ ...refused, times });
      const first = await world.process([], { plans });
      world.pass(20 * minute);
      const second = await world.process(first.disk, { plans, command: { command: 'rollback', discardWrites: false } });
      expect(exitOf(second), told(second)).toBe(0);
      world.pass(20 * minute);
      if (times === 2) expectOriginalClusterServing(world);
      else expect(JSON.stringify(first.disk)).toContain('not set back: custom endpoint shop-reports');
    }));
});

describe('a member of an Aurora cluster that breaks in the cut-over', () => {
  it('is not waited for when the original comes back with the others', () =>
    inWorld(oneCluster, async (world) => {
      let broken = false;
      const life = await world.process([], {
        plans,
        beforeCall: (call) => {
          if (call !== 'rds:ModifyDBInstance' || broken) return;
          broken = true;
          world.account.act({ do: 'break-database', database: 'shop-2', status: 'incompatible-network' });
        },
      });
      expect(told(life)).toContain('incompatible-network');
      expect(told(life)).not.toContain('unwind-failed');
      const { clusters, databases } = world.state();
      expect(clusters.map(({ resourceId }) => resourceId)).toEqual([originalCluster]);
      expectOriginalClusterServing(world);
      expect(databases.map((one) => one.identifier).sort()).toEqual(['shop-1', 'shop-2']);
    }));
});

describe('a rollback of an Aurora cluster', () => {
  it('past the write point needs the typed word; it fences the replacement first, and deletes neither it nor a member of it', () =>
    inWorld(oneCluster, async (world) => {
      const first = await world.process([], { plans, wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      const replacement = clusterNamed(world, 'shop')?.resourceId;
      expect(replacement).not.toBe(originalCluster);
      const untyped = await world.process(first.disk, {
        plans,
        command: { command: 'rollback', discardWrites: false },
      });
      expect(told(untyped)).toContain('past-write-point');
      world.pass(10 * minute);
      const typed = await world.process(untyped.disk, { plans, command: { command: 'rollback', discardWrites: true } });
      expect(exitOf(typed), told(typed)).toBe(0);
      world.pass(20 * minute);
      const { clusters, databases } = world.state();
      const serving = clusters.find((one) => one.identifier === 'shop');
      expect(serving?.resourceId).toBe(originalCluster);
      expect(serving?.members).toEqual(['shop-1', 'shop-2']);
      expect(serving?.endpoints.map(({ id, static: led }) => [id, led])).toEqual([['shop-reports', ['shop-2']]]);
      const kept = clusters.find((one) => one.resourceId === replacement);
      expect(kept?.identifier).toMatch(/^rekey-/);
      expect(kept?.members).toHaveLength(2);
      for (const one of databases.filter(({ cluster }) => cluster === kept?.identifier)) expect(one.sessions).toBe(0);
    }));

  it('of which the members are deleted, and the cluster is not, says once that a part of it is, and a resume ends done', () =>
    inWorld(oneCluster, async (world) => {
      world.account.faults.add({ ...denied, operation: 'DeleteDBCluster' });
      const first = await world.process([], { plans });
      expect(exitOf(first), told(first)).toBe(1);
      const back = { plans, command: { command: 'rollback', discardWrites: true } } as const;
      const second = await world.process(first.disk, back);
      expect(exitOf(second), told(second)).toBe(1);
      expect(told(second)).toMatch(new RegExp(`deleted after proof, all of it or a part: ${originalCluster}$`, 'm'));
      const third = await world.process(second.disk, { plans });
      expect(exitOf(third), told(third)).toBe(0);
      world.pass(20 * minute);
      expectClusterMoved(world);
    }));

  it('before the cut-over leaves nothing behind', () =>
    inWorld(oneCluster, async (world) => {
      const window = 'window={"cron":"0 1 * * MON","timezone":"Etc/UTC","duration":"3h","cutoff":"30m"}';
      const waiting = [clusterPlan(window)];
      const first = await world.process([], { plans: waiting, wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      const second = await world.process(first.disk, {
        plans: waiting,
        command: { command: 'rollback', discardWrites: false },
      });
      expect(exitOf(second), told(second)).toBe(0);
      expectOriginalClusterServing(world);
      expect(world.state().clusterSnapshots.filter((one) => one.type === 'manual')).toEqual([]);
      expect(Object.keys(clusterNamed(world, 'shop')?.tags ?? {})).toEqual(['team']);
    }));
});
