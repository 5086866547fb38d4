import { describe, expect, test } from 'vitest';
import {
  exitOf,
  expectInstanceMoved,
  expectNothingLost,
  expectOriginalServing,
  expectVolumeMoved,
  told,
} from '../support/promises.ts';
import { instancePlan, inWorld, type Life, twoVolumes, volumePlan, type World } from '../support/world.ts';
import {
  afterRecord,
  beforeOperation,
  data,
  instance,
  loose,
  minute,
  records,
  root,
  stoppedBox,
  withSets,
} from './lever.ts';

const rollback = (discardWrites = false) => ({ command: 'rollback', discardWrites }) as const;
const box = (world: World) => world.state().instances.find((one) => one.id === instance);
const denied = (operation: string, skip = 0) =>
  ({ operation, skip, times: 1, kind: 'error', code: 'UnauthorizedOperation', status: 403 }) as const;

describe('promise 3: the system comes back', () => {
  test.each([
    'resume',
    'rollback',
  ] as const)('an undo that was refused once is tried again by a %s, as its hint says', (how) =>
    inWorld(twoVolumes, async (world) => {
      // Not a right, which the process would wait for.
      world.account.faults.add(denied('CreateVolume'), { ...denied('StartInstances'), code: 'OperationNotPermitted' });
      const first = await world.process();
      expect(exitOf(first), told(first)).toBe(1);
      expect(told(first)).toContain('unwind-failed');
      world.account.faults.clear();
      const second = await world.process(first.disk, how === 'rollback' ? { command: rollback() } : {});
      expect(told(second)).not.toContain('unwind-failed');
      expectOriginalServing(world);
    }));

  test('a look that shows the past does not pass for an original that has been put back', async () => {
    const refused = async (world: World) => {
      const since = Date.now();
      let afterMs = 0;
      world.account.faults.add(denied('AttachVolume'));
      world.watch(({ operation, outcome }) => {
        if (operation === 'AttachVolume' && outcome !== 'done') afterMs = Date.now() - since;
      });
      return { first: await world.process(), afterMs };
    };
    const { afterMs } = await inWorld(twoVolumes, refused);
    await inWorld(twoVolumes, async (world) => {
      // From the refusal on every view is of before the detaches, with the originals at their places.
      world.account.faults.add({ kind: 'stale', staleMs: 60_000, afterMs: afterMs + 1, forMs: 120_000 });
      const { first } = await refused(world);
      expect(world.account.faults.list()[0]?.struck).toBeGreaterThan(0);
      expect(exitOf(first), told(first)).toBe(1);
      expectOriginalServing(world);
    });
  });

  test('an instance found stopped, and started by its owner before the resume, is not left stopped', () =>
    inWorld(stoppedBox, async (world) => {
      world.account.faults.add(denied('CreateSnapshot'));
      const first = await world.process();
      expect(exitOf(first), told(first)).toBe(1);
      world.account.faults.clear();
      world.account.act({ do: 'start-instance', instance });
      world.pass(60 * minute);
      const second = await world.process(first.disk);
      expect(box(world)?.state, `exit ${exitOf(second)}: ${told(second)}`).toBe('running');
      expectNothingLost(world);
    }));

  test('found stopped: a start and stop by its owner after the final snapshot makes that snapshot stale before anything is swapped', async () => {
    const crash = await beforeOperation('ec2:CreateVolume', 1, {}, stoppedBox);
    await inWorld(stoppedBox, async (world) => {
      const first = await world.process([], { crash });
      expect(first.result).toBe('died');
      world.account.act({ do: 'start-instance', instance });
      world.pass(60 * minute);
      world.account.act({ do: 'stop-instance', instance });
      world.pass(5 * minute);
      await world.process(first.disk, { wait: false });
      // Whoever starts it now must find what was written.
      expectNothingLost(world);
    });
  });

  test('found stopped: the same without a crash', () =>
    inWorld(stoppedBox, async (world) => {
      let snapshots = 0;
      const first = await world.process([], {
        wait: false,
        beforeCall: (operation) => {
          if (operation !== 'ec2:CreateVolume' || ++snapshots !== 2) return;
          world.account.act({ do: 'start-instance', instance });
          setTimeout(() => world.account.act({ do: 'stop-instance', instance }), 60_000);
        },
      });
      await world.process(first.disk, { wait: false });
      expectNothingLost(world);
    }));

  test('stopped by somebody else just before our stop, started again before the resume: no volume is taken from a running instance', () =>
    inWorld(twoVolumes, async (world) => {
      const plans = [withSets(instancePlan, 'steps.read.with.volumes.include=["/dev/sdf"]')];
      let acted = false;
      const pulled: string[] = [];
      const beforeCall = (operation: string) => {
        if (operation === 'ec2:DetachVolume') pulled.push(box(world)?.state ?? '');
        if (operation !== 'ec2:CreateSnapshot' || acted) return;
        acted = true;
        world.account.act({ do: 'stop-instance', instance });
      };
      const first = await world.process([], { plans, beforeCall });
      world.account.act({ do: 'start-instance', instance });
      world.pass(30 * minute);
      const second = await world.process(first.disk, { plans, beforeCall });
      await world.process(second.disk, { plans, beforeCall });
      expect(pulled.filter((state) => state !== 'stopped')).toEqual([]);
      expectNothingLost(world);
    }));

  test('stopped by somebody else just before our stop: a resume makes progress once he is told', () =>
    inWorld(twoVolumes, async (world) => {
      let acted = false;
      const beforeCall = (operation: string) => {
        if (operation !== 'ec2:CreateSnapshot' || acted) return;
        acted = true;
        world.account.act({ do: 'stop-instance', instance });
      };
      const first = await world.process([], { beforeCall });
      const second = await world.process(first.disk, { beforeCall });
      const third = await world.process(second.disk, { beforeCall });
      await world.process(third.disk, { command: rollback() });
      expect([exitOf(first), exitOf(second), exitOf(third)]).toContain(0);
    }));

  test("a typed rollback after somebody else's start stops the instance before it takes volumes from it", async () => {
    const { record } = await afterRecord((one) => one.t === 'write-point');
    const number = record?.number ?? 0;
    await inWorld(twoVolumes, async (world) => {
      const pulled: string[] = [];
      const first = await world.process([], { crash: { record: { number, when: 'crash-before' } } });
      expect(first.result).toBe('died');
      world.account.act({ do: 'start-instance', instance });
      world.pass(10 * minute);
      const second = await world.process(first.disk, { wait: false });
      expect(exitOf(second), told(second)).toBe(3);
      const third = await world.process(second.disk, {
        command: rollback(true),
        beforeCall: (operation) => {
          if (operation === 'ec2:DetachVolume') pulled.push(box(world)?.state ?? '');
        },
      });
      expect(
        pulled.filter((state) => state !== 'stopped'),
        told(third),
      ).toEqual([]);
      expect(exitOf(third), told(third)).toBe(0);
    });
  });

  test('somebody attaches a volume of his own during the cut-over: a start that is refused is still unwound, for it never ran', () =>
    inWorld(twoVolumes, async (world) => {
      let acted = false;
      world.account.faults.add(denied('StartInstances'));
      const first = await world.process([], {
        beforeCall: () => {
          const devices = box(world)?.devices ?? [];
          const both =
            devices.length === 2 &&
            devices.every((one) => one.state === 'attached' && ![root, data].includes(one.volume));
          if (acted || !both) return;
          acted = true;
          world.account.act({ do: 'attach-volume', volume: loose, instance, device: '/dev/sdg' });
        },
      });
      expect(acted).toBe(true);
      expect(
        records(first, 'write-point').map((one) => 'key' in one && one.key),
        told(first),
      ).not.toContain(null);
      // The start that is refused is the one that brings the original back, which waits until it is not any more.
      expect(exitOf(first), told(first)).toBe(6);
      expect(box(world)?.devices.map((one) => one.volume)).toEqual(expect.arrayContaining([root, data]));
      expect(box(world)?.state).toBe('running');
    }));

  test('a rollback after a refused delete does not say that originals are gone which still exist', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({
        operation: 'DeleteVolume',
        kind: 'error',
        code: 'UnauthorizedOperation',
        status: 403,
      });
      const first = await world.process();
      expect(exitOf(first), told(first)).toBe(1);
      const second = await world.process(first.disk, { command: rollback(true) });
      expect(told(second)).not.toContain('originals-gone');
      expect(exitOf(second), told(second)).toBe(0);
    }));

  test('an unwinding that dies after the original serves again does not stop it when it is taken up', async () => {
    const refused = denied('StartInstances');
    const clean = await inWorld(twoVolumes, (world) => {
      world.account.faults.add(refused);
      return world.process();
    });
    const number =
      clean.disk.findIndex((one) => one.t === 'done' && one.key.step === 'create' && one.key.undo === 0) + 1;
    expect(number).toBeGreaterThan(0);
    await inWorld(twoVolumes, async (world) => {
      world.account.faults.add(refused);
      const first = await world.process([], { crash: { record: { number, when: 'crash-after' } } });
      expect(first.result).toBe('died');
      expect(box(world)?.state).toBe('running');
      const second = await world.process(first.disk);
      expect(
        second.sent.filter((one) => one === 'ec2:StopInstances'),
        `exit ${exitOf(second)} ${told(second)}`,
      ).toEqual([]);
      expectOriginalServing(world);
    });
  });

  test('a rollback that dies right before its last record is not turned into a new migration by a resume', async () => {
    const body = async (world: World, number?: number) => {
      world.account.faults.add(denied('StopInstances'));
      const first = await world.process();
      return world.process(first.disk, {
        command: rollback(),
        ...(number === undefined ? {} : { crash: { record: { number, when: 'crash-before' as const } } }),
      });
    };
    const clean = await inWorld(twoVolumes, (world) => body(world));
    const number = clean.disk.findIndex((one) => one.t === 'finished') + 1;
    await inWorld(twoVolumes, async (world) => {
      const second = await body(world, number);
      expect(second.result).toBe('died');
      const third = await world.process(second.disk);
      expect(
        third.sent.filter((one) => one === 'ec2:StopInstances'),
        `exit ${exitOf(third)} ${told(third)}`,
      ).toEqual([]);
      expect(third.result !== 'died' && third.result.status).toBe('rolled-back');
    });
  });

  test('an instance terminated in mid cut-over: the run can be brought to an end', () =>
    inWorld(twoVolumes, async (world) => {
      let acted = false;
      const first = await world.process([], {
        beforeCall: (operation) => {
          if (acted || operation !== 'ec2:AttachVolume') return;
          acted = true;
          world.account.act({ do: 'terminate-instance', instance });
        },
      });
      world.pass(10 * minute);
      const second = await world.process(first.disk);
      const third = await world.process(second.disk, { command: rollback() });
      expect(third.result !== 'died' && third.result.status, told(third)).toBe('rolled-back');
      expect(world.state().volumes.map((one) => one.id)).toEqual(expect.arrayContaining([root, data]));
      expect(world.state().snapshots).toEqual([]);
    }));
});

