import { describe, expect, test } from 'vitest';
import { exitOf, told } from '../support/promises.ts';
import { instancePlan, inWorld, twoVolumes, type World } from '../support/world.ts';
import { data, instance, loose, minute, root, stoppedBox, withText } from './lever.ts';

const box = (world: World) => world.state().instances.find((one) => one.id === instance);
const rollback = { command: 'rollback', discardWrites: true } as const;
const windowed = withText(instancePlan, (text) =>
  text.replace(/^# window:.*$/m, 'window: { cron: "0 1 * * *", timezone: UTC, duration: 3h, cutoff: 30m }'),
);
const closings = [
  ['disabled', { do: 'disable-key', key: 'alias/old' }],
  ['closed by its policy', { do: 'put-key-policy', key: 'alias/old', policy: 'deny' }],
  ['to be deleted', { do: 'schedule-key-deletion', key: 'alias/old' }],
] as const;

const other = 'i-0123456789abcdef9';
const beside = (state = 'Enabled') =>
  twoVolumes
    .replace('{ alias: alias/new }]', `{ alias: alias/new }, { alias: alias/team, state: ${state} }]`)
    .replace(
      '\nvolumes:\n',
      '\n      - { device: /dev/sdg, id: vol-00000000000000008, size: 4, type: gp3, key: alias/team }\nvolumes:\n',
    );

describe('an instance that could not start again is not stopped', () => {
  test.each(
    closings,
  )('the old key is %s while the run waits for its window: the box, which could not start again, is not stopped', (_how, deed) =>
    inWorld(twoVolumes, async (world) => {
      let done = false;
      setTimeout(() => {
        done = true;
        world.account.act(deed);
      }, 30 * minute);
      const life = await world.process([], { plans: [windowed], wait: true });
      expect(done).toBe(true);
      expect(box(world)?.state, `exit ${exitOf(life)} ${told(life)}`).toBe('running');
    }));

  test.each(['alias/new', 'alias/team'])('%s is disabled while the run waits for its window', (key) =>
    inWorld(beside(), async (world) => {
      setTimeout(() => world.account.act({ do: 'disable-key', key }), 30 * minute);
      const life = await world.process([], { plans: [windowed] });
      expect(box(world)?.state, `exit ${exitOf(life)} ${told(life)}`).toBe('running');
      expect(life.calls.get('ec2:StopInstances')).toBe(undefined);
      expect(told(life)).toMatch(/it would not (come up|start) again: .*the key arn:/);
      world.account.act({ do: 'enable-key', key });
      const next = await world.process(life.disk, { plans: [windowed] });
      expect(exitOf(next), told(next)).toBe(0);
    }));

  test.each([
    'PendingDeletion',
    'Disabled',
  ])('a volume beside is under a key that is %s: it is refused by name', (state) =>
    inWorld(beside(state), async (world) => {
      const life = await world.process();
      expect(exitOf(life), told(life)).toBe(2);
      expect(told(life)).toContain(`of vol-00000000000000008 (/dev/sdg) is ${state}`);
      expect(box(world)?.state).toBe('running');
    }));

  test('a volume beside is under a key that only AWS may use: it moves', () =>
    inWorld(beside(), async (world) => {
      const key = world.state().keys.find((one) => one.aliases.includes('alias/team'))?.arn ?? '';
      world.account.faults.add({
        operation: 'GenerateDataKeyWithoutPlaintext',
        match: { KeyId: key },
        kind: 'error',
        code: 'AccessDeniedException',
        status: 400,
      });
      const life = await world.process();
      expect(exitOf(life), told(life)).toBe(0);
    }));
});

describe('a rollback past the write point that would stick leaves the box serving', () => {
  test.each(
    closings,
  )('a typed rollback while the old key is %s is refused, and the box goes on serving', (_how, deed) =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      world.account.act(deed);
      world.pass(10 * minute);
      const second = await world.process(first.disk, { command: rollback, wait: false });
      expect(exitOf(second)).not.toBe(0);
      expect(box(world)?.state, `exit ${exitOf(second)} ${told(second)}`).toBe('running');
    }));

  test('a typed rollback while an original is attached to another box is refused, and the box goes on serving', () =>
    inWorld(
      twoVolumes.replace(
        '\nvolumes:\n',
        `
  - id: ${other}
    type: m5.large
    volumes:
      - { device: /dev/xvda, id: vol-00000000000000009, size: 8, type: gp3, key: alias/old }
volumes:
`,
      ),
      async (world) => {
        const first = await world.process([], { wait: false });
        expect(exitOf(first), told(first)).toBe(3);
        world.account.act({ do: 'attach-volume', volume: data, instance: other, device: '/dev/sdh' });
        world.pass(10 * minute);
        const second = await world.process(first.disk, { command: rollback, wait: false });
        expect(exitOf(second)).not.toBe(0);
        expect(box(world)?.state, `exit ${exitOf(second)} ${told(second)}`).toBe('running');
      },
    ));

  test('a typed rollback while something else stands at the place of an original is refused, and the box goes on serving', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false });
      expect(exitOf(first), told(first)).toBe(3);
      const made = box(world)?.devices.find((one) => one.device === '/dev/sdf')?.volume ?? '';
      world.account.act({ do: 'detach-volume', volume: made });
      world.pass(5 * minute);
      world.account.act({ do: 'attach-volume', volume: loose, instance, device: '/dev/sdf' });
      world.pass(10 * minute);
      const second = await world.process(first.disk, { command: rollback, wait: false });
      expect(exitOf(second)).not.toBe(0);
      expect(box(world)?.state, `exit ${exitOf(second)} ${told(second)}`).toBe('running');
    }));

  test('a typed rollback is done when what spoke against it is mended', () =>
    inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { wait: false });
      world.account.act({ do: 'disable-key', key: 'alias/old' });
      const second = await world.process(first.disk, { command: rollback });
      expect(told(second)).toContain('rollback-refused');
      expect(told(second)).toContain('was not taken out of service');
      world.account.act({ do: 'enable-key', key: 'alias/old' });
      const third = await world.process(second.disk, { command: rollback });
      expect(exitOf(third), told(third)).toBe(0);
      expect(box(world)?.state).toBe('running');
    }));
});

test('a box that was found stopped, and that its owner has started in the hold, runs again after a typed rollback', () =>
  inWorld(stoppedBox, async (world) => {
    const first = await world.process([], { wait: false });
    world.account.act({ do: 'start-instance', instance });
    world.pass(20 * minute);
    const second = await world.process(first.disk, { command: rollback });
    expect(exitOf(second), told(second)).toBe(0);
    expect(box(world)?.state).toBe('running');
    expect(box(world)?.devices.map((one) => one.volume)).toEqual(expect.arrayContaining([root, data]));
  }));

test('a typed rollback that is taken up again does not stop what serves on its originals', () =>
  inWorld(twoVolumes, async (world) => {
    const first = await world.process([], { wait: false });
    const died = await world.process(first.disk, {
      command: rollback,
      diesOn: (record) => record.t === 'retired' && record.step === 'create',
    });
    expect(died.result).toBe('died');
    const second = await world.process(died.disk);
    expect(exitOf(second), told(second)).toBe(0);
    expect(second.calls.get('ec2:StopInstances')).toBe(undefined);
    expect(box(world)?.state).toBe('running');
  }));
