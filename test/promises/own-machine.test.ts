import { expect, test } from 'vitest';
import { expectOriginalServing, told } from '../support/promises.ts';
import { inWorld, twoVolumes } from '../support/world.ts';
import { beforeOperation, instance } from './lever.ts';

test('an instance that rekey itself runs on is refused, with what to do, before anything is made', async () => {
  await inWorld(twoVolumes, async (world) => {
    const life = await world.process([], { ownInstance: instance });
    expect(told(life)).toContain(`rekey runs on ${instance} itself`);
    expect(life.sent.filter((one) => /:(Create|Stop)/.test(one))).toEqual([]);
    expectOriginalServing(world);
  });
});

test('one that was read from elsewhere is not stopped by a process that runs on it', async () => {
  const crash = await beforeOperation('ec2:StopInstances');
  await inWorld(twoVolumes, async (world) => {
    const first = await world.process([], { crash });
    const life = await world.process(first.disk, { ownInstance: instance });
    expect(told(life)).toContain('go on from another machine');
    expect(life.sent).not.toContain('ec2:StopInstances');
    expectOriginalServing(world);
  });
});

test('one that serves on its replacements is not halted by a rollback that runs on it', async () => {
  await inWorld(twoVolumes, async (world) => {
    const first = await world.process([], { wait: false });
    expect(first.disk.some((one) => one.t === 'write-point')).toBe(true);
    const command = { command: 'rollback', discardWrites: true } as const;
    const life = await world.process(first.disk, { command, ownInstance: instance });
    expect(told(life)).toContain('go on from another machine');
    expect(life.sent).not.toContain('ec2:StopInstances');
    expect(world.state().instances[0]?.state).toBe('running');
  });
});
