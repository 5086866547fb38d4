import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folded } from '../../src/cli/fold.ts';
import { firstLine } from '../../src/cli/views/view.ts';
import { build, environment, root, workshop } from './command.ts';

describe('a line that is wider than the terminal', () => {
  test('is broken between words, with its margin and its columns, and colours take no room', () => {
    const line = '  \u001b[2mseen\u001b[22m a target  that runs with its replacements';
    expect(folded(line, 80)).toEqual([line]);
    expect(folded(line, 20)).toEqual([
      '  \u001b[2mseen\u001b[22m a target',
      '      that runs with',
      '      its',
      '      replacements',
    ]);
  });

  test('keeps a word whole that is wider than the terminal', () => {
    expect(folded('under arn:aws:kms:eu-west-1:111122223333:key/k now', 20, '  ')).toEqual([
      'under',
      '  arn:aws:kms:eu-west-1:111122223333:key/k',
      '  now',
    ]);
  });

  test('that holds a command has the command whole, on a line of its own', () => {
    const scene = { run: '20180606T021500Z-k3x7qa', goesOn: 'rekey resume 20180606T021500Z-k3x7qa' };
    expect(firstLine(scene, 200)).not.toContain('\n');
    expect(firstLine(scene, 80).split('\n')).toEqual([expect.any(String), `  ${scene.goesOn}`]);
  });
});

const { dir, clear } = workshop();
beforeAll(build);
afterAll(clear);

const hasTerminals = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

test.skipIf(!hasTerminals)('the demo fits a terminal of 80 columns', () => {
  const command = `stty cols 80 rows 40; '${process.execPath}' '${root}bin/rekey.js' demo --speed 2000`;
  const env = environment({ TERM: 'xterm', CI: undefined, NO_COLOR: undefined });
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], { cwd: dir, env, encoding: 'utf8' });
  // Here the program is called by a longer path than in a clone.
  const lines = stripVTControlCharacters(stdout)
    .replaceAll(root, '')
    .split(/[\r\n]+/);
  expect(lines).toContainEqual(expect.stringMatching(/^✔ all \d+ acknowledged writes can be read back/));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});
