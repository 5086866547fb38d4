import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spelled } from '../../src/cli/next-command.ts';
import { build, type Env, type Shell, type Simulated, shell, shippedPlan, simulate, workshop } from './command.ts';

const { dir, clear } = workshop();
let aws: Simulated;
let words: Shell;
beforeAll(async () => {
  build();
  [aws, words] = await Promise.all([simulate(), shell(dir)]);
});
afterAll(() => {
  aws?.stop();
  words?.close();
  clear();
});

const run = (args: readonly string[], env: Env = {}) => words.rekey(args, { ...aws.env, ...env });
const somewhereElse: Env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };

function planFile(name: string, change: (text: string) => string): string {
  const file = join(dir, name);
  writeFileSync(file, change(readFileSync(shippedPlan, 'utf8')));
  return file;
}

describe('plans', () => {
  test('one that is not there is named, and nothing is made', async () => {
    const { code, stderr } = await run(['run', 'nowhere.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain('nowhere.yaml: there is no such file');
    expect(existsSync(join(dir, '.rekey'))).toBe(false);
  });

  test('a malformed one is refused at its line, before AWS is asked anything', async () => {
    const file = planFile('torn.yaml', (text) => text.replace('steps:', 'steps: ['));
    const before = (await aws.state()).calls;
    const { code, stderr } = await run(['run', file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/torn\.yaml:\d+:\d+: /);
    expect(stderr).toMatch(/→ .*rekey\.js validate/);
    expect((await aws.state()).calls).toEqual(before);
  });

  test('an unknown step is told at its line, with the one that was probably meant', async () => {
    const file = planFile('step.yaml', (text) => text.replace('ec2.stop-instance', 'ec2.stop-instanse'));
    const { code, stdout, stderr } = await run(['validate', file]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/step\.yaml:\d+:\d+: .*ec2\.stop-instanse/);
    expect(stderr).toContain('did you mean `ec2.stop-instance`?');
  });

  test('validate refuses together what run would refuse together', async () => {
    const { code, stderr } = await run(['validate', shippedPlan, shippedPlan]);
    expect(code).toBe(2);
    expect(stderr).toContain('two plans of one name: ec2-instance');
  });

  test('validate --json tells each problem as an object', async () => {
    const file = planFile('json.yaml', (text) => text.replace('version: 1', 'version: 7'));
    const { code, stdout } = await run(['validate', file, shippedPlan, '--json']);
    expect(code).toBe(2);
    const [bad, good] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(bad).toMatchObject({ type: 'plan.validated', valid: false });
    expect(bad.problems[0]).toMatchObject({
      line: expect.any(Number),
      message: expect.any(String),
      hint: expect.any(String),
    });
    expect(good).toMatchObject({ valid: true, problems: [] });
  });

  test('a --set that points nowhere is a problem of the plan', async () => {
    const { code, stderr } = await run(['run', shippedPlan, '--set', 'steps.soka.with.for=0s']);
    expect(code).toBe(2);
    expect(stderr).toContain('soak');
  });

  test('two of one name, or for two regions, are refused', async () => {
    const other = planFile('other.yaml', (text) =>
      text
        .replace('region: eu-west-1', 'region: eu-west-2')
        .replace('name: ec2-instance', 'name: other')
        .replace(/id: i-\w+ }/, 'id: i-00000000000000001 }'),
    );
    expect(await run(['run', shippedPlan, shippedPlan])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('two plans of one name: ec2-instance'),
    });
    expect(await run(['run', shippedPlan, other])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('more than one region: eu-west-1, eu-west-2'),
    });
  });
});

describe('where and who', () => {
  const nothingMade = () => expect(existsSync(join(dir, '.rekey'))).toBe(false);

  test('another account than the plan names is refused before anything is written', async () => {
    const { code, stderr } = await run(['run', shippedPlan, '--set', 'account="444455556666"']);
    expect(code).toBe(2);
    expect(stderr).toContain('Wrong account');
    expect(stderr).toContain('444455556666');
    expect(stderr).toContain('111122223333');
    nothingMade();
  });

  test('another region than the plan names is refused, naming both and where it came from', async () => {
    const { code, stderr } = await run(['run', shippedPlan], { AWS_REGION: 'us-east-1' });
    expect(code).toBe(2);
    expect(stderr).toContain('is for eu-west-1, and AWS_REGION says us-east-1');
    expect((await run(['run', shippedPlan, '--region', 'us-west-2'])).stderr).toContain('--region says us-west-2');
    nothingMade();
  });

  test('an endpoint that nobody answers at is named', async () => {
    const { code, stderr } = await run(['run', shippedPlan], somewhereElse);
    expect(code).toBe(2);
    expect(stderr).toContain('no answer from http://127.0.0.1:1: ');
    expect(stderr).toContain('ECONNREFUSED');
    nothingMade();
  });

  test('absent credentials are said to be absent, with what to do', async () => {
    const { code, stderr } = await run(['run', shippedPlan], {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
    });
    expect(code).toBe(2);
    expect(stderr).toContain('There are no usable AWS credentials');
    expect(stderr).toContain('aws sso login');
    nothingMade();
  });

  test('expired credentials are said to be refused, with what to do', async () => {
    await aws.fault({ kind: 'error', operation: 'GetCallerIdentity', code: 'ExpiredToken', status: 403, times: 1 });
    const { code, stderr } = await run(['run', shippedPlan]);
    expect(code).toBe(2);
    expect(stderr).toContain('AWS refuses the credentials');
    expect(stderr).toContain('ExpiredToken');
    nothingMade();
  });

  test('a malformed REKEY_CLOCK is shown', async () => {
    const { code, stderr } = await run(['run', shippedPlan], { REKEY_CLOCK: 'half past\u001b[31m nine' });
    expect(code).toBe(2);
    expect(stderr).toContain('REKEY_CLOCK is "half past');
    expect(stderr).not.toContain('\u001b');
  });

  test.skipIf(process.getuid?.() === 0)(
    'a state directory that can not be written is named, and nothing was done',
    async () => {
      const closed = join(dir, 'closed');
      mkdirSync(closed);
      chmodSync(closed, 0o500);
      const { code, stderr } = await run(['run', shippedPlan, '--state-dir', join(closed, 'state')]);
      expect(code).toBe(2);
      expect(stderr).toContain("The state directory can't be used");
    },
  );

  test('a state directory that is a file is named, and nothing was done', async () => {
    writeFileSync(join(dir, 'a-file'), '');
    const calls = (await aws.state()).calls;
    const { code, stderr } = await run(['run', shippedPlan, '--state-dir', 'a-file']);
    expect(code).toBe(2);
    expect(stderr).toContain("The state directory can't be used");
    const more = Object.entries((await aws.state()).calls).filter(([call, count]) => count !== calls[call]);
    expect(more.map(([call]) => call)).toEqual(['sts:GetCallerIdentity']);
  });
});

