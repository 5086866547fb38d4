import { expect, test } from 'vitest';
import { reportLines } from '../../src/cli/report.ts';
import type { PlanSource } from '../../src/contract/plan.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import type { Command } from '../../src/engine/execute.ts';
import { fold } from '../../src/engine/state/fold.ts';
import { runStatus } from '../../src/report/run-status.ts';
import { registry } from '../../src/steps/registry.ts';
import { exitOf, expectOriginalServing, told } from '../support/promises.ts';
import { inWorld, type Life, planOf, twoVolumes, type World } from '../support/world.ts';
import { full } from '../sweep/sampled.ts';
import { shipped } from '../sweep/shipped.ts';
import { instancePlan, minute, refuse, withText } from './lever.ts';

const typed: Command = { command: 'rollback', discardWrites: true };
const rollback: Command = { command: 'rollback', discardWrites: false };
const failing = (world: World) => refuse(world, 'CreateVolume');
const statusOf = ({ result }: Life) => (result === 'died' ? 'died' : result.status);
const diesOnUnwinding = { diesOn: (record: JournalRecord) => record.t === 'unwinding' };

test('a rollback that takes over an unwinding and is interrupted is ended by a resume, and no later one begins again', () =>
  inWorld(twoVolumes, async (world) => {
    failing(world);
    const first = await world.process([], diesOnUnwinding);
    expect(first.result).toBe('died');
    const second = await world.process(first.disk, { command: rollback, interruptAfterMs: 5_000 });
    expect(exitOf(second), told(second)).toBe(130);
    const third = await world.process(second.disk, { wait: false });
    expect(statusOf(third), told(third)).toBe('rolled-back');
    const fourth = await world.process(third.disk, { wait: false });
    expect(fourth.sent, told(fourth)).not.toContain('ec2:StopInstances');
    expectOriginalServing(world);
  }));

test('a rollback that takes over an unwinding and gets stuck is still a rollback when it is taken up again', () =>
  inWorld(twoVolumes, async (world) => {
    failing(world);
    const first = await world.process([], diesOnUnwinding);
    expect(first.result).toBe('died');
    const stuck = { kind: 'error', code: 'InvalidParameterValue', status: 400, times: 1 } as const;
    world.account.faults.add({ operation: 'StartInstances', ...stuck });
    const second = await world.process(first.disk, { command: rollback });
    expect(exitOf(second), told(second)).toBe(1);
    const third = await world.process(second.disk, { wait: false });
    expect(statusOf(third), told(third)).toBe('rolled-back');
    expectOriginalServing(world);
  }));

test('wherever a rollback dies, before it has begun, too, whoever goes on ends it as rolled back', async () => {
  const begun = async (world: World, crash?: number) => {
    const first = await world.process([], { diesOn: (record) => record.t === 'done' && record.key.step === 'stop' });
    expect(first.result).toBe('died');
    const dies = crash === undefined ? {} : { crash: { record: { number: crash, when: 'crash-after' as const } } };
    return { first, second: await world.process(first.disk, { command: rollback, ...dies }) };
  };
  const { first, second } = await inWorld(twoVolumes, (world) => begun(world));
  const asked = second.disk.findLastIndex((record) => record.t === 'command') + 1;
  expect(asked).toBeGreaterThan(first.disk.length);
  const numbers = Array.from({ length: second.disk.length - asked }, (_, at) => asked + at);
  for (const number of numbers.filter((_number, at) => full || at < 3 || at % 15 === 0))
    await inWorld(twoVolumes, async (world) => {
      const { second } = await begun(world, number);
      expect(second.result, `${number}`).toBe('died');
      const last = await world.process(second.disk);
      expect(statusOf(last), `record ${number}: ${told(last)}`).toBe('rolled-back');
      expectOriginalServing(world);
    });
}, 120_000);

test('a rollback that was refused is over: a resume goes on', () =>
  inWorld(twoVolumes, async (world) => {
    const first = await world.process([], { wait: false });
    const second = await world.process(first.disk, { command: rollback });
    expect(told(second)).toContain('past-write-point');
    const third = await world.process(second.disk);
    expect(statusOf(third), told(third)).toBe('done');
  }));

