import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import FakeTimers from '@sinonjs/fake-timers';
import type { HttpHandler } from '@smithy/core/protocols';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect } from '../../src/aws/clients.ts';
import { classify } from '../../src/aws/outage.ts';
import { createSettleHub } from '../../src/aws/settle-hub.ts';
import { clockOf } from '../../src/contract/clock.ts';
import type { Journal } from '../../src/contract/journal.ts';
import type { JournalRecord, Owner } from '../../src/contract/record.ts';
import { fold } from '../../src/engine/fold.ts';
import { diskFiles, type Files } from '../../src/engine/journal/files.ts';
import { memoryJournal } from '../../src/engine/journal/memory.ts';
import { openStore } from '../../src/engine/journal/store.ts';
import { execute, type RunResult, submission } from '../../src/engine/run.ts';
import { currentPhases } from '../../src/engine/standing.ts';
import { hashOf } from '../../src/plan/hash.ts';
import { requestHandler } from '../../src/simulator/handler.ts';
import { registry } from '../../src/steps/registry.ts';
import { build, type Ended, rekey, shippedPlan, start, workshop } from '../cli/command.ts';
import { expectInstanceMoved } from '../support/promises.ts';
import { isRead } from '../support/reads.ts';
import { instancePlan, inWorld, planOf, twoVolumes, World } from '../support/world.ts';
import { Choices } from './history.ts';

const full = process.env['REKEY_SWEEP'] === 'full';

/** Which owners live, as whoever looks at them is told; and who is looking. */
const liveness = vi.hoisted(() => ({ living: new Set<number>(), me: 0 }));
vi.mock('../../src/engine/journal/owner.ts', async (original) => {
  const real = await original<typeof import('../../src/engine/journal/owner.ts')>();
  const identity = (pid: number): Owner => ({
    host: 'test',
    machine: 'machine',
    boot: 'boot',
    pidNamespace: 'namespace',
    pid,
    started: `start of ${pid}`,
  });
  return {
    ...real,
    whoAmI: async () => identity(liveness.me),
    isAlive: async (owner: Owner) => (liveness.living.has(owner.pid) ? 'alive' : 'dead'),
  };
});

/** One call of one process, when it reached AWS. */
interface Sent {
  readonly by: string;
  readonly operation: string;
  readonly at: number;
  /** It was on its way when its process fell asleep. */
  readonly late: boolean;
}

const isMutating = (operation: string) => !isRead(operation);

/** Where a process falls asleep: at its nth call, before AWS sees it or with the answer on its way back. */
interface Nap {
  readonly call: number;
  readonly when: 'before' | 'after';
}

/** Several processes side by side on one account, in virtual time, with journals on a real disk. */
class Stage {
  readonly world: World;
  readonly sent: Sent[] = [];
  private readonly timers: ReturnType<typeof FakeTimers.install>;
  /** Operations on the real disk that have not come back: virtual time stands still for them. */
  private onDisk = 0;

  constructor(scenario: string, seed: number, timers: ReturnType<typeof FakeTimers.install>) {
    this.timers = timers;
    this.world = new World(scenario, seed, timers);
  }

