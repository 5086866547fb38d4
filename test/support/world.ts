import { setMaxListeners } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import FakeTimers from '@sinonjs/fake-timers';
import type { HttpHandler } from '@smithy/core/protocols';
import { createPorts } from '../../src/app/ports.ts';
import { connect } from '../../src/aws/clients.ts';
import type { AwsServices } from '../../src/aws/services.ts';
import { agentOf } from '../../src/aws/user-agent.ts';
import { clockOf } from '../../src/contract/clock.ts';
import type { Databases } from '../../src/contract/databases.ts';
import type { RunEvent } from '../../src/contract/event.ts';
import type { Plan, PlanSource } from '../../src/contract/plan.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import type { Registry } from '../../src/contract/step.ts';
import { type Command, execute, type RunResult, submission } from '../../src/engine/execute.ts';
import { problem, RekeyError } from '../../src/errors/index.ts';
import { type AppendFate, memoryJournal } from '../../src/journal/memory.ts';
import { hashOf } from '../../src/plan/hash.ts';
import { parsePlan } from '../../src/plan/parse.ts';
import { formatProblem } from '../../src/plan/problem.ts';
import { type Account, type Call, createAccount } from '../../src/simulator/account.ts';
import { requestHandler } from '../../src/simulator/handler.ts';
import { simulatedDatabases } from '../../src/simulator/rds/sql.ts';
import { parseScenario } from '../../src/simulator/scenario.ts';
import { AwsError } from '../../src/simulator/wire/message.ts';
import { registry } from '../../src/steps/registry.ts';
import { Auditor } from './invariants.ts';
import { noteEnvironments, processes } from './processes.ts';
import { Machine, type Programs } from './programs.ts';
import { quiet } from './quiet.ts';
import { isRead } from './reads.ts';
import { wireless } from './wireless.ts';

const root = rootOf(import.meta.dirname);
const secret = 'aVerySecretAccessKey';
const epoch = Date.UTC(2026, 0, 4);
const latencyMs = 50;
const timeoutMs = 60_000;

/** A scenario of plain tests: one running instance with two volumes under the old key, and an unattached volume. */
export const twoVolumes = `
keys: [{ alias: alias/old }, { alias: alias/new }]
limits: { throttling: false }
instances:
  - id: i-0123456789abcdef0
    type: m5.large
    tags: { Name: orders }
    workload: { everySeconds: 7 }
    volumes:
      - { device: /dev/xvda, id: vol-00000000000000001, size: 8, type: gp3, key: alias/old, deleteOnTermination: true, tags: { role: root } }
      - { device: /dev/sdf, id: vol-00000000000000002, size: 50, type: gp3, iops: 4000, throughput: 200, key: alias/old, autoEnableIO: true, tags: { role: data } }
volumes:
  - { id: vol-00000000000000003, size: 20, type: gp2, key: alias/old, data: kept }
`;

export const instancePlan = source('plans/ec2-instance.yaml', [
  'target.id=i-0123456789abcdef0',
  'keys.from=alias/old',
  'keys.to=alias/new',
  'steps.soak.with.for=1h',
]);

export const volumePlan = source('plans/ebs-volume.yaml', [
  'target.id=vol-00000000000000003',
  'keys.from=alias/old',
  'keys.to=alias/new',
  'steps.soak.with.for=1h',
]);

/** A shipped plan with values set. */
export function source(file: string, sets: readonly string[]): PlanSource {
  return { file, text: readFileSync(resolve(root, file), 'utf8'), sets };
}

/** What has struck, in the words of deeds, when a process is begun with `replaceClaim`. */
export const aTakenClaim = 'a run takes over the claim of the other';

/** The run of a process that is given no other. */
export const firstRun = '20260104T000000Z-aaaaaa';

/** What dies, and when: API calls and journal records are counted over the life of one process, from 1. */
export interface Crash {
  readonly call?: { readonly number: number; readonly when: 'before' | 'after' | 'answered' };
  readonly record?: { readonly number: number; readonly when: 'crash-before' | 'crash-after' };
}

