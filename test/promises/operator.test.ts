import { beforeEach, describe, expect, test, vi } from 'vitest';
import { fold } from '../../src/engine/state/fold.ts';
import { runStatus } from '../../src/report/run-status.ts';
import type { Command, CommandEnd } from '../../src/steps/control/command.ts';
import { registry } from '../../src/steps/registry.ts';
import { exitOf, expectNoClaim, expectOriginalServing, told } from '../support/promises.ts';
import { instancePlan, inWorld, planOf, twoVolumes, volumePlan, type World } from '../support/world.ts';
import { afterRecord, beforeFirst, beforeOperation, data, instance, minute, records, withText } from './lever.ts';

const commands: string[] = [];
let answer: (argv: readonly string[]) => CommandEnd | Promise<CommandEnd> = () => ok;
const ok: CommandEnd = { exit: 0, why: undefined, complaint: '' };
vi.mock('../../src/steps/control/command.ts', async (original) => ({
  ...(await original<object>()),
  runCommand: async (command: Command) => {
    commands.push(command.argv.join(' '));
    return answer(command.argv);
  },
}));

const rollback = (discardWrites = false) => ({ command: 'rollback', discardWrites }) as const;
const denied = (operation: string, skip = 0) =>
  ({ operation, skip, times: 1, kind: 'error', code: 'UnauthorizedOperation', status: 403 }) as const;
const drained = (where: 'before' | 'inside', undo = ', undo: [undrain]') =>
  withText(instancePlan, (text) => {
    const step = `  - { id: drain, uses: control.exec, with: { argv: [drain]${undo} } }\n`;
    const stop = '  - { id: stop, uses';
    return where === 'before'
      ? text.replace(stop, `${step}${stop}`)
      : text.replace('  - id: snapshot\n', `${step}  - id: snapshot\n`);
  });
/** The first command of that name ends so, all others well. */
const first = (program: string, end: CommandEnd) => {
  let times = 1;
  return (argv: readonly string[]) => (argv[0] === program && times-- > 0 ? end : ok);
};
const failed: CommandEnd = { exit: 1, why: undefined, complaint: '' };
const stopped = twoVolumes.replace('type: m5.large', 'type: m5.large\n    state: stopped');
const late = twoVolumes.replace('limits:', 'visibilityDelayMs: 120000\nlimits:');

const eachPlace = test.each(['before', 'inside'] as const);

/** A process that comes to grief and takes the command back, and one that comes to the end. */
async function takenBackAndTriedAgain(world: World, where: 'before' | 'inside'): Promise<void> {
  commands.length = 0;
  const plans = [drained(where)];
  const one = await world.process([], { plans });
  expect(exitOf(one), told(one)).toBe(1);
  expectOriginalServing(world);
  const two = await world.process(one.disk, { plans });
  expect(exitOf(two), told(two)).toBe(0);
  expect(commands).toEqual(['drain', 'undrain', 'drain']);
}

