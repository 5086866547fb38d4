import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { isRead } from '../support/reads.ts';
import type { Life, World } from '../support/world.ts';
import { hour, mayBegin, minute, passTo, sunday, suspend, upset, upsets, windowed } from './clocks.ts';
import { full, sampled } from './sampled.ts';
import { type Shipped, shipped } from './shipped.ts';
import { swept } from './swept.ts';

const inWorld = swept('clock');

/** The shipped plans whose cut-over keeps clients out by security groups: of an instance, of a cluster. */
const databases = shipped
  .filter(({ type }) => type.startsWith('rds-'))
  // A smaller one takes less time on its ways; its cut-over has the same calls.
  .map((one) => ({ ...one, scenario: one.scenario.replace('storage: 100', 'storage: 20') }));

interface Undisturbed extends Pick<Life, 'disk' | 'sent'> {
  /** The number of the call that keeps clients out, and of the last look at what lets them in again before an original goes. */
  readonly from: number;
  readonly to: number;
}

const lived = new Map<string, Promise<Undisturbed>>();

/** A run that nothing happens to, lived once for all tests; with a window that is open it is the same call by call. */
function undisturbed(one: Shipped): Promise<Undisturbed> {
  const known = lived.get(one.name);
  if (known) return known;
  const life = inWorld(
    one.scenario,
    async (world) => {
      passTo(world, sunday + 2 * hour);
      const { disk, sent } = await world.process([], { plans: [windowed(one.plan)] });
      const from = sent.indexOf(one.cutOver?.from ?? '') + 1;
      const to = sent.lastIndexOf('ec2:DescribeSecurityGroups', sent.indexOf(one.cutOver?.to ?? '')) + 1;
      expect(from).toBeGreaterThan(3);
      expect(to - from).toBeGreaterThan(50);
      return { disk, sent, from, to };
    },
    one.seed,
  );
  lived.set(one.name, life);
  return life;
}

/** Every so many of a range, its beginning included. */
const every = (stride: number, from: number, to: number) =>
  Array.from({ length: Math.floor((to - from) / stride) + 1 }, (_one, at) => from + at * stride);

/** When clients were first kept out of the original. */
function beginnings({ cutOver, target }: Shipped, world: World): readonly number[] {
  const at: number[] = [];
  world.watch((call) => {
    const { VpcSecurityGroupIds, DBInstanceIdentifier, DBClusterIdentifier } = call.input as {
      VpcSecurityGroupIds?: readonly string[];
      DBInstanceIdentifier?: string;
      DBClusterIdentifier?: string;
    };
    if (`rds:${call.operation}` !== cutOver?.from || call.outcome !== 'done' || at.length > 0) return;
    if (VpcSecurityGroupIds && (DBInstanceIdentifier ?? DBClusterIdentifier) === target) at.push(call.at);
  });
  return at;
}

describe.each(databases)('of a run of the plan $name', (one) => {
  test.each(
    upsets.map((upset, index) => ({ ...upset, index })),
  )('when $name at a call of the cut-over, it loses nothing and comes to its end', async ({ act, index }) => {
    const { sent, from, to } = await undisturbed(one);
    const points = every(5, from - 3, to + 3);
    // Each at calls of its own, all over the cut-over.
    const turn = Math.floor(((index + 0.5) * points.length) / upsets.length);
    const calls = sampled(points, 2, { ...one, turn });
    let strokes = 0;
    for (const call of calls) {
      await inWorld(
        one.scenario,
        async (world) => {
          const stroke = () => {
            strokes++;
            act(world);
          };
          const life = await upset(world, { call }, stroke, { plans: [one.plan] });
          expect(exitOf(life), `call ${call} ${sent[call - 1]}: ${told(life)}`).toBe(0);
          world.pass(20 * minute);
          one.expectMoved(world);
        },
        one.seed,
      );
    }
    expect(strokes).toBe(calls.length);
    expect(strokes).toBeGreaterThan(full ? 14 : 0);
  }, 600_000);

  test('a window opens for it when it waits, at its time, and not one minute of the week outside', async () => {
    for (const at of sampled(every(5 * hour, sunday, sunday + 2 * 24 * hour), 2, { ...one, turn: 4 })) {
      await inWorld(one.scenario, async (world) => {
        world.auditor.windowOpen = mayBegin;
        const began = beginnings(one, world);
        passTo(world, at);
        const life = await world.process([], { plans: [windowed(one.plan)] });
        expect(exitOf(life), told(life)).toBe(0);
        expect(began.map(mayBegin)).toEqual([true]);
        expect(world.auditor.evaluations.get('I7')).toBeGreaterThan(0);
      });
    }
  }, 300_000);

  test('a machine that slept for eight hours in the look before the fence keeps nobody out when it wakes', async () => {
    const { from } = await undisturbed(one);
    for (const call of [from - 3, from - 2, from - 1]) {
      await inWorld(
        one.scenario,
        async (world) => {
          world.auditor.windowOpen = mayBegin;
          const began = beginnings(one, world);
          passTo(world, sunday + 2 * hour);
          const slept: string[] = [];
          const life = await world.process([], {
            plans: [windowed(one.plan)],
            wait: false,
            beforeCall: (operation, number) => {
              if (number !== call) return;
              slept.push(operation);
              suspend(8 * hour);
            },
          });
          expect(slept.map(isRead)).toEqual([true]);
          expect(exitOf(life), `call ${call} ${slept}: ${told(life)}`).toBe(3);
          expect(began).toEqual([]);
        },
        one.seed,
      );
    }
  });

  test('a window that has closed does not keep a cut-over that has begun from being finished', async () => {
    const { disk } = await undisturbed(one);
    const at = (step: string) => disk.findIndex((record) => record.t === 'done' && record.key.step === step) + 1;
    const plans = [windowed(one.plan)];
    for (const number of sampled(every(4, at('fence'), at('admit')), 2, one)) {
      await inWorld(
        one.scenario,
        async (world) => {
          world.auditor.windowOpen = mayBegin;
          passTo(world, sunday + 2 * hour);
          const first = await world.process([], { plans, crash: { record: { number, when: 'crash-after' } } });
          expect(first.result).toBe('died');
          passTo(world, sunday + 3 * 24 * hour);
          const second = await world.process(first.disk, { plans });
          expect(exitOf(second), `record ${number}: ${told(second)}`).toBe(0);
          // Nobody waits for the next one while clients are kept out.
          expect(Date.now(), `record ${number}`).toBeLessThan(sunday + 4 * 24 * hour);
          world.pass(20 * minute);
          one.expectMoved(world);
        },
        one.seed,
      );
    }
  }, 300_000);
});
