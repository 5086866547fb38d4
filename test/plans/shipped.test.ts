import { describe, expect, test } from 'vitest';
import {
  exitOf,
  expectInstanceMoved,
  expectNothingLost,
  expectOriginalServing,
  expectVolumeMoved,
  keyOf,
  told,
} from '../support/promises.ts';
import { isRead } from '../support/reads.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan } from '../support/world.ts';

describe('plans/ec2-instance.yaml', () => {
  test('moves every volume of a running instance, loses no write and leaves nothing behind', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await world.process();
      expect(exitOf(life), told(life)).toBe(0);
      expectInstanceMoved(world);
      world.pass(120_000);
      expectNothingLost(world);
    }));

  test('leaves an instance that was found stopped stopped, on its replacements', () =>
    inWorld(twoVolumes.replace('type: m5.large', 'type: m5.large\n    state: stopped'), async (world) => {
      const life = await world.process();
      expect(exitOf(life), told(life)).toBe(0);
      const state = world.state();
      expect(state.instances[0]?.state).toBe('stopped');
      expect(state.volumes.filter((volume) => volume.attachments.length).map((volume) => volume.key)).toEqual([
        keyOf(state, 'alias/new'),
        keyOf(state, 'alias/new'),
      ]);
      expect(life.calls.get('ec2:StartInstances')).toBeUndefined();
      expectNothingLost(world);
    }));

  test('attaches root first and then the others in their order', () =>
    inWorld(twoVolumes, async (world) => {
      const attached: string[] = [];
      const life = await world.process();
      for (const event of life.events) {
        if (event.type === 'record' && event.entry.t === 'intent' && event.entry.key.step === 'attach') {
          attached.push(event.entry.key.item ?? '');
        }
      }
      expect(attached).toEqual(['vol-00000000000000001', 'vol-00000000000000002']);
      const done = life.events.findIndex(
        (event) =>
          event.type === 'record' &&
          event.entry.t === 'done' &&
          event.entry.key.item === attached[0] &&
          event.entry.key.step === 'attach',
      );
      const second = life.events.findIndex(
        (event) =>
          event.type === 'record' &&
          event.entry.t === 'intent' &&
          event.entry.key.item === attached[1] &&
          event.entry.key.step === 'attach',
      );
      expect(second).toBeGreaterThan(done);
    }));

  test('a volume the new key can not open brings the original back, and names the key', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await world.process([], {
        beforeCall: (operation) => {
          if (operation === 'ec2:StopInstances') world.account.act({ do: 'disable-key', key: 'alias/new' });
        },
      });
      expect(exitOf(life)).toBe(1);
      expect(told(life)).toMatch(/key/i);
      expectOriginalServing(world);
    }));
});

describe('plans/ebs-volume.yaml', () => {
  test('moves an unattached volume, byte for byte, and leaves nothing behind', () =>
    inWorld(twoVolumes, async (world) => {
      const before = world.state().volumes.find((volume) => volume.id === 'vol-00000000000000003')?.digest;
      const life = await world.process([], { plans: [volumePlan] });
      expect(exitOf(life), told(life)).toBe(0);
      expectVolumeMoved(world);
      const after = world.state().volumes.find((volume) => volume.attachments.length === 0)?.digest;
      expect(after).toBe(before);
    }));
});

describe('both plans in one run', () => {
  test('go side by side to their ends', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await world.process([], { plans: [instancePlan, volumePlan] });
      expect(exitOf(life), told(life)).toBe(0);
      expectVolumeMoved(world);
      expectNothingLost(world);
    }));
});

describe('two runs on one instance', () => {
  test('the second refuses with exit 5 and changes nothing', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false });
      expect(exitOf(first)).toBe(3);
      const before = JSON.stringify(world.state().volumes);
      const second = await world.process([], { run: '20260105T000000Z-bbbbbb', wait: false });
      expect(exitOf(second), told(second)).toBe(5);
      expect(second.sent.filter((operation) => !isRead(operation))).toEqual([]);
      expect(JSON.stringify(world.state().volumes)).toBe(before);
    }));

  test('the operator may replace a claim by name, and the run that lost it stops before it changes anything', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false });
      const second = await world.process([], {
        run: '20260105T000000Z-bbbbbb',
        wait: false,
        replaceClaim: '20260104T000000Z-aaaaaa',
      });
      expect([2, 3], told(second)).toContain(exitOf(second));
      world.pass(3_600_000);
      const third = await world.process(first.disk);
      expect(exitOf(third), told(third)).toBe(exitOf(second) === 3 ? 5 : 0);
    }));
});