describe("the operator's commands (control.exec)", () => {
  beforeEach(() => {
    answer = () => ok;
  });

  test('a command with an undo right before the stop is taken back when the cut-over is unwound', () =>
    inWorld(twoVolumes, async (world) => {
      commands.length = 0;
      world.account.faults.add(denied('CreateVolume'));
      const first = await world.process([], { plans: [drained('before')] });
      expect(exitOf(first), told(first)).toBe(1);
      expectOriginalServing(world);
      expect(commands).toEqual(['drain', 'undrain']);
    }));

  eachPlace('one with an undo %s the cut-over that was taken back is started anew by the next try', (where) =>
    inWorld(twoVolumes, (world) => {
      world.account.faults.add(denied('CreateVolume'));
      return takenBackAndTriedAgain(world, where);
    }),
  );

  eachPlace(
    'one that failed %s the cut-over may have taken effect: it is taken back before it is started again',
    (where) =>
      inWorld(twoVolumes, (world) => {
        answer = first('drain', failed);
        return takenBackAndTriedAgain(world, where);
      }),
  );

  eachPlace('one that failed %s the cut-over, and that nothing takes back, is never started again', (where) =>
    inWorld(twoVolumes, async (world) => {
      commands.length = 0;
      answer = first('drain', failed);
      const plans = [drained(where, '')];
      const one = await world.process([], { plans });
      const stops = () => world.state().calls['ec2:StopInstances'];
      const stopped = stops();
      const two = await world.process(one.disk, { plans });
      expect(told(two)).toContain('command-in-doubt');
      // For what can't go on the instance is not stopped.
      expect(stops()).toBe(stopped);
      expectOriginalServing(world);
      const three = await world.process(two.disk, { plans, command: rollback() });
      expect(exitOf(three), told(three)).toBe(0);
      expect(commands).toEqual(['drain']);
    }),
  );

  test('one that could not be started has done nothing, and is started again', () =>
    inWorld(twoVolumes, async (world) => {
      commands.length = 0;
      answer = first('drain', { exit: undefined, why: 'could not be started: ENOENT', complaint: '' });
      const plans = [drained('inside', '')];
      const one = await world.process([], { plans });
      expectOriginalServing(world);
      const two = await world.process(one.disk, { plans });
      expect(exitOf(two), told(two)).toBe(0);
      expect(commands).toEqual(['drain', 'drain']);
    }));

  test('one that ended well, and that nothing takes back, is in effect, and is not started again', () =>
    inWorld(twoVolumes, async (world) => {
      commands.length = 0;
      world.account.faults.add(denied('CreateVolume'));
      const plans = [drained('inside', '')];
      const one = await world.process([], { plans });
      expectOriginalServing(world);
      const two = await world.process(one.disk, { plans });
      expect(exitOf(two), told(two)).toBe(0);
      expect(commands).toEqual(['drain']);
    }));

  test('one whose runner died in the cut-over is taken back and started anew', async () => {
    const plans = [drained('inside')];
    const crash = await afterRecord((one) => one.t === 'intent' && one.key.step === 'drain', { plans });
    await inWorld(twoVolumes, async (world) => {
      const one = await world.process([], { plans, crash });
      expect(one.result).toBe('died');
      commands.length = 0;
      const two = await world.process(one.disk, { plans });
      expect(exitOf(two), told(two)).toBe(0);
      expect(commands).toEqual(['undrain', 'drain']);
    });
  });

  test('where nothing takes that one back the instance is taken back, and serves', async () => {
    const plans = [drained('inside', '')];
    const crash = await afterRecord((one) => one.t === 'intent' && one.key.step === 'drain', { plans });
    await inWorld(twoVolumes, async (world) => {
      const one = await world.process([], { plans, crash });
      expect(one.result).toBe('died');
      commands.length = 0;
      const two = await world.process(one.disk, { plans });
      expect(told(two)).toContain('command-in-doubt');
      expectOriginalServing(world);
      const three = await world.process(two.disk, { plans, command: rollback() });
      expect(exitOf(three), told(three)).toBe(0);
      expect(commands).toEqual([]);
    });
  });

  test('one that fails to take back does not keep the instance down, and is tried again when that is back', () =>
    inWorld(twoVolumes, async (world) => {
      commands.length = 0;
      const running: (boolean | undefined)[] = [];
      const fails = first('undrain', failed);
      answer = (argv) => {
        if (argv[0] === 'undrain') running.push(world.state().instances.some(({ state }) => state === 'running'));
        return fails(argv);
      };
      world.account.faults.add(denied('CreateVolume'));
      const one = await world.process([], { plans: [drained('inside')] });
      expect(told(one)).toContain('effect-failed');
      expectOriginalServing(world);
      expect(running).toEqual([false, true]);
    }));
});