test('wherever a rollback dies that has taken over an unwinding, whoever goes on ends it as rolled back', async () => {
  const begun = async (world: World, command: Command, crash?: number) => {
    failing(world);
    const first = await world.process([], diesOnUnwinding);
    const dies = crash === undefined ? {} : { crash: { record: { number: crash, when: 'crash-after' as const } } };
    return { first, second: await world.process(first.disk, { command, ...dies }) };
  };
  const clean = await inWorld(twoVolumes, (world) => begun(world, rollback));
  const { disk } = clean.second;
  // The last but one: a plan that has ended is not gone on with.
  const takenOver = disk.findLastIndex((record) => record.t === 'unwinding') + 1;
  expect(takenOver).toBeGreaterThan(clean.first.disk.length);
  const numbers = Array.from({ length: disk.length - takenOver }, (_, at) => takenOver + at);
  for (const number of numbers.filter((_number, at) => full || at % 5 === 0))
    await inWorld(twoVolumes, async (world) => {
      const { second } = await begun(world, rollback, number);
      expect(second.result, `${number}`).toBe('died');
      const last = await world.process(second.disk);
      expect(statusOf(last), `record ${number}: ${told(last)}`).toBe('rolled-back');
      expectOriginalServing(world);
    });
}, 120_000);

const ways = [
  ['while it retires its steps', (record: JournalRecord) => record.t === 'retired'],
  [
    'when the target has been started again',
    (record: JournalRecord) =>
      record.t === 'done' && record.key.undo !== undefined && /\.(start-instance|admit)/.test(record.uses),
  ],
] as const;

// How the target is left is judged in each history (test/judge), by what it was before.
test.each(
  shipped.flatMap((one) => ways.map(([when, diesOn]) => ({ one, name: one.name, when, diesOn }))),
)('a typed rollback of $name that dies $when and is taken up again takes nothing from the target a second time', ({
  one,
  diesOn,
}) =>
  inWorld(
    one.scenario,
    async (world) => {
      const { disk } = await world.process([], { plans: [one.plan], wait: false });
      world.pass(10 * minute);
      const died = await world.process(disk, { plans: [one.plan], command: typed, diesOn });
      // Not every kind of target is started.
      if (died.result !== 'died') return;
      world.pass(60 * minute);
      const last = await world.process(died.disk, { plans: [one.plan], command: typed });
      expect(statusOf(last), told(last)).toBe('rolled-back');
      expect(last.sent).not.toContain('ec2:StopInstances');
    },
    one.seed,
  ));

/** What status says of a run that is taken as far as a gate, and whose rollback then dies before it has begun. */
async function diesBeforeItBegins(world: World, plan: PlanSource): Promise<Life> {
  const paused = await world.process([], { plans: [plan], wait: false });
  expect(exitOf(paused), told(paused)).toBe(3);
  const diesOn = (record: JournalRecord) => record.t === 'command';
  const died = await world.process(paused.disk, { plans: [plan], command: rollback, diesOn });
  expect(died.result).toBe('died');
  const status = runStatus([planOf(plan)], registry, fold(died.disk), false);
  const said = reportLines({ stateDir: '.rekey', now: Date.now(), head: 'h' }, status).join('\n');
  expect(said).toContain('a rollback was asked for, and has not begun');
  expect(said).toMatch(/resume \S+\n +continues with the rollback that was asked for/);
  expect(said).not.toMatch(/paused|--wait/);
  return died;
}

test('of a rollback that was asked for at a window and died before it began status says that a resume goes on with it', () =>
  inWorld(twoVolumes, async (world) => {
    const windowed = withText(instancePlan, (text) =>
      text.replace(/^# window:.*$/m, 'window: { cron: "0 1 * * *", timezone: UTC, duration: 3h, cutoff: 30m }'),
    );
    const died = await diesBeforeItBegins(world, windowed);
    const resumed = await world.process(died.disk, { plans: [windowed], wait: false });
    expect(statusOf(resumed), told(resumed)).toBe('rolled-back');
  }));

test.each(
  shipped.map((one) => [one.name, one] as const),
)('of one that was asked for in the hold of %s, too, whatever time the hold opens', (_name, one) =>
  inWorld(one.scenario, async (world) => void (await diesBeforeItBegins(world, one.plan)), one.seed));
