import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../app/version.ts';
import { problem } from '../errors/index.ts';
import type { AccountState } from '../simulator/state.ts';
import { near } from './next-command.ts';

/** The simulated account, in a process of its own. */
export interface Aws {
  readonly endpoint: string;
  readonly pid: number;
  readonly env: { readonly [name: string]: string };
}

/** What it holds. */
export const demoScenario = 'scenarios/demo.yaml';
/** How long it stays without a request. */
export const idle = '15m';

/** Starts the account of the demo, in a process and a session of its own. Throws `demo-failed`, `state-dir-unwritable`. */
export async function startAws(speed: string, stateDir: string): Promise<Aws> {
  const log = openLog(stateDir);
  const args = [
    'simulate',
    '--scenario',
    shown(demoScenario),
    '--listen',
    '127.0.0.1:0',
    '--speed',
    speed,
    '--exit-when-idle',
    idle,
  ];
  // In a session of its own, so that neither Ctrl-C nor the end of this process reaches it.
  const child = spawn(process.execPath, [shown('bin/rekey.js'), ...args, '--json'], {
    detached: true,
    stdio: ['ignore', 'pipe', log],
  });
  closeSync(log);
  const { stdout } = child;
  if (!stdout) throw new Error('a child without the pipe it was given');
  const lines = createInterface({ input: stdout });
  const first: unknown[] = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [])]);
  lines.close();
  stdout.destroy();
  child.unref();
  if (typeof first[0] !== 'string') {
    throw problem('demo-failed', {
      findings: [`the simulated account did not start; ${join(stateDir, 'simulator.log')} says why`],
    });
  }
  return JSON.parse(first[0]) as Aws;
}

function openLog(stateDir: string): number {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    return openSync(join(stateDir, 'simulator.log'), 'a', 0o600);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw problem('state-dir-unwritable', { stateDir, reason }, error);
  }
}

/** From here on this process speaks to the simulated account, and with nobody's real credentials. */
export function adopt(env: Aws['env']): void {
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_DEFAULT_REGION']) delete process.env[name];
  Object.assign(process.env, env);
}

/** The truth about the account now. */
export async function stateOf(aws: Aws): Promise<AccountState> {
  const response = await fetch(new URL('/_rekey/state', aws.endpoint));
  return (await response.json()) as AccountState;
}

/** A file of the package, as short as it can be typed from here. */
export function shown(path: string): string {
  return near(fileURLToPath(new URL(path, packageRoot)));
}
