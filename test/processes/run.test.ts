import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  build,
  type Running,
  rekey,
  type Shell,
  type Simulated,
  type SimulatedState,
  shell,
  shippedPlan,
  simulate,
  simulateApart,
  start,
  workshop,
} from '../cli/command.ts';

// Most of a run here is waiting for the account: those that have one of their own go side by side.
const room = workshop();
/** For commands of which nothing is asked but what they say or come to. */
let here: Shell;
beforeAll(async () => {
  build();
  here = await shell(room.dir);
});
const accounts: Simulated[] = [];
const account = async (speed?: number) => {
  const aws = await simulate(speed);
  accounts.push(aws);
  return aws;
};
afterAll(() => {
  here.close();
  for (const aws of accounts) aws.stop();
  room.clear();
});

const noHold = ['--set', 'steps.soak.with.for=0s'];
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const controlCharacters = /[\u0000-\u0009\u000b-\u001f\u007f]/;
const runsIn = (stateDir: string) => readdirSync(join(room.dir, stateDir, 'runs'));
const onlyRun = (stateDir: string) => {
  const [run, ...more] = runsIn(stateDir);
  if (run === undefined || more.length) throw new Error('not one run');
  return run;
};

function everythingMoved(state: SimulatedState): void {
  const current = state.keys.find((key) => key.aliases.includes('alias/application-current'))?.arn;
  const [instance] = state.instances;
  expect(instance?.state).toBe('running');
  const held = instance?.devices.map(
    ({ device, volume }) => [device, state.volumes.find((one) => one.id === volume)?.key] as const,
  );
  expect(
    held
      ?.filter(([, key]) => key === current)
      .map(([device]) => device)
      .sort(),
  ).toEqual(['/dev/xvda', '/dev/xvdf', '/dev/xvdg']);
  for (const id of ['1', '2', '3'])
    expect(state.volumes.map((one) => one.id)).not.toContain(`vol-0a11ce0000000000${id}`);
  expect(instance?.workload?.ledger.filter((one) => one.lost !== false)).toEqual([]);
}

/** Every file under a directory with its content and time of change. */
function fingerprint(dir: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(dir, { recursive: true }).map(String).sort()) {
    const { mtimeMs } = statSync(join(dir, name));
    const content = statSync(join(dir, name)).isFile() ? readFileSync(join(dir, name)) : '';
    hash.update(`${name} ${mtimeMs} `).update(content);
  }
  return hash.digest('hex');
}

describe('a run with --json', () => {
  test('prints one object a line, and last what became of each plan', async () => {
    const aws = await simulateApart(room.dir);
    accounts.push(aws);
    const { code, stdout, stderr } = await rekey(['run', shippedPlan, ...noHold, '--json'], {
      cwd: room.dir,
      env: aws.env,
    });
    expect(stderr).not.toMatch(controlCharacters);
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const line of lines) expect(line).toMatchObject({ v: 1, type: expect.any(String) });
    const last = lines.at(-1);
    expect(last).toMatchObject({
      type: 'run.finished',
      runId: onlyRun('.rekey'),
      status: 'done',
      exit: 0,
      plans: [{ name: 'ec2-instance', status: 'done' }],
      apiCalls: {
        'ec2:CreateVolume': 3,
        'ec2:StopInstances': 1,
        'ec2:StartInstances': 1,
        'ec2:DeleteVolume': 3,
      },
    });
    // On a busy machine a proof that has grown old before its delete is made anew.
    expect(last.apiCalls['ec2:CreateSnapshot']).toBeGreaterThanOrEqual(9);
    expect(last.plans[0].replacements).toHaveLength(3);
    for (const pair of last.plans[0].replacements) {
      expect(pair).toEqual({
        original: expect.stringMatching(/^vol-/),
        replacement: expect.stringMatching(/^vol-/),
        verdict: 'SUCCESSFUL',
      });
    }
    const state = await aws.state();
    everythingMoved(state);
    const served = Object.fromEntries(Object.entries(state.calls).filter(([, count]) => count > 0));
    expect(last.apiCalls).toEqual(served);
  });

  test('the same plan again when all is done has nothing to do, which is success, and leaves nothing to be asked about', async () => {
    const [aws] = accounts;
    if (!aws) throw new Error('no account');
    const dir = ['--state-dir', 'again'];
    const again = await here.rekey(['run', shippedPlan, ...noHold, ...dir], aws.env);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toMatch(/✔ ec2-instance i-0123456789abcdef0: nothing to do\n/);
    expect(again.stdout).toMatch(/no volume is under arn:\S+ \(vol-\S+ is under arn:/);
    const json = await here.rekey(['run', shippedPlan, ...noHold, ...dir, '--json'], aws.env);
    expect(JSON.parse(json.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      type: 'run.finished',
      status: 'nothing-to-do',
      exit: 0,
    });
    for (const run of runsIn('again'))
      expect(readdirSync(join(room.dir, 'again', 'runs', run))).not.toContain('reserve');
    expect(await here.rekey(['status', ...dir])).toMatchObject({ code: 0, stdout: '' });
  });

  test('afterwards: status and verify agree on the head, resume says it is done', async () => {
    const run = onlyRun('.rekey');
    const status = JSON.parse((await here.rekey(['status', run, '--json'])).stdout);
    expect(status).toMatchObject({ type: 'run.status', plans: [{ plan: 'ec2-instance', status: 'done' }] });
    expect(status.plans[0].deleted).toHaveLength(3);
    expect(status.plans[0].replacements[0].device).toBe('/dev/xvda');
    const verified = await here.rekey(['journal', 'verify', run, '--head', status.head]);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('cut off') });
    expect(await here.rekey(['journal', 'verify', run, '--head', 'f'.repeat(64)])).toMatchObject({ code: 1 });
    expect(await here.rekey(['resume', run])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('ec2-instance is done'),
    });
    expect(await here.rekey(['rollback', run])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ec2-instance is done'),
    });
  });
});

