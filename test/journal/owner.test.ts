import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { identityOf, isAlive, isSameProcess, whoAmI } from '../../src/journal/owner.ts';

const me = await whoAmI();

function started(program: string, ...args: readonly string[]): ChildProcess & { pid: number } {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error(`${program} did not start`);
  return Object.assign(child, { pid: child.pid });
}

test('this process knows itself, and sees itself alive', async () => {
  expect(Object.values(me)).not.toContain('');
  expect(isSameProcess(me, await whoAmI())).toBe(true);
  expect(await isAlive(me)).toBe('alive');
});

test('a process is alive until it is killed, and dead from then on', async () => {
  const child = started(process.execPath, '-e', 'setInterval(() => {}, 1000)');
  const owner = await identityOf(child.pid);
  expect(await isAlive(owner)).toBe('alive');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await isAlive(owner)).toBe('dead');
});

test('a stopped process is alive', async () => {
  const child = started(process.execPath, '-e', 'setInterval(() => {}, 1000)');
  const owner = await identityOf(child.pid);
  child.kill('SIGSTOP');
  expect(await isAlive(owner)).toBe('alive');
});

test('a zombie is dead', async () => {
  const child = started('sh', '-c', 'sleep 0.2 & echo $!; exec sleep 60');
  const [line] = (await once(child.stdout ?? process.stdin, 'data')) as [Buffer];
  const owner = await identityOf(Number(line.toString()));
  expect(owner.started).not.toBe('');
  await expect.poll(() => isAlive(owner), { timeout: 5_000 }).toBe('dead');
  expect(() => process.kill(owner.pid, 0)).not.toThrow();
});

test('another process under the number of the owner does not pass for it', async () => {
  expect(await isAlive({ ...me, started: `${me.started}1` })).toBe('dead');
});

test('an owner from before the last boot of this machine is dead', async () => {
  expect(await isAlive({ ...me, boot: 'before' })).toBe('dead');
});

test.each([
  ['on another machine', { machine: 'f'.repeat(32) }],
  ['on another machine, booted at another time', { machine: 'f'.repeat(32), boot: 'other' }],
  ['on a clone of this machine under another name', { host: 'clone', boot: 'other' }],
  ['in another pid namespace', { pidNamespace: 'pid:[1]' }],
  ['in another pid namespace under a free number', { pidNamespace: 'pid:[1]', pid: 4_194_303 }],
  ['that could not tell its machine', { machine: '' }],
  ['that could not tell its boot', { boot: '' }],
  ['that could not tell its pid namespace', { pidNamespace: '' }],
  ['that could not tell when it began', { started: '' }],
])('nothing is known about an owner %s', async (_where, part) => {
  expect(await isAlive({ ...me, ...part })).toBe('unknown');
});

test('a reader that can not tell where it is knows nothing about anyone', async () => {
  for (const part of [{ machine: '' }, { boot: '' }, { pidNamespace: '' }]) {
    const blind = { ...me, ...part };
    expect(await isAlive(blind, blind)).toBe('unknown');
    expect(isSameProcess(blind, blind)).toBe(false);
  }
});
