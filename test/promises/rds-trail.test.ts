// A fence that somebody has opened and closed again between two looks shows in CloudTrail alone, minutes later.
import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/simulator/action.ts';
import type { TrailEvent } from '../../src/simulator/cloudtrail/trail.ts';
import { exitOf, told } from '../support/promises.ts';
import { databasePlan, fence, oneDatabase, original } from '../support/rds.ts';
import { clusterPlan, oneCluster, originalCluster } from '../support/rds-cluster.ts';
import { inWorld, type Life, type World } from '../support/world.ts';

const minute = 60_000;
const all = '10.0.0.0/8:5432';
const runner = '10.9.0.7/32:5432';
const own = 'sg-0aaaaaaaaaaaaaaa1';
const kinds = [
  { what: 'an instance', scenario: oneDatabase, plan: databasePlan(), id: original, noun: 'database' },
  { what: 'a cluster', scenario: oneCluster, plan: clusterPlan(), id: originalCluster, noun: 'cluster' },
] as const;
const [instance] = kinds;

/** Has the run come to its hold, and the hold be over but for `leftMs`. */
async function held(world: World, { plan }: (typeof kinds)[number], leftMs = 0): Promise<Life> {
  const first = await world.process([], { plans: [plan], wait: false });
  expect(exitOf(first), told(first)).toBe(3);
  world.pass(2 * 60 * minute - leftMs);
  return first;
}

async function ended(world: World, first: Life, { plan }: (typeof kinds)[number]): Promise<Life> {
  return world.process(first.disk, { plans: [plan] });
}

function isThere(world: World, id: string): boolean {
  const { databases, clusters } = world.state();
  return [...databases, ...clusters].some((one) => one.resourceId === id);
}

/** Who has done it, when and by which call, in the words of the refusal. */
function expectRefused(world: World, life: Life, id: string, how: RegExp): void {
  expect(exitOf(life), told(life)).toBe(4);
  expect(told(life)).toMatch(/replacement-stale/);
  expect(told(life)).toMatch(how);
  expect(isThere(world, id)).toBe(true);
  expect(life.sent).not.toContain('rds:DeleteDBInstance');
  expect(life.sent).not.toContain('rds:DeleteDBCluster');
}

function expectDeleted(world: World, life: Life, id: string): void {
  expect(exitOf(life), told(life)).toBe(0);
  expect(isThere(world, id)).toBe(false);
}

const announced = (life: Life) => life.disk.flatMap((one) => (one.t === 'announced' ? [one.text] : []));
const unknown = (life: Life) => announced(life).filter((text) => text.startsWith('CloudTrail does not show'));

/** Somebody opens the fence for a minute, and nobody comes. */
function openForAMinute(world: World): string {
  const at = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
  world.account.act({ do: 'open-group', group: fence, inbound: all });
  world.pass(minute);
  world.account.act({ do: 'close-group', group: fence, inbound: all });
  return at;
}

/** Has the account show other events than it keeps. */
function showing(world: World, change: (events: readonly TrailEvent[]) => readonly TrailEvent[]): void {
  const { trail } = world.account.world;
  const shownAt = trail.shownAt.bind(trail);
  trail.shownAt = (time) => change(shownAt(time));
}

function lateAsCanBe(world: World): void {
  const { trail } = world.account.world;
  const shownAt = trail.shownAt.bind(trail);
  trail.shownAt = (time) => shownAt(time + 60 * minute).filter(({ at }) => at + 15 * minute <= time);
}