export interface ProcessOptions {
  readonly plans?: readonly PlanSource[];
  readonly command?: Command;
  readonly crash?: Crash;
  readonly wait?: boolean;
  readonly replaceClaim?: string;
  /** The steps that plans may use, if not those that ship. */
  readonly registry?: Registry<AwsServices>;
  readonly run?: string;
  /** Answers SQL instead of the account's databases. */
  readonly databases?: Databases | ((aws: () => AwsServices) => Databases);
  /** Dies before it hears the answer to the first call of such an operation. */
  readonly diesAfter?: (operation: string) => boolean;
  /** The instance that the process runs on. */
  readonly ownInstance?: string;
  /** From the nth record of this process on the disk is full. */
  readonly fullFrom?: number;
  /** Dies when such a record is on disk. */
  readonly diesOn?: (record: JournalRecord) => boolean;
  /** Called before each API call is carried out, with its operation. */
  readonly beforeCall?: (operation: string, number: number) => void;
  /** How many copies of database snapshots it has on their way at once; 20, as AWS has it, if nothing is said. */
  readonly copySlots?: number;
  /** Aborts the process, as the first Ctrl-C does, at this virtual time after its start. */
  readonly interruptAfterMs?: number;
}

/** One process's life. */
export interface Life {
  readonly result: RunResult | 'died';
  readonly disk: readonly JournalRecord[];
  readonly events: readonly RunEvent[];
  readonly calls: ReadonlyMap<string, number>;
  /** Operations in the order they were sent. */
  readonly sent: readonly string[];
}

export interface WorldOptions {
  /** Calls are written out as AWS's protocols have them, and read again: half as fast, the same history. */
  readonly wired?: boolean;
  /** The programs of the operator's that plans start; real ones, if they are left out. */
  readonly programs?: ((world: World) => Programs) | undefined;
}

/** An account in virtual time, and the processes that work on it one after the other. */
export class World {
  readonly account: Account;
  /** Judges every effect of every history, whatever the test is about. */
  readonly auditor: Auditor;
  /** What any run has announced: what is left behind has to be named there. */
  readonly told: string[] = [];
  private readonly watchers: ((call: Call) => void)[] = [];
  private readonly programWatchers: ((told: string) => void)[] = [];
  private dying = () => {};
  private readonly timers: ReturnType<typeof FakeTimers.install>;
  private readonly options: WorldOptions;

  constructor(
    scenario: string,
    seed: number,
    timers: ReturnType<typeof FakeTimers.install>,
    options: WorldOptions = {},
  ) {
    this.timers = timers;
    this.options = options;
    this.account = createAccount({
      scenario: parseScenario(scenario, 'test'),
      now: () => Date.now(),
      seed,
      arrive: (operation) => this.auditor.arrive(operation),
      observe: (call) => {
        this.auditor.after(call);
        for (const watcher of this.watchers) watcher(call);
      },
    });
    this.auditor = new Auditor(this.account);
    const act = this.account.act.bind(this.account);
    this.account.act = (action) => {
      this.auditor.soon();
      act(action);
      this.auditor.meanwhile(action);
    };
  }

  state(): ReturnType<Account['state']> {
    return this.account.state();
  }

  /** Has every call told to `watcher`. */
  watch(watcher: (call: Call) => void): void {
    this.watchers.push(watcher);
  }

  /** Has every start and end of a program of the operator's told to `watcher`. */
  watchPrograms(watcher: (told: string) => void): void {
    this.programWatchers.push(watcher);
  }

  tellProgram(told: string): void {
    for (const watcher of this.programWatchers) watcher(told);
  }

  /** What somebody's deed came to: `done`, or the code by which the account refused it. */
  attempt(deed: () => void): string {
    try {
      deed();
      return 'done';
    } catch (error) {
      if (error instanceof AwsError) return error.code;
      throw error;
    }
  }

  /** The process that works now dies, between two of its calls or records. */
  kill(): void {
    this.dying();
  }

  /** Lets virtual time pass. */
  pass(ms: number): void {
    this.timers.tick(ms);
  }

