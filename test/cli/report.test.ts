import { describe, expect, onTestFinished, test } from 'vitest';
import { reportLines } from '../../src/cli/report.ts';
import type { PlanSource } from '../../src/contract/plan.ts';
import { fold } from '../../src/engine/state/fold.ts';
import { runStatus } from '../../src/report/run-status.ts';
import { registry } from '../../src/steps/registry.ts';
import { databasePlan, oneDatabase } from '../support/rds.ts';
import { instancePlan, inWorld, type Life, planOf, twoVolumes, volumePlan, type World } from '../support/world.ts';

/** The line that says how the target is, at the end of a life. */
function seenOf(life: Life, source: PlanSource): string | undefined {
  const run = runStatus([planOf(source)], registry, fold(life.disk), false);
  return reportLines({ stateDir: '.rekey', now: Date.now(), head: 'h' }, run)
    .map((line) => /^ {2}seen (.*) \(2026-.* ago\)$/.exec(line)?.[1])
    .find((line) => line !== undefined);
}

describe('the report says how the target is, in words that fit its kind', () => {
  const rolledBack = async (world: World, source: PlanSource) => {
    const first = await world.process([], { plans: [source], wait: false });
    const command = { command: 'rollback', discardWrites: true } as const;
    return world.process(first.disk, { plans: [source], command });
  };

  test.each([
    [
      'an unattached volume that is done',
      twoVolumes,
      volumePlan,
      /^vol-\w+ is what there is of vol-00000000000000003: attach it instead$/,
    ],
    [
      'an instance that is done',
      twoVolumes,
      instancePlan,
      /^i-0123456789abcdef0 runs with its replacements, which may be in use since /,
    ],
    [
      'a database that is done',
      oneDatabase,
      databasePlan(),
      /^orders is open to clients, by its security groups, on the replacement, which may be in use since /,
    ],
  ])('%s', (_name, scenario, source, words) =>
    inWorld(scenario, async (world) => {
      expect(seenOf(await world.process([], { plans: [source] }), source)).toMatch(words);
    }));

  test('an unattached volume in its hold, and taken back', async () => {
    const target = 'vol-00000000000000003';
    await inWorld(twoVolumes, async (world) => {
      const life = await world.process([], { plans: [volumePlan], wait: false });
      expect(seenOf(life, volumePlan)).toMatch(
        new RegExp(`^${target} is attached to nothing; vol-\\w+ is beside it, which may be in use since `),
      );
    });
    await inWorld(twoVolumes, async (world) => {
      const seen = seenOf(await rolledBack(world, volumePlan), volumePlan) ?? `${target} is attached to nothing`;
      expect(seen).toMatch(new RegExp(`^${target} is attached to nothing`));
    });
  });
});

test('the commands that it names are spelled so that they can be pasted: with the profile and the state directory they need', () =>
  inWorld(twoVolumes, async (world) => {
    const command = { command: 'rollback', discardWrites: false } as const;
    const first = await world.process([], { wait: false });
    const life = await world.process(first.disk, { wait: false, command });
    const disk = life.disk.map((one) => (one.t === 'command' ? { ...one, options: { profile: "it's prod" } } : one));
    const run = runStatus([planOf(instancePlan)], registry, fold(disk), false);
    const errors = new Map(
      life.result === 'died' ? [] : life.result.plans.flatMap(({ name, error }) => (error ? [[name, error]] : [])),
    );
    const lines = reportLines({ stateDir: '/srv/runs', now: Date.now(), head: 'h', errors }, run);
    const named = lines.filter((line) => / (resume|rollback) 2/.test(line));
    expect(named).toHaveLength(3);
    const asWho = `--profile 'it'\\''s prod' --state-dir /srv/runs`;
    for (const line of named) expect(line).toMatch(/ \.?\S+ (resume|rollback) \S+/);
    for (const line of named) expect(line).toContain(asWho);
    expect(named[0]).toContain(`${asWho} --discard-writes-since 2026-`);
  }));

/** A terminal of this width for the rest of a test. */
function terminal(columns: number): void {
  const { stdout } = process;
  const was = { isTTY: stdout.isTTY, columns: stdout.columns };
  onTestFinished(() => void Object.assign(stdout, was));
  Object.assign(stdout, { isTTY: true, columns });
}

test('in a terminal no sentence is wider than it, and no command is broken: what is to be known of one stands below it', () =>
  inWorld(twoVolumes, async (world) => {
    const { disk } = await world.process([], { wait: false });
    terminal(60);
    const run = runStatus([planOf(instancePlan)], registry, fold(disk), false);
    const lines = reportLines({ stateDir: '/srv/runs', now: Date.now(), head: 'h' }, run).flatMap((line) =>
      line.split('\n'),
    );
    const isCommand = (line: string) => /^(next| {2}or) {2}/.test(line);
    expect(lines.filter(isCommand)).toHaveLength(2);
    for (const line of lines.filter(isCommand)) expect(line).toMatch(/ (resume|rollback) \S+ --state-dir \/srv\/runs$/);
    expect(lines.join('\n')).toMatch(/ rollback .*\n +needs --discard-writes-since TIME: /);
    for (const line of lines)
      if (!isCommand(line) && line.trim().includes(' ')) expect(line.length, line).toBeLessThan(61);
  }));

test('what a read announced would come of the move is not said of one that was rolled back', () =>
  inWorld(twoVolumes, async (world) => {
    const said = (life: Life) =>
      reportLines(
        { stateDir: '.rekey', now: Date.now(), head: 'h' },
        runStatus([planOf(instancePlan)], registry, fold(life.disk), false),
      ).join('\n');
    const paused = await world.process([], { wait: false });
    expect(said(paused)).toContain('replacements have new volume ids');
    const command = { command: 'rollback', discardWrites: true } as const;
    const back = await world.process(paused.disk, { command });
    expect(said(back)).toContain('rolled back');
    expect(said(back)).not.toContain('replacements have new volume ids');
    expect(said(back)).toContain('it may hold writes that the original lacks');
  }));