  /** A process that works on `run`, with what it writes gone through `journalOf`. */
  process(options: {
    readonly name: string;
    readonly run: string;
    readonly journalOf: (files: Files) => Promise<Journal>;
    readonly command: 'run' | 'resume';
    readonly latencyMs: () => number;
    readonly nap?: Nap;
  }): {
    readonly ended: Promise<RunResult>;
    readonly asleep: Promise<void>;
    readonly opened: Promise<void>;
    wake(): void;
  } {
    let wake = () => {};
    let sleeping: Promise<void> | undefined;
    let fallenAsleep = () => {};
    const asleep = new Promise<void>((resolve) => {
      fallenAsleep = resolve;
    });
    let opened = () => {};
    const isOpen = new Promise<void>((resolve) => {
      opened = resolve;
    });
    const sleep = () => {
      sleeping = new Promise<void>((resolve) => {
        wake = () => {
          sleeping = undefined;
          resolve();
        };
      });
      fallenAsleep();
    };
    let requests = 0;
    let journal: Journal | undefined;
    const party = { run: options.run, discardWrites: false, records: () => journal?.records ?? [] };
    const inner = requestHandler(this.world.account);
    const handler: HttpHandler = {
      ...inner,
      handle: async (request, handling) => {
        const number = ++requests;
        await sleeping;
        await new Promise<void>((resolve) => setTimeout(resolve, options.latencyMs()));
        // EC2 and STS are asked in forms, KMS in JSON; of KMS only reads are ever sent.
        const form = typeof request.body === 'string' ? request.body : '';
        const operation = new URLSearchParams(form).get('Action') ?? 'DescribeKey';
        if (options.nap?.call === number && options.nap.when === 'before') sleep();
        const late = sleeping !== undefined;
        await sleeping;
        if (isMutating(operation)) {
          this.sent.push({ by: options.name, operation, at: Date.now(), late });
          this.world.auditor.before(party);
        }
        const answer = await inner.handle(request, handling);
        if (options.nap?.call === number && options.nap.when === 'after') sleep();
        await sleeping;
        return answer;
      },
    };
    const work = async () => {
      journal = await options.journalOf(this.files(() => sleeping));
      opened();
      const clock = clockOf();
      const { signal } = new AbortController();
      const aws = await connect({
        region: 'eu-west-1',
        clock,
        requestHandler: handler,
        credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
        signal,
      });
      const settle = createSettleHub(clock);
      const slots = { 'snapshot-copies': pLimit(20) };
      const ports = { journal, registry, aws, clock, settle, classify, emit: () => {}, signal, slots };
      const result = await execute([planOf(instancePlan)], { ...ports, wait: true, replaceClaim: undefined }, options);
      await journal.close();
      return result;
    };
    return { ended: work(), asleep, opened: isOpen, wake: () => wake() };
  }

  /** The real disk; for a sleeping process it is as far away as everything else. */
  private files(sleeping: () => Promise<void> | undefined): Files {
    const counted = async <T>(work: () => Promise<T>): Promise<T> => {
      await sleeping();
      this.onDisk++;
      try {
        return await work();
      } finally {
        this.onDisk--;
      }
    };
    return {
      list: (directory) => counted(() => diskFiles.list(directory)),
      read: (file) => counted(() => diskFiles.read(file)),
      exists: (file) => counted(() => diskFiles.exists(file)),
      modifiedMs: (file) => counted(() => diskFiles.modifiedMs(file)),
      touch: (file, atMs) => counted(() => diskFiles.touch(file, atMs)),
      makeDirectory: (directory) => counted(() => diskFiles.makeDirectory(directory)),
      link: (from, to) => counted(() => diskFiles.link(from, to)),
      remove: (file) => counted(() => diskFiles.remove(file)),
      sync: (path) => counted(() => diskFiles.sync(path)),
      create: async (file) => {
        const made = await counted(() => diskFiles.create(file));
        return {
          append: (bytes) => counted(() => made.append(bytes)),
          datasync: () => counted(() => made.datasync()),
          close: () => counted(() => made.close()),
        };
      },
    };
  }

  /** Moves virtual time on until `work` has ended. */
  async until<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const ended = work.finally(() => {
      over = true;
    });
    // It is given back; until somebody awaits it, its rejection is no accident.
    ended.catch(() => undefined);
    for (let turns = 0; !over; ) {
      for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
      if (over || this.onDisk > 0) continue;
      if (this.timers.countTimers() > 0) this.timers.next();
      else if (++turns > 1e6) throw new Error('nothing left to wait for, and not at an end');
    }
    return ended;
  }
}

/** Runs `body` in virtual time, with a directory of its own; `Math.random` comes from the seed. */
async function onStage<T>(scenario: string, seed: number, body: (stage: Stage, dir: string) => Promise<T>): Promise<T> {
  const timers = FakeTimers.install({
    now: Date.UTC(2026, 0, 4),
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
    loopLimit: 1e9,
  });
  const random = Math.random;
  const choices = new Choices(seed);
  Math.random = () => choices.next();
  const dir = mkdtempSync(join(tmpdir(), 'rekey-runners-'));
  try {
    const stage = new Stage(scenario, seed, timers);
    const result = await body(stage, dir);
    expect(stage.world.auditor.violations).toEqual([]);
    return result;
  } finally {
    Math.random = random;
    timers.uninstall();
    rmSync(dir, { recursive: true, force: true });
  }
}

const run = '20260104T000000Z-aaaaaa';
const sources = [{ ...instancePlan, hash: hashOf(instancePlan) }];
const codeOf = (result: RunResult) => result.plans[0]?.error?.code ?? result.status;

