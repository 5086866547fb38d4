// In the hold somebody has attached a volume of his own to the box, under a key that is closed by now: it can't start again.
import { expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { inWorld, twoVolumes } from '../support/world.ts';
import { instance, minute } from './lever.ts';

const later = 'vol-00000000000000008';
const scenario = twoVolumes
  .replace('{ alias: alias/new }]', '{ alias: alias/new }, { alias: alias/team }]')
  .replace('\nvolumes:\n', `\nvolumes:\n  - { id: ${later}, size: 4, type: gp3, key: alias/team }\n`);

test('a rollback does not halt a box that could not start again', () =>
  inWorld(scenario, async (world) => {
    const first = await world.process([], { wait: false });
    expect(exitOf(first), told(first)).toBe(3);
    world.account.act({ do: 'attach-volume', volume: later, instance, device: '/dev/sdh' });
    world.pass(10 * minute);
    world.account.act({ do: 'disable-key', key: 'alias/team' });
    world.pass(10 * minute);
    const second = await world.process(first.disk, { command: { command: 'rollback', discardWrites: true } });
    const box = world.state().instances.find((one) => one.id === instance);
    expect(box?.state, `exit ${exitOf(second)} ${told(second)}`).toBe('running');
  }));
