// A rollback past the write point begins with a halt. Whoever dies, or is interrupted, while that is under way has stopped the target himself.
import { describe, expect, test } from 'vitest';
import type { JournalRecord } from '../../src/contract/record.ts';
import { exitOf, told } from '../support/promises.ts';
import { inWorld, type ProcessOptions, twoVolumes } from '../support/world.ts';
import { data, instance, minute, root } from './lever.ts';

const command = { command: 'rollback', discardWrites: true } as const;
const halts = (t: 'intent' | 'answered') => ({
  diesOn: (record: JournalRecord) => record.t === t && record.key.step === '@halt',
});

describe('a typed rollback whose process ends while the target is being halted is ended by a resume when that stands still', () => {
  test.each<[string, ProcessOptions]>([
    ['killed when AWS had taken the stop', halts('answered')],
    ['killed before it heard the answer', { diesAfter: (operation) => operation === 'ec2:StopInstances' }],
    ['killed when the stop was only announced', halts('intent')],
  ])('%s', (_how, end) =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.pass(10 * minute);
      const second = await world.process(first.disk, { command, ...end });
      expect(second.result).toBe('died');
      world.pass(10 * minute);
      const third = await world.process(second.disk, { wait: false });
      expect(exitOf(third), told(third)).toBe(0);
      const box = world.state().instances.find(({ id }) => id === instance);
      expect(box?.state).toBe('running');
      expect(box?.devices.map(({ volume }) => volume).sort()).toEqual([root, data]);
    }));
});

test('an interruption while it is being halted says that it is out of service, and a resume ends the rollback', () =>
  inWorld(twoVolumes, async (world) => {
    const first = await world.process([], { wait: false });
    world.pass(10 * minute);
    // The judge reads its last words.
    const second = await world.process(first.disk, { command, interruptAfterMs: 500 });
    expect(exitOf(second), told(second)).toBe(130);
    expect(world.state().instances.find(({ id }) => id === instance)?.state).toBe('stopping');
    world.pass(10 * minute);
    const third = await world.process(second.disk, { wait: false });
    expect(exitOf(third), told(third)).toBe(0);
  }));
