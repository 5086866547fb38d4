import { expect, test } from 'vitest';
import { exitOf, expectInstanceMoved, expectNothingLost, expectOriginalServing, told } from '../support/promises.ts';
import { inWorld, twoVolumes } from '../support/world.ts';
import { full as whole } from '../sweep/sampled.ts';
import { records } from './lever.ts';

test('on a disk that fills at any record the target is taken back, or goes on serving on its replacements; with room again the run goes on', async () => {
  const clean = await inWorld(twoVolumes, (world) => world.process([]));
  const stops: string[] = [];
  for (let full = 1; full < clean.disk.length; full += whole ? 1 : 13) {
    await inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { fullFrom: full });
      const error = first.result === 'died' ? undefined : first.result.plans[0]?.error?.code;
      stops.push(error ?? 'done');
      const at = `full from record ${full}: ${told(first)}`;
      expect(['disk-full', undefined], at).toContain(error);
      const started = first.disk.some((one) => one.t === 'write-point');
      if (started) expect(world.state().instances[0]?.state, at).toBe('running');
      else expectOriginalServing(world);
      if (records(first, 'unwinding').length) expect(records(first, 'unwound'), at).toHaveLength(1);
      const second = await world.process(first.disk);
      expect(exitOf(second), told(second)).toBe(0);
      expectInstanceMoved(world);
      expectNothingLost(world);
    });
  }
  expect(new Set(stops)).toContain('disk-full');
}, 120_000);
