import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { clockOf, printClock } from '../../src/contract/clock.ts';
import { createAccount } from '../../src/simulator/account.ts';
import type { FaultRule } from '../../src/simulator/faults.ts';
import { parseScenario, type Scenario } from '../../src/simulator/scenario.ts';
import { serve } from '../../src/simulator/server.ts';
import { closingFetch } from '../support/closing-fetch.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const shippedPlan = join(root, 'plans/ec2-instance.yaml');

/** How a command ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, as they came: what a person sees where both lead to the same terminal. */
  readonly said: string;
}

/** A command under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr or stdout holds this. */
  says(what: RegExp): Promise<void>;
  /** Resolves when so many more lines have been printed than now, or when it has ended. */
  printsMore(lines: number): Promise<void>;
}

export type Env = Readonly<Record<string, string | undefined>>;

// No credentials, settings or proxies of whoever runs the tests.
const clean: Env = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  AWS_ENDPOINT_URL: undefined,
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
  REKEY_CLOCK: undefined,
  REKEY_RESOLVER: undefined,
  REKEY_DB_USER: undefined,
  REKEY_DB_PASSWORD: undefined,
  REKEY_DB_CA: undefined,
  REKEY_STATE_DIR: undefined,
  REKEY_DEBUG: undefined,
  NODE_OPTIONS: undefined,
  FORCE_COLOR: undefined,
};

