// A verdict tells the owner of an unattached volume that he may use its replacement: what he writes there is not thrown away.
import { expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { inWorld, twoVolumes, volumePlan } from '../support/world.ts';
import { instance, loose, minute } from './lever.ts';

test('a rollback after a process that has died right after its verdict asks for the word before it lets go of writes', () =>
  inWorld(twoVolumes, async (world) => {
    const plans = [volumePlan];
    const verified = (record: { t: string; key?: unknown }) =>
      record.t === 'done' && (record.key as { step?: string }).step === 'verify';
    const first = await world.process([], { plans, wait: false, diesOn: verified });
    expect(first.result).toBe('died');
    const made = world.state().volumes.find(({ tags }) => tags['rekey:original'] === loose)?.id ?? '';
    world.account.act({ do: 'attach-volume', volume: made, instance, device: '/dev/sdz' });
    world.pass(5 * minute);
    world.account.act({ do: 'detach-volume', volume: made });
    world.pass(15 * minute);
    const second = await world.process(first.disk, { plans, command: { command: 'rollback', discardWrites: false } });
    expect(exitOf(second), told(second)).not.toBe(0);
    const third = await world.process(second.disk, { plans, command: { command: 'rollback', discardWrites: true } });
    expect(exitOf(third), told(third)).toBe(0);
    expect(world.state().volumes.map(({ id }) => id)).toContain(made);
  }));
