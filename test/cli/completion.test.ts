import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { described } from '../../src/cli/completion/described.ts';
import { completionScript, type Shell } from '../../src/cli/completion/script.ts';
import { programOf } from '../../src/cli/main.ts';
import { workshop } from './command.ts';

const { dir, clear } = workshop();
afterAll(clear);

const program = programOf(() => undefined);
const commands = described(program);
const file = (shell: Shell) => join(dir, `rekey.${shell}`);
const [first, second, elsewhere] = ['20180606T021500Z-k3x7qa', '20180607T021500Z-abcdef', '20190101T000000Z-zzzzzz'];
const hostile = '$(touch taken)';

beforeAll(() => {
  for (const shell of ['bash', 'zsh', 'fish'] as const) writeFileSync(file(shell), completionScript(shell, program));
  for (const run of [first, second, hostile, 'no-run']) mkdirSync(join(dir, '.rekey/runs', run), { recursive: true });
  mkdirSync(join(dir, 'other/runs', elsewhere), { recursive: true });
  mkdirSync(join(dir, 'plans'));
  for (const name of ['a.yaml', 'b.yml', 'c.txt', 'my plan.yaml', `${hostile}.yaml`])
    writeFileSync(join(dir, name), '');
});

/** What bash offers for the last of these words. */
function offered(words: readonly string[], env: NodeJS.ProcessEnv = {}): string[] {
  const program = `source "$1"; shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _rekey
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['--noprofile', '--norc', '-c', program, 'bash', file('bash'), 'rekey', ...words];
  const { REKEY_STATE_DIR: _, ...clean } = process.env;
  return execFileSync('bash', args, { cwd: dir, encoding: 'utf8', env: { ...clean, ...env } })
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

describe('in bash', () => {
  test('the script is one that bash accepts', () => {
    expect(execFileSync('bash', ['-n', file('bash')], { encoding: 'utf8' })).toBe('');
  });

  test.each(
    commands.map((one) => [['rekey', ...one.path].join(' '), one] as const),
  )('after %s its commands and options are offered', (_words, { path, commands, options }) => {
    expect(offered([...path, '-'])).toEqual(options.flatMap(({ flags }) => flags).sort());
    if (commands.length > 0) expect(offered([...path, ''])).toEqual(commands.map(({ name }) => name).sort());
  });

  test('a word that has been begun is completed', () => {
    expect(offered(['res'])).toEqual(['resume']);
    expect(offered(['journal', 'v'])).toEqual(['verify']);
    expect(offered(['run', '--wa'])).toEqual(['--wait']);
    expect(offered(['completion', ''])).toEqual(['bash', 'fish', 'zsh']);
    expect(offered(['help', 'sta'])).toEqual(['status']);
  });

  test('a plan is a YAML file, and a directory may hold one', () => {
    const plans = [`${hostile}.yaml`, 'a.yaml', 'b.yml', 'my plan.yaml'];
    expect(offered(['run', ''])).toEqual([...plans, '.rekey', 'other', 'plans'].sort());
    expect(offered(['validate', 'a.yaml', 'my'])).toEqual(['my plan.yaml']);
  });

  test('the runs of the state directory are offered by their ids, wherever it is', () => {
    for (const words of [
      ['status', ''],
      ['resume', ''],
      ['journal', 'verify', ''],
      ['run', 'a.yaml', '--replace-claim', ''],
    ])
      expect(offered(words)).toEqual([first, second]);
    expect(offered(['rollback', '20180607'])).toEqual([second]);
    expect(offered(['status', '--state-dir', 'other', ''])).toEqual([elsewhere]);
    expect(offered(['status', '--state-dir', '=', 'other', ''])).toEqual([elsewhere]);
    expect(offered(['status', '--state-dir', '~/other', ''], { HOME: dir })).toEqual([elsewhere]);
    expect(offered(['status', ''], { REKEY_STATE_DIR: 'other' })).toEqual([elsewhere]);
    expect(offered(['status', ''], { REKEY_STATE_DIR: 'nowhere' })).toEqual([]);
  });

  test('what has a command for a name is not executed', () => {
    offered(['status', '']);
    offered(['run', '']);
    offered(['simulate', '--scenario', '']);
    expect(existsSync(join(dir, 'taken'))).toBe(false);
  });

  test('of a value that only the operator knows nothing is offered', () => {
    expect(offered(['run', '--region', ''])).toEqual([]);
    expect(offered(['run', '--region', '=', 'eu'])).toEqual([]);
    expect(offered(['status', '--state-dir', 'oth'])).toEqual(['other']);
    expect(offered(['status', '--state-dir', '='])).toEqual(['.rekey', 'other', 'plans']);
  });
});

const has = (shell: string) => spawnSync(shell, ['-c', 'exit']).status === 0;

describe('in zsh and fish', () => {
  test.skipIf(!has('zsh'))('the script is one that zsh accepts', () => {
    expect(execFileSync('zsh', ['-n', file('zsh')], { encoding: 'utf8' })).toBe('');
  });

  test.skipIf(!has('fish'))('fish offers what bash offers', () => {
    expect(execFileSync('fish', ['--no-execute', file('fish')], { encoding: 'utf8' })).toBe('');
    const fish = (line: string) =>
      execFileSync('fish', ['--no-config', '-c', `source ${file('fish')}; complete -C '${line}'`], {
        cwd: dir,
        encoding: 'utf8',
      })
        .split('\n')
        .filter((one) => one !== '')
        .map((one) => one.split('\t')[0] ?? '')
        .sort();
    expect(fish('rekey ')).toEqual(offered(['']));
    expect(fish('rekey journal v')).toEqual(['verify']);
    expect(fish('rekey status ')).toEqual([first, second]);
    expect(fish('rekey status --state-dir other ')).toEqual([elsewhere]);
    expect(fish('rekey run --wa')).toEqual(['--wait']);
    expect(fish('rekey completion ')).toEqual(['bash', 'fish', 'zsh']);
  });

  test.each(['zsh', 'fish'] as const)('the script for %s opens no quote that it does not close', (shell) => {
    const escaped = shell === 'zsh' ? /'\\''/g : /\\\\|\\'/g;
    const open = completionScript(shell, program)
      .split('\n')
      .filter((line) => !line.startsWith('#') && (line.replace(escaped, '').split("'").length - 1) % 2 === 1);
    expect(open).toEqual([]);
  });

  test.each(['zsh', 'fish'] as const)('the script for %s knows every command and every option', (shell) => {
    const script = completionScript(shell, program);
    for (const { path, options, commands: below } of commands) {
      const at = ['__rekey_at', ...path].join(' ');
      const own =
        shell === 'fish'
          ? script.split('\n').filter((line) => line.includes(`-n '${at}'`))
          : (script.split(`${['_rekey', ...path].join('__')}() {\n`)[1]?.split('\n}\n')[0] ?? '').split('\n');
      const lineOf = (word: string) => own.filter((line) => line.includes(word)).length;
      for (const { flags } of options)
        for (const flag of flags)
          expect(
            lineOf(shell === 'zsh' ? flag : flag.replace(/^--/, '-l ').replace(/^-(?=\w$)/, '-s ')),
            `${at} ${flag}`,
          ).toBeGreaterThan(0);
      for (const { name } of below) expect(lineOf(name), `${at} ${name}`).toBeGreaterThan(0);
    }
  });
});