/** Two owners of one run directory, each by a path of its own, since a store of one process never opens a directory twice. */
async function takenOver(nap: Nap, wakes: 'at once' | 'when all is over'): Promise<void> {
  const about = `${JSON.stringify(nap)}, the old owner wakes ${wakes}`;
  await onStage(twoVolumes, 1, async (stage, dir) => {
    mkdirSync(join(dir, 'state'));
    for (const name of ['old', 'new']) symlinkSync(join(dir, 'state'), join(dir, name));
    liveness.living = new Set([1]);
    const clock = clockOf();
    const old = stage.process({
      name: 'old',
      run,
      command: 'run',
      latencyMs: () => 50,
      nap,
      journalOf: async (files) => {
        liveness.me = 1;
        return openStore(join(dir, 'old'), clock, { files }).create(run, submission(run, 'test', sources));
      },
    });
    await stage.until(old.asleep);
    const inFlight = stage.sent.length;
    // While it is known to live, nobody gets the run.
    liveness.me = 2;
    await expect(stage.until(openStore(join(dir, 'new'), clock).open(run)), about).rejects.toMatchObject({
      code: 'run-held',
    });
    liveness.living.clear();
    const next = stage.process({
      name: 'new',
      run,
      command: 'resume',
      latencyMs: () => 50,
      journalOf: async (files) => {
        liveness.me = 2;
        return openStore(join(dir, 'new'), clock, { files }).open(run);
      },
    });
    await stage.until(next.opened);
    if (wakes === 'at once') old.wake();
    const ended = await stage.until(next.ended);
    old.wake();
    const lost = await stage.until(old.ended);
    expect(codeOf(lost), about).toBe('journal-taken-over');
    expect(lost.exit, about).toBe(5);
    const afterwards = stage.sent.slice(inFlight).filter((one) => one.by === 'old');
    // What was on its way before it fell asleep can't be called back; its intent was read by the new owner.
    expect(
      afterwards.filter((one) => !one.late).map((one) => one.operation),
      about,
    ).toEqual([]);
    expect(afterwards.length, about).toBeLessThanOrEqual(wakes === 'at once' ? 2 : 0);
    expect(ended.exit, `${about}: ${codeOf(ended)}`).toBe(0);
    expectInstanceMoved(stage.world);
  });
}

/** The calls of the cut-over by their number in a clean run, from the stop to the start. */
async function cutOverCalls(): Promise<{ number: number; operation: string }[]> {
  const sent = await inWorld(twoVolumes, async (world) => (await world.process()).sent);
  const from = sent.indexOf('ec2:StopInstances');
  const to = sent.indexOf('ec2:StartInstances');
  const calls = sent.map((operation, at) => ({ number: at + 1, operation: operation.replace('ec2:', '') }));
  return calls.slice(from, to + 2);
}

describe('a run that is taken over in the middle of its cut-over', () => {
  test('the old owner, asleep at a call until all is over, sends no effect any more; the new one ends done', async () => {
    const calls = await cutOverCalls();
    const reads = calls.filter(({ operation }) => !isMutating(operation));
    // A request that is on its way for an hour can't be called back by anybody: here none is.
    const alone = calls.filter(({ operation }) => !/^(Create|Detach)/.test(operation));
    const points: Nap[] = [
      ...reads.map(({ number }) => ({ call: number, when: 'before' as const })),
      ...alone.map(({ number }) => ({ call: number, when: 'after' as const })),
    ];
    const stride = full ? 2 : Math.floor(points.length / 6);
    const chosen = points.filter((_point, at) => at % stride === 0);
    expect(chosen.length).toBeGreaterThanOrEqual(6);
    for (const point of chosen) await takenOver(point, 'when all is over');
  }, 900_000);

  test('the old owner, woken up as soon as it has lost the run, sends no effect any more but the one that was on its way', async () => {
    const calls = (await cutOverCalls()).filter(({ operation }) => isMutating(operation));
    const points: Nap[] = calls.flatMap(({ number }) =>
      (['before', 'after'] as const).map((when) => ({ call: number, when })),
    );
    const stride = full ? 2 : Math.floor(points.length / 6);
    const chosen = points.filter((_point, at) => at % stride === 0);
    expect(chosen.length).toBeGreaterThanOrEqual(6);
    for (const point of chosen) await takenOver(point, 'at once');
  }, 900_000);
});

