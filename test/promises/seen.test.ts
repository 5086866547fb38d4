import { describe, expect, test } from 'vitest';
import { saidOf } from '../judge/said.ts';
import { exitOf, expectInstanceMoved, expectNothingLost, expectVolumeMoved, told } from '../support/promises.ts';
import { instancePlan, inWorld, planOf, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { afterRecord, beforeOperation, data, instance, loose, minute, records, root } from './lever.ts';

const denied = (operation: string) =>
  ({ operation, times: 1, kind: 'error', code: 'UnauthorizedOperation', status: 403 }) as const;
const box = (world: World) => world.state().instances.find((one) => one.id === instance);
const act = (world: World, ...deeds: Parameters<World['account']['act']>[0][]) => {
  for (const deed of deeds) {
    world.account.act(deed);
    world.pass(10 * minute);
  }
};
const attached = { do: 'attach-volume', volume: loose, instance, device: '/dev/sdg' } as const;
const detached = { do: 'detach-volume', volume: loose } as const;

describe('what a process has seen is not forgotten by the next', () => {
  test('a change that is set right again past the write point stops no later resume', async () => {
    const crash = await beforeOperation('ec2:StartInstances');
    await inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { crash });
      act(world, attached);
      const second = await world.process(first.disk);
      expect(exitOf(second), told(second)).toBe(6);
      act(world, detached);
      const third = await world.process(second.disk);
      expect(exitOf(third), told(third)).toBe(0);
      expectInstanceMoved(world);
    });
  });

  test('nor one that was seen beside an original that is gone: it goes forward, as it says', async () => {
    const crash = await afterRecord((one) => one.t === 'done' && one.key.step === 'verify' && one.key.item === data);
    await inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { crash });
      act(world, { do: 'delete-volume', volume: data }, attached);
      const second = await world.process(first.disk);
      expect(told(second)).toContain('original-gone');
      act(world, detached);
      const third = await world.process(second.disk);
      expect(exitOf(third), told(third)).toBe(0);
      expect(box(world)?.state).toBe('running');
    });
  });

  test('somebody has started the box on its replacements, and stopped it: that our own start is refused then takes nothing back', async () => {
    const crash = await beforeOperation('ec2:StartInstances');
    await inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { crash });
      act(world, { do: 'start-instance', instance }, { do: 'stop-instance', instance });
      world.account.faults.add(denied('StartInstances'));
      const second = await world.process(first.disk);
      expect(exitOf(second), told(second)).toBe(1);
      expect(records(second, 'unwinding')).toEqual([]);
      const third = await world.process(second.disk);
      expect(exitOf(third), told(third)).toBe(0);
      expectInstanceMoved(world);
    });
  });

  test('nor does a refusal after our start, when somebody has stopped what ran', () =>
    inWorld(twoVolumes, async (world) => {
      let stopped = false;
      const first = await world.process([], {
        beforeCall: () => {
          const devices = box(world)?.devices ?? [];
          const replaced = devices.length > 0 && devices.every((one) => ![root, data].includes(one.volume));
          if (stopped || box(world)?.state !== 'running' || !replaced) return;
          stopped = true;
          world.account.act({ do: 'stop-instance', instance });
        },
      });
      expect(stopped).toBe(true);
      world.pass(10 * minute);
      world.account.faults.add(denied('StartInstances'));
      const second = await world.process(first.disk);
      expect(records(second, 'unwinding')).toEqual([]);
      const third = await world.process(second.disk);
      expect(exitOf(third), told(third)).toBe(0);
      expectInstanceMoved(world);
    }));

  test('a verification that failed takes a volume back though the process died right after it, and all looks right again', async () => {
    const crash = await afterRecord((one) => one.t === 'done' && one.key.step === 'verify', { plans: [volumePlan] });
    await inWorld(twoVolumes, async (world) => {
      let used = false;
      const first = await world.process([], {
        plans: [volumePlan],
        crash,
        beforeCall: (operation) => {
          const made = world.state().volumes.some((one) => one.tags['rekey:original'] === loose);
          if (operation !== 'ec2:DescribeVolumes' || used || !made) return;
          used = true;
          world.account.act(attached);
        },
      });
      expect(first.result).toBe('died');
      world.pass(10 * minute);
      act(world, detached);
      const second = await world.process(first.disk, { plans: [volumePlan] });
      expect(exitOf(second), told(second)).toBe(4);
      expect(records(second, 'unwinding')).toHaveLength(1);
      const third = await world.process(second.disk, { plans: [volumePlan] });
      expect(exitOf(third), told(third)).toBe(0);
      expectVolumeMoved(world);
      expectNothingLost(world);
    });
  });
});

