import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as library from '../../src/index.ts';
import {
  clockOf,
  type RunEvent,
  readSources,
  resume,
  resumeAll,
  run,
  type Settings,
  statusOf,
} from '../../src/index.ts';
import * as simulator from '../../src/simulator/index.ts';
import { connectionTo, createAccount, parseScenario } from '../../src/simulator/index.ts';
import { build, root, shippedPlan, workshop } from '../cli/command.ts';

const { dir, clear } = workshop();
afterAll(clear);

describe('docs/LIBRARY.md', () => {
  const page = readFileSync(join(root, 'docs/LIBRARY.md'), 'utf8');
  const [, program = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
  const [, prints = ''] = /It prints:\n\n```\n([\s\S]*?)```/.exec(page) ?? [];
  beforeAll(() => {
    build();
    mkdirSync(join(dir, 'node_modules'));
    symlinkSync(root, join(dir, 'node_modules/kms-rekey'));
    writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
  });

  test('has a program of about twenty lines that runs against the built package, and prints what the page says and nothing else', () => {
    expect(program.trim().split('\n').length).toBeLessThan(25);
    writeFileSync(join(dir, 'program.js'), program);
    const env = { PATH: process.env['PATH'] };
    const stdout = execFileSync(process.execPath, ['program.js'], { cwd: dir, env, encoding: 'utf8' });
    expect(stdout).toBe(prints);
  });

  test('names only what the package exports', () => {
    const named = [...page.matchAll(/`(\w+)\([^`]*\)`/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !(name in library || name in simulator || name === 'status'))).toEqual([]);
  });

  test('has a program that is TypeScript, by the types that the package brings', () => {
    writeFileSync(join(dir, 'program.ts'), program);
    const options = '--noEmit --strict --module nodenext --target es2023 --skipLibCheck --types node'.split(' ');
    const types = ['--typeRoots', join(root, 'node_modules/@types')];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [tsc, ...options, ...types, 'program.ts'], { cwd: dir, encoding: 'utf8' });
  });
});

let made = 0;

/** A simulated account in this process, and a state directory that is not there yet. */
function here(): Settings {
  const scenario = join(root, 'scenarios/demo.yaml');
  const clock = clockOf({ speed: 2_000 });
  const account = createAccount({ scenario: parseScenario(readFileSync(scenario, 'utf8'), scenario), now: clock.now });
  return { stateDir: join(dir, `state-${++made}`), clock, connection: connectionTo(account) };
}

describe('a program that uses the library', () => {
  test.each([
    ['another account', 'account="444455556666"', 'wrong-account'],
    ['another Region', 'region=us-east-1', 'region-refused'],
  ])('is refused in %s than the plan names, before anything is written', async (_where, set, code) => {
    const settings = here();
    await expect(run(await readSources([shippedPlan], [set]), { settings })).rejects.toMatchObject({ code });
    expect(existsSync(settings.stateDir)).toBe(false);
  });

  test('is refused in another Region than its settings name', async () => {
    const settings = { ...here(), region: { value: 'us-east-1', from: 'the settings' } };
    const refused = run(await readSources([shippedPlan]), { settings });
    await expect(refused).rejects.toMatchObject({ code: 'region-differs' });
    expect(existsSync(settings.stateDir)).toBe(false);
  });

  test('begins nothing once its signal is aborted', async () => {
    const settings = here();
    const signal = AbortSignal.abort(new Error('not today'));
    await expect(run(await readSources([shippedPlan]), { settings, signal })).rejects.toThrow('not today');
    expect(existsSync(settings.stateDir)).toBe(false);
  });

  test('ends a run in order by its signal, sees where it stands, and resumes it', async () => {
    const settings = here();
    const stop = new AbortController();
    const heard: RunEvent['type'][] = [];
    const observer = {
      event(event: RunEvent) {
        heard.push(event.type);
        if (event.type === 'record' && event.entry.t === 'intent') stop.abort();
      },
    };
    const sources = await readSources([shippedPlan], ['steps.soak.with.for=10m']);
    const cut = await run(sources, { settings, wait: true, signal: stop.signal, observer });
    expect(cut).toMatchObject({ exit: 130, plans: [{ plan: 'ec2-instance', status: 'failed' }] });
    expect(heard).toContain('step.started');
    expect(await statusOf(settings, cut.run)).toMatchObject({
      head: cut.head,
      runner: 'dead',
      status: { plans: [{ status: 'interrupted', nextSteps: [{ command: 'resume' }, { command: 'rollback' }] }] },
    });
    expect(await resume(cut.run, { settings, wait: true })).toMatchObject({ run: cut.run, status: 'done', exit: 0 });
    expect(await resume(cut.run, { settings })).toEqual({ run: cut.run, exit: 0, ended: 'ec2-instance is done' });
  });

  test('resumes all runs that can go on, and hears which are left and until when', async () => {
    const settings = here();
    expect(await resumeAll({ settings })).toEqual({ resumed: [], left: [], exit: 0 });
    const paused = await run(await readSources([shippedPlan], ['steps.soak.with.for=4h']), { settings });
    expect(paused).toMatchObject({ status: 'paused', exit: 3 });
    const left: string[] = [];
    const onLeft = ({ of, until = 0 }: { of: { run: string }; until?: number }) => {
      if (until > settings.clock.now()) left.push(of.run);
    };
    expect(await resumeAll({ settings, onLeft })).toMatchObject({ resumed: [], left: [{ left: 'waits' }], exit: 0 });
    expect(left).toEqual([paused.run]);
    const all = await resumeAll({ settings, wait: true });
    expect(all).toMatchObject({ resumed: [{ run: paused.run, exit: 0 }], left: [], exit: 0 });
  });
});
