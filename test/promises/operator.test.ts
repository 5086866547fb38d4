import { describe, expect, test, vi } from 'vitest';
import { fold } from '../../src/engine/state/fold.ts';
import { runStatus } from '../../src/report/run-status.ts';
import type { Command, CommandEnd } from '../../src/steps/control/command.ts';
import { registry } from '../../src/steps/registry.ts';
import { exitOf, expectNoClaim, expectOriginalServing, told } from '../support/promises.ts';
import { instancePlan, inWorld, planOf, twoVolumes, volumePlan } from '../support/world.ts';
import { afterRecord, beforeOperation, data, instance, minute, records, withText } from './lever.ts';

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
const drained = (where: 'before' | 'inside') =>
  withText(instancePlan, (text) => {
    const step = '  - { id: drain, uses: control.exec, with: { argv: [drain], undo: [undrain] } }\n';
    const stop = '  - { id: stop, uses';
    return where === 'before'
      ? text.replace(stop, `${step}${stop}`)
      : text.replace('  - id: snapshot\n', `${step}  - id: snapshot\n`);
  });
const late = twoVolumes.replace('limits:', 'visibilityDelayMs: 120000\nlimits:');

describe("the operator's commands (control.exec)", () => {
  test('a command with an undo right before the stop is taken back when the cut-over is unwound', () =>
    inWorld(twoVolumes, async (world) => {
      commands.length = 0;
      world.account.faults.add(denied('CreateVolume'));
      const first = await world.process([], { plans: [drained('before')] });
      expect(exitOf(first), told(first)).toBe(1);
      expectOriginalServing(world);
      expect(commands).toEqual(['drain', 'undrain']);
    }));

  test('a command that failed once and then succeeded is not taken back at the end of a run that is done', () =>
    inWorld(twoVolumes, async (world) => {
      commands.length = 0;
      let fails = 1;
      answer = () => (fails-- > 0 ? { exit: 1, why: undefined, complaint: '' } : ok);
      const first = await world.process([], { plans: [drained('before')] });
      expect(exitOf(first), told(first)).toBe(1);
      const second = await world.process(first.disk, { plans: [drained('before')] });
      answer = () => ok;
      expect(exitOf(second), told(second)).toBe(0);
      expect(commands).toEqual(['drain', 'drain']);
    }));

  test('a command in doubt inside the cut-over can be rolled back, as the hint says, and the original serves', async () => {
    const plans = [drained('inside')];
    const crash = await afterRecord((one) => one.t === 'intent' && one.key.step === 'drain', { plans });
    await inWorld(twoVolumes, async (world) => {
      const first = await world.process([], { plans, crash });
      expect(first.result).toBe('died');
      const second = await world.process(first.disk, { plans });
      expect(told(second)).toContain('command-in-doubt');
      const third = await world.process(second.disk, { plans, command: rollback() });
      expect(exitOf(third), told(third)).toBe(0);
      expectOriginalServing(world);
    });
  });
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
      expect(left).toHaveLength(4);
      expect(plan?.existing.map(({ id }) => id)).toEqual(expect.arrayContaining(left));
      const notes = plan?.announcements.map(({ text }) => text).join('\n');
      for (const id of left) expect(notes).toContain(`left behind: discard ${id}: ${code}`);
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
