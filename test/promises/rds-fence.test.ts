import { describe, expect, it } from 'vitest';
import { saidOf } from '../judge/said.ts';
import { exitOf, told } from '../support/promises.ts';
import {
  databaseNamed,
  databasePlan,
  expectNoWriteLost,
  expectOriginalDatabaseServing,
  fence,
  noTrail,
  oneDatabase,
  original,
} from '../support/rds.ts';
import { inWorld, planOf, type World } from '../support/world.ts';

const plans = [databasePlan()];
const own = 'sg-0aaaaaaaaaaaaaaa1';
const hole = { group: fence, inbound: '10.0.0.0/8:5432' };

/** The moment of a cut-over at which clients find nothing: the original has given its name away, and nobody has taken it yet. */
const nobodyHasTheName = (world: World) =>
  databaseNamed(world, 'orders') === undefined &&
  databaseNamed(world, 'orders-old-aaaaaa')?.resourceId === original &&
  databaseNamed(world, 'orders-old-aaaaaa')?.status === 'available';

/** The moment at which clients would find the replacement, which is behind the fence. */
const replacementHasTheName = (world: World) => {
  const found = databaseNamed(world, 'orders');
  return found !== undefined && found.resourceId !== original && found.status === 'available';
};

/** Does something once, as soon as the condition holds before a call of the process. */
function asSoonAs(condition: () => boolean, deed: () => void): () => void {
  let done = false;
  return () => {
    if (done || !condition()) return;
    done = true;
    deed();
  };
}

describe('an original that is given its groups back between the last look and the proof', () => {
  it('is kept, since clients may have written to it', async () => {
    const clean = await inWorld(oneDatabase, (world) => world.process([], { plans }));
    // Its protection goes first, by a proof of its own.
    const end = clean.sent.indexOf('rds:DeleteDBInstance');
    const last = clean.sent.findLastIndex((one, at) => one === 'rds:DescribeDBInstances' && at < end);
    await inWorld(oneDatabase, async (world) => {
      const life = await world.process([], {
        plans,
        beforeCall: (_operation, number) => {
          if (number !== last + 1) return;
          world.account.act({ do: 'add-database-to-group', database: 'orders-old-aaaaaa', group: own });
        },
      });
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toMatch(/is not behind its fence alone/);
      expect(databaseNamed(world, 'orders-old-aaaaaa')?.resourceId).toBe(original);
    });
  });
});

describe('a fence that somebody opens before it is verified', () => {
  it('is told by status, should the process die that waits for it to be closed', () =>
    inWorld(oneDatabase, async (world) => {
      const [plan = databasePlan()] = plans;
      let open = false;
      let looks = 0;
      const life = await world.process([], {
        plans: [plan],
        beforeCall: asSoonAs(
          () => databaseNamed(world, 'orders')?.status === 'rebooting',
          () => {
            open = true;
            world.account.act({ do: 'open-group', ...hole });
          },
        ),
        diesAfter: (operation) => open && operation === 'ec2:DescribeSecurityGroups' && ++looks > 12,
      });
      expect(life.result).toBe('died');
      expect(life.disk.some((one) => one.t === 'drifted')).toBe(false);
      const { status, lines } = saidOf(planOf(plan), life.disk, undefined);
      expect(status.lastSeen).toMatchObject({ byAccident: true });
      expect(status.downSince).toBeDefined();
      expect(lines.join('\n')).toContain('somebody has opened its fence');
    }));
});

describe('a fence that somebody opens while the names change hands, and closes again', () => {
  it('while nobody has the name, takes the cut-over back: clients may have written to the original', () =>
    inWorld(oneDatabase, async (world) => {
      const life = await world.process([], {
        plans,
        beforeCall: asSoonAs(
          () => nobodyHasTheName(world),
          () => world.account.act({ do: 'open-group', ...hole }),
        ),
      });
      expect(exitOf(life), told(life)).toBe(6);
      world.pass(600_000);
      expectOriginalDatabaseServing(world);
      expectNoWriteLost(world);
    }));

  it('is told by status, should the process that has seen it die on the way back', () =>
    inWorld(oneDatabase, async (world) => {
      let open = false;
      const [plan = databasePlan()] = plans;
      const life = await world.process([], {
        plans: [plan],
        beforeCall: asSoonAs(
          () => nobodyHasTheName(world),
          () => {
            open = true;
            world.account.act({ do: 'open-group', ...hole });
          },
        ),
        diesOn: ({ t }) => open && t === 'unwinding',
      });
      expect(life.result).toBe('died');
      const { status, lines } = saidOf(planOf(plan), life.disk, undefined);
      expect(status.lastSeen).toMatchObject({ byAccident: true });
      expect(lines.join('\n')).toContain('somebody has opened its fence');
    }));

  it('is not forgotten when it is closed by the time of the proof: the original, which clients may have written to, is kept', () =>
    inWorld(oneDatabase, async (world) => {
      world.account.faults.add(noTrail);
      const first = await world.process([], {
        plans,
        beforeCall: asSoonAs(
          () => replacementHasTheName(world),
          () => world.account.act({ do: 'open-group', ...hole }),
        ),
      });
      expect(exitOf(first), told(first)).toBe(4);
      expect(told(first)).toMatch(/verification-failed[\s\S]*lets in 10\.0\.0\.0\/8/);
      world.account.act({ do: 'close-group', ...hole });
      world.pass(600_000);
      const second = await world.process(first.disk, { plans });
      expect(exitOf(second), told(second)).toBe(4);
      expect(told(second)).toMatch(/replacement-stale/);
      expect(databaseNamed(world, 'orders-old-aaaaaa')?.resourceId).toBe(original);
      expectNoWriteLost(world);
    }));

  it('has let clients write to the replacement that took the name: no later process takes it back, whatever its proof says', () =>
    inWorld(oneDatabase, async (world) => {
      const first = await world.process([], {
        plans,
        beforeCall: asSoonAs(
          () => replacementHasTheName(world),
          () => {
            world.account.act({ do: 'open-group', ...hole });
            // Without its snapshot the proof fails for good, also when the fence is closed.
            for (const { id, type } of world.state().databaseSnapshots)
              if (type === 'manual') world.account.act({ do: 'delete-database-snapshot', snapshot: id });
          },
        ),
      });
      expect(exitOf(first), told(first)).toBe(4);
      const replacement = databaseNamed(world, 'orders')?.resourceId;
      expect(replacement).toMatch(/^db-(?!A{25})/);
      world.account.act({ do: 'close-group', ...hole });
      world.pass(600_000);
      const second = await world.process(first.disk, { plans });
      expect(exitOf(second), told(second)).toBe(4);
      expect(second.disk.filter((record) => record.t === 'unwinding')).toEqual([]);
      expect(databaseNamed(world, 'orders')?.resourceId).toBe(replacement);
      expectNoWriteLost(world);
    }));
});
