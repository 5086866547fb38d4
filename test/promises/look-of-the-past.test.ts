// A look of the past decides nothing: AWS shows how it was up to five minutes ago, and gives an order by which that is seen.
import { describe, expect, test } from 'vitest';
import { exitOf, expectNothingLost, expectOriginalServing, told } from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { afterRecord, beforeFirst, data, instance, minute, records, refuse, stoppedBox, withSets } from './lever.ts';

const box = (world: World) => world.state().instances.find((one) => one.id === instance);
const remember = (world: World) =>
  world.account.faults.add({ kind: 'stale', staleMs: 290_000, skip: Number.MAX_SAFE_INTEGER });
const old = (staleMs: number, more: object = { times: 1 }) =>
  ({ operation: 'DescribeInstances', kind: 'stale', staleMs, ...more }) as const;

describe('one look of the past', () => {
  test.each([
    ['with its root', []],
    ['without its root', ['steps.read.with.volumes.include=["/dev/sdf"]']],
  ])('that shows a box as stopped, which was started three minutes ago, does not stand for our stop (%s)', (_name, sets) =>
    inWorld(stoppedBox.replace('limits:', 'pace: 0.3\nlimits:'), async (world) => {
      const plans = [withSets(instancePlan, ...sets)];
      remember(world);
      world.pass(10 * minute);
      world.account.act({ do: 'start-instance', instance });
      world.pass(minute);
      expect(box(world)?.state).toBe('running');
      let hid = false;
      const states: string[] = [];
      let volumes = 0;
      const life = await world.process([], {
        plans,
        wait: false,
        beforeCall: (operation) => {
          const { snapshots } = world.state();
          if (operation === 'ec2:CreateVolume') volumes++;
          // Final snapshots, not warm-ups, and detaches: the box has to stand still.
          if (operation === 'ec2:DetachVolume' || (hid && operation === 'ec2:CreateSnapshot' && !volumes))
            states.push(`${operation} while ${box(world)?.state}`);
          if (operation !== 'ec2:DescribeInstances' || hid || !snapshots.length) return;
          if (snapshots.some((one) => one.state !== 'completed')) return;
          hid = true;
          world.account.faults.add(old(280_000));
        },
      });
      expect(hid).toBe(true);
      expectNothingLost(world);
      expect(
        states.filter((one) => !one.endsWith('stopped')),
        told(life),
      ).toEqual([]);
    }));

  test('and a start that never arrived: the box is not left down for good past the write point', () =>
    inWorld(twoVolumes, async (world) => {
      remember(world);
      const first = await world.process([], {
        wait: false,
        beforeCall: beforeFirst('ec2:StartInstances', () =>
          world.account.faults.add({ operation: 'StartInstances', kind: 'reset', times: 1 }, old(200_000)),
        ),
      });
      world.pass(10 * minute);
      const second = await world.process(first.disk, { wait: false });
      expect(box(world)?.state, `${told(first)}\n${told(second)}`).toBe('running');
    }));

  test.each([
    'never arrived',
    'fell back for want of capacity',
  ])('and a start on the way back that %s: the unwinding is not over, and no resume takes the box for one that was found stopped', (how) =>
    inWorld(twoVolumes, async (world) => {
      remember(world);
      refuse(world, 'CreateVolume');
      let started = false;
      const first = await world.process([], {
        wait: false,
        beforeCall: beforeFirst('ec2:StartInstances', () => {
          started = true;
          world.account.faults.add(
            how === 'never arrived'
              ? { operation: 'StartInstances', kind: 'reset', times: 1 }
              : { operation: 'StartInstances', kind: 'fail', times: 1, code: 'Server.InsufficientInstanceCapacity' },
            old(200_000),
          );
        }),
      });
      expect(started).toBe(true);
      const second = await world.process(first.disk, { wait: false });
      expect(box(world)?.state, `${told(first)}\n${exitOf(second)} ${told(second)}`).toBe('running');
      if (exitOf(second) !== 3) expectOriginalServing(world);
    }));

  test.each([
    1, 2,
  ])('before our start does not cost the night: the start is sent (look %i before it)', async (before) => {
    const clean = await inWorld(twoVolumes, (world) => world.process([], { wait: false }));
    const start = clean.sent.indexOf('ec2:StartInstances');
    const looks = clean.sent.filter((one, at) => one === 'ec2:DescribeInstances' && at < start).length;
    await inWorld(twoVolumes, async (world) => {
      remember(world);
      world.account.faults.add(old(200_000, { times: 1, skip: looks - before }));
      const life = await world.process([], { wait: false });
      expect(world.account.faults.list().at(-1)?.struck).toBe(1);
      expect(exitOf(life), told(life)).toBe(3);
    });
  });

  test('from before an original came off again does not stand for its flag, when it has been put back once more', () =>
    inWorld(twoVolumes.replace(`id: ${data}, `, `id: ${data}, deleteOnTermination: true, `), async (world) => {
      remember(world);
      let detached = 0;
      const first = await world.process([], {
        diesAfter: (operation) => operation === 'ec2:DetachVolume' && ++detached === 2,
      });
      world.pass(10 * minute);
      const flag = () => box(world)?.devices.find(({ volume }) => volume === data)?.deleteOnTermination;
      const { faults } = world.account;
      let off = false;
      const second = await world.process(first.disk, {
        command: { command: 'rollback', discardWrites: false },
        beforeCall: (operation) => {
          if (operation === 'ec2:AttachVolume' && off) faults.add(old(280_000, { times: 8 }));
          if (operation !== 'ec2:StartInstances') return;
          setTimeout(() => {
            expect(flag()).toBe(true);
            world.account.act({ do: 'detach-volume', volume: data });
            off = true;
          }, 5 * minute);
        },
      });
      expect(exitOf(second), told(second)).toBe(0);
      expect(second.sent.slice(second.sent.indexOf('ec2:StartInstances'))).toContain('ec2:AttachVolume');
      expect(faults.list().at(-1)?.struck).toBeGreaterThan(0);
      expect(flag()).toBe(true);
    }));

  test('at DeleteOnTermination, right after the attachment was seen, does not take the whole cut-over back', async () => {
    const clean = await inWorld(twoVolumes, (world) => world.process([], { wait: false }));
    const flag = clean.sent.indexOf('ec2:ModifyInstanceAttribute');
    const looks = clean.sent.filter((one, at) => one === 'ec2:DescribeInstances' && at < flag);
    // The step's own looks, one for each volume, and the guard's ride in one call.
    const skip = looks.length - 1;
    await inWorld(twoVolumes, async (world) => {
      remember(world);
      world.account.faults.add(old(20_000, { times: 1, skip }));
      const life = await world.process([], { wait: false });
      expect(world.account.faults.list().at(-1)?.struck).toBe(1);
      expect(exitOf(life), told(life)).toBe(3);
    });
  });

  test('from before the swap, to a process that has not seen the swap itself, is no change of the target', async () => {
    const crash = await afterRecord((one) => one.t === 'done' && one.key.step === 'verify');
    await inWorld(twoVolumes, async (world) => {
      remember(world);
      const first = await world.process([], { crash });
      expect(first.result).toBe('died');
      world.account.faults.add(old(90_000));
      const second = await world.process(first.disk, { wait: false });
      expect(world.account.faults.list().at(-1)?.struck).toBe(1);
      expect(exitOf(second), told(second)).toBe(3);
      expect(records(second, 'unwinding')).toEqual([]);
    });
  });
});

