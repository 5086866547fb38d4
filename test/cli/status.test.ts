import { describe, expect, test, vi } from 'vitest';
import { headline, nextJson, nextLine, reportLines } from '../../src/cli/report.ts';
import { planJson } from '../../src/cli/status-json.ts';
import { targetRow } from '../../src/cli/status-rows.ts';
import { type Look, watch } from '../../src/cli/watch.ts';
import type { PlanSource } from '../../src/contract/plan.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import type { Command } from '../../src/engine/execute.ts';
import { fold } from '../../src/engine/state/fold.ts';
import type { PlanStatus } from '../../src/report/plan-status.ts';
import { endsOf, type RunStatus, runStatus } from '../../src/report/run-status.ts';
import { statusExit } from '../../src/report/status-exit.ts';
import { registry } from '../../src/steps/registry.ts';
import { databasePlan, oneDatabase } from '../support/rds.ts';
import { instancePlan, inWorld, planOf, twoVolumes, volumePlan } from '../support/world.ts';
import { shippedPlan, start, workshopWithAccount } from './command.ts';

const hour = 3_600_000;
const rollback: Command = { command: 'rollback', discardWrites: false };

function standing(source: PlanSource, disk: readonly JournalRecord[], now: number): RunStatus {
  return runStatus([planOf(source)], registry, fold(disk), false, now);
}

function only({ plans }: RunStatus): PlanStatus {
  const [plan, ...more] = plans;
  if (!plan || more.length > 0) throw new Error('not one plan');
  return plan;
}

describe('a window', () => {
  const windowed: PlanSource = {
    ...instancePlan,
    sets: [...instancePlan.sets, 'window={ cron: "0 1 * * SAT", timezone: UTC, duration: 3h, cutoff: 30m }'],
  };
  const opens = Date.UTC(2026, 0, 10, 1);

  test('that a run waits for is said to open when it does: in its last words, in a line and in full', () =>
    inWorld(twoVolumes, async (world) => {
      const life = await world.process([], { plans: [windowed], wait: false });
      expect(life.result).toMatchObject({ status: 'paused', exit: 3 });
      const now = opens - 26 * hour;
      const run = standing(windowed, life.disk, now);
      const plan = only(run);
      expect(plan).toMatchObject({ status: 'paused', step: 'window', waitsFor: { kind: 'window', until: opens } });
      const words = 'paused at window, which opens 2026-01-10T01:00:00Z (in 1 d 2 h)';
      expect(reportLines({ stateDir: '.rekey', now, head: 'h' }, run).join('\n')).toContain(words);
      expect(targetRow(now, run.run, plan)).toEqual([run.run, 'i-0123456789abcdef0', words]);
      expect(planJson(plan).gate).toEqual({ step: 'window', kind: 'window', until: '2026-01-10T01:00:00.000Z' });
      expect(nextLine(run.nextSteps[0], '.rekey')).toContain('# from 2026-01-10T01:00:00Z on');
      const { next, notes } = nextJson(run.nextSteps, '.rekey');
      expect(next.join()).not.toContain('#');
      expect(notes).toEqual({ [next[0] ?? '']: 'from 2026-01-10T01:00:00Z on, or now with --wait' });
      expect(statusExit(run.plans)).toBe(3);
    }));

  test('that is open by now holds nothing up, and is said to be open', () =>
    inWorld(twoVolumes, async (world) => {
      const { disk } = await world.process([], { plans: [windowed], wait: false });
      const run = standing(windowed, disk, opens + hour);
      expect(headline({ now: opens + hour }, only(run))).toBe('paused at window, which is open');
      expect(run.nextSteps[0]).not.toHaveProperty('from');
    }));

  test('holds up nothing before it, and nothing in a cut-over', () =>
    inWorld(twoVolumes, async (world) => {
      const warm = await world.process([], { plans: [windowed], diesOn: (one) => one.t === 'intent' });
      expect(only(standing(windowed, warm.disk, opens - hour))).toMatchObject({
        status: 'interrupted',
        step: 'warm-up',
      });
    }).then(() =>
      inWorld(twoVolumes, async (world) => {
        const diesOn = (one: JournalRecord) => one.t === 'done' && one.key.step === 'stop';
        const { disk } = await world.process([], { plans: [windowed], diesOn });
        const plan = only(standing(windowed, disk, opens + 26 * hour));
        expect(plan).not.toHaveProperty('waitsFor');
        expect(plan).toMatchObject({ status: 'interrupted', downSince: expect.any(Number) });
      }),
    ));
});

