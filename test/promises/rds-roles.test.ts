// With a role a database reaches what others own (import, export, functions): a replacement that may still be thrown away has none.
import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import {
  databaseNamed,
  databasePlan,
  expectOriginalDatabaseServing,
  fence,
  oneDatabase,
  original,
} from '../support/rds.ts';
import { clusterNamed, clusterPlan, oneCluster, originalCluster } from '../support/rds-cluster.ts';
import { inWorld, type World } from '../support/world.ts';

type Deed = Parameters<World['account']['act']>[0];
const late = 'arn:aws:iam::111122223333:role/late';
const given = { role: late, feature: 'Lambda' };

interface Moved {
  readonly what: string;
  readonly scenario: string;
  readonly plan: typeof databasePlan;
  readonly adds: string;
  readonly modifies: string;
  readonly added: Deed;
  readonly verified: string;
  all(world: World): readonly { readonly resourceId: string; readonly roles: readonly { readonly arn: string }[] }[];
  now(world: World): ReturnType<typeof databaseNamed> | ReturnType<typeof clusterNamed>;
  removed(from: string, role: { readonly role: string; readonly feature: string }): Deed;
}

const instance: Moved = {
  what: 'an instance',
  scenario: oneDatabase,
  plan: databasePlan,
  adds: 'AddRoleToDBInstance',
  modifies: 'ModifyDBInstance',
  added: { do: 'add-database-role', database: original, ...given },
  verified: 'rds.verify-instance',
  all: (world) => world.state().databases,
  now: (world) => databaseNamed(world, 'orders'),
  removed: (database, role) => ({ do: 'remove-database-role', database, ...role }),
};
const cluster: Moved = {
  what: 'a cluster',
  scenario: oneCluster,
  plan: clusterPlan,
  adds: 'AddRoleToDBCluster',
  modifies: 'ModifyDBCluster',
  added: { do: 'add-cluster-role', cluster: originalCluster, ...given },
  verified: 'rds.verify-cluster',
  all: (world) => world.state().clusters,
  now: (world) => clusterNamed(world, 'shop'),
  removed: (name, role) => ({ do: 'remove-cluster-role', cluster: name, ...role }),
};
const isOriginal = (id: string | undefined) => id === original || id === originalCluster;
const arnsOf = (one: { readonly roles: readonly { readonly arn: string }[] } | undefined) =>
  one?.roles.map(({ arn }) => arn).sort();
const imported = 'arn:aws:iam::111122223333:role/import';
const exported = 'arn:aws:iam::111122223333:role/export';

describe.each([instance, cluster])('the roles of $what', ({
  scenario,
  plan,
  adds,
  modifies,
  added,
  all,
  now,
  removed,
}) => {
  it('come to what replaces it with the name of the original, behind the fence, and not before', () =>
    inWorld(scenario, async (world) => {
      const had: (readonly string[])[] = [];
      const places: unknown[] = [];
      world.watch(({ operation, input }) => {
        const made = all(world).find(({ resourceId }) => !isOriginal(resourceId));
        if (operation === adds) places.push([now(world)?.resourceId === made?.resourceId, now(world)?.securityGroups]);
        else if (places.length === 0 && made) had.push(arnsOf(made) ?? []);
        return input;
      });
      const life = await world.process([], { plans: [plan()] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(had.length).toBeGreaterThan(5);
      expect(had.flat()).toEqual([]);
      expect(places).toEqual([
        [true, [fence]],
        [true, [fence]],
      ]);
      expect(isOriginal(now(world)?.resourceId)).toBe(false);
      expect(arnsOf(now(world))).toEqual([exported, imported]);
    }));

  it.each([
    ['it is restarted', 'RebootDBInstance', 1],
    ['its name is taken away', modifies, 3],
  ] as const)('with one that somebody gives it when %s, are those of what replaces it', (_when, operation, nth) =>
    inWorld(scenario, async (world) => {
      let done = 0;
      const life = await world.process([], {
        plans: [plan()],
        beforeCall: (call) => {
          if (call === `rds:${operation}` && ++done === nth) world.account.act(added);
        },
      });
      expect(done, 'nobody did anything').toBeGreaterThanOrEqual(nth);
      expect(exitOf(life), told(life)).toBe(0);
      expect(isOriginal(now(world)?.resourceId)).toBe(false);
      expect(arnsOf(now(world))).toEqual([exported, imported, late]);
      // It costs no second cut-over.
      expect(life.sent.filter((call) => call === 'rds:RebootDBInstance').length).toBeLessThan(12);
    }));

  it.each([
    ['it is restarted', 'RebootDBInstance', 1],
    ['its name is taken away', modifies, 3],
  ] as const)('without one that somebody takes off it when %s are a change: it serves again', (_when, operation, nth) =>
    inWorld(scenario, async (world) => {
      let done = 0;
      const id = now(world)?.resourceId ?? '';
      const life = await world.process([], {
        plans: [plan()],
        beforeCall: (call) => {
          if (call === `rds:${operation}` && ++done === nth)
            world.account.act(removed(id, { role: imported, feature: 's3Import' }));
        },
      });
      expect(done).toBeGreaterThanOrEqual(nth);
      expect([4, 6], told(life)).toContain(exitOf(life));
      expect(told(life)).toMatch(/the IAM roles of|lacks the role .*import/);
      expect(isOriginal(now(world)?.resourceId)).toBe(true);
    }));

  it('are compared when clients are in: with one missing nothing is deleted', () =>
    inWorld(scenario, async (world) => {
      let gone = 0;
      const role = { role: exported, feature: 's3Export' };
      const life = await world.process([], {
        plans: [plan()],
        beforeCall: (call) => {
          if (call !== `rds:${modifies}` || arnsOf(now(world))?.length !== 2 || isOriginal(now(world)?.resourceId))
            return;
          if (now(world)?.roles.some(({ status }) => status !== 'ACTIVE') || gone++ > 0) return;
          world.account.act(removed(now(world)?.resourceId ?? '', role));
        },
      });
      expect(gone).toBeGreaterThan(0);
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(/lacks the role .*export/);
      expect(all(world).some(({ resourceId }) => isOriginal(resourceId))).toBe(true);
    }));
});

describe('a plan', () => {
  it('that gives a replacement its roles before the last proof is refused', () =>
    inWorld(oneDatabase, async (world) => {
      const shipped = databasePlan();
      const roles = / {2}- id: roles\n(?: {4}.*\n)+/.exec(shipped.text)?.[0] ?? '';
      const early = roles.replace(/steps\.verify\.roles/, 'steps.read.roles').replace(/steps\.verify/, 'steps.compare');
      const text = shipped.text.replace(roles, '').replace('  - id: check-sql\n', `${early}  - id: check-sql\n`);
      const life = await world.process([], { plans: [{ ...shipped, text }] });
      expect(told(life)).toMatch(/`steps\.compare` does not fit `with\.verdict`/);
      expect(life.sent).toEqual([]);
      expectOriginalDatabaseServing(world);
    }));
});
