import { describe, expect, test } from 'vitest';
import type { JournalRecord } from '../../src/contract/record.ts';
import { exitOf, expectNothingLost, told } from '../support/promises.ts';
import { inWorld, type Life, twoVolumes, type World } from '../support/world.ts';
import { data, instance, minute, records, refuse, root } from './lever.ts';

const box = (world: World) => world.state().instances.find((one) => one.id === instance);
const rollback = { command: 'rollback', discardWrites: true } as const;

/** A cut-over whose start is refused, taken back by a process that dies on such a record. */
async function interrupted(world: World, on: (record: JournalRecord) => boolean): Promise<Life> {
  refuse(world, 'StartInstances');
  const first = await world.process([], { wait: false, diesOn: on });
  expect(first.result).toBe('died');
  world.pass(10 * minute);
  return first;
}

const undone = (uses: string, item: string) => (record: JournalRecord) =>
  record.t === 'done' && record.key.undo !== undefined && record.uses === uses && record.key.item === item;

/** It serves on all replacements, nothing is lost, and a resume after the hold ends done. */
async function expectForward(world: World, life: Life): Promise<void> {
  expect(box(world)?.state, told(life)).toBe('running');
  expect(exitOf(life), told(life)).toBe(3);
  expectNothingLost(world);
  expect(records(life, 'unwound').at(-1)).toMatchObject({ turned: expect.stringContaining('goes forward') });
  world.pass(2 * 60 * minute);
  const last = await world.process(life.disk);
  expect(exitOf(last), told(last)).toBe(0);
}

describe('an unwinding of which an original is gone, and its replacement there, is turned round', () => {
  test.each<[string, (record: JournalRecord) => boolean, string]>([
    ['has just begun', (record) => record.t === 'unwinding', data],
    ['has just begun', (record) => record.t === 'unwinding', root],
    ['has taken the root off', undone('ebs.detach-volume', root), root],
    ['has taken all off', undone('ebs.detach-volume', data), data],
    ['has put the root back', undone('ebs.set-delete-on-termination', root), data],
  ])('when it is interrupted after it %s, and an original is deleted', (_when, on, deleted) =>
    inWorld(twoVolumes, async (world) => {
      const first = await interrupted(world, on);
      expect(world.attempt(() => world.account.act({ do: 'delete-volume', volume: deleted }))).toBe('done');
      await expectForward(world, await world.process(first.disk, { wait: false }));
    }));

  test('also when it is deleted under its hands', () =>
    inWorld(twoVolumes, async (world) => {
      refuse(world, 'StartInstances');
      let deleted = '';
      let attached = 0;
      const life = await world.process([], {
        wait: false,
        beforeCall: (operation) => {
          // The third is the first of the way back.
          if (operation !== 'ec2:AttachVolume' || ++attached < 3 || deleted) return;
          deleted = world.attempt(() => world.account.act({ do: 'delete-volume', volume: data }));
        },
      });
      expect(deleted, told(life)).toBe('done');
      await expectForward(world, life);
    }));

  test('and the start waits for the right to it, since no other set can come up', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await interrupted(world, (record) => record.t === 'unwinding');
      world.account.act({ do: 'delete-volume', volume: data });
      refuse(world, 'StartInstances', { times: 4 });
      await expectForward(world, await world.process(first.disk, { wait: false }));
    }));

  test('but not a typed rollback that is half-way: a person puts the replacements in place, and it goes forward', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false });
      const made = box(world)?.devices.find((one) => one.device === '/dev/xvda')?.volume ?? '';
      const died = await world.process(first.disk, { command: rollback, diesOn: undone('ebs.detach-volume', root) });
      expect(died.result).toBe('died');
      world.pass(90 * minute);
      world.account.act({ do: 'delete-volume', volume: data });
      const second = await world.process(died.disk, { command: rollback });
      expect(exitOf(second), told(second)).toBe(6);
      expect(told(second)).toContain(`${data} is lost (deleted by somebody, or failed)`);
      world.account.act({ do: 'attach-volume', volume: made, instance, device: '/dev/xvda' });
      world.pass(10 * minute);
      const third = await world.process(second.disk, { wait: false });
      expect(exitOf(third), told(third)).toBe(3);
      expect(box(world)?.state).toBe('running');
      expect(world.state().volumes.some(({ id }) => id === root)).toBe(true);
    }));
});

test('an unwinding whose original and replacement are both gone is not turned, and says what is gone', () =>
  inWorld(twoVolumes, async (world) => {
    const first = await interrupted(world, undone('ebs.detach-volume', data));
    for (const { id } of world.state().volumes.filter((one) => one.id === data || one.tags['rekey:original'] === data))
      world.account.act({ do: 'delete-volume', volume: id });
    const second = await world.process(first.disk, { wait: false });
    expect(told(second)).toContain(`${data} is gone`);
    expect(records(second, 'unwound')).toEqual([]);
  }));

test('a replacement that fails in the cut-over does not hold up the way back', () =>
  inWorld(twoVolumes, async (world) => {
    let failed = '';
    let attached = 0;
    const life = await world.process([], {
      beforeCall: (operation) => {
        const made = world.state().volumes.find((one) => one.tags['rekey:original'] === data);
        // In its very attachment, which is in doubt by then, and has to be taken back.
        if (operation !== 'ec2:AttachVolume' || ++attached < 2 || failed || !made) return;
        failed = made.id;
        world.account.act({ do: 'fail-volume', volume: made.id });
      },
    });
    expect(failed).not.toBe('');
    expect(told(life)).toContain(`${failed} is in state error`);
    expect(box(world)?.state).toBe('running');
    const second = await world.process(life.disk);
    expect(exitOf(second), told(second)).toBe(0);
  }));
