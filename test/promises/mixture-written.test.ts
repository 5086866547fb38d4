// What the target was seen to have run on may hold writes, whatever it holds by now.
import { expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { inWorld, twoVolumes } from '../support/world.ts';
import { beforeOperation, data, instance, minute, root } from './lever.ts';

test.each([
  'resume',
  'rollback',
] as const)('a replacement that was written on while somebody ran the box on a mixture is kept, when the originals were put back by hand (%s)', async (how) => {
  const crash = await beforeOperation('ec2:AttachVolume', 2);
  const next =
    how === 'resume' ? { wait: false } : ({ command: { command: 'rollback', discardWrites: false } } as const);
  await inWorld(twoVolumes, async (world) => {
    const box = () => world.state().instances.find((one) => one.id === instance);
    const first = await world.process([], { crash });
    expect(first.result).toBe('died');
    const [replacement = '', ...more] = box()?.devices.map((one) => one.volume) ?? [];
    expect(more).toEqual([]);
    const digest = () => world.state().volumes.find((one) => one.id === replacement)?.digest;
    const before = digest();
    world.account.act({ do: 'start-instance', instance });
    world.pass(20 * minute);
    world.account.act({ do: 'stop-instance', instance });
    world.pass(10 * minute);
    expect(digest()).not.toBe(before);
    const second = await world.process(first.disk, next);
    expect(exitOf(second), told(second)).toBe(6);
    expect(told(second)).toContain('target-in-pieces');
    world.account.act({ do: 'detach-volume', volume: replacement });
    world.pass(2 * minute);
    world.account.act({ do: 'attach-volume', volume: root, instance, device: '/dev/xvda' });
    world.account.act({ do: 'attach-volume', volume: data, instance, device: '/dev/sdf' });
    world.pass(2 * minute);
    world.account.act({ do: 'start-instance', instance });
    world.pass(10 * minute);
    const third = await world.process(second.disk, next);
    expect(
      world.state().volumes.map((one) => one.id),
      `exit ${exitOf(third)} ${told(third)}`,
    ).toContain(replacement);
  });
});
