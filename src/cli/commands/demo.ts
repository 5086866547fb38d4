import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defaultStateDir, settingsOf } from '../../app/settings.ts';
import { clockOf } from '../../contract/clock.ts';
import type { RunEvent } from '../../contract/event.ts';
import { problem } from '../../errors/index.ts';
import type { AccountState } from '../../simulator/state.ts';
import { type Aws, adopt, demoScenario, idle, shown, startAws, stateOf } from '../demo-account.ts';
import { isDevice, judge, printPieces, tellProof, writesOf } from '../demo-proof.ts';
import { programWords, quoted } from '../next-command.ts';
import { answer, fitted, ink } from '../screen.ts';
import { command, type MakeCommand, mostSpeed, numberOf } from './options.ts';
import { begin } from './run.ts';

interface DemoOptions {
  readonly speed: string;
  readonly keep?: boolean;
}

const keys = { from: 'alias/application-20180606', to: 'alias/application-current' };
const hold = '10m';
const plans = {
  instance: 'plans/ec2-instance.yaml',
  database: 'plans/rds-instance.yaml',
  cluster: 'plans/rds-cluster.yaml',
} as const;
/** With these an original is left for good: what its clients have been told by then was written to it. */
const leaving: Readonly<Record<string, 'devices' | 'databases' | undefined>> = {
  'ec2.stop-instance': 'devices',
  'rds.verify-fence': 'databases',
  'rds.verify-cluster-fence': 'databases',
};

/** `rekey demo`: the main job on a simulated account, with the proof that nothing was lost. What `npm start` does. */
export const demoCommand: MakeCommand = (end) =>
  command(
    'demo',
    'Watch one run re-key the volumes of a running instance, a PostgreSQL instance and an Aurora cluster in a simulated account. Needs no AWS.',
    [
      ['rekey demo', 'about twenty seconds'],
      ['rekey demo --speed 60 --keep', 'slower; leave the account running to look around in it'],
    ],
  )
    .option('--speed <n>', 'how many seconds pass in the account in one second', '250')
    .option('--keep', `leave the simulated account running (it ends after ${idle} without a request)`)
    .action(async (options: DemoOptions) => end(await demo(options)));

/** What somebody needs to know who goes on by hand. */
interface Introduced {
  readonly aws: Aws;
  readonly stateDir: string;
  readonly runId: string;
  readonly environment: readonly string[];
}

async function demo(options: DemoOptions): Promise<number> {
  numberOf('demo', '--speed', options.speed, mostSpeed);
  const stateDir = freeStateDir();
  const aws = await startAws(options.speed, stateDir);
  adopt(aws.env);
  const before = await stateOf(aws);
  const instance = before.instances.find((one) => one.state === 'running' && one.workload !== null)?.id;
  const database = before.databases.find((one) => one.cluster === null);
  const [cluster] = before.clusters;
  if (!instance || !database || !cluster)
    throw problem('demo-failed', {
      findings: ['the scenario lacks a running instance with a workload, a database or a cluster'],
    });
  const { freshRunId } = await import('../../app/run.ts');
  const runId = freshRunId(settingsOf({ stateDir }));
  const environment = Object.entries(aws.env).map(([name, value]) => `${name}=${quoted(value)}`);
  introduce({ aws, stateDir, runId, environment, speed: options.speed });
  printPieces(before, instance);
  const files = Object.values(plans).map(shown);
  answer('');
  answer(fitted(`Now one run of these moves what is under ${keys.from} to ${keys.to}:`, ''));
  answer(`  ${files.join('\n  ')}\n`);
  const leftWith = { devices: writesOf(before, instance, isDevice), databases: 0 };
  const looks: Promise<void>[] = [];
  const watch = (event: RunEvent) => {
    const left = event.type === 'record' && event.entry.t === 'done' ? leaving[event.entry.uses] : undefined;
    if (left === undefined) return;
    const which = (place: string) => isDevice(place) === (left === 'devices');
    const look = async () => {
      leftWith[left] = Math.max(leftWith[left], writesOf(await stateOf(aws), instance, which));
    };
    looks.push(look());
  };
  const sets = setsFor(before, { instance, database: database.identifier, cluster: cluster.identifier });
  const exit = await begin(files, { stateDir, wait: true, ...sets, runId, watch });
  if (exit !== 0) {
    answer(`\nThe simulated account stays for ${idle}: go on with the command at the top.`);
    return exit;
  }
  await Promise.all(looks);
  const then = leftWith.devices + leftWith.databases;
  const after = await written(aws, instance, then);
  answer('\nAFTER');
  printPieces(after, instance);
  const states = { before, then, after };
  const findings = judge(states, instance, keys);
  if (findings.length) throw problem('demo-failed', { findings });
  tellProof(states, instance, keys, hold);
  if (!options.keep) process.kill(aws.pid);
  tellFurther({ aws, stateDir, runId, keep: options.keep === true, environment });
  return 0;
}

