import { expect, test, vi } from 'vitest';
import { linesView } from '../../src/cli/views/lines.ts';
import { LiveStatus } from '../../src/report/live-status.ts';
import { registry } from '../../src/steps/registry.ts';
import { inWorld, planOf, twoVolumes, volumePlan } from '../support/world.ts';
import { sceneOf } from './scene.ts';

test('a list of reasons comes into a log as one line that reads as a sentence', async () => {
  const plan = { ...volumePlan, sets: [...volumePlan.sets, 'target.id=vol-0123456789abcdef0'] };
  const life = await inWorld(twoVolumes, (world) => world.process([], { plans: [plan] }));
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  try {
    const planned = planOf(plan);
    const status = new LiveStatus([planned], registry, life.disk);
    const view = linesView(sceneOf(planned, status));
    for (const event of life.events) view.show(event);
    await view.end();
  } finally {
    write.mockRestore();
  }
  expect(written.join('')).toMatch(
    /stopped: \S+ can't be re-keyed by this plan; nothing was changed: \S+ does not exist in \S+ → check the id, account and region\n/,
  );
});