describe('two runs on one target', () => {
  test('interleaved at random, never write together: one at most goes on, the other refuses with 5 and leaves nothing', async () => {
    const seeds = full ? 60 : 6;
    const ends = new Map<string, number>();
    for (let seed = 1; seed <= seeds; seed++) {
      const choices = new Choices(seed);
      const delay = choices.one([0, 0, 2_000, 20_000]);
      const scenario = twoVolumes.replace('limits:', `visibilityDelayMs: ${delay}\nlimits:`);
      await onStage(scenario, seed, async (stage) => {
        const names = ['20260104T000000Z-aaaaaa', '20260104T000001Z-bbbbbb'] as const;
        const lagMs = choices.below(3) === 0 ? 0 : choices.below(8_000);
        const journals = new Map<string, Journal>();
        const begin = (name: string, lateMs: number, command: 'run' | 'resume' = 'run') =>
          stage.process({
            name,
            run: name,
            command,
            latencyMs: () => 5 + choices.below(900),
            journalOf: async () => {
              if (lateMs) await new Promise<void>((resolve) => setTimeout(resolve, lateMs));
              const journal = memoryJournal(name, journals.get(name)?.records ?? [], { now: () => Date.now() });
              if (command === 'run') await journal.append(submission(name, 'test', sources));
              journals.set(name, journal);
              return journal;
            },
          });
        const [first, second] = [begin(names[0], 0), begin(names[1], lagMs)];
        const results = await stage.until(Promise.all([first.ended, second.ended]));
        const about = `seed ${seed}: ${results.map(codeOf).join(', ')}`;
        const exits = results.map((result) => result.exit);
        ends.set(exits.join(' and '), (ends.get(exits.join(' and ')) ?? 0) + 1);
        expect(
          exits.every((exit) => exit === 0 || exit === 5),
          about,
        ).toBe(true);
        // Who gave way has put on its claim and taken it off again, no more.
        for (const [at, exit] of exits.entries()) {
          if (exit === 0) continue;
          const own = stage.sent.filter((one) => one.by === names[at]).map((one) => one.operation);
          expect(
            own.filter((operation) => operation !== 'CreateTags' && operation !== 'DeleteTags'),
            about,
          ).toEqual([]);
        }
        if (exits.includes(0)) return expectInstanceMoved(stage.world);
        // Both gave way: whoever comes next gets the target.
        const third = await stage.until(begin(names[1], 0, 'resume').ended);
        expect(third.exit, `${about}; resumed: ${codeOf(third)}`).toBe(0);
        expectInstanceMoved(stage.world);
      });
    }
    expect([...ends.values()].reduce((sum, times) => sum + times, 0)).toBe(seeds);
    expect(ends.size, JSON.stringify([...ends])).toBeGreaterThan(0);
  }, 900_000);
});

const targets = Array.from({ length: full ? 60 : 3 }, (_one, at) => ({
  instance: `i-${String(at).padStart(17, '0')}`,
  root: `vol-1${String(at).padStart(16, '0')}`,
  data: `vol-2${String(at).padStart(16, '0')}`,
}));

/** An account with one instance for each case, so that the cases can go side by side. */
const manyTargets = `
keys: [{ alias: alias/application-20180606 }, { alias: alias/application-current }]
limits: { throttling: false }
instances:
${targets
  .map(
    ({ instance, root, data }) => `  - id: ${instance}
    type: m5.large
    workload: { everySeconds: 7 }
    volumes:
      - { device: /dev/xvda, id: ${root}, size: 8, type: gp3, key: alias/application-20180606, deleteOnTermination: true, tags: { role: root } }
      - { device: /dev/sdf, id: ${data}, size: 20, type: gp3, iops: 4000, key: alias/application-20180606, autoEnableIO: true, tags: { role: data } }
`,
  )
  .join('')}`;

