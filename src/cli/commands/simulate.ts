import { clockOf, parseClock, printClock } from '../../contract/clock.ts';
import { problem } from '../../errors/index.ts';
import { parseDuration } from '../../report/duration.ts';
import type { AccountState } from '../../simulator/state.ts';
import { shown } from '../demo-account.ts';
import { printEvent } from '../json-lines.ts';
import { programWords, quoted } from '../next-command.ts';
import { answer, safe, tell } from '../screen.ts';
import { command, type MakeCommand, mostSpeed, numberOf } from './options.ts';

interface SimulateOptions {
  readonly scenario: string;
  readonly listen: string;
  readonly speed: string;
  readonly seed: string;
  readonly exitWhenIdle?: string;
  readonly allowRemote?: boolean;
  readonly json?: boolean;
}

/** `rekey simulate`: a simulated AWS account on HTTP, for another terminal. */
export const simulateCommand: MakeCommand = (end) =>
  command(
    'simulate',
    'Run a simulated AWS account (EC2, EBS, RDS, KMS, Secrets Manager, STS) on HTTP, for rekey, the AWS CLI and SDKs.',
    [
      ['rekey simulate --scenario scenarios/demo.yaml', 'then paste what it prints in another terminal'],
      ['rekey simulate --scenario my.yaml --listen 127.0.0.1:4599 --speed 60', 'an hour in a minute'],
    ],
  )
    .requiredOption('--scenario <file>', 'what the account holds')
    .option('--listen <host:port>', 'where to listen; port 0 takes a free one', '127.0.0.1:4599')
    .option('--speed <n>', 'how many seconds pass in it in one second', '60')
    .option('--seed <n>', 'another seed gives other ids and delays', '1')
    .option('--exit-when-idle <duration>', 'end after so long without a request: 90s, 15m, 2h')
    .option('--allow-remote', 'allow an address that others can reach; it asks nobody for a password')
    .option('--json', 'print where it listens as one JSON object')
    .action(async (options: SimulateOptions) => end(await simulate(options)));

async function simulate(options: SimulateOptions): Promise<number> {
  const { host, port } = addressOf(options);
  const speed = numberOf('simulate', '--speed', options.speed, mostSpeed);
  const seed = numberOf('simulate', '--seed', options.seed, 0xffff_ffff);
  const idleMs = options.exitWhenIdle === undefined ? undefined : durationOf(options.exitWhenIdle);
  const { readText } = await import('../../app/plans.ts');
  const text = await readText(options.scenario);
  const [{ parseScenario }, { createAccount }, { serve }] = await Promise.all([
    import('../../simulator/scenario.ts'),
    import('../../simulator/account.ts'),
    import('../../simulator/server.ts'),
  ]);
  const scenario = parseScenario(text, options.scenario);
  const wallEpoch = Date.now();
  const epoch = scenario.startAt === undefined ? wallEpoch : Date.parse(scenario.startAt);
  const times = { epoch, wallEpoch, speed };
  const account = createAccount({ scenario, now: clockOf(times).now, seed });
  return new Promise((resolve, reject) => {
    const over = (why: string) => {
      tell(`the simulated account ends: ${why}`);
      served.then((server) => server.close()).then(() => resolve(0), reject);
    };
    const served = serve(account, {
      host,
      port,
      ...(idleMs === undefined ? {} : { idleMs, onIdle: () => over(`no request for ${options.exitWhenIdle}`) }),
      onError: (error) => tell(safe(error instanceof Error ? (error.stack ?? error.message) : String(error))),
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over(signal));
    served.then(
      ({ url }) => announce(url, { scenario, clock: printClock(times), speed, state: account.state() }, options),
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        reject(problem('port-unusable', { listen: options.listen, reason }, error));
      },
    );
  });
}

function announce(
  url: string,
  about: {
    scenario: {
      account: string;
      region: string;
      runner: string;
      databases: readonly object[];
      clusters: readonly object[];
    };
    clock: string;
    speed: number;
    state: AccountState;
  },
  options: SimulateOptions,
): void {
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'simulated',
    AWS_SECRET_ACCESS_KEY: 'simulated',
    // Nothing that is simulated is the machine that it is simulated on.
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: about.scenario.region,
    // What boto3 and version 1 of the AWS CLI read instead.
    AWS_DEFAULT_REGION: about.scenario.region,
    REKEY_CLOCK: about.clock,
    // It lets anybody in; a client has to say something nevertheless.
    ...(about.scenario.databases.length + about.scenario.clusters.length > 0 && {
      REKEY_RESOLVER: `${url}/_rekey/resolve`,
      REKEY_DB_USER: 'simulated',
      REKEY_DB_PASSWORD: 'simulated',
    }),
  };
  if (options.json) {
    const { account, region } = about.scenario;
    const body = { endpoint: url, account, region, pid: process.pid, env };
    printEvent(clockOf(parseClock(about.clock)).now(), 'simulate.listening', body);
    return;
  }
  for (const [name, value] of Object.entries(env)) answer(`export ${name}=${quoted(value)}`);
  tell(`account ${about.scenario.account} is at ${url}, ${about.speed} times as fast as real time
→ paste the lines above in another terminal${exampleText(about.state, about.scenario.runner)}
→ ${url}/_rekey/state shows all that it holds; Ctrl-C ends it`);
}

// As the shipped plans have it.
const shippedFor = { account: '111122223333', region: 'eu-west-1' };

/** The run of a shipped plan for the first thing that the account holds. */
function exampleText({ account, region, instances, databases, clusters, volumes }: AccountState, runner: string) {
  const fence = [`steps.read.with.fence.inbound=[${runner}]`];
  const [example] = [
    ...instances.map(({ id }) => ({ plan: 'ec2-instance', id, more: [] })),
    ...databases.flatMap(({ identifier: id, cluster }) => (cluster ? [] : [{ plan: 'rds-instance', id, more: fence }])),
    ...clusters.map(({ identifier: id }) => ({ plan: 'rds-cluster', id, more: fence })),
    ...volumes.map(({ id }) => ({ plan: 'ebs-volume', id, more: [] })),
  ];
  if (!example) return '';
  const sets = [
    ...(account === shippedFor.account ? [] : [`account="${account}"`]),
    ...(region === shippedFor.region ? [] : [`region=${region}`]),
    `target.id=${example.id}`,
    ...example.more,
  ];
  const words = [...programWords(), 'run', shown(`plans/${example.plan}.yaml`)].map(quoted).join(' ');
  return `, then for example:\n  ${[words, ...sets.map((set) => `--set ${quoted(set)}`)].join(' \\\n    ')}`;
}

function addressOf({ listen, allowRemote }: SimulateOptions): { host: string; port: number } {
  const match = /^(?:\[([\da-fA-F:]+)\]|([\w.-]*)):(\d{1,5})$/.exec(listen);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (!host || !(port <= 65_535)) {
    throw problem('usage', {
      what: `--listen ${listen} is not HOST:PORT, for example 127.0.0.1:4599`,
      command: 'simulate',
    });
  }
  const loopback = host === '::1' || host === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(host);
  if (!loopback && !allowRemote) throw problem('listens-for-all', { listen });
  return { host, port };
}

function durationOf(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0 && ms < 2 ** 31) return ms;
  throw problem('usage', {
    what: `--exit-when-idle ${text} is not a duration like 90s, 15m or 2h`,
    command: 'simulate',
  });
}
