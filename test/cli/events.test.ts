import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventSchema } from '../../src/cli/event-schema.ts';
import { type Ended, root, workshopWithAccount } from './command.ts';

const desk = workshopWithAccount();

const plan = join(root, 'plans/ebs-volume.yaml');
const onVolume = (hold: string) => ['--set', 'target.id=vol-0feedfacecafebeef', '--set', `steps.soak.with.for=${hold}`];
const only = (stateDir: string) => readdirSync(join(desk.room.dir, stateDir, 'runs'))[0] ?? '';

/** The lines of stdout, each of which has to be an event as it is documented. */
function eventsOf({ stdout }: Ended) {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const parsed = eventSchema.safeParse(JSON.parse(line));
      if (!parsed.success) throw new Error(`${line}\n${parsed.error}`);
      return parsed.data;
    });
}

const run = (...more: string[]) => desk.here.rekey(['run', plan, '--json', ...more], desk.aws.env);

describe('every line of --json is an event as the schema has it', () => {
  test('of a run that pauses and is taken back, and of what status and verify say of it', async () => {
    const dir = ['--state-dir', 'back'];
    const paused = eventsOf(await run(...onVolume('9d'), ...dir));
    expect(paused[0]).toMatchObject({
      type: 'run.started',
      resume: expect.stringContaining(` resume ${only('back')} `),
    });
    expect(paused.at(-1)).toMatchObject({ type: 'run.finished', status: 'paused', exit: 3 });
    const types = new Set(paused.map(({ type }) => type));
    expect([...types]).toEqual(expect.arrayContaining(['record', 'step.started', 'effect.progress', 'gate.waiting']));
    const status = await desk.here.rekey(['status', only('back'), '--json', ...dir]);
    expect(eventsOf(status)).toMatchObject([{ type: 'run.status', exit: 3, plans: [{ gate: { kind: 'hold' } }] }]);
    const since = /since (\S+Z)/.exec(status.stdout)?.[1] ?? '';
    const back = await desk.here.rekey(
      ['rollback', only('back'), '--json', ...dir, '--discard-writes-since', since],
      desk.aws.env,
    );
    expect(eventsOf(back).at(-1)).toMatchObject({ type: 'run.finished', status: 'rolled-back', exit: 0 });
    expect(eventsOf(await desk.here.rekey(['status', '--json', ...dir]))).toMatchObject([{ type: 'run', exit: 0 }]);
    const verified = await desk.here.rekey(['journal', 'verify', only('back'), '--json', ...dir]);
    expect(eventsOf(verified)).toMatchObject([{ type: 'journal.verified' }]);
  });

  test('of a run to its end, and of the next one, which has nothing to do', async () => {
    const done = eventsOf(await run(...onVolume('0s'), '--state-dir', 'done'));
    expect(done.at(-1)).toMatchObject({ type: 'run.finished', status: 'done', exit: 0 });
    const moved = await desk.here.rekey(['status', only('done'), '--json', '--state-dir', 'done']);
    const [{ replacements = [] } = {}] = JSON.parse(moved.stdout).plans;
    const target = ['--set', `target.id=${replacements[0].replacement}`];
    const again = eventsOf(await run(...onVolume('0s'), ...target, '--state-dir', 'again'));
    expect(again.at(-1)).toMatchObject({ type: 'run.finished', status: 'nothing-to-do', exit: 0 });
  });

  test.each([
    ['a target that is not there', [...onVolume('0s'), '--set', 'target.id=vol-0aaaaaaaaaaaaaaaa'], 'refused', 2],
  ])('of a run that is refused by AWS: %s', async (_what, more, status, exit) => {
    const events = eventsOf(await run(...more, '--state-dir', 'refused'));
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', status, exit });
  });

  test.each([
    ['a file that is not there', ['run', 'nothere.yaml'], 'file-unreadable'],
    ['another account', ['run', plan, '--set', 'account="999999999999"'], 'wrong-account'],
    ['a plan that is none', ['run', plan, '--set', 'target.id=nothing'], 'plan-invalid'],
    ['an option that there is not', ['run', plan, '--wiat'], 'usage'],
    ['a run that there is not', ['status', '20180606T021500Z-k3x7qa'], 'run-not-found'],
  ])('of what is refused before there is a run: %s', async (_what, args, error) => {
    const ended = await desk.here.rekey([...args, '--json', '--state-dir', 'none'], desk.aws.env);
    expect(eventsOf(ended)).toMatchObject([{ type: 'error', error, exit: ended.code }]);
    expect(ended.stderr).toContain('→');
  });

  test('of validate, for each file', async () => {
    const ended = await desk.here.rekey(['validate', plan, '--json', '--set', 'target.id=nothing']);
    expect(eventsOf(ended)).toMatchObject([{ type: 'plan.validated', valid: false }]);
  });
});
