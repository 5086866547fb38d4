import { afterEach, describe, expect, test, vi } from 'vitest';
import type { CommandEnd } from '../../src/steps/control/command.ts';
import { saidOf } from '../judge/said.ts';
import { exitOf, expectInstanceMoved, expectNothingLost, told } from '../support/promises.ts';
import {
  instancePlan,
  inWorld,
  type Life,
  planOf,
  source,
  twoVolumes,
  volumePlan,
  type World,
} from '../support/world.ts';
import { hour, jump } from '../sweep/clocks.ts';
import { falsify, say } from '../sweep/lies.ts';
import { data, instance, loose, minute, records, root, withSets } from './lever.ts';

const probe = { exit: 0, asked: 0 };
vi.mock('../../src/steps/control/command.ts', async (real) => ({
  ...(await real<typeof import('../../src/steps/control/command.ts')>()),
  runCommand: async (): Promise<CommandEnd> => {
    probe.asked++;
    return { exit: probe.exit, why: undefined, complaint: '' };
  },
}));
afterEach(() => {
  probe.exit = 0;
});

const volumes = (world: World) => world.state().volumes.map((one) => one.id);
const madeFor = (world: World, original: string) =>
  world.state().volumes.find((one) => one.tags['rekey:original'] === original)?.id ?? '';
const snapshotsOf = (world: World) => world.state().snapshots.map((one) => one.tags['rekey:original']);
const announced = (life: Life) => records(life, 'announced').map((one) => ('text' in one ? one.text : ''));
const large = twoVolumes.replace('size: 50, type: gp3', 'size: 2000, usedGiB: 1500, type: gp3');
const largeVolume = twoVolumes.replace('size: 20, type: gp2', 'size: 2000, usedGiB: 1500, type: gp2');
const denied = (operation: string) =>
  ({ operation, kind: 'error', code: 'UnauthorizedOperation', status: 403 }) as const;

test('a probe that fails while the box boots is tried again, also where the clock of the runner is an hour ahead', () =>
  inWorld(twoVolumes, async (world) => {
    jump(world, 60 * minute);
    const plan = source('plans/ec2-instance.yaml', [
      ...instancePlan.sets,
      'steps.serve.with.probes=[["check-orders"]]',
    ]);
    probe.exit = 7;
    probe.asked = 0;
    const life = await world.process([], {
      wait: false,
      plans: [plan],
      beforeCall: () => {
        if (probe.asked >= 2) probe.exit = 0;
      },
    });
    expect(exitOf(life), told(life)).toBe(3);
    expect(probe.asked).toBeGreaterThanOrEqual(3);
  }));

describe('a proof is of now: what was judged before a hold is asked again after it', () => {
  test.each([
    ['instance', (output: Record<string, unknown>) => say(output, 'InstanceStatus', () => ({ Status: 'impaired' }))],
    [
      'attached EBS',
      (output: Record<string, unknown>) => say(output, 'AttachedEbsStatus', () => ({ Status: 'impaired' })),
    ],
  ] as const)('a box that fails its %s status check at the end of the hold keeps its originals', (_name, lie) =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.pass(70 * minute);
      const count = falsify(world, {
        answered: (operation, output) => operation === 'DescribeInstanceStatus' && lie(output),
      });
      const second = await world.process(first.disk, { wait: false });
      expect(count.lies).toBeGreaterThan(0);
      expect(exitOf(second), told(second)).toBe(4);
      expect(volumes(world)).toEqual(expect.arrayContaining([root, data]));
    }));

  test.each([
    ['ec2-instance', instancePlan, [root, data]],
    ['ebs-volume', volumePlan, [loose]],
  ] as const)('%s: a replacement that AWS calls impaired keeps its original', (_name, plan, originals) =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false, plans: [plan] });
      world.pass(70 * minute);
      const count = falsify(world, {
        answered: (operation, output) =>
          operation === 'DescribeVolumeStatus' && say(output, 'Status', (was) => (was === 'ok' ? 'impaired' : was)),
      });
      const second = await world.process(first.disk, { wait: false, plans: [plan] });
      expect(count.lies).toBeGreaterThan(0);
      expect(exitOf(second), told(second)).toBe(4);
      expect(volumes(world)).toEqual(expect.arrayContaining([...originals]));
    }));

  test('a probe that fails by then keeps the originals, and all of them ask it once', () =>
    inWorld(twoVolumes, async (world) => {
      const plan = source('plans/ec2-instance.yaml', [
        ...instancePlan.sets,
        'steps.serve.with.probes=[["check-orders"]]',
      ]);
      const first = await world.process([], { wait: false, plans: [plan] });
      expect(exitOf(first), told(first)).toBe(3);
      world.pass(70 * minute);
      probe.exit = 7;
      probe.asked = 0;
      const second = await world.process(first.disk, { wait: false, plans: [plan] });
      expect(exitOf(second), told(second)).toBe(4);
      expect(told(second)).toContain('probe check-orders exited with 7');
      expect(probe.asked).toBe(1);
      expect(volumes(world)).toEqual(expect.arrayContaining([root, data]));
      probe.exit = 0;
      const third = await world.process(second.disk, { plans: [plan] });
      expect(exitOf(third), told(third)).toBe(0);
      expectInstanceMoved(world);
    }));
});

