import { describe, expect, test } from 'vitest';
import { exitOf, expectInstanceMoved, expectOriginalServing, told } from '../support/promises.ts';
import { instancePlan, inWorld, type Life, twoVolumes, type World } from '../support/world.ts';
import { instance, minute, records, withSets, withText } from './lever.ts';

const box = (world: World) => world.state().instances.find((one) => one.id === instance);
const hangs = { operation: 'StopInstances', kind: 'fail', times: 1 } as const;
const stops = (life: Life) => life.calls.get('ec2:StopInstances');
const announced = (life: Life) => JSON.stringify(records(life, 'announced'));
const slow = (pace: number) => twoVolumes.replace('limits:', `pace: ${pace}\nlimits:`);
const forced = withSets(instancePlan, 'steps.stop.with.forceAfterMinutes=20');

describe('a stop that hangs for more than an hour', () => {
  test('is taken back after half an hour, and the box runs again as soon as it stands', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add(hangs);
      const life = await world.process();
      expect(exitOf(life), told(life)).toBe(1);
      expect(told(life)).toContain('not there after 30 min');
      expectOriginalServing(world);
    }));

  test('is waited for as long as the plan says', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add(hangs);
      const life = await world.process([], { plans: [withSets(instancePlan, 'steps.stop.with.withinMinutes=120')] });
      expect(exitOf(life), told(life)).toBe(0);
      expectInstanceMoved(world);
    }));

  test('is forced where the plan says so, once, and what that may have lost is told', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add(hangs);
      const asked: unknown[] = [];
      world.watch(({ operation, input }) => {
        if (operation === 'StopInstances') asked.push(input);
      });
      const since = Date.now();
      let standsAt = 0;
      const life = await world.process([], {
        plans: [forced],
        beforeCall: () => {
          if (box(world)?.state === 'stopped') standsAt ||= Date.now();
        },
      });
      expect(exitOf(life), told(life)).toBe(0);
      expect(asked).toEqual([{ InstanceIds: [instance] }, { InstanceIds: [instance], Force: true }]);
      expect(standsAt - since).toBeLessThan(40 * minute);
      expect(announced(life)).toContain('was forced: what its operating system had not written to disk is lost');
      expectInstanceMoved(world);
    }));

  test('is forced by the process that takes the run up, too', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add(hangs);
      const dead = await world.process([], {
        plans: [forced],
        diesAfter: (operation) => operation === 'ec2:StopInstances',
      });
      expect(dead.result).toBe('died');
      world.pass(5 * minute);
      const life = await world.process(dead.disk, { plans: [forced] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life)).toContain('was forced');
      expectInstanceMoved(world);
    }));

  test('is forced although its window has closed meanwhile', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add(hangs);
      const short = withText(forced, (text) =>
        text.replace(/^# window:.*$/m, 'window: { cron: "0 1 * * *", timezone: UTC, duration: 12m, cutoff: 2m }'),
      );
      const since = Date.now();
      const life = await world.process([], { plans: [short], wait: true });
      expect(exitOf(life), told(life)).toBe(0);
      expect(Date.now() - since).toBeLessThan(6 * 60 * minute);
    }));
});

test('where a stop and a start take most of an hour, the box that is taken back is waited for, and that is told', () =>
  inWorld(slow(80), async (world) => {
    const life = await world.process();
    expect(exitOf(life), told(life)).toBe(1);
    expect(announced(life)).toContain('only this brings the target back, so rekey waits for it, up to 1440 min');
    expectOriginalServing(world);
  }));

test('a stop that does not hang is never forced', () =>
  inWorld(twoVolumes, async (world) => {
    const life = await world.process([], { plans: [forced] });
    expect(exitOf(life), told(life)).toBe(0);
    expect(stops(life)).toBe(1);
    expect(announced(life)).not.toContain('was forced');
  }));
