import { expect, test } from 'vitest';
import type { JournalRecord } from '../../src/contract/record.ts';
import { exitOf, expectInstanceMoved, told } from '../support/promises.ts';
import { inWorld, twoVolumes } from '../support/world.ts';
import { hour, jump } from '../sweep/clocks.ts';
import { beforeOperation, minute } from './lever.ts';

test.each([
  ['', undefined],
  [', also when its clock is put an hour ahead meanwhile', hour],
  [', and no longer when its clock is put back an hour meanwhile', -hour],
])('who takes over from a silent runner touches nothing of the target until what that one has signed can not arrive any more%s', async (_when, setBy) => {
  const crash = await beforeOperation('ec2:StopInstances');
  await inWorld(twoVolumes, async (world) => {
    const first = await world.process([], { crash });
    const takenOverAt = Date.now();
    const open = first.disk.find((one) => one.t === 'open');
    if (open?.t !== 'open') throw new Error('nobody owns it');
    // As the store writes it; the run is in memory here.
    const at = new Date(takenOverAt).toISOString();
    const disk: JournalRecord[] = [...first.disk, { ...open, epoch: open.epoch + 1, tookOver: true, at }];
    const begun = world.account.world.time;
    const sentAt: number[] = [];
    world.watch(({ operation, at }) => {
      if (operation === 'StopInstances') sentAt.push(at);
    });
    if (setBy !== undefined) setTimeout(() => jump(world, setBy), 2 * minute);
    const second = await world.process(disk);
    expect(exitOf(second), told(second)).toBe(0);
    expect(sentAt).toHaveLength(1);
    expect((sentAt[0] ?? 0) - begun).toBeGreaterThanOrEqual(10 * minute);
    expect((sentAt[0] ?? 0) - begun).toBeLessThan(15 * minute);
    expect(second.events.filter((one) => one.type === 'gate.waiting').map((one) => one.gate)).toContain('take-over');
    expectInstanceMoved(world);
  });
});
