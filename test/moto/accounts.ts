import { join } from 'node:path';
import { EC2 } from '@aws-sdk/client-ec2';
import { KMS } from '@aws-sdk/client-kms';
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

/** The SDK's clients of an account, sending each call once. */
export function clientsOf({ url: endpoint }: Stand): { ec2: EC2; kms: KMS } {
  const credentials = { accessKeyId: 'made-up', secretAccessKey: 'made-up' };
  // A connection that the server closes for being idle, just as it is used again, would look like a failed call.
  const requestHandler = { httpAgent: { keepAlive: false } };
  const config = { endpoint, region, credentials, requestHandler, maxAttempts: 1 };
  return { ec2: new EC2(config), kms: new KMS(config) };
}
