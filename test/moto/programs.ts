import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The moto whose differences are listed: another one may differ otherwise. */
const motoVersion = '5.2.1';

const wayOut = `Run .ci/run, which installs what is missing; or make a virtual environment yourself:
  python3 -m venv VENV && VENV/bin/pip install -r .ci/moto-requirements.txt
and name it: REKEY_MOTO_VENV=VENV npx vitest run -c vitest.moto.config.ts`;

/** The path of a program: of the virtual environment that REKEY_MOTO_VENV names, else of PATH. Throws when it is missing: this lane is never skipped silently. */
export function program(name: 'moto_server' | 'aws' | 'python3', env: NodeJS.ProcessEnv = process.env): string {
  const venv = env['REKEY_MOTO_VENV'];
  const folders = venv ? [join(venv, 'bin')] : (env['PATH'] ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(`${name} is not in ${venv ? `${venv}/bin (REKEY_MOTO_VENV)` : 'any folder of PATH'}.\n${wayOut}`);
}

/** Throws unless moto has the version that is refereed by, and boto3 can be imported. */
export async function checkPython(): Promise<void> {
  const script = 'import boto3, moto; print(moto.__version__)';
  const { exit, stdout, stderr } = await ran(program('python3'), ['-c', script]);
  if (exit !== 0) throw new Error(`boto3 or moto can't be imported: ${stderr.trim()}\n${wayOut}`);
  if (stdout.trim() !== motoVersion) throw new Error(`moto is ${stdout.trim()}, not ${motoVersion}.\n${wayOut}`);
}

/** The environment of a client of `endpoint`: made-up credentials, and nothing of the caller's own AWS settings. */
export function clientOf(endpoint: string, region: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(AWS_|REKEY_|BOTO)/.test(name));
  return {
    ...Object.fromEntries(own),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'made-up',
    AWS_SECRET_ACCESS_KEY: 'made-up',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    NO_PROXY: '127.0.0.1',
  };
}

/** How a program ended. */
export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever that is. Throws only when it can't be started. */
export function ran(path: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ran> {
  return new Promise((resolve, reject) => {
    execFile(path, args, { cwd: root, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (!error) resolve({ exit: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ exit: error.code, stdout, stderr });
      else reject(error);
    });
  });
}

/** A server that a test started. */
export interface Serving {
  /** Whatever `ready` found in what it printed. */
  readonly said: string;
  close(): Promise<void>;
}

/** Starts a server and waits until it has printed what `ready` looks for (its first group). */
export async function serving(
  path: string,
  args: readonly string[],
  ready: RegExp,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Serving> {
  const child = spawn(path, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    const said = await announced(child, path, ready);
    return {
      said,
      async close() {
        child.kill();
        await ended;
      },
    };
  } catch (error) {
    child.kill();
    throw error;
  }
}

function announced(child: ChildProcess, path: string, ready: RegExp): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    const never = (why: string) => reject(new Error(`${path} ${why}; it printed:\n${printed}`));
    const late = setTimeout(() => never('did not say within 90 s where it listens'), 90_000);
    const hear = (chunk: Buffer) => {
      printed += chunk.toString();
      const found = ready.exec(printed)?.[1];
      if (found === undefined) return;
      clearTimeout(late);
      resolve(found);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(late);
      never(`ended with ${code}`);
    });
  });
}