  /** One process, from a new run or from what an earlier one left, to its end or its death. */
  async process(past: readonly JournalRecord[] = [], options: ProcessOptions = {}): Promise<Life> {
    const run = options.run ?? firstRun;
    const sources = options.plans ?? [instancePlan];
    if (past.length === 0) {
      const refused = refusalOf(run, sources);
      if (refused) return refused;
    }
    const clock = clockOf();
    const events: RunEvent[] = [];
    const calls = new Map<string, number>();
    const sent: string[] = [];
    const abort = new AbortController();
    // Every plan, and whatever waits, listens to it.
    setMaxListeners(0, abort.signal);
    let dead = false;
    let die = () => {};
    const death = new Promise<'died'>((resolve) => {
      die = () => {
        dead = true;
        resolve('died');
      };
    });
    this.dying = die;
    const never = () => {
      die();
      return new Promise<never>(() => {});
    };
    const inner = requestHandler(this.account, { latency: () => latencyMs, timeoutMs });
    const carried = async <T>(send: () => Promise<T>): Promise<T> => {
      if (dead) return never();
      const operation = sent.at(-1) ?? '';
      const crash = options.crash?.call;
      const number = ++requests;
      options.beforeCall?.(operation, number);
      if (!isRead(operation)) this.auditor.before(party);
      if (crash?.number === number && crash.when === 'before') return never();
      const answer = await send();
      const dies = (crash?.number === number && crash.when === 'after') || options.diesAfter?.(operation);
      if (dead || dies) return never();
      if (crash?.number === number) queueMicrotask(() => queueMicrotask(die));
      return answer;
    };
    const handler: HttpHandler = {
      ...inner,
      handle: (request, handling) => carried(() => inner.handle(request, handling)),
    };
    let services: AwsServices | undefined;
    const theServices = () => {
      if (!services) throw new Error('asked before there was a way to AWS');
      return services;
    };
    const { databases: given } = options;
    const databases = (typeof given === 'function' ? given(theServices) : given) ?? simulatedDatabases(this.account);
    let requests = 0;
    const onAppend = (record: JournalRecord, number: number): AppendFate => {
      if (record.t === 'announced') this.told.push(record.text);
      if (dead) return 'crash-before';
      if (options.diesOn?.(record)) {
        queueMicrotask(die);
        return 'crash-after';
      }
      if (options.crash?.record?.number !== number) return 'written';
      queueMicrotask(die);
      return options.crash.record.when;
    };
    const { fullFrom = Number.POSITIVE_INFINITY } = options;
    // Neither its own opening nor the records of those before count.
    const isFull = (): boolean => journal.disk.length - past.length > fullFrom;
    const journal = memoryJournal(run, past, { now: () => Date.now(), onAppend, isFull });
    const party = { run, records: () => journal.disk };
    const plans = sources.map(planOf);
    if (options.replaceClaim !== undefined) this.auditor.struck.add(aTakenClaim);
    const command = options.command ?? (past.length ? { command: 'resume', again: true } : { command: 'run' });
    for (const { file } of sources) this.auditor.plans.add(basename(file, '.yaml'));
    for (const plan of plans) this.auditor.promises.begin(plan, { party, command, replaces: options.replaceClaim });
    const work = async () => {
      const aws = await connect({
        region: 'eu-west-1',
        clock,
        requestHandler: handler,
        userAgent: [['rekey', '0.0.0'], agentOf(run)],
        ownInstance: async () => options.ownInstance,
        databases: { query: async (...asked) => (dead ? never() : databases.query(...asked)) },
        credentials: { accessKeyId: 'AKIATEST', secretAccessKey: secret },
        signal: abort.signal,
        onCall: (operation) => {
          sent.push(operation);
          calls.set(operation, (calls.get(operation) ?? 0) + 1);
        },
      });
      services = aws;
      if (this.options.wired) unsigned(aws);
      else wireless(this.account, clientsOf(aws), { latencyMs, timeoutMs, carried });
      if (!past.length) {
        await journal.append(
          submission(
            run,
            'test',
            sources.map((one) => ({ ...one, hash: hashOf(one) })),
          ),
        );
      }
      const { copySlots } = options;
      const ports = createPorts({
        journal,
        ...(options.registry && { registry: options.registry }),
        aws,
        clock,
        processes,
        emit: (event: RunEvent) => {
          if (!dead) events.push(event);
        },
        signal: abort.signal,
        ...(copySlots !== undefined && { slots: { 'database-snapshot-copies': copySlots } }),
        wait: options.wait ?? true,
        replaceClaim: options.replaceClaim,
      });
      return execute(plans, ports, command);
    };
    if (options.interruptAfterMs !== undefined) setTimeout(() => abort.abort(), options.interruptAfterMs);
    const result = await this.until(Promise.race([work(), death]));
    // What a dead process left on the event loop is gone with it.
    dead = true;
    this.dying = () => {};
    const now = Date.now();
    this.timers.reset();
    this.timers.setSystemTime(now);
    // A test may have put another account in the place of the one that is judged.
    if (this.account === this.auditor.promises.account) {
      const died = result === 'died';
      const errors = died ? [] : result.plans.map(({ error }) => error);
      this.auditor.promises.ended(plans, journal.disk, { command, died, errors, interrupted: abort.signal.aborted });
    }
    this.auditor.judgeSecrets([JSON.stringify(journal.disk), JSON.stringify(events)], [secret]);
    return { result, disk: journal.disk, events, calls, sent };
  }