interface RealState {
  readonly keys: readonly { readonly arn: string; readonly aliases: readonly string[] }[];
  readonly volumes: readonly RealVolume[];
  readonly snapshots: readonly { readonly id: string; readonly tags: Readonly<Record<string, string>> }[];
  readonly instances: readonly RealInstance[];
}
interface RealVolume {
  readonly id: string;
  readonly key: string | null;
  readonly size: number;
  readonly type: string;
  readonly iops: number | null;
  readonly autoEnableIO: boolean;
  readonly tags: Readonly<Record<string, string>>;
}
interface RealInstance {
  readonly id: string;
  readonly state: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly devices: readonly {
    readonly device: string;
    readonly volume: string;
    readonly deleteOnTermination: boolean;
  }[];
  readonly workload: null | { readonly ledger: readonly { readonly lost: boolean | null }[] };
}

/** What every case must come to, without the ids that differ. */
function endOf(state: RealState, instance: string): unknown {
  const found = state.instances.find((one) => one.id === instance);
  const current = state.keys.find((key) => key.aliases.includes('alias/application-current'))?.arn;
  return {
    state: found?.state,
    claims: Object.keys(found?.tags ?? {}).filter((key) => key.startsWith('rekey:')),
    lost: found?.workload?.ledger.filter((entry) => entry.lost !== false),
    snapshots: state.snapshots.filter((one) => one.tags['rekey:target'] === instance).map((one) => one.id),
    made: state.volumes.filter((one) => one.tags['rekey:target'] === instance).length,
    devices: found?.devices.map(({ device, volume, deleteOnTermination }) => {
      const at = state.volumes.find((one) => one.id === volume);
      const claims = Object.keys(at?.tags ?? {}).filter((key) => key.startsWith('rekey:claim'));
      const { size, type, iops, autoEnableIO } = at ?? {};
      const role = at?.tags['role'];
      return { device, deleteOnTermination, moved: at?.key === current, size, type, iops, autoEnableIO, role, claims };
    }),
  };
}

const movedEnd = {
  state: 'running',
  claims: [],
  lost: [],
  snapshots: [],
  made: 2,
  devices: [
    { device: '/dev/xvda', deleteOnTermination: true, size: 8, iops: 3000, autoEnableIO: false, role: 'root' },
    { device: '/dev/sdf', deleteOnTermination: false, size: 20, iops: 4000, autoEnableIO: true, role: 'data' },
  ].map((one) => ({ ...one, moved: true, type: 'gp3', claims: [] })),
};

/** What a run's journal says was sent and never reconciled: no outcome, and not retired. */
function unreconciled(stateDir: string, id: string): string[] {
  const folder = join(stateDir, 'runs', id);
  const lines = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  const records = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as JournalRecord];
    } catch (error) {
      // The line that a kill tore, and the end of a file.
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  });
  expect(records.length).toBeGreaterThan(10);
  return [...fold(records).plans.values()].flatMap((plan) =>
    currentPhases(plan, true)
      .filter((phase) => phase.sent > 0 && phase.end === undefined)
      .map((phase) => JSON.stringify(phase.key)),
  );
}

