import { describe, expect, test } from 'vitest';
import type { Action } from '../../src/simulator/action.ts';
import { exitOf, expectNoClaim, expectNothingLost, expectOriginalServing, keyOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, type Life, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { data, instance, loose, minute, records, root, withText } from './lever.ts';

const windowed = withText(instancePlan, (text) =>
  text.replace(/^# window:.*$/m, 'window: { cron: "0 1 * * *", timezone: UTC, duration: 3h, cutoff: 30m }'),
);
const box = (world: World) => world.state().instances.find((one) => one.id === instance);
const held = (world: World) => box(world)?.devices.map(({ volume }) => volume) ?? [];
const announced = (life: Life) => records(life, 'announced').map((one) => ('text' in one ? one.text : ''));
const nodepool = { do: 'create-tags', resource: instance, tags: { 'karpenter.sh/nodepool': 'blue' } } as const;

/** What becomes of a run whose instance changes while it waits for its window. */
async function whileItWaits(world: World, ...deeds: readonly Action[]): Promise<Life> {
  setTimeout(() => {
    for (const deed of deeds) world.account.act(deed);
  }, 30 * minute);
  return world.process([], { plans: [windowed], wait: true });
}

/** What becomes of a run when somebody does this right before the first such call. */
function rightBefore(world: World, operation: string, deed: () => void): Promise<Life> {
  let left = 1;
  return world.process([], {
    beforeCall: (name) => {
      if (name === `ec2:${operation}` && left-- > 0) deed();
    },
  });
}

function expectNotStopped(world: World, life: Life): void {
  expect(box(world)?.state, told(life)).toBe('running');
  expect(life.calls.get('ec2:StopInstances')).toBe(undefined);
}

describe('what changes between the read and the window', () => {
  test('a volume that somebody attaches is told, and moves too', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await whileItWaits(world, { do: 'attach-volume', volume: loose, instance, device: '/dev/sdg' });
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life).join('\n')).toMatch(/since it was read before: vol-0+3: found gp2 of 20 GiB/);
      const state = world.state();
      const keys = state.volumes.filter(({ id }) => held(world).includes(id)).map(({ key }) => key);
      expect(keys).toEqual(Array(3).fill(keyOf(state, 'alias/new')));
      expectNothingLost(world);
      expectNoClaim(world);
    }));

  test('a volume that its owner detaches is told, and is neither moved nor deleted', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await whileItWaits(world, { do: 'detach-volume', volume: data });
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life).join('\n')).toMatch(/since it was read before: vol-0+2: it was gp3 of 50 GiB.*is gone/);
      expect(world.state().volumes.some(({ id }) => id === data)).toBe(true);
      expect(held(world)).toHaveLength(1);
      expect(held(world)).not.toContain(root);
      expectNoClaim(world);
    }));

  test('an owner that takes the instance over has it refused by name, and it is not stopped', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await whileItWaits(world, nodepool);
      expect(exitOf(life), told(life)).toBe(2);
      expect(told(life)).toContain('is a member of the Karpenter node pool "blue"');
      expectNotStopped(world, life);
      world.account.act({ do: 'delete-tags', resource: instance, keys: ['karpenter.sh/nodepool'] });
      const next = await world.process(life.disk, { plans: [windowed], wait: true });
      expect(exitOf(next), told(next)).toBe(0);
    }));

  test('stop protection that is switched on has it refused, and no stop is sent', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await whileItWaits(world, { do: 'protect-from-stop', instance, on: true });
      expect(exitOf(life), told(life)).toBe(2);
      expect(told(life)).toContain('is protected against being stopped');
      expectNotStopped(world, life);
    }));

  test('a volume that an orchestrator takes over is refused by name', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await whileItWaits(world, { do: 'create-tags', resource: data, tags: { CSIVolumeName: 'pvc-1' } });
      expect(exitOf(life), told(life)).toBe(2);
      expect(told(life)).toContain('belongs to an orchestrator (tag CSIVolumeName)');
      expectNotStopped(world, life);
    }));

  test('another tag of an original is told, and carried to its replacement', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await whileItWaits(world, { do: 'create-tags', resource: data, tags: { owner: 'shop' } });
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life).join('\n')).toMatch(
        /since it was read before: the tags of vol-0+2: it was .* it is .*shop/,
      );
      const made = world.state().volumes.find(({ id, tags }) => held(world).includes(id) && tags['role'] === 'data');
      expect(made?.tags['owner']).toBe('shop');
    }));

  test('an instance that its owner has stopped is left stopped, on its replacements', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await whileItWaits(world, { do: 'stop-instance', instance });
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life).join('\n')).toContain(`the state of ${instance}: it was running, it is stopped`);
      expect(box(world)?.state).toBe('stopped');
      expect(held(world)).not.toContain(data);
    }));
});