test('a discard in doubt is not over because a look of the past does not show what was made a moment ago', () =>
  inWorld(twoVolumes, async (world) => {
    const first = await world.process([], { interruptAfterMs: 20_000 });
    expect(exitOf(first), told(first)).toBe(130);
    expect(world.state().snapshots).toHaveLength(2);
    world.pass(minute);
    let asked = 0;
    const life = await world.process(first.disk, {
      command: rollback(),
      beforeCall: (operation) => {
        if (operation !== 'ec2:DeleteSnapshot' || asked++) return;
        world.account.faults.add(
          { operation: 'DeleteSnapshot', kind: 'error', code: 'Unavailable', status: 503, times: 1 },
          { operation: 'DescribeSnapshots', kind: 'stale', staleMs: 250_000, times: 2 },
        );
      },
    });
    expect(exitOf(life), told(life)).toBe(0);
    expect(world.account.faults.list().map(({ struck }) => struck)).toEqual([1, 2]);
    expect(world.state().snapshots).toEqual([]);
  }));

test('what a look of the past does not show yet is not taken for discarded before', () =>
  inWorld(twoVolumes, async (world) => {
    const first = await world.process([], { interruptAfterMs: 20_000 });
    expect(exitOf(first), told(first)).toBe(130);
    expect(world.state().snapshots).toHaveLength(2);
    world.pass(minute);
    world.account.faults.add({ operation: 'DescribeSnapshots', kind: 'stale', staleMs: 250_000, times: 2 });
    const life = await world.process(first.disk, { command: rollback() });
    expect(exitOf(life), told(life)).toBe(0);
    expect(world.account.faults.list().map(({ struck }) => struck)).toEqual([2]);
    expect(world.state().snapshots).toEqual([]);
  }));

