import { expect, test } from 'vitest';
import type { JournalRecord } from '../../src/contract/record.ts';
import { exitOf, expectInstanceMoved, told } from '../support/promises.ts';
import { inWorld, twoVolumes } from '../support/world.ts';
import { beforeOperation, minute } from './lever.ts';

test('who takes over from a silent runner touches nothing of the target until what that one has signed can not arrive any more', async () => {
  const crash = await beforeOperation('ec2:StopInstances');
  await inWorld(twoVolumes, async (world) => {
    const first = await world.process([], { crash });
    const takenOverAt = Date.now();
    const open = first.disk.findIndex((one) => one.t === 'open');
    // As the store writes it; the run is in memory here.
    const disk = first.disk.map(
      (one, at): JournalRecord =>
        at === open && one.t === 'open' ? { ...one, tookOver: true, at: new Date(takenOverAt).toISOString() } : one,
    );
    const sentAt: number[] = [];
    world.watch(({ operation }) => {
      if (operation === 'StopInstances') sentAt.push(Date.now());
    });
    const second = await world.process(disk);
    expect(exitOf(second), told(second)).toBe(0);
    expect(sentAt).toHaveLength(1);
    expect((sentAt[0] ?? 0) - takenOverAt).toBeGreaterThanOrEqual(10 * minute);
    expect(second.events.filter((one) => one.type === 'gate.waiting').map((one) => one.gate)).toContain('take-over');
    expectInstanceMoved(world);
  });
});
