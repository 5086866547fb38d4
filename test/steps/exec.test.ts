import { mkdtempSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { classify } from '../../src/aws/outage.ts';
import type { AwsServices } from '../../src/aws/services.ts';
import { clockOf } from '../../src/contract/clock.ts';
import { runCommand } from '../../src/steps/control/command.ts';
import { exec } from '../../src/steps/control/exec.ts';
import { contextOf } from './simulated.ts';

const on = { aws: { region: 'eu-west-1' } as AwsServices, clock: clockOf() };
const node = process.execPath;
const command = (script: string, given: object = {}) => exec.input.parse({ argv: [node, '-e', script], ...given });

describe('control.exec', () => {
  it('values go by the environment, and no shell sees them', async () => {
    const value = '$(touch /tmp/x); `id`';
    const script = `process.exit(process.env.VALUE === ${JSON.stringify(value)} && process.env.REKEY_PLAN === 'test' ? 0 : 1)`;
    await expect(exec.run(contextOf(on), command(script, { environment: { VALUE: value } }))).resolves.toMatchObject({
      exit: 0,
    });
  });

  it('a command that fails fails its step, with its last complaint', async () => {
    const input = command('console.error("no such table\\u001b[31m"); process.exit(3)');
    const output = await exec.run(contextOf(on), input);
    expect(output).toEqual({ exit: 3, how: 'exited with 3: no such table\\u001b[31m' });
    await expect(exec.look(contextOf(on, { sentAt: 1 }), input, output)).resolves.toMatchObject({ is: 'failed' });
  });

  it('a command that hangs is ended with everything it started', async () => {
    const place = join(mkdtempSync(join(tmpdir(), 'rekey-hang-')), 'socket');
    const lines = new Set<Socket>();
    let started = false;
    const server = createServer((line) => {
      started = true;
      lines.add(line);
      line.on('close', () => lines.delete(line)).on('error', () => {});
    });
    await new Promise<void>((listening) => server.listen(place, listening));
    const grandchild = `require('net').connect(${JSON.stringify(place)}).on('close', () => process.exit())`;
    const script = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'ignore' }).on('exit', () => process.exit());`;
    try {
      const output = await exec.run(contextOf(on), command(script, { timeoutMs: 2_000 }));
      expect(output).toEqual({ exit: null, how: 'did not end within 2000 ms' });
      await vi.waitFor(() => expect(lines.size).toBe(0));
      expect(started).toBe(true);
    } finally {
      for (const line of lines) line.destroy();
      server.close();
    }
  });

  it('an interrupted command is in doubt', async () => {
    const abort = new AbortController();
    const run = exec.run(contextOf(on, { signal: abort.signal }), command('setInterval(() => {}, 1000)'));
    setTimeout(() => abort.abort(), 200);
    const error = await run.catch((error: unknown) => error);
    expect(classify(error)?.class).toBe('in-doubt');
  });

  it('a command whose start can not be put on record is ended, and that is thrown', async () => {
    const commands = { alone: async () => {}, started: () => Promise.reject(new Error('the disk is full')) };
    // Longer than this test: it ends by that alone.
    const run = exec.run(contextOf(on, { commands }), command('setInterval(() => {}, 1000)', { timeoutMs: 20_000 }));
    await expect(run).rejects.toThrow('the disk is full');
  }, 10_000);

  it('nothing is started while something is left that can not be waited for', async () => {
    const commands = { alone: () => Promise.reject(new Error('it still runs')), started: async () => {} };
    for (const asked of [
      exec.run(contextOf(on, { commands }), command('')),
      exec.look(contextOf(on, { commands, sentAt: 1 }), command('', { repeatable: true }), undefined),
    ])
      await expect(asked).rejects.toThrow('it still runs');
  });

  it('a program that is not there is told', async () => {
    const output = await exec.run(contextOf(on), exec.input.parse({ argv: ['/no/such/program'] }));
    expect(output?.how).toContain('could not be started');
  });

  it('a command that can not be started is told, whatever the reason', async () => {
    const { signal } = new AbortController();
    const ofProgram = { environment: {}, timeoutMs: 1_000, signal };
    for (const argv of [['/etc/passwd/notify'], [node, 'a\0b'], [node, 'x'.repeat(3_000_000)], ['']])
      await expect(runCommand({ argv, ...ofProgram })).resolves.toMatchObject({
        why: expect.stringContaining('could not be started'),
      });
  });

  it('one that was interrupted is not run again by itself', async () => {
    const ctx = contextOf(on, { sentAt: 1 });
    await expect(exec.look(ctx, command(''), undefined)).rejects.toMatchObject({ code: 'command-in-doubt' });
    await expect(exec.look(ctx, command('', { repeatable: true }), undefined)).resolves.toEqual({ is: 'absent' });
  });

  it.each([
    ['is not there', ['/no/such/probe'], {}],
    ['takes too long', [node, '-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 300 }],
    ['is killed', [node, '-e', 'process.kill(process.pid, "SIGKILL")'], {}],
  ] as const)('a probe that %s does not say that a command in doubt did nothing', async (_how, probe, more) => {
    const input = command('', { probe: [...probe], ...more });
    await expect(exec.look(contextOf(on, { sentAt: 1 }), input, undefined)).rejects.toMatchObject({
      code: 'command-in-doubt',
    });
    // Before anything was sent there is nothing to doubt.
    await expect(exec.look(contextOf(on), input, undefined)).resolves.toEqual({ is: 'absent' });
  });

  it('a probe that is interrupted leaves it in doubt', async () => {
    const abort = new AbortController();
    const input = command('', { probe: [node, '-e', 'setInterval(() => {}, 1000)'] });
    const look = exec.look(contextOf(on, { sentAt: 1, signal: abort.signal }), input, undefined);
    setTimeout(() => abort.abort(), 200);
    const error = await look.catch((error: unknown) => error);
    expect(classify(error)?.class).toBe('in-doubt');
  });

  it('its probe tells whether it has taken effect', async () => {
    const ctx = contextOf(on, { sentAt: 1 });
    const probe = (code: number) => command('', { probe: [node, '-e', `process.exit(${code})`] });
    await expect(exec.look(ctx, probe(0), undefined)).resolves.toMatchObject({ is: 'done' });
    await expect(exec.look(ctx, probe(1), undefined)).resolves.toEqual({ is: 'absent' });
  });
});