test('an owner that appears after the whole reading, right before the stop, has it refused', () =>
  inWorld(twoVolumes, async (world) => {
    let whole = 0;
    const life = await world.process([], {
      beforeCall: (name) => {
        if (name === 'ec2:DescribeInstanceAttribute') whole++;
        else if (whole === 2 && name === 'ec2:DescribeInstances') {
          whole = 3;
          world.account.act(nodepool);
        }
      },
    });
    expect(exitOf(life), told(life)).toBe(2);
    expect(told(life)).toContain('is a member of the Karpenter node pool');
    expectNotStopped(world, life);
  }));

describe('what changes in the cut-over', () => {
  test('a tag is told, and carried on with', () =>
    inWorld(twoVolumes, async (world) => {
      const tags = { owner: 'shop' };
      const deed = () => world.account.act({ do: 'create-tags', resource: data, tags });
      const life = await rightBefore(world, 'ModifyVolumeAttribute', deed);
      expect(announced(life).join('\n'), told(life)).toMatch(/since it was read: the tags of vol-0+2: .*shop/);
      expect(life.calls.get('ec2:DetachVolume')).toBe(2);
    }));

  test('a replacement that somebody deletes before the first original is out: nothing is taken out, and the box serves again', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await rightBefore(world, 'ModifyVolumeAttribute', () => {
        const made = world.state().volumes.find(({ tags }) => tags['rekey:original'] === root);
        world.account.act({ do: 'delete-volume', volume: made?.id ?? '' });
      });
      expect(exitOf(life), told(life)).toBe(6);
      expect(told(life)).toMatch(/vol-\w+, which is to replace vol-0+1: found not there/);
      expect(life.calls.get('ec2:DetachVolume')).toBe(undefined);
      expectOriginalServing(world);
      const next = await world.process(life.disk);
      expect(exitOf(next), told(next)).toBe(0);
    }));

  test.each<[string, Action, RegExp]>([
    ['an owner takes the instance over', nodepool, /the owner of i-\w+: it was nobody, it is the Karpenter node pool/],
    [
      'the new key is closed',
      { do: 'disable-key', key: 'alias/new' },
      /the key arn:\S+: it was usable, it is not usable/,
    ],
  ])('%s before the first original is out: it is taken back', (_what, deed, says) =>
    inWorld(twoVolumes, async (world) => {
      const life = await rightBefore(world, 'ModifyVolumeAttribute', () => world.account.act(deed));
      expect(exitOf(life), told(life)).toBe(6);
      expect(told(life)).toMatch(says);
      expect(life.calls.get('ec2:DetachVolume')).toBe(undefined);
      expectOriginalServing(world);
    }));

  test('an owner that appears when the originals are out is told, and it goes forward', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await rightBefore(world, 'AttachVolume', () => world.account.act(nodepool));
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life).join('\n')).toMatch(/since it was read: the owner of i-\w+: it was nobody/);
    }));
});

describe('what changes in the hold is told before the delete', () => {
  test.each([
    ['an instance', instancePlan, data],
    ['a volume', volumePlan, loose],
  ])('%s: a tag of an original', (_what, plan, resource) =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { plans: [plan], wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.account.act({ do: 'create-tags', resource, tags: { owner: 'shop' } });
      world.pass(2 * 60 * minute);
      const life = await world.process(first.disk, { plans: [plan] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(announced(life).join('\n')).toMatch(/since it was read: the tags of vol-\w+: .*shop/);
    }));
});