  /** Moves virtual time on, one timer after the other, until `work` has ended. */
  private async until<T>(work: Promise<T>): Promise<T> {
    let ended: { value: T } | { error: unknown } | undefined;
    work.then(
      (value) => {
        ended = { value };
      },
      (error: unknown) => {
        ended = { error };
      },
    );
    for (;;) {
      await quiet();
      if (ended) break;
      if (this.timers.countTimers() === 0) {
        // The SDK loads some of its parts on first use, which takes real time.
        const patience = performance.now() + 5_000;
        while (!ended && this.timers.countTimers() === 0 && performance.now() < patience) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (ended) break;
        if (this.timers.countTimers() === 0) throw new Error('nothing left to wait for, and not at an end');
      }
      this.timers.next();
    }
    if ('error' in ended) throw ended.error;
    return ended.value;
  }
}

/** Runs `body` in virtual time, with `Math.random` made from the seed: the same seed gives the same history. */
export async function inWorld<T>(
  scenario: string,
  body: (world: World) => Promise<T>,
  seed = 1,
  options: WorldOptions = {},
): Promise<T> {
  const timers = FakeTimers.install({
    now: epoch,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
    loopLimit: 1e9,
  });
  const random = Math.random;
  Math.random = seeded(seed);
  let machine: Machine | undefined;
  try {
    const world = new World(scenario, seed, timers, options);
    await world.account.ready();
    machine = options.programs && new Machine(world, options.programs(world));
    if (machine) noteEnvironments();
    const result = await body(world);
    if (world.auditor.violations.length > 0) throw new Error(world.auditor.violations.join('\n'));
    return result;
  } finally {
    machine?.close();
    Math.random = random;
    timers.uninstall();
  }
}

/** A plan that is not valid is refused before anything is asked, as the command line does it. */
function refusalOf(run: string, sources: readonly PlanSource[]): Life | undefined {
  try {
    for (const source of sources) planOf(source);
    return undefined;
  } catch (error) {
    if (!(error instanceof RekeyError) || error.code !== 'plan-invalid') throw error;
    const refused = { status: 'failed', exit: error.exit } as const;
    const plans = sources.map(({ file }) => ({ ...refused, name: file, error }));
    return { result: { ...refused, run, plans }, disk: [], events: [], calls: new Map(), sent: [] };
  }
}

const plans = new Map<string, Plan>();

export function planOf(one: PlanSource): Plan {
  const text = JSON.stringify(one);
  const known = plans.get(text);
  if (known) return known;
  const parsed = parsePlan(one, registry);
  if ('problems' in parsed)
    throw problem('plan-invalid', { file: one.file, problems: parsed.problems.map(formatProblem) });
  plans.set(text, parsed.plan);
  return parsed.plan;
}

/** The clients among the services. */
export function clientsOf({ cloudtrail, ebs, ec2, kms, rds, secretsmanager, sts }: AwsServices) {
  return { cloudtrail: cloudtrail(), ebs, ec2, kms, rds, secretsmanager, sts };
}

/** Signing is a tenth of a history's time, and the account checks no signature. */
function unsigned(aws: AwsServices): void {
  for (const [name, client] of Object.entries(clientsOf(aws))) {
    const scope = `AKIATEST/20260104/eu-west-1/${name}/aws4_request`;
    const sign = async (request: { headers: Record<string, string> }) => {
      request.headers['authorization'] = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
      return request;
    };
    Object.assign(client.config, { signer: async () => ({ sign }) });
  }
}

/** The folder of the package, from its sources as from what was compiled of them. */
function rootOf(folder: string): string {
  return existsSync(resolve(folder, 'plans/ec2-instance.yaml')) ? folder : rootOf(dirname(folder));
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

// The SDK loads its parts when they are first used, in real time, which virtual time would take for a standstill.
await (async () => {
  const account = createAccount({ scenario: parseScenario(twoVolumes, 'test'), now: () => Date.now() });
  const aws = await connect({
    region: 'eu-west-1',
    clock: clockOf(),
    requestHandler: requestHandler(account),
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: secret },
  });
  unsigned(aws);
  await Promise.all([
    aws.sts.getCallerIdentity({}),
    aws.ec2.describeVolumes({}),
    aws.kms.describeKey({ KeyId: 'alias/old' }),
    aws.rds.describeDBInstances({}),
    aws.secretsmanager.getSecretValue({ SecretId: 'none' }).catch(() => {}),
    aws.cloudtrail().lookupEvents({}),
    aws.ebs.listChangedBlocks({ FirstSnapshotId: 'none', SecondSnapshotId: 'none' }).catch(() => {}),
  ]);
})();
