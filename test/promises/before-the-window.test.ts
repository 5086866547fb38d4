// What a colleague changes while a run waits for its window, days after it has read the target, and before it touches anything.
import { describe, expect, test } from 'vitest';
import { operations } from '../../src/simulator/operations.ts';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, type Life, twoVolumes, type World } from '../support/world.ts';
import { data, instance, minute, records, withSets } from './lever.ts';

const day = 24 * 60 * minute;
const windowed = [
  withSets(
    instancePlan,
    'steps.soak.with.for=7d',
    'window={"cron":"0 1 * * MON","timezone":"Etc/UTC","duration":"3h","cutoff":"30m"}',
  ),
];
const eip = twoVolumes.replace('type: m5.large', 'type: m5.large\n    publicIp: eip');
const box = (world: World) => world.state().instances.find((one) => one.id === instance);
const announced = (life: Life) =>
  records(life, 'announced').flatMap((one) => (one.t === 'announced' ? [one.text] : []));

/** One process that waits in the window's gate (`--wait`) goes through the cut-over to the hold; `act` comes half a day before. */
async function through(world: World, act: () => void): Promise<Life> {
  world.account.schedule(Date.now() + day / 2, () => {
    act();
    world.account.world.changed();
    world.auditor.meanwhile();
  });
  return world.process([], { plans: windowed, interruptAfterMs: day + 2 * 60 * minute });
}

describe('in the days before the window', () => {
  test('the Elastic IP of the instance is given back: the cut-over does not begin, or its end can be reached', () =>
    inWorld(eip, async (world) => {
      let life = await through(world, () => world.account.world.addresses.clear());
      const stopped = life.sent.includes('ec2:StopInstances');
      const ends = [told(life)];
      for (let tries = 0; tries < 3 && exitOf(life) !== 0 && exitOf(life) !== 3; tries++) {
        world.pass(60 * minute);
        life = await world.process(life.disk, { plans: windowed, wait: false });
        ends.push(told(life));
      }
      expect(box(world)?.state).toBe('running');
      expect([0, 3], `stopped: ${stopped}\n${ends.join('\n')}`).toContain(exitOf(life));
    }));

  test.each([
    ['an Auto Scaling group', 'aws:autoscaling:groupName', 'shop'],
    ['an EKS node group', 'eks:nodegroup-name', 'nodes'],
  ])('the instance is put into %s, which replaces what stops: it is not stopped', (_what, key, value) =>
    inWorld(twoVolumes, async (world) => {
      const life = await through(world, () =>
        world.account.world.instances.get(instance)?.tags.change(Date.now(), (tags) => tags.set(key, value)),
      );
      expect(life.sent.includes('ec2:StopInstances'), told(life)).toBe(false);
    }));

  test('auto-enable-IO of an original is switched off: carried over, or told before the original is deleted', () =>
    inWorld(twoVolumes, async (world) => {
      const input = { VolumeId: data, AutoEnableIO: { Value: false } };
      const life = await through(world, () => operations.ec2['ModifyVolumeAttribute']?.run(world.account.world, input));
      const made = world.state().volumes.find((one) => one.tags['rekey:original'] === data);
      const said = announced(life).some((text) => text.startsWith(data));
      expect(made?.autoEnableIO === false || said, announced(life).join('\n')).toBe(true);
    }));
});

test('a window that closes while the last questions wait for their answers is over: the instance is not stopped', () =>
  inWorld(twoVolumes, async (world) => {
    const short = 'window={"cron":"0 0 * * *","timezone":"Etc/UTC","duration":"10m","cutoff":"1m"}';
    const warm = () => world.state().snapshots.filter(({ state }) => state === 'completed').length === 2;
    // All is read again in the window; what is asked after that are the last questions.
    let renewed = false;
    let silent = false;
    const life = await world.process([], {
      plans: [withSets(instancePlan, short)],
      wait: false,
      beforeCall: (operation) => {
        renewed ||= operation === 'ec2:DescribeInstanceTypes' && warm();
        if (silent || operation !== 'ec2:DescribeInstances' || !renewed) return;
        silent = true;
        world.account.faults.add({
          operation: '*',
          kind: 'error',
          code: 'Unavailable',
          status: 503,
          forMs: 12 * minute,
        });
      },
    });
    expect(silent).toBe(true);
    expect(exitOf(life), told(life)).toBe(3);
    expect(life.sent).not.toContain('ec2:StopInstances');
  }));