test('our own detaches that failed in doubt beside a foreign claim are no change of the target', () =>
  inWorld(twoVolumes, async (world) => {
    const foreign = 'rekey:claim:20251231T000000Z-zzzzzz';
    let hidden = false;
    const first = await world.process([], {
      beforeCall: (operation) => {
        if (operation !== 'ec2:DetachVolume' || hidden) return;
        hidden = true;
        // AWS's views show nothing of the detach for as long as the step waits.
        world.account.faults.add({
          operation: 'DescribeVolumes',
          kind: 'stale',
          staleMs: 25 * minute,
          forMs: 16 * minute,
        });
        const claim = { do: 'create-tags', resource: instance, tags: { [foreign]: 'x' } } as const;
        setTimeout(() => world.account.act(claim), 10 * minute);
      },
    });
    expect(exitOf(first), told(first)).toBe(5);
    world.account.faults.clear();
    act(world, { do: 'delete-tags', resource: instance, keys: [foreign] });
    const second = await world.process(first.disk);
    expect(exitOf(second), told(second)).toBe(0);
    expectInstanceMoved(world);
  }));

test('a look of the past that shows the replacement still being made does not fail its verification', () =>
  inWorld(twoVolumes, async (world) => {
    world.account.faults.add({ kind: 'stale', staleMs: 120_000, skip: Number.MAX_SAFE_INTEGER });
    let madeAt = 0;
    let hidden = false;
    const life = await world.process([], {
      plans: [volumePlan],
      beforeCall: () => {
        const made = world.state().volumes.find((one) => one.tags['rekey:original'] === loose);
        if (made && !madeAt) madeAt = Date.now();
        if (made?.state !== 'available' || hidden) return;
        hidden = true;
        const staleMs = Date.now() - madeAt - 100;
        world.account.faults.add({ operation: 'DescribeVolumes', kind: 'stale', staleMs, skip: 1, forMs: 30_000 });
      },
    });
    expect(world.account.faults.list()[1]?.struck).toBeGreaterThan(0);
    expect(exitOf(life), told(life)).toBe(0);
    expectVolumeMoved(world);
  }));

test('a replacement that somebody deletes before it is attached does not keep the box down', () =>
  inWorld(twoVolumes, async (world) => {
    let deleted = '';
    const first = await world.process([], {
      beforeCall: (operation) => {
        const made = world
          .state()
          .volumes.find((one) => one.tags['rekey:original'] === data && one.state === 'available');
        if (operation !== 'ec2:DescribeVolumeAttribute' || !made || deleted) return;
        deleted = made.id;
        world.account.act({ do: 'delete-volume', volume: made.id });
      },
    });
    expect(deleted).not.toBe('');
    expect(exitOf(first), told(first)).not.toBe(0);
    expect(box(world)).toMatchObject({ state: 'running' });
    world.pass(30 * minute);
    const second = await world.process(first.disk);
    expect(exitOf(second), told(second)).toBe(0);
    expectInstanceMoved(world);
  }));

describe('what status says of a process that died between two detaches', () => {
  test('is that the target was changing: the end of one shows nothing of the other', () =>
    inWorld(twoVolumes, async (world) => {
      let ended = 0;
      const life = await world.process([], {
        diesOn: (record) => record.t === 'done' && record.key.step === 'detach' && ++ended === 1,
      });
      expect(life.result).toBe('died');
      const sent = life.disk.filter((record) => record.t === 'intent' && record.key.step === 'detach');
      expect(sent).toHaveLength(2);
      expect(saidOf(planOf(instancePlan), life.disk, undefined).status).toMatchObject({ changing: true });
    }));
});
