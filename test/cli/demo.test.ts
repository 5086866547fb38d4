import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, rekey, workshop } from './command.ts';

const { dir, clear } = workshop();
beforeAll(build);
afterAll(clear);

test('the demo moves every volume and both databases in one run, loses nothing, shows how to resume it and where to look further', async () => {
  const { code, stdout, said } = await rekey(['demo', '--speed', '2000'], { cwd: dir });
  expect(said).toContain('done');
  expect(code).toBe(0);
  const [before = '', after = ''] = stdout.split('AFTER');
  expect(before.match(/alias\/application-20180606 .* all there/g)).toHaveLength(5);
  expect(after.match(/alias\/application-current .* all there/g)).toHaveLength(5);
  expect(before).toMatch(
    /AWS_ENDPOINT_URL=http.*\n(?: {2}AWS_.*\n)* {2}REKEY_CLOCK=.*\n(?: {2}REKEY_.*\n)*.* resume \S+ --state-dir \S+ --wait/,
  );
  expect(after).toMatch(
    /all \d+ acknowledged writes can be read back, [1-9]\d* of them were written to the replacements/,
  );
  const status = /status (\S+) --state-dir (\S+)/.exec(after);
  const [, run = '', stateDir = ''] = status ?? [];
  expect((await rekey(['status', run, '--state-dir', stateDir], { cwd: dir })).stdout).toContain('done');
});