export function environment(env: Env = {}): Record<string, string> {
  const all = Object.entries({ ...process.env, ...clean, ...env });
  return Object.fromEntries(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Builds what the commands run from, unless it is up to date. */
export function build(): void {
  const built = join(root, 'dist/.tsbuildinfo');
  const newest = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((file) => file.name.endsWith('.ts'))
    .reduce((last, file) => Math.max(last, statSync(join(file.parentPath, file.name)).mtimeMs), 0);
  if (existsSync(built) && statSync(built).mtimeMs > newest) return;
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/ready.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** A directory of its own, and how to remove it. */
export function workshop(): { dir: string; clear(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'rekey-cli-'));
  return { dir, clear: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Starts `rekey` with these arguments. */
export function start(args: readonly string[], where: { cwd: string; env?: Env }): Running {
  const child = spawn(process.execPath, [join(root, 'bin/rekey.js'), ...args], {
    cwd: where.cwd,
    env: environment(where.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let said = '';
  const hearers = new Set<() => void>();
  child.stdout?.on('data', (bytes: Buffer) => {
    stdout += bytes.toString();
    said += bytes.toString();
    for (const hear of hearers) hear();
  });
  child.stderr?.on('data', (bytes: Buffer) => {
    stderr += bytes.toString();
    said += bytes.toString();
    for (const hear of hearers) hear();
  });
  const ended = once(child, 'close').then(([code]: unknown[]) => ({
    code: code as number | null,
    stdout,
    stderr,
    said,
  }));
  const says = (what: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const hear = () => {
        if (!what.test(stderr) && !what.test(stdout)) return;
        hearers.delete(hear);
        resolve();
      };
      hearers.add(hear);
      void ended.then(() => reject(new Error(`it never said ${what}:\n${stdout}\n${stderr}`)));
      hear();
    });
  const lines = () => (stdout + stderr).split('\n').length;
  const printsMore = (more: number) => {
    const enough = lines() + more;
    const printed = new Promise<void>((resolve) => {
      const hear = () => {
        if (lines() < enough) return;
        hearers.delete(hear);
        resolve();
      };
      hearers.add(hear);
      hear();
    });
    return Promise.race([printed, ended.then(() => {})]);
  };
  return { child, ended, says, printsMore };
}

/** Runs `rekey` to its end. */
export function rekey(args: readonly string[], where: { cwd: string; env?: Env }): Promise<Ended> {
  return start(args, where).ended;
}

/** A process that runs one command after the other. */
export interface Shell {
  rekey(args: readonly string[], env?: Env): Promise<Ended>;
  close(): void;
}

/** For commands that answer or refuse at once: most of the time that one of them takes is the start of its process. */
export async function shell(cwd: string): Promise<Shell> {
  const child = fork(join(root, 'test/cli/shell-process.mjs'), [], { cwd, env: environment(), execArgv: [] });
  const closed = once(child, 'close').then(() => Promise.reject(new Error('the shell is closed')));
  // Until a command waits for it, its end is no accident.
  closed.catch(() => undefined);
  const heard = async () => ((await Promise.race([once(child, 'message'), closed])) as unknown[])[0];
  await heard();
  let last: Promise<unknown> = Promise.resolve();
  return {
    rekey(args, env) {
      const ended = last.then(() => {
        const answer = heard();
        child.send({ args, env: environment(env) });
        return answer as Promise<Ended>;
      });
      // Whoever asked hears of it; the next command waits for the end of this one, however it ended.
      last = ended.catch(() => undefined);
      return ended;
    },
    close: () => void child.kill('SIGKILL'),
  };
}

/** A simulated account on HTTP. */
export interface Simulated {
  readonly env: Env;
  readonly endpoint: string;
  state(): Promise<SimulatedState>;
  /** Has a call go wrong. */
  fault(rule: FaultRule): Promise<void>;
  stop(): void;
}

export interface SimulatedState {
  readonly calls: Readonly<Record<string, number>>;
  readonly keys: readonly { arn: string; aliases: readonly string[] }[];
  readonly volumes: readonly { id: string; key: string | null }[];
  readonly instances: readonly {
    id: string;
    state: string;
    devices: readonly { device: string; volume: string }[];
    workload: null | { ledger: readonly { device: string; writes: number; lost: boolean | null }[] };
  }[];
}

const demo = join(root, 'scenarios/demo.yaml');

/** The environment of processes that work on an account which this process serves at `url`. */
export function environmentOf(
  url: string,
  { region, databases, clusters }: Scenario,
  times: Parameters<typeof printClock>[0],
): Env {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'simulated',
    AWS_SECRET_ACCESS_KEY: 'simulated',
    AWS_REGION: region,
    REKEY_CLOCK: printClock(times),
    ...(databases.length + clusters.length > 0 && {
      REKEY_RESOLVER: `${url}/_rekey/resolve`,
      REKEY_DB_USER: 'simulated',
      REKEY_DB_PASSWORD: 'simulated',
    }),
  };
}

/** Serves the account of a scenario from this process, by default that of the demo, `speed` times as fast as the wall's clock. */
export async function simulate(speed = 2_000, scenario = demo): Promise<Simulated> {
  const held = parseScenario(readFileSync(scenario, 'utf8'), scenario);
  const wallEpoch = Date.now();
  const times = { epoch: held.startAt === undefined ? wallEpoch : Date.parse(held.startAt), wallEpoch, speed };
  const account = createAccount({ scenario: held, now: clockOf(times).now });
  const server = await serve(account);
  return {
    env: environmentOf(server.url, held, times),
    endpoint: server.url,
    state: async () => account.state(),
    fault: async (rule) => account.faults.add(rule),
    stop: () => void server.close(),
  };
}

/** The same as `rekey simulate` does it, in a process of its own. */
export async function simulateApart(cwd: string, speed = 2_000, scenario = demo): Promise<Simulated> {
  const args = ['simulate', '--scenario', scenario, '--listen', '127.0.0.1:0', '--speed', String(speed), '--json'];
  const { child, ended } = start([...args, '--exit-when-idle', '2m'], { cwd });
  if (!child.stdout) throw new Error('no stdout');
  const first: unknown[] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    ended.then((end) => Promise.reject(new Error(end.stderr))),
  ]);
  const told = JSON.parse(String(first[0])) as { endpoint: string; env: Env };
  return {
    ...told,
    state: async () => (await (await closingFetch(new URL('/_rekey/state', told.endpoint))).json()) as SimulatedState,
    async fault(rule) {
      const body = JSON.stringify([rule]);
      const response = await closingFetch(new URL('/_rekey/faults', told.endpoint), { method: 'POST', body });
      if (!response.ok) throw new Error(await response.text());
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

/** A workshop with a simulated account and a shell, for the tests of one file or one describe. */
export function workshopWithAccount(): { readonly room: ReturnType<typeof workshop>; here: Shell; aws: Simulated } {
  const desk = { room: workshop() } as ReturnType<typeof workshopWithAccount>;
  beforeAll(async () => {
    build();
    desk.here = await shell(desk.room.dir);
    desk.aws = await simulate();
  });
  afterAll(() => {
    desk.here?.close();
    desk.aws?.stop();
    desk.room.clear();
  });
  return desk;
}