describe.each(kinds)('the original of $what', (kind) => {
  it('stays when somebody has let clients in through its fence and out again, and the refusal names who, when and how', () =>
    inWorld(kind.scenario, async (world) => {
      const first = await held(world, kind, 90 * minute);
      const at = openForAMinute(world);
      world.pass(90 * minute);
      const life = await ended(world, first, kind);
      expectRefused(
        world,
        life,
        kind.id,
        new RegExp(
          `user/alex opened the fence ${fence} to 10.0.0.0/8 at ${at} \\(ec2:AuthorizeSecurityGroupIngress\\)`,
        ),
      );
      // Once it is known, nobody asks again, and nobody forgets it.
      const again = await ended(world, life, kind);
      expectRefused(world, again, kind.id, /opened the fence/);
      expect(again.sent).not.toContain('cloudtrail:LookupEvents');
    }));

  it('stays also when CloudTrail shows that as late as it may', () =>
    inWorld(kind.scenario, async (world) => {
      const first = await held(world, kind);
      lateAsCanBe(world);
      openForAMinute(world);
      const life = await ended(world, first, kind);
      expectRefused(world, life, kind.id, /opened the fence/);
      expect(announced(life)).toContainEqual(
        expect.stringMatching(/^CloudTrail shows a call up to 15 minutes late\. At \S+ rekey asks it whether/),
      );
    }));

  it('stays when somebody has given it other security groups for a while', () =>
    inWorld(kind.scenario, async (world) => {
      const first = await held(world, kind, 90 * minute);
      const groups = (securityGroups: string[]) =>
        ({ do: `modify-${kind.noun}`, [kind.noun]: kind.id, now: true, securityGroups }) as unknown as Action;
      world.account.act(groups([own]));
      world.pass(20 * minute);
      world.account.act(groups([fence]));
      world.pass(90 * minute);
      expectRefused(world, await ended(world, first, kind), kind.id, /user\/alex gave \S+ the security groups \["sg-/);
    }));

  it('goes when only this run has called, although it has given the replacement its groups, under the name that both have had', () =>
    inWorld(kind.scenario, async (world) => {
      const life = await ended(world, await held(world, kind), kind);
      expectDeleted(world, life, kind.id);
      expect(unknown(life)).toEqual([]);
      const calls = world.account.world.trail.shownAt(Date.now() + 60 * minute);
      expect(calls.filter((one) => one.record.includes(`"vpcSecurityGroupIds":["${own}"]`)).length).toBeGreaterThan(0);
      for (const { record } of calls)
        expect(record).toContain(`rekey/0.0.0 run/${life.result !== 'died' && life.result.run}`);
    }));

  it('goes when CloudTrail may not be asked, which is said once, and nothing is waited for', () =>
    inWorld(kind.scenario, async (world) => {
      const denied = { kind: 'error', code: 'AccessDeniedException', status: 400, message: 'not authorized' } as const;
      world.account.faults.add({ operation: 'LookupEvents', ...denied });
      const first = await held(world, kind);
      const began = Date.now();
      let asked = 0;
      world.watch(({ operation }) => {
        if (/^DeleteDB(Instance|Cluster)$/.test(operation)) asked ||= Date.now();
      });
      const life = await ended(world, first, kind);
      expectDeleted(world, life, kind.id);
      expect(unknown(life)).toEqual([
        expect.stringMatching(/AccessDeniedException: not authorized.*decides by what it sees/),
      ]);
      expect(asked - began).toBeLessThan(5 * minute);
    }));
});

describe('an original', () => {
  it('stays when another run of rekey has let clients in to it', () =>
    inWorld(oneDatabase, async (world) => {
      const first = await held(world, instance, 90 * minute);
      const { identifier } = world.state().databases.find((one) => one.resourceId === original) ?? {};
      const groups = (VpcSecurityGroupIds: string[]) =>
        void world.account.call(
          'rds',
          'ModifyDBInstance',
          { DBInstanceIdentifier: identifier, VpcSecurityGroupIds, ApplyImmediately: true },
          { accessKey: 'AKIATEST', userAgent: 'aws-sdk-js/3 rekey/0.0.0 run/20260103T000000Z-bbbbbb' },
        );
      groups([own]);
      world.pass(20 * minute);
      groups([fence]);
      world.pass(90 * minute);
      const life = await ended(world, first, instance);
      expectRefused(world, life, original, /by run 20260103T000000Z-bbbbbb of rekey, gave orders-old-\w+ the/);
    }));

  it('goes when somebody has taken the runner out of the fence, and put it back', () =>
    inWorld(oneDatabase, async (world) => {
      const first = await held(world, instance, 90 * minute);
      world.account.act({ do: 'close-group', group: fence, inbound: runner });
      world.pass(minute);
      world.account.act({ do: 'open-group', group: fence, inbound: runner });
      world.pass(90 * minute);
      expectDeleted(world, await ended(world, first, instance), original);
    }));

  it('stays also when the call is on a later page', () =>
    inWorld(oneDatabase, async (world) => {
      const first = await held(world, instance, 90 * minute);
      openForAMinute(world);
      for (let nth = 0; nth < 40; nth++) {
        world.account.act({ do: 'close-group', group: fence, inbound: runner });
        world.account.act({ do: 'open-group', group: fence, inbound: runner });
        world.pass(1_000);
      }
      world.pass(90 * minute);
      expectRefused(world, await ended(world, first, instance), original, /opened the fence/);
    }));

  it("stays when CloudTrail shows something about its fence that rekey can't read", () =>
    inWorld(oneDatabase, async (world) => {
      const first = await held(world, instance, 90 * minute);
      openForAMinute(world);
      world.pass(90 * minute);
      showing(world, (events) => events.map((one) => (one.source.startsWith('ec2') ? { ...one, record: '{' } : one)));
      const life = await ended(world, first, instance);
      expectRefused(
        world,
        life,
        original,
        /a call AuthorizeSecurityGroupIngress by alex at \S+, which rekey can't read/,
      );
    }));

  it('goes when CloudTrail does not show what certainly was, which is said', () =>
    inWorld(oneDatabase, async (world) => {
      const first = await held(world, instance);
      showing(world, (events) => events.filter((one) => !one.record.includes('newDBInstanceIdentifier')));
      const life = await ended(world, first, instance);
      expectDeleted(world, life, original);
      expect(unknown(life)).toEqual([expect.stringMatching(/does not show that db-A+1 gave up the name orders\)/)]);
    }));

  it.each([
    'reset',
    'silence',
  ] as const)("goes after a while when CloudTrail can't be reached (%s), which is said", (kind) =>
    inWorld(oneDatabase, async (world) => {
      const first = await held(world, instance);
      world.account.faults.add({ operation: 'LookupEvents', kind });
      const began = Date.now();
      const life = await ended(world, first, instance);
      expectDeleted(world, life, original);
      expect(unknown(life)).toHaveLength(1);
      expect(Date.now() - began).toBeLessThan(60 * minute);
    }));

  it('is asked for again by the process that goes on after the one that has waited for CloudTrail died', () =>
    inWorld(oneDatabase, async (world) => {
      const first = await held(world, instance);
      lateAsCanBe(world);
      openForAMinute(world);
      const diesOn = (record: { readonly t: string; readonly text?: string }) =>
        record.t === 'announced' && /shows a call up to 15 minutes late/.test(record.text ?? '');
      const second = await world.process(first.disk, { plans: [instance.plan], diesOn });
      expect(exitOf(second)).toBe('died');
      expectRefused(world, await ended(world, second, instance), original, /opened the fence|closed the fence/);
    }));
});