describe('a rollback', () => {
  test('that is refused leaves the run as it was: what is paused stays paused, with its gate', () =>
    inWorld(twoVolumes, async (world) => {
      const paused = await world.process([], { wait: false });
      const refused = await world.process(paused.disk, { command: rollback });
      expect(refused.result).toMatchObject({ exit: 1, plans: [{ error: { code: 'past-write-point' } }] });
      const now = Date.now();
      const [before, after] = [paused, refused].map(({ disk }) => standing(instancePlan, disk, now));
      expect(before?.plans[0]?.status).toBe('paused');
      expect(after && { ...only(after), lastSeen: undefined }).toEqual(
        before && { ...only(before), lastSeen: undefined },
      );
      expect(after?.nextSteps).toEqual(before?.nextSteps);
    }));

  test('that is refused leaves what had failed before with the reason for which it failed', () =>
    inWorld(twoVolumes, async (world) => {
      const { disk } = await world.process([], { wait: false });
      const stop = { error: 'proof-failed', message: 'it was so', hint: 'look', exit: 1 };
      const failed = [...disk, { t: 'stopped', plan: 'ec2-instance', stop, at: new Date().toISOString() } as const];
      const refused = await world.process(failed, { command: rollback });
      expect(only(standing(instancePlan, refused.disk, Date.now()))).toMatchObject({ status: 'failed', stop });
    }));

  test('that is killed says what is down, and that a resume goes on at once', () =>
    inWorld(twoVolumes, async (world) => {
      const paused = await world.process([], { wait: false });
      const killed = await world.process(paused.disk, {
        command: { command: 'rollback', discardWrites: true },
        diesOn: (one) => one.t === 'done' && /detach/.test(one.uses) && one.key.undo !== undefined,
      });
      expect(killed.result).toBe('died');
      const now = Date.now();
      const run = standing(instancePlan, killed.disk, now);
      const plan = only(run);
      expect(plan).not.toHaveProperty('waitsFor');
      expect(plan).toMatchObject({ status: 'interrupted', unwinding: true, downSince: expect.any(Number) });
      expect(targetRow(now, run.run, plan)[2]).toMatch(/^DOWN since 2026-.*; interrupted while being taken back$/);
      expect(run.nextSteps[0]).toMatchObject({ command: 'resume', rollsBack: true });
      expect(run.nextSteps[0]).not.toHaveProperty('from');
      expect(statusExit(run.plans)).toBe(4);
    }));
});

describe('a run that was refused before it did anything', () => {
  test('is over, names a new try as the one thing to do, and is all well', () =>
    inWorld(twoVolumes, async (world) => {
      const plan = { ...instancePlan, sets: [...instancePlan.sets, 'target.id=i-0aaaaaaaaaaaaaaaa'] };
      const life = await world.process([], { plans: [plan] });
      expect(life.result).toMatchObject({ exit: 2 });
      const run = standing(plan, life.disk, Date.now());
      expect(headline({ now: Date.now() }, only(run))).toBe('refused at read, and nothing was done');
      expect(run.nextSteps.map(({ command }) => command)).toEqual(['resume']);
      expect(endsOf(fold(life.disk))).toEqual([{ plan: 'ec2-instance', status: 'refused' }]);
      expect(statusExit(run.plans)).toBe(0);
    }));

  test('is not what fails after a call was sent, whatever it fails of', () =>
    inWorld(twoVolumes, async (world) => {
      const begun = await world.process([], { diesOn: (one) => one.t === 'done' && one.key.step === 'warm-up' });
      const stop = { error: 'target-refused', message: 'no', hint: 'look', exit: 2 };
      const disk = [...begun.disk, { t: 'stopped', plan: 'ec2-instance', stop, at: new Date().toISOString() } as const];
      expect(only(standing(instancePlan, disk, Date.now())).status).toBe('failed');
      expect(endsOf(fold(disk))).toBeUndefined();
    }));
});

test('a volume in nothing and a database behind its fence are not said to be stopped', async () => {
  const told = (source: PlanSource, disk: readonly JournalRecord[]) =>
    reportLines({ stateDir: '.rekey', now: Date.now(), head: 'h' }, standing(source, disk, Date.now())).join('\n');
  await inWorld(twoVolumes, async (world) => {
    const { disk } = await world.process([], { plans: [volumePlan], wait: false });
    expect(told(volumePlan, disk)).not.toMatch(/is stopped|none of these/);
  });
  await inWorld(oneDatabase, async (world) => {
    const plan = databasePlan();
    const { disk } = await world.process([], {
      plans: [plan],
      diesOn: (one) => one.t === 'done' && /fence/.test(one.uses),
    });
    expect(told(plan, disk)).not.toContain('is stopped');
  });
});

describe('what status ends with', () => {
  const plan = (status: PlanStatus['status'], downSince?: number) => ({ status, ...(downSince && { downSince }) });
  test.each([
    [4, [plan('failed'), plan('running', 1)]],
    [4, [plan('failed', 1)]],
    [1, [plan('paused'), plan('failed')]],
    [3, [plan('paused'), plan('done')]],
    [3, [plan('interrupted')]],
    [0, [plan('running'), plan('done'), plan('rolled-back'), plan('refused')]],
    [0, []],
  ])('is %i, the worst first', (exit, plans) => expect(statusExit(plans)).toBe(exit));
});

