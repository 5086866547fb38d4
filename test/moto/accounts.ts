import { join } from 'node:path';
import { printClock } from '../../src/contract/clock.ts';
import { clientOf, program, root, serving } from './programs.ts';

const region = 'eu-west-1';
const scenario = join(root, 'test/moto/scenario.yaml');

/** An account on HTTP that is not AWS. */
export interface Stand {
  readonly url: string;
  /** The environment in which any client talks to it. */
  readonly env: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

// Nothing takes time in moto, so waiting at the pace that AWS needs would be waiting for nothing.
const motoSpeed = 20;

/** moto, empty. */
export async function startMoto(): Promise<Stand> {
  const args = ['-H', '127.0.0.1', '-p', '0'];
  const { said: url, close } = await serving(program('moto_server'), args, /Running on (http:\S+)/);
  const now = Date.now();
  const REKEY_CLOCK = printClock({ epoch: now, wallEpoch: now, speed: motoSpeed });
  return { url, env: { ...clientOf(url, region), REKEY_CLOCK }, close };
}

/** The simulated account of scenario.yaml, so many times as fast as the clock on the wall. */
export async function startSimulated(speed: number): Promise<Stand> {
  const options = ['--scenario', scenario, '--listen', '127.0.0.1:0', '--speed', String(speed), '--json'];
  const args = [join(root, 'bin/rekey.js'), 'simulate', ...options];
  const { said, close } = await serving(process.execPath, args, /^(\{.*"simulate\.listening".*\})$/m);
  const { endpoint, env } = JSON.parse(said) as { endpoint: string; env: NodeJS.ProcessEnv };
  return { url: endpoint, env: { ...clientOf(endpoint, region), ...env }, close };
}
