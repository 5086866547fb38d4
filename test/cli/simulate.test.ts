import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, environment, start, workshop } from './command.ts';

const { dir, clear } = workshop();
beforeAll(build);
afterAll(clear);

const scenario = `
account: "222233334444"
region: us-east-1
keys: [{ alias: alias/application-20180606 }, { alias: alias/application-current }]
volumes: [{ id: vol-0feedfacecafebeef, size: 1, key: alias/application-20180606 }]
`;

test('what a simulated account prints can be pasted as it is: the environment, and a run of what it holds', async () => {
  const file = join(dir, 'own.yaml');
  writeFileSync(file, scenario);
  const options = ['--scenario', file, '--listen', '127.0.0.1:0', '--speed', '2000', '--exit-when-idle', '1h'];
  const account = start(['simulate', ...options], { cwd: dir });
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    account.child[stream]?.on('data', (bytes: Buffer) => {
      printed[stream] += bytes.toString();
    });
  await account.says(/Ctrl-C ends it/);
  const [, example = ''] = /for example:\n([\s\S]*?)\n→/.exec(printed.stderr) ?? [];
  expect(example).toContain('--set target.id=vol-0feedfacecafebeef');
  const pasted = spawn('bash', ['-c', `${printed.stdout}${example}`], { cwd: dir, env: environment() });
  let said = '';
  pasted.stdout.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  const [code] = await once(pasted, 'close');
  account.child.kill('SIGTERM');
  // The plan's hold.
  expect(code, said).toBe(3);
  expect(said).toContain('ebs-volume vol-0feedfacecafebeef: paused at soak');
}, 60_000);