describe('promise 4: nothing left behind', () => {
  test.each([
    'CreateSnapshot',
    'CreateVolume',
  ])('a %s whose answer was lost, and that AWS does not show yet, is not forgotten by a rollback', async (operation) => {
    const plans = [volumePlan];
    const { call } = await beforeOperation(`ec2:${operation}`, 1, { plans }, late);
    await inWorld(late, async (world) => {
      const first = await world.process([], { plans, crash: { call: { number: call?.number ?? 0, when: 'after' } } });
      expect(first.result).toBe('died');
      const second = await world.process(first.disk, { plans, command: rollback() });
      expect(exitOf(second), told(second)).toBe(0);
      world.pass(10 * minute);
      const { snapshots, volumes } = world.state();
      const left = [...snapshots, ...volumes].filter((one) => one.tags['rekey:run']).map((one) => one.id);
      expect(left, told(second)).toEqual([]);
    });
  });

  test('a warm-up snapshot of a volume that has left the instance before the cut-over is discarded', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add(denied('StopInstances'));
      const first = await world.process();
      expect(exitOf(first), told(first)).toBe(1);
      world.account.faults.clear();
      world.account.act({ do: 'detach-volume', volume: data });
      world.pass(5 * minute);
      const second = await world.process(first.disk);
      expect(exitOf(second), told(second)).toBe(0);
      expect(world.state().snapshots.map((one) => one.volume)).toEqual([]);
    }));

  test.each([
    ['that an AMI uses', 'InvalidSnapshot.InUse', 400],
    ['that is locked', 'OperationNotPermitted', 400],
    ['that a policy keeps from deletion', 'UnauthorizedOperation', 403],
  ])('a snapshot %s does not keep the run from its end, nor the claim on the target, and is named', (_what, code, status) =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({ operation: 'DeleteSnapshot', kind: 'error', code, status });
      const life = await world.process();
      expect(exitOf(life), told(life)).toBe(0);
      expectNoClaim(world);
      const [plan] = runStatus([planOf(instancePlan)], registry, fold(life.disk), false).plans;
      const left = world.state().snapshots.map(({ id }) => id);
      // Of each volume the warm-up, the final one, and the proof that nothing has changed since.
      expect(left).toHaveLength(6);
      expect(plan?.existing.map(({ id }) => id)).toEqual(expect.arrayContaining(left));
      const notes = plan?.announcements.map(({ text }) => text).join('\n');
      for (const id of left) expect(notes).toContain(`left behind: discard ${id}: ${code}`);
    }));

  test('a snapshot whose delete AWS refuses for its rate for half an hour goes all the same', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await world.process([], {
        beforeCall: beforeFirst('ec2:DeleteSnapshot', () =>
          world.account.faults.add({ operation: 'DeleteSnapshot', kind: 'throttle', forMs: 30 * minute }),
        ),
      });
      expect(exitOf(life), told(life)).toBe(0);
      expect(world.state().snapshots).toEqual([]);
    }));
});

describe('promise 5: the operator knows', () => {
  test('the time since which writes would be lost does not move when the run is resumed', async () => {
    const crash = await afterRecord((one) => one.t === 'answered' && one.key.step === 'start');
    await inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { crash });
      const since = records(first, 'write-point')[0]?.at;
      world.pass(10 * minute);
      world.account.act({ do: 'stop-instance', instance });
      world.pass(5 * minute);
      const second = await world.process(first.disk, { wait: false });
      world.pass(5 * minute);
      const third = await world.process(second.disk, { wait: false });
      const fourth = await world.process(third.disk, { command: rollback() });
      expect(told(fourth)).toContain('past-write-point');
      expect(told(fourth)).toContain(new Date(since ?? '').toISOString());
    });
  });

  test('a tag that its owner changes between the read and the stop is carried, or its loss is announced', () =>
    inWorld(twoVolumes, async (world) => {
      let acted = false;
      const first = await world.process([], {
        beforeCall: (operation) => {
          if (acted || operation !== 'ec2:StopInstances') return;
          acted = true;
          world.account.act({ do: 'create-tags', resource: data, tags: { 'patch-group': 'daily' } });
        },
      });
      const tags = world
        .state()
        .volumes.filter((one) => one.attachments.length)
        .map((one) => one.tags['patch-group']);
      const announced = first.disk.some((one) => one.t === 'announced' && one.text.includes('patch-group'));
      expect(tags.includes('daily') || announced || exitOf(first) !== 0, `exit ${exitOf(first)}`).toBe(true);
    }));

  test('a cut-over that AWS refuses to snapshot for a quota is unwound before the night is over', () =>
    inWorld(twoVolumes, async (world) => {
      world.account.faults.add({
        operation: 'CreateSnapshot',
        skip: 2,
        kind: 'error',
        code: 'ResourceLimitExceeded',
        status: 400,
      });
      const before = Date.now();
      const first = await world.process();
      const hours = (Date.now() - before) / 3_600_000;
      expectOriginalServing(world);
      expect(hours, told(first)).toBeLessThan(8);
    }));
});

test('an instance that was found stopped, and of which AWS refuses the stop, stays so when all is taken back', () =>
  inWorld(stopped, async (world) => {
    world.account.faults.add(denied('StopInstances'), denied('CreateVolume'));
    const one = await world.process();
    expect(told(one)).toContain('new volume for');
    expect(world.state().instances.map(({ state }) => state)).toEqual(['stopped']);
    expect(world.state().calls['ec2:StartInstances'] ?? 0).toBe(0);
  }));
