// What serves is not halted for a way back that sticks, and what stands still comes back (README, promise 3).
import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { inWorld, twoVolumes, type World } from '../support/world.ts';
import { jump } from '../sweep/clocks.ts';
import { beforeFirst, data, instance, minute } from './lever.ts';

const other = 'i-0aaaaaaaaaaaaaaa1';
const withOther = twoVolumes.replace(
  '\nvolumes:',
  `\n  - id: ${other}\n    type: m5.large\n    volumes:\n      - { device: /dev/xvda, id: vol-00000000000000006, size: 8, type: gp3, key: alias/new }\nvolumes:`,
);
const later = 'vol-00000000000000008';
const withLater = withOther
  .replace('{ alias: alias/new }]', '{ alias: alias/new }, { alias: alias/team }]')
  .replace('\nvolumes:\n', `\nvolumes:\n  - { id: ${later}, size: 4, type: gp3, key: alias/team }\n`);
const box = (world: World) => world.state().instances.find((one) => one.id === instance);
const made = (world: World) => world.state().volumes.find(({ tags }) => tags['rekey:original'] === data)?.id ?? '';

function move(world: World, volume: string, to: string, device: string): void {
  if (world.state().volumes.find(({ id }) => id === volume)?.attachments.length) {
    world.account.act({ do: 'unmount-volume', volume });
    world.account.act({ do: 'detach-volume', volume });
    world.pass(5 * minute);
  }
  world.account.act({ do: 'attach-volume', volume, instance: to, device });
  world.pass(10 * minute);
}

describe('a rollback past the write point ends with a box that serves', () => {
  test.each([
    ['a replacement was moved to another device of it', made, instance, '/dev/sdg'],
    ['a replacement was given to another instance', made, other, '/dev/sdg'],
    ['an original was attached beside its replacement, to compare them', () => data, instance, '/dev/sdg'],
  ] as const)('when %s', (_what, which, to, device) =>
    inWorld(withOther, async (world) => {
      let life = await world.process([], { wait: false });
      expect(exitOf(life), told(life)).toBe(3);
      move(world, which(world), to, device);
      const ends: string[] = [];
      for (let tries = 0; tries < 3; tries++) {
        const command =
          tries === 0 ? ({ command: 'rollback', discardWrites: true } as const) : { command: 'resume' as const };
        life = await world.process(life.disk, { command });
        ends.push(told(life));
        world.pass(10 * minute);
      }
      expect(ends[0]).toContain('rollback-refused');
      expect(box(world)?.state, ends.join('\n')).toBe('running');
    }));
});

test('of a volume at another device of the same instance it is not said that it is attached elsewhere', () =>
  inWorld(twoVolumes, async (world) => {
    const first = await world.process([], { wait: false });
    move(world, made(world), instance, '/dev/sdg');
    const life = await world.process(first.disk, { command: { command: 'rollback', discardWrites: true } });
    expect(told(life)).not.toContain('is attached elsewhere');
  }));

test('in the swap somebody puts an original back, at another device: the box comes back with it', () =>
  inWorld(twoVolumes, async (world) => {
    let acted = false;
    let life = await world.process([], {
      wait: false,
      beforeCall: (name) => {
        if (acted || name !== 'ec2:AttachVolume') return;
        acted = true;
        world.account.act({ do: 'attach-volume', volume: data, instance, device: '/dev/sdz' });
      },
    });
    const ends = [told(life)];
    for (let tries = 0; tries < 2; tries++) {
      world.pass(60 * minute);
      life = await world.process(life.disk, { wait: false });
      ends.push(told(life));
    }
    expect(acted).toBe(true);
    expect(box(world)?.state, ends.join('\n')).toBe('running');
  }));

test('a rollback does not halt a box that could not start again, since the key of a volume is closed that came in the hold', () =>
  inWorld(withLater, async (world) => {
    const first = await world.process([], { wait: false });
    expect(exitOf(first), told(first)).toBe(3);
    world.account.act({ do: 'attach-volume', volume: later, instance, device: '/dev/sdh' });
    world.pass(10 * minute);
    world.account.act({ do: 'disable-key', key: 'alias/team' });
    world.pass(10 * minute);
    const second = await world.process(first.disk, { command: { command: 'rollback', discardWrites: true } });
    expect(box(world)?.state, `exit ${exitOf(second)} ${told(second)}`).toBe('running');
    expect(told(second)).toContain(`rollback-refused`);
    expect(told(second)).toMatch(new RegExp(`is Disabled.*make it usable .*${later} is under it`));
  }));

describe('in the swap somebody takes what the way back needs, and gives it back after a while', () => {
  test.each([
    [
      'an original, for another box',
      { volume: data, instance: other, device: '/dev/sdz' },
      `${data} is attached to ${other} at /dev/sdz, not at /dev/sdf of ${instance}: detach it there`,
    ],
    [
      'the place of an original, for a volume of his own',
      { volume: later, instance, device: '/dev/sdf' },
      `/dev/sdf of ${instance} is taken by ${later}: detach that`,
    ],
  ])('%s: the unwinding says what to do, and the box comes back', (_what, taken, says) =>
    inWorld(withLater, async (world) => {
      let acted = false;
      const first = await world.process([], {
        wait: false,
        beforeCall: (name) => {
          if (acted || name !== 'ec2:AttachVolume') return;
          acted = true;
          world.account.act({ do: 'attach-volume', ...taken });
          setTimeout(() => world.account.act({ do: 'detach-volume', volume: taken.volume }), 10 * minute);
        },
      });
      expect(acted).toBe(true);
      expect(world.told.join('\n'), told(first)).toContain(says);
      expect(box(world)?.state, told(first)).toBe('running');
    }));

  test('a clock that is put an hour ahead has not waited for him: the box comes back all the same', () =>
    inWorld(withLater, async (world) => {
      const first = await world.process([], {
        wait: false,
        beforeCall: beforeFirst('ec2:AttachVolume', () => {
          world.account.act({ do: 'attach-volume', volume: data, instance: other, device: '/dev/sdz' });
          setTimeout(() => jump(world, 60 * minute), 8 * minute);
          setTimeout(() => world.account.act({ do: 'detach-volume', volume: data }), 12 * minute);
        }),
      });
      expect(box(world)?.state, told(first)).toBe('running');
    }));
});