describe('real processes, each case on its own instance of one simulated account', () => {
  const room = workshop();
  let stop = () => {};
  let endpoint = '';
  let env: Record<string, string> = {};

  beforeAll(async () => {
    build();
    writeFileSync(join(room.dir, 'account.yaml'), manyTargets);
    const options = ['--listen', '127.0.0.1:0', '--speed', '400', '--json', '--exit-when-idle', '3m'];
    const { child, ended } = start(['simulate', '--scenario', 'account.yaml', ...options], { cwd: room.dir });
    stop = () => void child.kill('SIGKILL');
    if (!child.stdout) throw new Error('no stdout');
    const first: unknown[] = await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      ended.then((end) => Promise.reject(new Error(end.stderr))),
    ]);
    ({ endpoint, env } = JSON.parse(String(first[0])) as { endpoint: string; env: Record<string, string> });
  }, 120_000);
  afterAll(() => {
    stop();
    room.clear();
  });

  const where = () => ({ cwd: room.dir, env });
  const state = async () => (await (await fetch(new URL('/_rekey/state', endpoint))).json()) as RealState;
  const sets = (instance: string) => ['--set', `target.id=${instance}`, '--set', 'steps.soak.with.for=0s'];
  const runsIn = (dir: string) => readdirSync(join(room.dir, dir, 'runs'));
  const told = (ends: readonly Ended[]) => ends.map((end) => `${end.code}: ${end.stderr}`).join('\n---\n');

  /** Kills it at the moment at which it has printed so many lines more; false when it had ended before. */
  async function kill(running: ReturnType<typeof start>, lines: number): Promise<boolean> {
    await running.printsMore(lines);
    running.child.kill('SIGKILL');
    return (await running.ended).code === null;
  }

  /** Begins a run, kills it and resumes it. */
  async function killedOnce(target: (typeof targets)[number], choices: Choices): Promise<number> {
    const dir = ['--state-dir', target.instance];
    const first = start(['run', shippedPlan, ...sets(target.instance), ...dir], where());
    await first.says(/ run \d{8}T/);
    const kills = (await kill(first, choices.below(24))) ? 1 : 0;
    const second = await rekey(['resume', ...dir], where());
    expect(second.code, second.stderr).toBe(0);
    for (const id of runsIn(target.instance)) expect(unreconciled(join(room.dir, target.instance), id)).toEqual([]);
    return kills;
  }

  /** Begins a run and kills it, again and again, each time with two that want to go on; then lets it end. */
  async function killed(target: (typeof targets)[number], choices: Choices): Promise<number> {
    const dir = target.instance;
    const first = start(['run', shippedPlan, ...sets(target.instance), '--state-dir', dir], where());
    // Before that there is no run that could be resumed.
    await first.says(/ run \d{8}T/);
    // No run is through after a few lines, so that this one is always cut short.
    let kills = (await kill(first, choices.below(8))) ? 1 : 0;
    const [id = '', ...more] = runsIn(dir);
    expect(more).toEqual([]);
    const resume = ['resume', id, '--state-dir', dir];
    for (let round = 0; round < (full ? 3 : 1); round++) {
      const both = [0, 1].map(() => start(resume, where()));
      kills += (await Promise.all(both.map((one) => kill(one, choices.below(4))))).filter(Boolean).length;
    }
    const ends = await Promise.all([0, 1].map(() => rekey(resume, where())));
    const codes = ends.map((end) => end.code);
    // Two that start together: one owns the run; the other is refused, or finds it ended.
    expect(codes, told(ends)).toContain(0);
    expect(
      codes.every((code) => code === 0 || code === 5),
      told(ends),
    ).toBe(true);
    expect(unreconciled(join(room.dir, dir), id)).toEqual([]);
    return kills;
  }

  /** Two runs of their own on one target, one of them killed and taken up again. */
  async function rivals(target: (typeof targets)[number], choices: Choices): Promise<number> {
    const dirs = ['a', 'b'].map((name) => `${target.instance}-${name}`);
    const args = (dir: string) => ['run', shippedPlan, ...sets(target.instance), '--state-dir', dir];
    const [one, two] = dirs.map((dir) => start(args(dir), where()));
    if (!one || !two) throw new Error('two runs were to begin');
    await Promise.race([one.says(/ run \d{8}T/), one.ended]);
    await kill(one, choices.below(24));
    const ends: Ended[] = await Promise.all([one.ended, two.ended]);
    // Killed with its claim on, it is the one that has to be taken up; killed before, the other one has got through.
    for (const dir of dirs) {
      if (ends.every((end) => end.code !== 0)) ends.push(await rekey(['resume', '--state-dir', dir], where()));
    }
    const codes = ends.map((end) => end.code);
    expect(codes, told(ends)).toContain(0);
    // None: killed. 2: when it looks again, the other one has moved the volumes that it was to move.
    expect(
      codes.every((code) => code === null || [0, 2, 5].includes(code)),
      told(ends),
    ).toBe(true);
    return codes.includes(null) ? 1 : 0;
  }

  test('killed, once or again and again, and taken up, by two at once too, they come to the same end, with no effect unreconciled', async () => {
    const ways = [killed, rivals, ...Array.from({ length: full ? 4 : 1 }, () => killedOnce)];
    const cases = targets.map((target, at) => ({
      target,
      choices: new Choices(at + 1),
      way: ways[at % ways.length] ?? killedOnce,
    }));
    let kills = 0;
    // Two at a time: more would only wait for each other.
    const limit = pLimit(2);
    await Promise.all(
      cases.map(({ target, choices, way }) =>
        limit(async () => {
          kills += await way(target, choices);
          expect(endOf(await state(), target.instance), target.instance).toEqual(movedEnd);
        }),
      ),
    );
    process.stderr.write(`${kills} processes killed, ${cases.length} runs at the same end\n`);
    expect(kills).toBeGreaterThanOrEqual(full ? 50 : 2);
  }, 600_000);
});
