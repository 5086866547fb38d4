import { describe, expect, it } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import {
  databaseNamed,
  databasePlan,
  expectDatabaseMoved,
  expectOriginalDatabaseServing,
  oneDatabase,
  original,
} from '../support/rds.ts';
import { isRead } from '../support/reads.ts';
import { inWorld } from '../support/world.ts';
import { full } from '../sweep/sampled.ts';

const plans = [databasePlan()];
const denied = { times: 1, kind: 'error', code: 'AccessDenied', status: 403 } as const;

/** The changing calls of a whole run, each with how many of its operation came before it. */
async function mutations() {
  const { sent } = await inWorld(oneDatabase, (world) => world.process([], { plans }));
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

describe('a call that AWS refuses for good while an RDS instance goes over', () => {
  it('gives the original its name and its clients back, or is past the write point; a resume ends done', async () => {
    const calls = await mutations();
    const admission = calls.findIndex(({ operation, skip }) => operation === 'ModifyDBInstance' && skip === 4);
    expect(calls[admission + 1]?.operation).toBe('ModifyDBInstance');
    for (const [index, call] of calls.entries()) {
      if (!full && index % 6) continue;
      await inWorld(oneDatabase, async (world) => {
        world.account.faults.add({ ...denied, ...call });
        const first = await world.process([], { plans });
        const about = `${JSON.stringify(call)}: ${told(first)}`;
        expect(world.account.faults.list()[0]?.struck, about).toBe(1);
        world.account.faults.clear();
        world.pass(1_200_000);
        if (index <= admission) {
          expect(exitOf(first), about).toBe(1);
          expectOriginalDatabaseServing(world);
          expect(
            world.state().databases.map((one) => one.identifier),
            about,
          ).toEqual(['orders']);
        }
        // What AWS will not let go is named, and the run is done.
        if (/Delete\w+Snapshot/.test(call.operation)) {
          expect(exitOf(first), about).toBe(0);
          expect(JSON.stringify(first.disk.filter((one) => one.t === 'announced'))).toContain('left behind: ');
          return;
        }
        if (exitOf(first) === 0) return expectDatabaseMoved(world);
        const second = await world.process(first.disk, { plans });
        expect(exitOf(second), `${about}\n${told(second)}`).toBe(0);
        world.pass(3_600_000);
        expectDatabaseMoved(world);
      });
    }
  }, 600_000);
});

describe('a rollback of an RDS instance', () => {
  it('past the write point needs the typed word; it fences the replacement first, and never deletes it', () =>
    inWorld(oneDatabase, async (world) => {
      const first = await world.process([], { plans, wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      const replacement = databaseNamed(world, 'orders')?.resourceId;
      expect(replacement).not.toBe(original);
      const untyped = await world.process(first.disk, {
        plans,
        command: { command: 'rollback', discardWrites: false },
      });
      expect(told(untyped)).toContain('past-write-point');
      world.pass(600_000);
      const typed = await world.process(untyped.disk, { plans, command: { command: 'rollback', discardWrites: true } });
      expect(exitOf(typed), told(typed)).toBe(0);
      world.pass(1_200_000);
      expect(databaseNamed(world, 'orders')?.resourceId).toBe(original);
      const kept = world.state().databases.find((one) => one.resourceId === replacement);
      expect(kept?.identifier).toMatch(/^rekey-/);
      expect(kept?.sessions).toBe(0);
      expect(databaseNamed(world, 'orders')?.sessions).toBe(2);
    }));

  it('before the cut-over leaves nothing behind', () =>
    inWorld(oneDatabase, async (world) => {
      const window = 'window={"cron":"0 1 * * MON","timezone":"Etc/UTC","duration":"3h","cutoff":"30m"}';
      const waiting = [databasePlan(window)];
      const first = await world.process([], { plans: waiting, wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      const second = await world.process(first.disk, {
        plans: waiting,
        command: { command: 'rollback', discardWrites: false },
      });
      expect(exitOf(second), told(second)).toBe(0);
      expectOriginalDatabaseServing(world);
      expect(world.state().databaseSnapshots.filter((one) => one.type === 'manual')).toEqual([]);
      expect(Object.keys(databaseNamed(world, 'orders')?.tags ?? {})).toEqual(['team']);
    }));
});
