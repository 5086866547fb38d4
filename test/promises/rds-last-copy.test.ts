// A snapshot is discarded only while what it holds is seen to be in the replacement, or in the original.
import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { databaseNamed, databasePlan, oneDatabase, original } from '../support/rds.ts';
import { clusterNamed, clusterPlan, oneCluster, originalCluster } from '../support/rds-cluster.ts';
import { inWorld, type World } from '../support/world.ts';

const minute = 60_000;

const unprotected = (scenario: string) => scenario.replaceAll('deletionProtection: true', 'deletionProtection: false');

const ofDatabase = {
  scenario: unprotected(oneDatabase),
  plan: databasePlan(),
  original,
  replacement: (world: World) => databaseNamed(world, 'orders')?.resourceId ?? '',
  remove: (world: World, id: string) => world.account.act({ do: 'delete-database', database: id }),
  snapshots: (world: World) => world.state().databaseSnapshots.filter((one) => one.type === 'manual'),
};

const ofCluster: typeof ofDatabase = {
  scenario: unprotected(oneCluster),
  plan: clusterPlan(),
  original: originalCluster,
  replacement: (world) => clusterNamed(world, 'shop')?.resourceId ?? '',
  remove: (world, id) => {
    const cluster = world.state().clusters.find((one) => one.resourceId === id)?.identifier;
    const members = world.state().databases.filter((one) => one.cluster === cluster);
    for (const { resourceId } of members) world.account.act({ do: 'delete-database', database: resourceId });
    world.account.act({ do: 'delete-cluster', cluster: id });
  },
  snapshots: (world) => world.state().clusterSnapshots.filter((one) => one.type === 'manual') as never,
};

const kinds = [
  ['an instance', ofDatabase],
  ['a cluster', ofCluster],
] as const;

describe('the snapshots of a database', () => {
  it.each(
    kinds,
  )('of %s stay, and are told by name, when somebody deletes it and its replacement in the hold', (_what, one) =>
    inWorld(one.scenario, async (world) => {
      const first = await world.process([], { plans: [one.plan], wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      const before = one.snapshots(world).map(({ id }) => id);
      expect(before.length).toBeGreaterThan(0);
      const replacement = one.replacement(world);
      one.remove(world, one.original);
      one.remove(world, replacement);
      world.pass(130 * minute);
      const second = await world.process(first.disk, { plans: [one.plan], wait: false });
      const left = one.snapshots(world).map(({ id }) => id);
      expect(left, told(second)).toEqual(before);
      const texts = second.disk.flatMap((record) => (record.t === 'announced' ? [record.text] : []));
      for (const id of left) expect(texts.join('\n')).toContain(`kept: ${id}: replacement ${replacement} `);
    }));

  it.each(
    kinds,
  )('of %s stay while the key of its replacement is disabled, its original deleted by somebody', (_what, one) =>
    inWorld(one.scenario, async (world) => {
      const first = await world.process([], { plans: [one.plan], wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      one.remove(world, one.original);
      world.account.act({ do: 'disable-key', key: 'alias/new' });
      world.pass(70 * minute);
      const second = await world.process(first.disk, { plans: [one.plan], wait: false });
      expect(exitOf(second), told(second)).toBe(4);
      expect(one.snapshots(world).length).toBeGreaterThan(0);
      expect(told(second)).toContain("can't be read without it");
    }));

  it('stay, as does the replacement, when the original is deleted as soon as it has its name again on the way back', () =>
    inWorld(ofDatabase.scenario, async (world) => {
      const plans = [ofDatabase.plan];
      let modified = 0;
      // To be fenced, to be set, and one rename of each.
      const diesAfter = (operation: string) => operation === 'rds:ModifyDBInstance' && ++modified === 4;
      const first = await world.process([], { plans, diesAfter });
      expect(first.result).toBe('died');
      world.pass(20 * minute);
      const before = ofDatabase.snapshots(world).map(({ id }) => id);
      let gone = false;
      const second = await world.process(first.disk, {
        plans,
        command: { command: 'rollback', discardWrites: false },
        beforeCall: () => {
          const back = databaseNamed(world, 'orders');
          if (gone || back?.resourceId !== original || back.busy) return;
          gone = true;
          ofDatabase.remove(world, original);
        },
      });
      expect(gone, told(second)).toBe(true);
      expect(
        ofDatabase.snapshots(world).map(({ id }) => id),
        told(second),
      ).toEqual(before);
      expect(world.state().databases.length, told(second)).toBeGreaterThan(0);
    }));

  it('stay, as does the replacement, when the original is deleted right before a process goes on with the way back', () =>
    inWorld(ofDatabase.scenario, async (world) => {
      const plans = [ofDatabase.plan];
      const command = { command: 'rollback', discardWrites: false } as const;
      const first = await world.process([], {
        plans,
        diesAfter: (operation) => operation === 'rds:RestoreDBInstanceFromDBSnapshot',
      });
      expect(first.result).toBe('died');
      world.pass(20 * minute);
      const second = await world.process(first.disk, {
        plans,
        command,
        diesOn: (record) => record.t === 'intent' && record.uses === 'rds.discard-instance',
      });
      expect(second.result, told(second)).toBe('died');
      const replacement = world.state().databases.find(({ resourceId }) => resourceId !== original)?.resourceId;
      expect(replacement).toBeDefined();
      ofDatabase.remove(world, original);
      world.pass(20 * minute);
      const third = await world.process(second.disk, { plans, command });
      expect(
        world.state().databases.map(({ resourceId }) => resourceId),
        told(third),
      ).toContain(replacement);
    }));
});

describe('a replacement that is kept while the old key cannot be used', () => {
  it.each([
    ['an instance', ofDatabase, 'rds:ModifyDBInstance', 2],
    ['a cluster', ofCluster, 'rds:CreateDBInstance', 1],
  ] as const)("of %s, is in nobody's way when a resume goes on with the key enabled again", (_what, one, operation, nth) =>
    inWorld(one.scenario, async (world) => {
      let called = 0;
      const first = await world.process([], {
        plans: [one.plan],
        beforeCall: (call) => {
          if (call === operation && ++called === nth) world.account.act({ do: 'disable-key', key: 'alias/old' });
        },
      });
      expect(exitOf(first), told(first)).toBe(1);
      const kept = first.disk.filter((record) => record.t === 'kept');
      expect(kept.length, told(first)).toBeGreaterThan(0);
      world.account.act({ do: 'enable-key', key: 'alias/old' });
      world.pass(30 * minute);
      const second = await world.process(first.disk, { plans: [one.plan] });
      expect(exitOf(second), told(second)).toBe(0);
      expect(one.replacement(world)).not.toBe(one.original);
    }));
});