describe.concurrent('a run with a hold', () => {
  test('that was given a profile names it in the command to go on, also to who asks for its status later', async () => {
    const aws = await account();
    const credentials = join(room.dir, 'credentials');
    writeFileSync(credentials, '[prod]\naws_access_key_id = AKIAPROD\naws_secret_access_key = s3cret\n');
    const env = {
      ...aws.env,
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_SHARED_CREDENTIALS_FILE: credentials,
    };
    const where = { cwd: room.dir, env };
    const paused = await rekey(['run', shippedPlan, '--profile', 'prod', '--state-dir', 'as prod'], where);
    expect(paused.code, paused.said).toBe(3);
    const words = ['resume', onlyRun('as prod'), '--profile', 'prod', '--state-dir', 'as prod'];
    const named = new RegExp(`next .* ${words.slice(0, -1).join(' ')} 'as prod'`);
    expect(paused.said).toMatch(named);
    expect((await here.rekey(['status', onlyRun('as prod'), '--state-dir', 'as prod'], env)).stdout).toMatch(named);
    expect((await rekey(words, where)).code).toBe(3);
  });

  test('ends with 3 and the exact command to go on; status changes nothing; the resume begins nothing anew', async () => {
    const aws = await account();
    const where = { cwd: room.dir, env: aws.env };
    const hold = ['--set', 'steps.soak.with.for=2h', '--state-dir', 'held dir'];
    const paused = await rekey(['run', shippedPlan, ...hold], where);
    expect(paused.code).toBe(3);
    // `| tee log` gets all of it.
    expect(paused.stderr).toBe('');
    expect(paused.stdout).toMatch(
      new RegExp(`^run ${onlyRun('held dir')}; .* resume ${onlyRun('held dir')} --state-dir 'held dir'\n`),
    );
    expect(paused.said).not.toMatch(controlCharacters);
    const run = onlyRun('held dir');
    expect(paused.said).toMatch(new RegExp(`next .* resume ${run} --state-dir .held dir.\n +from \\d{4}-`));
    expect(paused.said).toMatch(/head {2}[0-9a-f]{64}/);

    const before = [fingerprint(join(room.dir, 'held dir')), (await aws.state()).calls];
    const status = await here.rekey(['status', run, '--state-dir', 'held dir'], aws.env);
    expect(status.stdout).toContain('paused at soak');
    expect(status.stdout).toContain('/dev/xvda');
    await here.rekey(['status', '--state-dir', 'held dir'], aws.env);
    expect([fingerprint(join(room.dir, 'held dir')), (await aws.state()).calls]).toEqual(before);

    const back = ['rollback', run, '--state-dir', 'held dir', '--discard-writes-since', '2018-06-06T00:00:00Z'];
    const refused = await here.rekey(back, aws.env);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/replacements may have been in use since \d{4}-/);

    expect((await here.rekey(['resume', '--wait', '--state-dir', 'held dir'], aws.env)).code).toBe(0);
    const state = await aws.state();
    everythingMoved(state);
    expect(state.calls['ec2:CreateVolume']).toBe(3);
  });
});