describe('the command', () => {
  const desk = workshopWithAccount();
  const elsewhere = ['--set', 'target.id=i-0aaaaaaaaaaaaaaaa'];
  const closed = ['--set', 'window={ cron: "0 1 29 2 *", timezone: UTC, duration: 3h, cutoff: 30m }'];

  test('tells a line a target, what waits by its exit code, and a refused run only to who asks for all', async () => {
    expect((await desk.here.rekey(['run', shippedPlan, ...closed], desk.aws.env)).code).toBe(3);
    const refused = await desk.here.rekey(['run', shippedPlan, ...elsewhere], desk.aws.env);
    expect(refused.code).toBe(2);
    const list = await desk.here.rekey(['status'], desk.aws.env);
    expect(list.code).toBe(3);
    expect(list.stdout).toMatch(
      /^\S+ {2}i-0123456789abcdef0 {2}paused at window, which opens 20\d\d-02-29T01:00:00Z \(in \d+ d.*\)\n$/,
    );
    expect(list.stderr).toMatch(/^1 that did nothing, not shown: .* status --all\n/);
    const all = await desk.here.rekey(['status', '--all'], desk.aws.env);
    expect(all.stdout).toMatch(/i-0aaaaaaaaaaaaaaaa {2}refused at read, and nothing was done\n$/);
    const [run, ...more] = (await desk.here.rekey(['status', '--json'], desk.aws.env)).stdout.trim().split('\n');
    expect(more).toEqual([]);
    expect(JSON.parse(run ?? '')).toMatchObject({
      type: 'run',
      exit: 3,
      startedAt: expect.stringMatching(/Z$/),
      plans: [{ target: 'i-0123456789abcdef0', status: 'paused', gate: { step: 'window', kind: 'window' } }],
      next: [expect.stringMatching(/ resume \S+$/), expect.stringMatching(/ rollback \S+$/)],
      notes: { [(JSON.parse(run ?? '') as { next: string[] }).next[0] ?? '']: expect.stringMatching(/^from .* on/) },
    });
  });

  test('does not offer a refused run to be rolled back, and refuses it for what it is', async () => {
    const [run = ''] =
      /^\S+(?=.*refused)/m.exec((await desk.here.rekey(['status', '--all'], desk.aws.env)).stdout) ?? [];
    const one = await desk.here.rekey(['status', run], desk.aws.env);
    expect(one).toMatchObject({ code: 0, stdout: expect.not.stringContaining('rollback') });
    const back = await desk.here.rekey(['rollback', run], desk.aws.env);
    expect(back).toMatchObject({ code: 2, stderr: expect.stringContaining('ec2-instance was refused') });
  });

  test('says its exit codes in its help', async () => {
    expect((await desk.here.rekey(['status', '--help'])).stdout).toMatch(
      /4 a target is down · 1 something failed.* ·\n +3 something waits /,
    );
  });

  test('with --watch in a pipe prints a block when something has changed, and ends with Ctrl-C as it would have ended', async () => {
    const dir = ['--state-dir', 'watched'];
    const watching = start(['status', '--watch', '--all', ...dir], { cwd: desk.room.dir, env: desk.aws.env });
    await watching.says(/watched holds no run/);
    expect((await desk.here.rekey(['run', shippedPlan, ...elsewhere, ...dir], desk.aws.env)).code).toBe(2);
    await watching.says(/i-0aaaaaaaaaaaaaaaa {2}refused/);
    watching.child.kill('SIGINT');
    const { code, stdout } = await watching.ended;
    expect(code).toBe(0);
    expect(stdout.match(/refused/g)).toHaveLength(1);
    expect(stdout).not.toContain('\u001b');
  });
});

test('--watch in a terminal draws over its last picture, cuts what does not fit, and never hides the cursor', async () => {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  let looks = 0;
  const look = async (): Promise<Look> => ({ lines: ['x'.repeat(300)], notes: [], exit: ++looks, stands: '' });
  const wall = {
    speed: 1,
    now: () => 0,
    sleepUntil: async () => void (looks === 3 && process.emit('SIGINT')),
  };
  try {
    expect(await watch(look, wall, true)).toBe(3);
  } finally {
    write.mockRestore();
  }
  expect(written).toHaveLength(3);
  expect(written[0]?.startsWith('\u001b[2J\u001b[Hxxx')).toBe(true);
  expect(written[0]).toContain('x…');
  for (const picture of written.slice(1)) expect(picture.startsWith('\u001b[Hx')).toBe(true);
  expect(written.join('')).not.toContain('\u001b[?25l');
});