describe('nothing of the old key goes while blocks may still be read under it', () => {
  const typed = { command: 'rollback', discardWrites: true } as const;
  test.each([
    ['ec2-instance', instancePlan, large, [root, data]],
    ['ebs-volume', volumePlan, largeVolume, [loose]],
  ] as const)('%s: originals and snapshots go when all blocks have come, and what is waited for is told once', (_name, plan, scenario, originals) =>
    inWorld(scenario, async (world) => {
      const life = await world.process([], { plans: [plan] });
      expect(exitOf(life), told(life)).toBe(0);
      expect(volumes(world).filter((id) => originals.some((one) => one === id))).toEqual([]);
      expect(snapshotsOf(world)).toEqual([]);
      expect(announced(life).filter((text) => text.includes('still loads its blocks'))).toHaveLength(1);
      const shown = life.events.flatMap((one) => (one.type === 'effect.progress' ? [one.progress] : []));
      expect(shown.filter((progress) => progress > 0.5 && progress < 1).length).toBeGreaterThan(0);
      // Nothing is under the old key any more, so it can go.
      world.account.act({ do: 'schedule-key-deletion', key: 'alias/old' });
      world.pass(minute);
      const left = world.state().volumes.filter((one) => one.tags['rekey:original'] !== undefined);
      expect(left.map((one) => one.readable)).not.toContain(false);
      expectNothingLost(world);
    }));

  test('a clock that is put a day ahead, again and again, has not waited a day', () =>
    inWorld(large, async (world) => {
      const first = await world.process([], { wait: false });
      world.pass(70 * minute);
      for (let at = 5; at < 25; at++) setTimeout(() => jump(world, 25 * hour), at * minute);
      const second = await world.process(first.disk);
      expect(announced(second).join()).toContain('still loads its blocks');
      expect(exitOf(second), told(second)).toBe(0);
      expect(volumes(world)).not.toContain(data);
    }));

  test('a process that waits for it can be ended, and the next goes on waiting', () =>
    inWorld(large, async (world) => {
      const first = await world.process([], { wait: false });
      world.pass(70 * minute);
      const second = await world.process(first.disk, { interruptAfterMs: 10 * minute });
      expect(exitOf(second), told(second)).toBe(130);
      expect(announced(second).join()).toContain('still loads its blocks');
      expect(volumes(world)).toContain(data);
      const third = await world.process(second.disk);
      expect(exitOf(third), told(third)).toBe(0);
      expect(volumes(world)).not.toContain(data);
    }));

  test.each([
    ['ec2-instance', instancePlan, large, data],
    ['ebs-volume', volumePlan, largeVolume, loose],
  ] as const)('%s: while the old key is closed meanwhile it is said at once, and gone on with when it is open again', (_name, plan, scenario, original) =>
    inWorld(scenario, async (world) => {
      const first = await world.process([], { plans: [plan], wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.pass(70 * minute);
      world.account.act({ do: 'disable-key', key: 'alias/old' });
      const second = await world.process(first.disk, { plans: [plan] });
      expect(exitOf(second), told(second)).toBe(4);
      expect(told(second)).toMatch(/still loads its blocks under .*, which is Disabled|attached-EBS status check/);
      expect(volumes(world)).toContain(original);
      world.account.act({ do: 'enable-key', key: 'alias/old' });
      const third = await world.process(second.disk, { plans: [plan] });
      expect(exitOf(third), told(third)).toBe(0);
    }));

  test.each([
    ['ec2-instance', instancePlan, [root, data]],
    ['ebs-volume', volumePlan, [loose]],
  ] as const)('%s: where the right to see it is missing that is said, and nothing is deleted', (_name, plan, originals) =>
    inWorld(twoVolumes, async (world) => {
      const plans = [withSets(plan, 'steps.read.with.accept=[unreadable-attribute]')];
      world.account.faults.add(denied('DescribeVolumeStatus'));
      const life = await world.process([], { plans });
      expect(exitOf(life), told(life)).toBe(4);
      expect(told(life)).toContain('ec2:DescribeVolumeStatus');
      expect(volumes(world)).toEqual(expect.arrayContaining([...originals]));
      expect(snapshotsOf(world)).toEqual(expect.arrayContaining([...originals]));
      world.account.faults.clear();
      const second = await world.process(life.disk, { plans });
      expect(exitOf(second), told(second)).toBe(0);
    }));

  test('a typed rollback keeps the replacement that may hold writes, and its snapshot until that has all its blocks', () =>
    inWorld(largeVolume, async (world) => {
      const first = await world.process([], { plans: [volumePlan], wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      const second = await world.process(first.disk, { plans: [volumePlan], command: typed });
      expect(exitOf(second), told(second)).toBe(0);
      world.account.act({ do: 'schedule-key-deletion', key: 'alias/old' });
      world.pass(minute);
      const kept = world.state().volumes.find((one) => one.tags['rekey:original'] === loose);
      expect(kept?.readable).toBe(true);
      expect(snapshotsOf(world)).toEqual([]);
    }));
});

describe('a snapshot that may be the last copy is kept, and told by name', () => {
  test('ebs-volume: a cleaner deletes both unattached volumes in the hold', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false, plans: [volumePlan] });
      expect(exitOf(first), told(first)).toBe(3);
      world.account.act({ do: 'delete-volume', volume: loose });
      world.account.act({ do: 'delete-volume', volume: madeFor(world, loose) });
      world.pass(70 * minute);
      const second = await world.process(first.disk, { plans: [volumePlan], wait: false });
      expect(exitOf(second), told(second)).toBe(0);
      const [left] = world.state().snapshots;
      expect(snapshotsOf(world)).toEqual([loose]);
      expect(announced(second).join()).toContain(`kept: ${left?.id}: `);
      const { there, gone } = saidOf(planOf(volumePlan), second.disk, undefined);
      expect(there).toContain(left?.id);
      expect(gone).not.toContain(left?.id);
    }));

  test.each([
    ['ec2-instance', instancePlan, data],
    ['ebs-volume', volumePlan, loose],
  ] as const)('%s: the original deleted by a cleaner, the policy of the new key closed: it goes when that is open again', (_name, plan, original) =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false, plans: [plan] });
      expect(exitOf(first), told(first)).toBe(3);
      world.account.act({ do: 'delete-volume', volume: original });
      world.account.act({ do: 'put-key-policy', key: 'alias/new', policy: 'deny' });
      world.pass(70 * minute);
      const second = await world.process(first.disk, { plans: [plan], wait: false });
      expect(exitOf(second), told(second)).toBe(4);
      expect(snapshotsOf(world)).toContain(original);
      world.account.act({ do: 'put-key-policy', key: 'alias/new', policy: 'default' });
      const third = await world.process(second.disk, { plans: [plan], wait: false });
      expect(exitOf(third), told(third)).toBe(0);
      expect(snapshotsOf(world)).toEqual([]);
    }));

  test('ec2-instance: the originals deleted by a cleaner, the instance terminated in the hold', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.account.act({ do: 'delete-volume', volume: root });
      world.account.act({ do: 'delete-volume', volume: data });
      world.pass(10 * minute);
      world.account.act({ do: 'terminate-instance', instance });
      world.pass(70 * minute);
      const second = await world.process(first.disk, { wait: false });
      expect(exitOf(second), told(second)).toBe(0);
      expect(snapshotsOf(world)).toContain(root);
    }));

  test('a rollback in which somebody deletes the original after it was back, before the copies of it go', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], {
        plans: [volumePlan],
        diesAfter: (operation) => operation === 'ec2:CreateVolume',
      });
      expect(first.result).toBe('died');
      world.pass(10 * minute);
      let gone = false;
      const second = await world.process(first.disk, {
        plans: [volumePlan],
        command: { command: 'rollback', discardWrites: false },
        beforeCall: (operation) => {
          if (operation !== 'ec2:DeleteVolume' || gone) return;
          gone = true;
          world.account.act({ do: 'delete-volume', volume: loose });
        },
      });
      expect(gone).toBe(true);
      expect(exitOf(second), told(second)).toBe(0);
      expect(snapshotsOf(world)).toEqual([loose]);
      expect(announced(second).join()).toContain('this may be the last copy');
    }));
});
