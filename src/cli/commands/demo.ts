import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { clockOf } from '../../contract/clock.ts';
import type { RunEvent } from '../../contract/event.ts';
import { problem } from '../../errors/index.ts';
import type { AccountState } from '../../simulator/state.ts';
import { near, programWords, quoted } from '../next-command.ts';
import { answer, ink, table } from '../screen.ts';
import { defaultStateDir, settingsOf } from '../settings.ts';
import { packageRoot } from '../version.ts';
import { command, type MakeCommand } from './options.ts';
import { freshRunId, run } from './run.ts';

interface DemoOptions {
  readonly speed: string;
  readonly keep?: boolean;
}

/** The simulated account, in a process of its own. */
interface Aws {
  readonly endpoint: string;
  readonly pid: number;
  readonly env: { readonly [name: string]: string };
}

const keys = { from: 'alias/application-20180606', to: 'alias/application-current' };
const hold = '30m';
const idle = '15m';

/** `rekey demo`: the main job on a simulated account, with the proof that nothing was lost. What `npm start` does. */
export const demoCommand: MakeCommand = (end) =>
  command('demo', 'Watch a plan re-key every volume of a running instance in a simulated account. Needs no AWS.', [
    ['rekey demo', 'about ten seconds'],
    ['rekey demo --speed 60 --keep', 'slower; leave the account running to look around in it'],
  ])
    .option('--speed <n>', 'how many seconds pass in the account in one second', '600')
    .option('--keep', `leave the simulated account running (it ends after ${idle} without a request)`)
    .action(async (options: DemoOptions) => end(await demo(options)));

async function demo(options: DemoOptions): Promise<number> {
  const stateDir = join(defaultStateDir, `demo-${new Date().toISOString().slice(0, 19).replace(/[-:]/g, '')}`);
  const aws = await startAws(options.speed, stateDir);
  adopt(aws.env);
  const before = await stateOf(aws);
  const instance = before.instances.find((one) => one.state === 'running' && one.workload !== null);
  if (!instance) throw problem('demo-failed', { findings: ['the scenario has no running instance with a workload'] });
  const plan = shown('plans/ec2-instance.yaml');
  const runId = await freshRunId(settingsOf({ stateDir }));
  const environment = Object.entries(aws.env).map(([name, value]) => `${name}=${quoted(value)}`);
  answer(`${ink.bold('A simulated AWS account')} listens at ${aws.endpoint}, ${options.speed} times as fast as the clock on the wall.
It is a process of its own (${aws.pid}): kill this one whenever you like, the account lives on. Then resume with:

  ${environment.join(' \\\n  ')} \\
  ${programWords().map(quoted).join(' ')} resume ${runId} --state-dir ${quoted(stateDir)} --wait

BEFORE`);
  printVolumes(before, instance.id);
  answer(`\nNow ${plan} moves what is under ${keys.from} to ${keys.to}:\n`);
  let atStart: Promise<AccountState> | undefined;
  const watch = (event: RunEvent) => {
    // From its stop on nothing is written until the start: what the ledger holds then was written before.
    const stopped = event.type === 'record' && event.entry.t === 'done' && event.entry.uses === 'ec2.stop-instance';
    if (stopped) atStart ??= stateOf(aws);
  };
  const set = [
    `account="${before.account}"`,
    `region=${before.region}`,
    `target.id=${instance.id}`,
    `keys.from=${keys.from}`,
    `keys.to=${keys.to}`,
    `steps.soak.with.for=${hold}`,
  ];
  const exit = await run([plan], { stateDir, wait: true, set, runId, watch });
  if (exit !== 0) {
    answer(`\nThe simulated account is still there, for ${idle}; go on with the command at the top.`);
    return exit;
  }
  const then = await (atStart ?? Promise.resolve(before));
  const after = await written(aws, instance.id, writesOf(then, instance.id));
  answer('\nAFTER');
  printVolumes(after, instance.id);
  const findings = judge({ before, then, after }, instance.id);
  if (findings.length) throw problem('demo-failed', { findings });
  tellProof({ then, after }, instance.id);
  if (!options.keep) process.kill(aws.pid);
  tellFurther({ aws, stateDir, runId, plan, keep: options.keep === true, environment });
  return 0;
}