describe('a look of the past does not decide what is taken from a running box', () => {
  // From now on the account remembers how it was, so that a later rule can show it.
  const remember = (world: World) =>
    world.account.faults.add({ kind: 'stale', staleMs: 120_000, skip: Number.MAX_SAFE_INTEGER });

  test('a start that it hides ends a cut-over before it has begun: AWS is asked for the root first, and refuses', async () => {
    const crash = await beforeOperation('ec2:DetachVolume');
    await inWorld(twoVolumes, async (world) => {
      remember(world);
      const first = await world.process([], { crash });
      expect(first.result).toBe('died');
      world.account.act({ do: 'start-instance', instance });
      world.pass(minute);
      world.account.faults.add({ operation: 'DescribeInstances', kind: 'stale', staleMs: 120_000, forMs: minute });
      const life = await world.process(first.disk);
      expect(exitOf(life), told(life)).toBe(1);
      expect(told(life)).toContain('OperationNotPermitted');
      expect(life.sent.filter((operation) => operation === 'ec2:DetachVolume')).toHaveLength(1);
      expectOriginalServing(world);
    });
  });

  test('nor is anything taken back from it: AWS does not give up its root, which is asked for first', async () => {
    const crash = await beforeOperation('ec2:ModifyInstanceAttribute');
    await inWorld(twoVolumes, async (world) => {
      remember(world);
      const first = await world.process([], { crash });
      expect(first.result).toBe('died');
      world.pass(2 * minute);
      let started = false;
      const life = await world.process(first.disk, {
        command: rollback(),
        // After the last look: what is seen for as long as AWS shows the past does not hide it.
        beforeCall: (name) => {
          if (started || name !== 'ec2:DetachVolume') return;
          started = true;
          world.account.act({ do: 'start-instance', instance });
        },
      });
      expect(exitOf(life), told(life)).toBe(1);
      expect(told(life)).toContain('OperationNotPermitted');
      world.pass(minute);
      expect(box(world)).toMatchObject({ state: 'running' });
      expectNothingLost(world);
    });
  });
});

