import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import {
  databaseNamed,
  databasePlan,
  expectDatabaseMoved,
  expectNoWriteLost,
  expectOriginalDatabaseServing,
  oneDatabase,
  original,
} from '../support/rds.ts';
import type { Life, World } from '../support/world.ts';
import { hour, mayBegin, minute, passTo, sunday, suspend, upset, upsets } from './clocks.ts';
import { swept } from './swept.ts';

const inWorld = swept('clock');
const full = /^(full|whole)$/.test(process.env['REKEY_SWEEP'] ?? '');
const plan = databasePlan();
const plans = [plan];
// A smaller one takes less time on its ways; its cut-over has the same calls.
const scenario = oneDatabase.replace('storage: 100', 'storage: 20');

/** Done; or, when the clock went ahead of AWS's and what was on its way counted as overdue, back at the original or left serving, and done by the next process. */
async function expectMoved(world: World, life: Life, about: string, ahead: boolean): Promise<void> {
  const exit = exitOf(life);
  if (ahead && (exit === 1 || exit === 4)) {
    expect(told(life), about).toMatch(
      /not there after \d+ min|without ever showing|when its time was up|TIMED_OUT|\(for \d+ min\)/,
    );
    world.pass(20 * minute);
    if (!life.disk.some((record) => record.t === 'write-point')) expectOriginalDatabaseServing(world);
    else expect(databaseNamed(world, 'orders')?.resourceId).not.toBe(original);
    expectNoWriteLost(world);
    const second = await world.process(life.disk, { plans });
    expect(exitOf(second), `${about}, resumed: ${told(second)}`).toBe(0);
  } else expect(exitOf(life), `${about}: ${told(life)}`).toBe(0);
  world.pass(20 * minute);
  expectDatabaseMoved(world);
}

describe.each(upsets)('of a run on a database: when $name', ({ act, ahead }) => {
  test('at a call of the cut-over, it loses nothing and comes to its end', async () => {
    const sent = await inWorld(scenario, async (world) => (await world.process([], { plans })).sent, 2);
    const from = sent.indexOf('rds:ModifyDBInstance') - 3;
    const to = sent.lastIndexOf('ec2:DescribeSecurityGroups', sent.indexOf('rds:DeleteDBInstance')) + 3;
    expect(to - from).toBeGreaterThan(50);
    let strokes = 0;
    for (let call = from; call <= to; call += full ? 5 : 75) {
      await inWorld(
        scenario,
        async (world) => {
          const life = await upset(
            world,
            { call },
            () => {
              strokes++;
              act(world);
            },
            { plans },
          );
          await expectMoved(world, life, `call ${call} ${sent[call - 1]}`, ahead);
        },
        2,
      );
    }
    expect(strokes).toBeGreaterThan(2);
  }, 600_000);
});

const windowed = {
  ...plan,
  text: plan.text.replace(
    /^# window: (.*)$/m,
    'window: { cron: "0 1 * * SUN", timezone: Europe/Dublin, duration: 3h, cutoff: 30m }',
  ),
};

/** When clients were first kept out of a database. */
const beginnings = (world: World) => {
  const at: number[] = [];
  world.watch((call) => {
    const { VpcSecurityGroupIds, DBInstanceIdentifier } = call.input as {
      VpcSecurityGroupIds?: readonly string[];
      DBInstanceIdentifier?: string;
    };
    if (call.operation !== 'ModifyDBInstance' || call.outcome !== 'done') return;
    if (VpcSecurityGroupIds && DBInstanceIdentifier === 'orders' && at.length === 0) at.push(call.at);
  });
  return at;
};

describe('a window of a run on a database', () => {
  test('opens for a waiting run at its time, and not one minute of the week outside', async () => {
    for (let at = sunday; at < sunday + 2 * 24 * hour; at += full ? 5 * hour : 23 * hour) {
      await inWorld(scenario, async (world) => {
        world.auditor.windowOpen = mayBegin;
        const began = beginnings(world);
        passTo(world, at);
        const life = await world.process([], { plans: [windowed] });
        expect(exitOf(life), told(life)).toBe(0);
        expect(began.map(mayBegin)).toEqual([true]);
        expect(world.auditor.evaluations.get('I7')).toBeGreaterThan(0);
      });
    }
  }, 300_000);

  test('a machine that slept for eight hours in the look before the fence keeps nobody out when it wakes', () =>
    inWorld(scenario, async (world) => {
      world.auditor.windowOpen = mayBegin;
      const began = beginnings(world);
      passTo(world, sunday + 2 * hour);
      let slept = 0;
      let copied = false;
      const life = await world.process([], {
        plans: [windowed],
        wait: false,
        beforeCall: (operation) => {
          copied ||= operation === 'rds:CopyDBSnapshot';
          // The copy is looked for among the snapshots; the next look at the database is that before the fence.
          if (operation !== 'rds:DescribeDBInstances' || !copied || slept > 0) return;
          slept++;
          suspend(8 * hour);
        },
      });
      expect(slept).toBe(1);
      expect(exitOf(life), told(life)).toBe(3);
      expect(began).toEqual([]);
    }));

  test('that has closed does not keep a cut-over that has begun from being finished', async () => {
    const clean = await inWorld(scenario, async (world) => {
      passTo(world, sunday + 2 * hour);
      return (await world.process([], { plans: [windowed] })).disk;
    });
    const at = (step: string) => clean.findIndex((record) => record.t === 'done' && record.key.step === step) + 1;
    for (let number = at('fence'); number <= at('admit'); number += full ? 4 : 15) {
      await inWorld(scenario, async (world) => {
        world.auditor.windowOpen = mayBegin;
        passTo(world, sunday + 2 * hour);
        const crash = { record: { number, when: 'crash-after' as const } };
        const first = await world.process([], { plans: [windowed], crash });
        expect(first.result).toBe('died');
        passTo(world, sunday + 3 * 24 * hour);
        const second = await world.process(first.disk, { plans: [windowed] });
        expect(exitOf(second), `record ${number}: ${told(second)}`).toBe(0);
        world.pass(20 * minute);
        expectDatabaseMoved(world);
      });
    }
  }, 300_000);
});