async function startAws(speed: string, stateDir: string): Promise<Aws> {
  const log = openLog(stateDir);
  const scenario = shown('scenarios/demo.yaml');
  const args = [
    'simulate',
    '--scenario',
    scenario,
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
function adopt(env: Aws['env']): void {
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_DEFAULT_REGION']) delete process.env[name];
  Object.assign(process.env, env);
}

async function stateOf(aws: Aws): Promise<AccountState> {
  const response = await fetch(new URL('/_rekey/state', aws.endpoint));
  return (await response.json()) as AccountState;
}

type Ledger = NonNullable<AccountState['instances'][number]['workload']>['ledger'];

function ledgerOf(state: AccountState, id: string): Ledger {
  return state.instances.find((one) => one.id === id)?.workload?.ledger ?? [];
}

function writesOf(state: AccountState, id: string): number {
  return ledgerOf(state, id).reduce((sum, one) => sum + one.writes, 0);
}

/** The account once the workload has written something more than it had at the stop. */
async function written(aws: Aws, id: string, more: number): Promise<AccountState> {
  const wall = clockOf();
  for (let attempt = 0; ; attempt++) {
    const state = await stateOf(aws);
    if (writesOf(state, id) > more || attempt === 50) return state;
    await wall.sleepUntil(wall.now() + 100);
  }
}

function printVolumes(state: AccountState, id: string): void {
  const instance = state.instances.find((one) => one.id === id);
  const ledger = new Map(ledgerOf(state, id).map((one) => [one.device, one]));
  const rows = [...(instance?.devices ?? [])].sort(byDevice).map(({ device, volume: volumeId }) => {
    const volume = state.volumes.find((one) => one.id === volumeId);
    const kept = ledger.get(device);
    const data = !kept ? '' : `${kept.writes} writes ${kept.lost === false ? '= ledger' : 'NOT as in the ledger'}`;
    return [
      device,
      volumeId,
      `${volume?.size} GiB`,
      volume?.type ?? '',
      keyName(state, volume?.key),
      (volume?.digest ?? '-').slice(0, 8),
      data,
    ];
  });
  for (const line of table([['device', 'volume', 'size', 'type', 'key', 'sha256', 'plaintext'], ...rows])) answer(line);
  answer(`  ${instance?.name ?? id} (${id}) is ${instance?.state}`);
}

const byDevice = (a: { device: string }, b: { device: string }) => (a.device < b.device ? -1 : 1);

function keyName(state: AccountState, arn: string | null | undefined): string {
  const key = state.keys.find((one) => one.arn === arn);
  return key?.aliases[0] ?? arn ?? 'none';
}

/** What is not as the demo promises; empty when all is. */
function judge(states: { before: AccountState; then: AccountState; after: AccountState }, id: string): string[] {
  const { before, then, after } = states;
  const findings: string[] = [];
  const devices = (state: AccountState) => state.instances.find((one) => one.id === id)?.devices ?? [];
  const volumeAt = (state: AccountState, device: string) => {
    const held = devices(state).find((one) => one.device === device)?.volume;
    return state.volumes.find((one) => one.id === held);
  };
  for (const { device } of devices(before)) {
    const [was, is] = [volumeAt(before, device), volumeAt(after, device)];
    const moved = keyName(before, was?.key) === keys.from;
    const wanted = moved ? keys.to : keyName(before, was?.key);
    if (!is) findings.push(`${device}: nothing is attached`);
    else if (keyName(after, is.key) !== wanted)
      findings.push(`${device}: ${is.id} is under ${keyName(after, is.key)}, not ${wanted}`);
    if (!moved && is?.id !== was?.id) findings.push(`${device}: was to be left alone`);
    if (moved && after.volumes.some((one) => one.id === was?.id))
      findings.push(`${was?.id}: the original is still there`);
  }
  for (const one of ledgerOf(after, id))
    if (one.lost !== false) findings.push(`${one.device}: writes that were acknowledged are lost`);
  if (writesOf(after, id) <= writesOf(then, id)) findings.push('nothing has been written since the start');
  const state = after.instances.find((one) => one.id === id)?.state;
  if (state !== 'running') findings.push(`${id} is ${state}, not running`);
  return findings;
}

function tellProof({ then, after }: { then: AccountState; after: AccountState }, id: string): void {
  const all = writesOf(after, id);
  const tick = ink.green('✔');
  answer(`
${tick} every volume that was under ${keys.from} is under ${keys.to}
${tick} all ${all} acknowledged writes can be read back, ${all - writesOf(then, id)} of them made after the start on the new volumes
${tick} the originals are gone, after proof and a hold of ${hold}; ${id} runs`);
}

function tellFurther(of: {
  aws: Aws;
  stateDir: string;
  runId: string;
  plan: string;
  keep: boolean;
  environment: readonly string[];
}): void {
  const { aws, stateDir, runId, plan, keep, environment } = of;
  const rekey = programWords().map(quoted).join(' ');
  const dir = `--state-dir ${quoted(stateDir)}`;
  const rows = [
    [`${rekey} status ${runId} ${dir}`, 'what it did'],
    [`${rekey} journal verify ${runId} ${dir}`, 'its journal, record by record'],
    [`less ${plan}`, 'the plan that ran'],
    [`${rekey} simulate --scenario ${shown('scenarios/demo.yaml')}`, 'the same account, to try things on'],
    ...(keep
      ? [[`curl ${aws.endpoint}/_rekey/state`, `this account as it is now; it ends after ${idle} without a request`]]
      : []),
  ];
  answer('\nWhere to look further:');
  for (const [line, what] of rows) answer(`  ${line}\n      ${ink.dim(what ?? '')}`);
  if (keep) answer(`  with: ${environment.join(' ')}`);
}

/** A file of the package, as short as it can be typed from here. */
function shown(path: string): string {
  return near(fileURLToPath(new URL(path, packageRoot)));
}
