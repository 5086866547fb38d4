// EBS finds that the data of an original may be inconsistent, and disables its I/O.
import { expect, test } from 'vitest';
import { exitOf, expectOriginalServing, told } from '../support/promises.ts';
import { inWorld, twoVolumes, volumePlan } from '../support/world.ts';
import { beforeFirst, data, instance, loose, minute, root } from './lever.ts';

test('an impaired volume of an instance is refused, and the instance is not stopped', () =>
  inWorld(twoVolumes, async (world) => {
    world.account.act({ do: 'impair-volume', volume: root });
    const life = await world.process();
    expect(exitOf(life), told(life)).toBe(2);
    expect(told(life)).toContain(`${root} is impaired`);
    expect(life.sent).not.toContain('ec2:StopInstances');
    expectOriginalServing(world);
  }));

test('so is one that is attached to nothing', () =>
  inWorld(twoVolumes, async (world) => {
    world.account.act({ do: 'attach-volume', volume: loose, instance, device: '/dev/sdz' });
    world.pass(minute);
    world.account.act({ do: 'impair-volume', volume: loose });
    world.account.act({ do: 'detach-volume', volume: loose });
    world.pass(10 * minute);
    const life = await world.process([], { plans: [volumePlan] });
    expect(exitOf(life), told(life)).toBe(2);
    expect(told(life)).toContain(`${loose} is impaired`);
    expect(life.sent).not.toContain('ec2:CreateSnapshot');
  }));

test('one that becomes so while the warm-up is made is refused before the cut-over', () =>
  inWorld(twoVolumes, async (world) => {
    const beforeCall = beforeFirst('ec2:CreateSnapshot', () =>
      world.account.act({ do: 'impair-volume', volume: root }),
    );
    const life = await world.process([], { beforeCall });
    expect(told(life)).toContain(`${root} is impaired`);
    expect(life.sent).not.toContain('ec2:StopInstances');
    expect(world.state().volumes.map(({ id }) => id)).toContain(data);
  }));