describe.concurrent('a step that fails', () => {
  test('before the start: the originals serve again, and the words say why, what exists and how to go on', async () => {
    const aws = await account();
    await aws.fault({ kind: 'error', operation: 'AttachVolume', code: 'UnauthorizedOperation', status: 403, times: 1 });
    const where = { cwd: room.dir, env: aws.env };
    const dir = ['--state-dir', 'failed'];
    const { code, said } = await rekey(['run', shippedPlan, ...noHold, ...dir], where);
    expect(code).toBe(1);
    expect(said).toContain('taking back what was done');
    expect(said).toContain('UnauthorizedOperation');
    expect(said).toMatch(/stopped, and taken back\n[\s\S]*seen i-0123456789abcdef0 runs with its originals \(/);
    expect(said).not.toContain('out of service');
    expect(said).toContain(`resume ${onlyRun('failed')} --state-dir failed`);
    expect((await aws.state()).instances[0]?.state).toBe('running');
    // A timer does not take the target out of service again; a person does.
    const left = await here.rekey(['resume', ...dir], aws.env);
    expect(left).toMatchObject({ code: 1, stderr: expect.stringContaining('left alone: another try would take') });
    expect((await here.rekey(['resume', onlyRun('failed'), ...dir], aws.env)).code).toBe(0);
    everythingMoved(await aws.state());
  });
});

/** Waits for a step, ends the process from outside, and expects it to be gone within five seconds. */
async function endedBy(signal: 'SIGINT' | 'SIGTERM', running: Running, at: RegExp): Promise<string> {
  await running.says(at);
  const since = Date.now();
  running.child.kill(signal);
  const { code, said } = await running.ended;
  expect(Date.now() - since).toBeLessThan(5_000);
  expect(code, said).toBe(130);
  return said;
}

// One run each is ended again and again: most of the time that a run takes here is that of the steps which nothing happens to.
describe('an end from outside', () => {
  test('SIGINT and SIGTERM end it within five seconds with 130, what is down and how to go on; killed without a word, it is resumed as well', async () => {
    const aws = await account(500);
    const where = { cwd: room.dir, env: aws.env };
    const dir = ['--state-dir', 'ended'];
    const expectTold = async (said: string) => {
      expect(said).toContain('stopping: starting nothing new');
      expect(said).toMatch(/down i-0123456789abcdef0 has been out of service since/);
      expect(said).toContain(`resume ${onlyRun('ended')} --state-dir ended`);
      const status = await here.rekey(['status', onlyRun('ended'), ...dir], aws.env);
      expect(status.stdout).toContain('out of service since');
    };
    const first = start(['run', shippedPlan, ...noHold, ...dir], where);
    await expectTold(await endedBy('SIGINT', first, / snapshot: ebs\.create-snapshot/));
    await expectTold(await endedBy('SIGTERM', start(['resume', ...dir], where), /Z snapshot: /));
    const third = start(['resume', ...dir], where);
    await third.says(/Z [a-z-]+: /);
    third.child.kill('SIGKILL');
    expect((await third.ended).code).toBe(null);
    expect((await here.rekey(['status', onlyRun('ended'), ...dir], aws.env)).stdout).toContain('interrupted at');
    expect((await here.rekey(['resume', ...dir], aws.env)).code).toBe(0);
    const state = await aws.state();
    everythingMoved(state);
    expect(state.volumes).toHaveLength(5);
  });

  test('a call that is never answered does not hold it up; a second signal ends it at once; both are resumed', async () => {
    const aws = await account(1_000);
    const where = { cwd: room.dir, env: aws.env };
    const dir = ['--state-dir', 'silent'];
    const silence = (operation: string, when: 'before' | 'after') =>
      aws.fault({ kind: 'silence', operation, when, times: 1 });
    const silent = (call: string, times: number) =>
      expect.poll(async () => (await aws.state()).calls[call], { timeout: 20_000 }).toBe(times);
    await silence('StopInstances', 'after');
    const first = start(['run', shippedPlan, ...noHold, ...dir], where);
    await silent('ec2:StopInstances', 1);
    expect(await endedBy('SIGINT', first, / stop: stop i-/)).toMatch(/head {2}[0-9a-f]{64}/);

    await silence('CreateVolume', 'before');
    const second = start(['resume', ...dir], where);
    await silent('ec2:CreateVolume', 3);
    second.child.kill('SIGTERM');
    await second.says(/a second signal/);
    const at = Date.now();
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(130);
    expect(Date.now() - at).toBeLessThan(3_000);
    expect((await here.rekey(['resume', ...dir], aws.env)).code).toBe(0);
    everythingMoved(await aws.state());
  });

  test('while one runs, a second resume is refused with 5 and status says that it runs', async () => {
    const aws = await account(20);
    const where = { cwd: room.dir, env: aws.env };
    const dir = ['--state-dir', 'busy'];
    const { child, ended, says } = start(['run', shippedPlan, ...dir], where);
    await says(/ warm-up: ebs\.create-snapshot/);
    const run = onlyRun('busy');
    expect((await here.rekey(['status', run, ...dir], aws.env)).stdout).toContain('running at warm-up');
    expect(await here.rekey(['resume', run, ...dir], aws.env)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('is held by process'),
    });
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  });

  test('a run that somebody has taken over ends at once with 5', async () => {
    const aws = await account(300);
    const where = { cwd: room.dir, env: aws.env };
    const { ended, says } = start(['run', shippedPlan, '--json', '--state-dir', 'taken'], where);
    await says(/"step":"warm-up"/);
    writeFileSync(join(room.dir, 'taken', 'runs', onlyRun('taken'), '000002.jsonl'), '');
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(5);
    expect(stderr).toContain('Another runner has taken over this run');
    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({ type: 'run.finished', status: 'failed', exit: 5 });
  });
});