test('whether a box that is found stopped was stopped by this run is what AWS answers to the stop', () =>
  inWorld(stoppedBox, async (world) => {
    const life = await world.process([], { wait: false });
    expect(exitOf(life), told(life)).toBe(3);
    expect(life.calls.get('ec2:StopInstances')).toBe(1);
    expect(life.calls.get('ec2:StartInstances')).toBeUndefined();
    expect(box(world)?.state).toBe('stopped');
  }));

test('a volume that one look of the past does not show still loads from its snapshot, which a typed rollback then keeps as long', () =>
  inWorld(twoVolumes, async (world) => {
    remember(world);
    const plans = [withSets(volumePlan, 'steps.soak.with.for=9h')];
    const first = await world.process([], { plans, wait: false });
    expect(exitOf(first), told(first)).toBe(3);
    const made = world.state().volumes.filter(({ tags }) => tags['rekey:run']);
    expect(made).toHaveLength(1);
    let hid = false;
    const life = await world.process(first.disk, {
      plans,
      command: { command: 'rollback', discardWrites: true },
      beforeCall: (operation) => {
        // The one right after the snapshot was looked for asks what was made from it.
        if (operation === 'ec2:DescribeSnapshots') hid = true;
        else if (hid && operation === 'ec2:DescribeVolumes' && !world.account.faults.list()[1])
          world.account.faults.add({ operation: 'DescribeVolumes', kind: 'stale', staleMs: 200_000, times: 1 });
      },
    });
    expect(exitOf(life), told(life)).toBe(0);
    expect(world.account.faults.list()[1]?.struck).toBe(1);
    expect(world.state().volumes.map(({ id }) => id)).toContain(made[0]?.id);
  }));

test('what was just made is on record with when it was, for a process that begins right after', () =>
  inWorld(twoVolumes, async (world) => {
    const life = await world.process([], {
      plans: [volumePlan],
      diesOn: (record) => record.t === 'done' && record.uses === 'ebs.create-volume',
    });
    const [made] = world.state().volumes.filter(({ tags }) => tags['rekey:run']);
    const last = life.disk.at(-1);
    expect(JSON.stringify(last?.t === 'done' ? last.sightings : null)).toContain(made?.id);
  }));

test('an order that steady answers contradict for longer than AWS shows the past begins anew, on record', () =>
  inWorld(twoVolumes, async (world) => {
    const first = await world.process([], {
      diesOn: (record) => record.t === 'done' && record.uses === 'ec2.stop-instance',
    });
    // As if the box had been seen running a day after all that there is of it.
    const later = [[instance, '', Date.UTC(2026, 0, 5), 1, Date.now()]];
    const disk = first.disk.map((record) =>
      record.t === 'done' && record.sightings ? { ...record, sightings: later } : record,
    );
    const second = await world.process(disk, { wait: false });
    expect(exitOf(second), told(second)).toBe(3);
    const anew = second.disk.filter(
      (record) => record.t === 'announced' && record.text.includes('from now on rekey accepts that'),
    );
    expect(anew).toHaveLength(1);
    const [one] = anew;
    expect(JSON.stringify(one?.t === 'announced' ? one.sightings : null)).not.toContain(String(Date.UTC(2026, 0, 5)));
  }));
