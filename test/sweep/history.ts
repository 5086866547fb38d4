import { createHash } from 'node:crypto';
import type { JournalRecord } from '../../src/contract/record.ts';
import type { FaultRule } from '../../src/simulator/faults.ts';
import type { Invariant } from '../support/invariants.ts';
import { exitOf, told } from '../support/promises.ts';
import { isRead } from '../support/reads.ts';
import { type Crash, instancePlan, inWorld, type Life, volumePlan, type World } from '../support/world.ts';
import { codes as allCodes, mutating as allMutating } from './operations.ts';

/** What one seed came to. */
export interface History {
  readonly seed: number;
  readonly plan: string;
  /** Of every call as the account saw it: equal for equal seeds, in any process. */
  readonly hash: string;
  readonly processes: number;
  readonly calls: number;
  readonly effects: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly evaluations: ReadonlyMap<Invariant, number>;
  readonly end: string;
  readonly failures: readonly string[];
  readonly log: readonly string[];
}

const instance = 'i-0123456789abcdef0';
const originals = ['vol-00000000000000001', 'vol-00000000000000002', 'vol-00000000000000004'];

/** A source of choices that one seed decides. */
export class Choices {
  private state: number;
  constructor(seed: number) {
    this.state = seed ^ 0x5bd1e995;
  }
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
  one<T>(list: readonly T[]): T {
    const chosen = list[this.below(list.length)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  }
  chance(probability: number): boolean {
    return this.next() < probability;
  }
}

// Frozen, unlike those of operations.ts: what a named seed means hangs on the order of these lists.
const mutating = [
  'CreateTags',
  'DeleteTags',
  'CreateSnapshot',
  'StopInstances',
  'CreateVolume',
  'ModifyVolumeAttribute',
  'DetachVolume',
  'AttachVolume',
  'ModifyInstanceAttribute',
  'StartInstances',
  'DeleteVolume',
  'DeleteSnapshot',
];
const reading = [
  'DescribeVolumes',
  'DescribeInstances',
  'DescribeSnapshots',
  'DescribeInstanceStatus',
  'DescribeVolumeAttribute',
  'DescribeKey',
];
const codes: readonly (readonly [string, number])[] = [
  ['RequestLimitExceeded', 503],
  ['InternalError', 500],
  ['Unavailable', 503],
  ['UnauthorizedOperation', 403],
  ['ExpiredToken', 400],
  ['IncorrectState', 400],
  ['ResourceLimitExceeded', 400],
  ['InsufficientInstanceCapacity', 500],
  ['SnapshotCreationPerVolumeRateExceeded', 400],
  ['InvalidParameterValue', 400],
  ['CustomerKeyHasBeenRevoked', 400],
];

function scenarioOf(choices: Choices): { text: string; running: boolean } {
  const running = !choices.chance(0.15);
  const third = choices.chance(0.4)
    ? `\n      - { device: /dev/sdg, id: vol-00000000000000004, size: 12, type: gp2, key: alias/old }`
    : '';
  const text = `
keys: [{ alias: alias/old }, { alias: alias/new }]
limits: { throttling: ${choices.chance(0.2)} }
visibilityDelayMs: ${choices.one([0, 0, 2_000, 20_000, 90_000])}
viewLagMs: ${choices.one([0, 0, 3_000, 30_000])}
instances:
  - id: ${instance}
    type: m5.large
    state: ${running ? 'running' : 'stopped'}
    workload: { everySeconds: ${choices.one([3, 7, 31])} }
    volumes:
      - { device: /dev/xvda, id: vol-00000000000000001, size: 8, type: gp3, key: alias/old, deleteOnTermination: true, tags: { role: root } }
      - { device: /dev/sdf, id: vol-00000000000000002, size: 50, type: gp3, iops: 4000, throughput: 200, key: alias/old, autoEnableIO: true }${third}
volumes:
  - { id: vol-00000000000000003, size: 20, type: gp2, key: alias/old, data: kept }
`;
  return { text, running };
}

function faultOf(choices: Choices): FaultRule {
  const operation = choices.chance(0.75) ? choices.one(mutating) : choices.one(reading);
  const aim = {
    operation,
    times: 1 + choices.below(3),
    skip: choices.below(operation.startsWith('Describe') ? 30 : 4),
  };
  const when = choices.one(['before', 'after'] as const);
  const kind = choices.below(10);
  if (kind < 6) {
    const [code, status] = choices.one(codes);
    return { ...aim, kind: 'error', when: status >= 500 ? when : 'before', code, status };
  }
  if (kind < 8) return { ...aim, kind: 'reset', when };
  return kind < 9
    ? { ...aim, kind: 'silence', when }
    : { ...aim, kind: 'slow', delayMs: 1_000 * (1 + choices.below(90)) };
}

/** Somebody else at work: what it is called, whether it may take a device away from the workload, and the deed. */
interface Deed {
  readonly name: string;
  readonly hostile: boolean;
  act(world: World): void;
}

function deedOf(choices: Choices): Deed {
  const volume = choices.one(originals.slice(0, 2));
  const device = volume === originals[0] ? '/dev/xvda' : '/dev/sdf';
  const made = (world: World) => world.state().volumes.find((one) => one.tags['rekey:original'] === volume)?.id;
  const snapshot = (world: World) => world.state().snapshots[0]?.id;
  const deeds: readonly Deed[] = [
    { name: 'start-instance', hostile: false, act: (world) => world.account.act({ do: 'start-instance', instance }) },
    { name: 'start-instance', hostile: false, act: (world) => world.account.act({ do: 'start-instance', instance }) },
    { name: 'stop-instance', hostile: false, act: (world) => world.account.act({ do: 'stop-instance', instance }) },
    { name: 'disable-key', hostile: false, act: (world) => world.account.act({ do: 'disable-key', key: 'alias/new' }) },
    {
      name: 'create-tags',
      hostile: false,
      act: (world) => world.account.act({ do: 'create-tags', resource: volume, tags: { owner: 'somebody' } }),
    },
    { name: 'detach-volume', hostile: true, act: (world) => world.account.act({ do: 'detach-volume', volume }) },
    {
      name: 'attach-volume',
      hostile: true,
      act: (world) => world.account.act({ do: 'attach-volume', volume, instance, device }),
    },
    {
      name: 'delete-volume of a replacement',
      hostile: true,
      act: (world) => world.account.act({ do: 'delete-volume', volume: made(world) ?? 'vol-00000000000000009' }),
    },
    {
      name: 'delete-snapshot',
      hostile: true,
      act: (world) =>
        world.account.act({ do: 'delete-snapshot', snapshot: snapshot(world) ?? 'snap-00000000000000009' }),
    },
    {
      name: 'fail-snapshot',
      hostile: false,
      act: (world) => world.account.act({ do: 'fail-snapshot', snapshot: snapshot(world) ?? 'snap-00000000000000009' }),
    },
    {
      name: 'foreign claim',
      hostile: false,
      act: (world) =>
        world.account.act({
          do: 'create-tags',
          resource: instance,
          tags: { 'rekey:claim:20251231T000000Z-zzzzzz': 'other' },
        }),
    },
  ];
  return choices.one(deeds);
}

/** What came to be possible after the first seeds were named, by a source of its own: those keep their meaning. */
function moreFaultsOf(choices: Choices, seed: number): FaultRule[] {
  const awhile = { afterMs: choices.below(3_000_000), forMs: 1 + choices.below(1_800_000) };
  const rules: FaultRule[] = [];
  const share = choices.one([0.05, 0.3, 0.8]);
  if (choices.chance(0.25)) {
    rules.push({ kind: 'seeded', seed, rate: choices.one([0.002, 0.01, 0.03]), ...(choices.chance(0.5) && awhile) });
  }
  if (choices.chance(0.15)) rules.push({ kind: 'throttle', share, ...awhile });
  // With what new ids take to show (90 s at most) within the five minutes that AWS names (facts §1.6).
  if (choices.chance(0.2)) {
    rules.push({ kind: 'stale', staleMs: choices.one([5_000, 30_000, 120_000, 200_000]), share, ...awhile });
  }
  if (choices.chance(0.15)) {
    const operation = choices.one(['CreateVolume', 'CreateSnapshot', 'AttachVolume', 'StartInstances'] as const);
    rules.push({ kind: 'fail', operation, times: 1, skip: choices.below(3) });
  }
  if (choices.chance(0.25)) {
    const { code, status, message, on } = choices.one(allCodes);
    const operation = choices.one(on ?? allMutating);
    const said = message === undefined ? {} : { message };
    rules.push({
      kind: 'error',
      operation,
      times: 1 + choices.below(2),
      skip: choices.below(3),
      code,
      status,
      ...said,
    });
  }
  return rules;
}

function moreDeedOf(choices: Choices): Deed {
  const volume = choices.one(originals.slice(0, 2));
  const made = (world: World) => world.state().volumes.find((one) => one.tags['rekey:original'] === volume)?.id;
  const modified = { do: 'modify-volume', iops: 5_000 } as const;
  const key = choices.one(['alias/new', 'alias/new', 'alias/old']);
  const deeds: readonly Deed[] = [
    { name: 'modify-volume', hostile: true, act: (world) => world.account.act({ ...modified, volume }) },
    {
      name: 'modify-volume of a replacement',
      hostile: true,
      act: (world) => world.account.act({ ...modified, volume: made(world) ?? 'vol-00000000000000009' }),
    },
    {
      name: 'put-key-policy',
      hostile: false,
      act: (world) => world.account.act({ do: 'put-key-policy', key, policy: 'deny' }),
    },
    { name: 'disable-key', hostile: false, act: (world) => world.account.act({ do: 'disable-key', key }) },
    {
      name: 'schedule-key-deletion',
      hostile: false,
      act: (world) => world.account.act({ do: 'schedule-key-deletion', key }),
    },
    { name: 'expire-credentials', hostile: false, act: (world) => world.account.act({ do: 'expire-credentials' }) },
    {
      name: 'fail-volume of a replacement',
      hostile: false,
      act: (world) => world.account.act({ do: 'fail-volume', volume: made(world) ?? 'vol-00000000000000009' }),
    },
  ];
  return choices.one(deeds);
}

function crashOf(choices: Choices): Crash | undefined {
  if (choices.chance(0.35)) return undefined;
  if (choices.chance(0.3))
    return { record: { number: 2 + choices.below(90), when: choices.one(['crash-before', 'crash-after'] as const) } };
  return { call: { number: 1 + choices.below(220), when: choices.one(['before', 'after', 'answered'] as const) } };
}

/** The order of members is the wire's affair. */
function sorted(input: unknown): string {
  return JSON.stringify(input, (_name, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

const plans = { 'ec2-instance': instancePlan, 'ebs-volume': volumePlan };
export type PlanName = keyof typeof plans;
export const planNames = Object.keys(plans) as PlanName[];

export interface Kind {
  /** Only what could happen when the first seeds were named. */
  readonly tame?: boolean;
  /** Of which plan; the seed chooses when it is left out. */
  readonly plan?: PlanName;
  /** Somebody else is at work too, unless false. */
  readonly people?: boolean;
  /** Calls go over the wire, as they do outside of tests: slower, and the same history. */
  readonly wired?: boolean;
  /** Faults go on without end and nothing crashes; then they stop under the living process, which has to end by itself. */
  readonly liveness?: boolean;
}

/** Lives one whole history: faults, crashes and other people first; then they end, and the run must come to an end. */
export async function history(seed: number, kind: Kind = {}): Promise<History> {
  const choices = new Choices(seed);
  const { text, running } = scenarioOf(choices);
  // By a source of its own, so that what a seed means for one plan outlives the plans that are added.
  const planName = kind.plan ?? new Choices(seed ^ 0x9e3779b9).one(planNames);
  const plan = plans[planName];
  const more = new Choices(seed ^ 0x7f4a7c15);
  // This draw once chose the plan; seeds keep what follows it.
  choices.next();
  const faults = new Map<string, number>();
  const log: string[] = [];
  const failures: string[] = [];
  const trace = createHash('sha256');
  const count = (name: string) => faults.set(name, (faults.get(name) ?? 0) + 1);
  let calls = 0;
  let effects = 0;
  let processes = 0;
  let hostile = false;
  let calm = false;
  let end = '';
  const evaluations = new Map<Invariant, number>();
  await inWorld(
    text,
    async (world) => {
      const start = Date.now();
      const at = () => `${((Date.now() - start) / 1000).toFixed(1)}s`;
      world.watch((call) => {
        calls++;
        if (!isRead(call.operation) && call.outcome === 'done') effects++;
        const line = `${at()} ${call.operation} ${sorted(call.input)} ${call.outcome}`;
        trace.update(`${line}\n`);
        log.push(line);
      });
      for (let n = kind.liveness ? 1 + choices.below(4) : choices.below(4); n > 0; n--) {
        const { times, ...rule } = faultOf(choices);
        world.account.faults.add(kind.liveness ? rule : { ...rule, ...(times !== undefined && { times }) });
      }
      const foreseen = (choices: Choices, deed: Deed) => {
        const afterMs = choices.below(2) === 0 ? choices.below(900_000) : choices.below(5_000_000);
        world.account.schedule(Date.now() + afterMs, () => {
          if (calm) return;
          const outcome = world.attempt(() => deed.act(world));
          world.auditor.meanwhile();
          log.push(`${at()} somebody: ${deed.name}: ${outcome}`);
          trace.update(`${deed.name} ${outcome}\n`);
          if (outcome !== 'done') return;
          count(deed.name);
          hostile ||= deed.hostile;
        });
      };
      for (let n = kind.people === false ? 0 : choices.below(3); n > 0; n--) foreseen(choices, deedOf(choices));
      if (!kind.tame) {
        world.account.faults.add(...moreFaultsOf(more, seed));
        if (kind.people !== false && more.chance(0.3)) foreseen(more, moreDeedOf(more));
      }
      let disk: readonly JournalRecord[] = [];
      const live = async (crash: Crash | undefined, interruptAfterMs?: number): Promise<Life> => {
        processes++;
        const life = await world.process(disk, {
          plans: [plan],
          ...(crash ? { crash } : {}),
          ...(interruptAfterMs === undefined ? {} : { interruptAfterMs }),
        });
        log.push(`${at()} process ${processes} ended: ${exitOf(life)} ${told(life)}`);
        trace.update(`${exitOf(life)}\n`);
        if (crash && life.result === 'died') count(`crash ${crash.record ? 'at a record' : crash.call?.when}`);
        if (life.disk.some((record) => record.t === 'submitted')) disk = life.disk;
        return life;
      };
      const faultsEnd = () => {
        for (const rule of world.account.faults.list()) if (rule.struck) count(`${rule.kind} ${rule.when}`);
        world.account.faults.clear();
      };
      if (kind.liveness) {
        world.account.schedule(Date.now() + choices.below(3_000_000), faultsEnd);
        const life = await live(undefined);
        const why = life.result === 'died' ? undefined : life.result.plans[0];
        if (exitOf(life) !== 0 && !(why?.error?.code && why.error.message)) {
          failures.push(`it ended ${exitOf(life)} and did not say what it awaits: ${told(life)}`);
        }
      }
      for (let n = kind.liveness ? 0 : 1 + choices.below(4); n > 0; n--) {
        const life = await live(crashOf(choices), choices.chance(0.15) ? choices.below(600_000) : undefined);
        if (exitOf(life) === 0) break;
        if (choices.chance(0.3)) world.pass(choices.below(3_600_000));
      }
      faultsEnd();
      calm = true;
      world.pass(6_000_000);
      let last: Life | undefined;
      for (let n = 0; n < 8; n++) {
        mend(world, running, disk);
        last = await live(undefined);
        if (exitOf(last) === 0) break;
        world.pass(600_000);
      }
      end = last && last.result !== 'died' ? (last.result.plans[0]?.error?.code ?? last.result.status) : 'died';
      judgeEnd(world, {
        end,
        hostile,
        running,
        plan: planName,
        failures,
        told: announced(disk),
      });
      for (const [invariant, times] of world.auditor.evaluations) evaluations.set(invariant, times);
      failures.push(...world.auditor.violations.splice(0));
    },
    seed,
    { wireless: kind.wired !== true },
  ).catch((error: unknown) => {
    failures.push(`the history itself broke: ${error instanceof Error ? error.stack : String(error)}`);
  });
  return {
    seed,
    plan: planName,
    hash: trace.digest('hex').slice(0, 16),
    processes,
    calls,
    effects,
    faults,
    evaluations,
    end,
    failures,
    log,
  };
}

/** What an operator does who reads why it stopped: credentials renewed, keys usable, foreign claims gone, the box as the run left it started again. */
function mend(world: World, ran: boolean, disk: readonly JournalRecord[]): void {
  world.attempt(() => world.account.act({ do: 'renew-credentials' }));
  for (const key of ['alias/new', 'alias/old']) {
    world.attempt(() => world.account.act({ do: 'cancel-key-deletion', key }));
    world.attempt(() => world.account.act({ do: 'enable-key', key }));
    world.attempt(() => world.account.act({ do: 'put-key-policy', key, policy: 'default' }));
  }
  const keys = ['rekey:claim:20251231T000000Z-zzzzzz'];
  world.attempt(() => world.account.act({ do: 'delete-tags', resource: instance, keys }));
  const served = disk.some((record) => record.t === 'done' && record.key.step === 'start');
  if (served && ran) world.attempt(() => world.account.act({ do: 'start-instance', instance }));
}

/** Ends in which rekey rightly waits for a person, because somebody else took the target apart. */
const handsOff = [
  'target-in-pieces',
  'mixed-start',
  'target-refused',
  'target-changed',
  'proof-failed',
  'verification-failed',
  'unwind-failed',
  'effect-failed',
];

function announced(disk: readonly JournalRecord[]): string[] {
  return disk.flatMap((record) => (record.t === 'announced' ? [record.text] : []));
}

function judgeEnd(
  world: World,
  how: {
    end: string;
    hostile: boolean;
    running: boolean;
    plan: PlanName;
    failures: string[];
    told: readonly string[];
  },
): void {
  const { end, hostile, failures } = how;
  const state = world.state();
  const calm =
    end === 'done' || (hostile && handsOff.includes(end)) || ['target-in-pieces', 'mixed-start'].includes(end);
  if (!calm) failures.push(`it did not come to its end: ${end}`);
  if (end !== 'done' || hostile) return;
  const moving = how.plan === 'ebs-volume' ? ['vol-00000000000000003'] : originals;
  for (const id of moving) if (state.volumes.some((volume) => volume.id === id)) failures.push(`${id} was left behind`);
  // A discard that AWS refused is told; what is left without a word is not.
  const silent = state.snapshots.map((one) => one.id).filter((id) => !how.told.some((text) => text.includes(id)));
  if (silent.length) failures.push(`snapshots were left behind without a word: ${silent.join(', ')}`);
  const claims = [...state.instances, ...state.volumes].flatMap((one) =>
    Object.keys(one.tags).filter((key) => key.startsWith('rekey:claim')),
  );
  if (claims.length) failures.push(`claims were left behind: ${claims.join(', ')}`);
  const lost = state.instances.flatMap((one) => one.workload?.ledger ?? []).filter((entry) => entry.lost);
  if (lost.length) failures.push(`writes were lost: ${JSON.stringify(lost)}`);
  const old = state.keys.find((key) => key.aliases.includes('alias/old'))?.arn;
  if (how.plan === 'ec2-instance') {
    const left = state.volumes.filter((volume) => volume.attachments.length > 0 && volume.key === old);
    if (left.length) failures.push(`still under the old key: ${left.map((one) => one.id).join(', ')}`);
    const count = state.instances[0]?.devices.length ?? 0;
    const wanted = state.volumes.length - 1;
    if (count !== wanted) failures.push(`${wanted - count} volumes were made and left behind`);
  }
}