describe('runs', () => {
  test.each(['status', 'resume', 'rollback'])('%s of a run that does not exist says so', async (command) => {
    const { code, stderr } = await run([command, '20180606T021500Z-k3x7qa']);
    expect(code).toBe(2);
    expect(stderr).toContain('holds no run 20180606T021500Z-k3x7qa');
  });

  test.each(['../../etc/passwd', 'latest'])('%j is not taken for a run id', async (id) => {
    const { code, stderr } = await run(['journal', 'verify', id]);
    expect(code).toBe(2);
    expect(stderr).toContain('is not a run id');
  });

  test('resume without a run, where there is none, says so, and has done all that there is to do', async () => {
    expect(await run(['resume'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('holds no unfinished run'),
    });
    expect(await run(['resume', '--again'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('holds no unfinished run'),
    });
    expect(readdirSync(dir)).not.toContain('.rekey');
  });
});

describe('simulate', () => {
  const simulateWith = (...args: string[]) => run(['simulate', '--scenario', 'absent.yaml', ...args]);

  test('does not listen beyond this machine unless told so', async () => {
    expect(await simulateWith('--listen', '0.0.0.0:0')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--allow-remote'),
    });
  });

  test('refuses what is no number, no address, no file', async () => {
    expect((await simulateWith('--speed', 'fast')).stderr).toContain('--speed fast is not a number');
    expect((await simulateWith('--listen', 'here')).stderr).toContain('is not HOST:PORT');
    expect((await simulateWith()).stderr).toContain('absent.yaml: there is no such file');
  });

  test('a port that is taken is named', async () => {
    const scenario = join(shippedPlan, '../../scenarios/demo.yaml');
    const taken = aws.endpoint.replace('http://', '');
    const { code, stderr } = await run(['simulate', '--scenario', scenario, '--listen', taken]);
    expect(code).toBe(2);
    expect(stderr).toContain('EADDRINUSE');
  });
});

describe('what the environment and options say', () => {
  const nothing = { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined };

  test.each([
    'foo',
    'localhost:4571',
    'file:///etc/passwd',
  ])('AWS_ENDPOINT_URL=%s is told as no address', async (url) => {
    const { code, stderr } = await run(['run', shippedPlan], { AWS_ENDPOINT_URL: url });
    expect(code).toBe(2);
    expect(stderr).toContain(`AWS_ENDPOINT_URL is "${url}"; it looks like http://`);
  });

  test('a profile that there is not is named', async () => {
    const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    const { code, stderr } = await run(['run', shippedPlan, '--profile', 'nope'], none);
    expect(code).toBe(2);
    expect(stderr).toContain('profile nope: ');
  });

  test('a Region of the plan that the credentials are not for is told before a run is made', async () => {
    const { code, stderr } = await run(
      ['run', shippedPlan, '--set', 'region=us-east-1', '--state-dir', 'region'],
      nothing,
    );
    expect(code).toBe(2);
    expect(stderr).toContain('the plan is for us-east-1, where AWS refuses the credentials: AuthFailure');
    expect(existsSync(join(dir, 'region'))).toBe(false);
  });

  test.skipIf(process.platform !== 'linux')(
    'a state directory that takes no directory is refused at once',
    async () => {
      const { code, stderr } = await run(['run', shippedPlan, '--state-dir', '/proc/foo']);
      expect(code).toBe(2);
      expect(stderr).toContain('/proc/foo');
    },
  );

  test('demo --speed 0 is told as no speed', async () => {
    const { code, stderr } = await run(['demo', '--speed', '0']);
    expect(code).toBe(2);
    expect(stderr).toContain('--speed 0 is not a number above 0');
  });

  test('hints name the program as it was called, and the state directory that was given', async () => {
    const { stderr } = await run(['status', '20180606T021500Z-k3x7qa', '--state-dir', 'my runs']);
    expect(stderr).toMatch(/node \S+rekey\.js status --state-dir 'my runs'/);
    expect(stderr).not.toMatch(/state-dir 'my runs' --state-dir/);
    expect(
      spelled('look: rekey status 20180606T021500Z-k3x7qa --state-dir x; rekey resume 20180606T021500Z-k3x7qa', 'y'),
    ).toMatch(
      /^look: \S+( \S+)? status 20180606T021500Z-k3x7qa --state-dir x; .* resume 20180606T021500Z-k3x7qa --state-dir y$/,
    );
    const again = await run(['resume', '--again', '--state-dir', 'my runs']);
    expect(again.stderr).toMatch(/node \S+rekey\.js status --state-dir 'my runs'/);
  });
});