/** What is set in the shipped plans so that they are about this account. */
function setsFor(
  { account, region }: AccountState,
  { instance, database, cluster }: { readonly instance: string; readonly database: string; readonly cluster: string },
) {
  const set = [
    `account="${account}"`,
    `region=${region}`,
    `keys.from=${keys.from}`,
    `keys.to=${keys.to}`,
    `steps.soak.with.for=${hold}`,
  ];
  const fence = [
    'steps.read.with.fence.securityGroup=sg-0123456789abcdef0',
    'steps.read.with.fence.inbound=[10.9.0.7/32]',
  ];
  const setIn = new Map([
    [shown(plans.instance), [`target.id=${instance}`]],
    [shown(plans.database), [`target.id=${database}`, ...fence]],
    [shown(plans.cluster), [`target.id=${cluster}`, ...fence]],
  ]);
  return { set, setIn };
}

function introduce(of: Introduced & { readonly speed: string }): void {
  const { aws, stateDir, runId, environment, speed } = of;
  answer(`${ink.bold('A simulated AWS account')} listens at ${aws.endpoint}.
Its clock is ${speed} times as fast as the clock on the wall.
It is a process of its own (${aws.pid}): kill this one whenever you like,
the account lives on. Then resume with:

  ${environment.join(' \\\n  ')} ${programWords().map(quoted).join(' ')} \\
    resume ${runId} --state-dir ${quoted(stateDir)} --wait

BEFORE`);
}

/** A state directory for one demo, with a name that is short enough for commands of one line. */
function freeStateDir(number = 1): string {
  const stateDir = join(defaultStateDir, `demo-${number}`);
  return existsSync(stateDir) ? freeStateDir(number + 1) : stateDir;
}

/** The account once something more has been written than there was when the originals were left. */
async function written(aws: Aws, instance: string, more: number): Promise<AccountState> {
  const wall = clockOf();
  for (let attempt = 0; ; attempt++) {
    const state = await stateOf(aws);
    if (writesOf(state, instance) > more || attempt === 50) return state;
    await wall.sleepUntil(wall.now() + 100);
  }
}

function tellFurther(of: Introduced & { readonly keep: boolean }): void {
  const { aws, stateDir, runId, keep, environment } = of;
  const rekey = programWords().map(quoted).join(' ');
  const dir = `--state-dir ${quoted(stateDir)}`;
  const rows = [
    [`${rekey} status ${runId} ${dir}`, 'what it did'],
    [`${rekey} \\\n    journal verify ${runId} ${dir}`, 'its journal, record by record'],
    [`less ${Object.values(plans).map(shown).join(' ')}`, 'the plans that ran'],
    [`${rekey} simulate --scenario ${shown(demoScenario)}`, 'the same account, to try things on'],
    ...(keep
      ? [[`curl ${aws.endpoint}/_rekey/state`, `this account as it is now; it ends after ${idle} without a request`]]
      : []),
  ];
  answer('\nWhere to look further:');
  for (const [words, what] of rows) answer(`  ${words}\n      ${ink.dim(what ?? '')}`);
  if (keep) answer(`  with: ${environment.join(' ')}`);
}