test('a replacement that somebody deletes before it is judged fails the verification, and a resume makes another one', () =>
  inWorld(twoVolumes.replace(`id: ${loose}`, `id: ${loose}, autoEnableIO: true`), async (world) => {
    let deleted = '';
    const first = await world.process([], {
      plans: [volumePlan],
      beforeCall: (operation) => {
        const made = world.state().volumes.find((one) => one.tags['rekey:original'] === loose);
        if (operation !== 'ec2:ModifyVolumeAttribute' || !made || deleted) return;
        deleted = made.id;
        world.account.act({ do: 'delete-volume', volume: made.id });
      },
    });
    expect(deleted).not.toBe('');
    expect(exitOf(first), told(first)).toBe(4);
    expect(told(first)).toMatch(new RegExp(`replacement ${deleted} is (deleting|not there)`));
    world.pass(5 * minute);
    const second = await world.process(first.disk, { plans: [volumePlan] });
    expect(exitOf(second), told(second)).toBe(0);
    expectVolumeMoved(world);
  }));

describe('a run whose verification failed, and that was taken back', () => {
  const spoilt = (world: World) =>
    world.process([], {
      beforeCall: (operation) => {
        if (operation !== 'ec2:ModifyInstanceAttribute') return;
        for (const one of world.state().volumes)
          if (one.tags['rekey:original'] === data)
            world.account.act({ do: 'create-tags', resource: one.id, tags: { role: 'spoilt' } });
      },
    });
  const resume = (world: World, life: Life, again: boolean) =>
    world.process(life.disk, { command: { command: 'resume', again } });

  test('does not take the target out of service again while all that is read is as it was', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await spoilt(world);
      expect(exitOf(first), told(first)).toBe(4);
      const second = await resume(world, first, false);
      expect(exitOf(second), told(second)).toBe(4);
      expect(told(second)).toMatch(/nothing-changed i-0123456789abcdef0 is back in service[\s\S]*"role"/);
      expect(second.calls.get('ec2:StopInstances')).toBeUndefined();
      expectOriginalServing(world);
      const third = await resume(world, second, true);
      expect(exitOf(third), told(third)).toBe(0);
      expectInstanceMoved(world);
    }));

  test('goes on when something that is read has changed', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await spoilt(world);
      world.account.act({ do: 'create-tags', resource: data, tags: { owner: 'shop' } });
      world.pass(5 * minute);
      const second = await resume(world, first, false);
      expect(exitOf(second), told(second)).toBe(0);
    }));
});
