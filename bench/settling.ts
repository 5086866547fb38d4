import { waitUntilSnapshotCompleted, waitUntilVolumeAvailable } from '@aws-sdk/client-ec2';
import type { AwsContext } from '../src/aws/services.ts';
import { createSettleHub } from '../src/aws/settle-hub.ts';
import type { EffectDefinition } from '../src/contract/step.ts';
import type { ScenarioInput } from '../src/simulator/scenario.ts';
import { createSnapshot } from '../src/steps/ebs/create-snapshot.ts';
import { createVolume } from '../src/steps/ebs/create-volume.ts';
import { type Bench, onAccount } from './account.ts';

/** Waits for one thing that has been made; resolves when the waiter knows that it is there. */
type Wait = (bench: Bench, kind: 'snapshot' | 'volume', id: string, look: Look) => Promise<unknown>;
/** What the step itself asks: `undefined` when it is there, else how far it is. */
type Look = () => Promise<{ progress: number | undefined } | undefined>;

/** How one phase (all volumes' snapshots, or all new volumes) was waited for. */
export interface Phase {
  readonly name: string;
  /** Describe calls sent while waiting. */
  readonly calls: number;
  /** For each volume: seconds between the moment the thing was done and the moment its waiter knew. */
  readonly tails: readonly number[];
}

const sizesGiB = [8, 20, 50, 100];
const day = 86_400;
const oldKey = 'alias/old';
const newKey = 'alias/new';

function scenario(volumes: number): ScenarioInput {
  return {
    keys: [{ alias: oldKey }, { alias: newKey }],
    // Both ways are let through alike: throttled, the SDK's waiters would only need more calls.
    limits: { throttling: false, storageGiBPerType: 1_000_000 },
    volumes: Array.from({ length: volumes }, (_, at) => ({
      id: volumeId(at),
      size: sizesGiB[at % sizesGiB.length] ?? 8,
      key: oldKey,
    })),
  };
}

const volumeId = (at: number) => `vol-${(at + 1).toString(16).padStart(17, '0')}`;

/** Our way: the settle hub asks by the step's own look. */
const hub = (): Wait => {
  let settle: ReturnType<typeof createSettleHub> | undefined;
  return async (bench, kind, _id, look) => {
    settle ??= createSettleHub(bench.clock);
    const wait = {
      kind,
      deadlineAt: bench.clock.now() + day * 1_000,
      signal: new AbortController().signal,
    };
    return settle.until(wait, async () => {
      const seen = await look();
      return seen ? { again: true, progress: seen.progress } : { done: true };
    });
  };
};

/** The SDK's way: a waiter for each resource, with its default delays. */
const sdk = (): Wait => async (bench, kind, id) => {
  const params = { client: bench.plain.ec2, maxWaitTime: day };
  return kind === 'snapshot'
    ? waitUntilSnapshotCompleted(params, { SnapshotIds: [id] })
    : waitUntilVolumeAvailable(params, { VolumeIds: [id] });
};

/** Both ways on the same account and seed: first snapshots (full), last snapshots (nothing written since), new volumes. */
export async function settling(volumes: number, seed: number): Promise<{ hub: Phase[]; sdk: Phase[] }> {
  return { hub: await phases(volumes, seed, hub()), sdk: await phases(volumes, seed, sdk()) };
}

function phases(volumes: number, seed: number, wait: Wait): Promise<Phase[]> {
  return onAccount(scenario(volumes), seed, async (bench) => {
    const watch = new Watch(bench);
    const ids = Array.from({ length: volumes }, (_, at) => volumeId(at));
    const key = bench.account.world.findKey(newKey);
    const phase = async (name: string, kind: 'snapshot' | 'volume', make: (id: string) => Promise<Made>) => {
      const before = describes(bench);
      const tails: number[] = [];
      const made = new Map<string, string>();
      const one = async (volume: string) => {
        const { id, look } = await make(volume);
        made.set(volume, id);
        const done = watch.done(kind, id);
        await wait(bench, kind, id, look);
        const noticedAt = Date.now();
        tails.push((noticedAt - (await done)) / 1_000);
      };
      await bench.time.until(Promise.all(ids.map(one)), () => watch.arm());
      return { result: { name, calls: describes(bench) - before, tails }, made };
    };
    const first = await phase('first snapshots', 'snapshot', (volume) => snapshotOf(bench, volume, 'first'));
    const last = await phase('last snapshots', 'snapshot', (volume) => snapshotOf(bench, volume, 'last'));
    const created = await phase('new volumes', 'volume', (volume) =>
      volumeFrom(bench, volume, last.made.get(volume) ?? '', key?.arn ?? ''),
    );
    return [first.result, last.result, created.result];
  });
}

interface Made {
  readonly id: string;
  readonly look: Look;
}

function describes({ calls, plain }: Bench): number {
  const ours = [...calls].filter(([call]) => call.startsWith('ec2:Describe')).map(([, count]) => count);
  return ours.reduce((sum, count) => sum + count, 0) + plain.calls.count;
}

const snapshotOf = (bench: Bench, volume: string, which: string): Promise<Made> =>
  made(bench, createSnapshot, { volume }, `${volume} ${which}`);

function volumeFrom(bench: Bench, original: string, snapshot: string, key: string): Promise<Made> {
  const volume = bench.account.world.volumes.get(original);
  const attributes = {
    availabilityZone: volume?.zone ?? '',
    type: 'gp3' as const,
    sizeGiB: volume?.size ?? 0,
    multiAttach: false,
    autoEnableIO: false,
    tags: [],
  };
  const input = {
    original,
    attributes,
    snapshot: { id: snapshot, volume: original, startTime: '', source: null, after: null },
    key,
  };
  return made(bench, createVolume, input, original);
}

/** Sends the one call of an effect, and gives the look that tells when it is there. */
async function made<I, O extends { id: string }>(
  { aws, clock }: Bench,
  effect: EffectDefinition<AwsContext['aws'], I, O>,
  input: I,
  token: string,
): Promise<Made> {
  const ctx: AwsContext = {
    aws,
    clock,
    run: 'bench',
    plan: 'bench',
    target: { type: 'ebs-volume', id: token },
    stepTypes: [],
    tags: [],
    token,
    unanswered: [],
    isOurs: () => false,
    sentAt: clock.now(),
    signal: new AbortController().signal,
    stillOurs: async () => {},
    commands: { alone: async () => {}, started: async () => {} },
    announce: () => {},
  };
  const answered = await effect.run(ctx, input);
  if (!answered) throw new Error(`${effect.type} did not answer with what it made`);
  let known = answered;
  return {
    id: answered.id,
    look: async () => {
      const seen = await effect.look(ctx, input, known);
      if (seen.is === 'done') return undefined;
      if (seen.is !== 'pending') throw new Error(`${answered.id} is ${seen.is}`);
      known = seen.output;
      return { progress: seen.progress };
    },
  };
}

/** Knows the moment at which a thing was really done, whether or not anybody asked. */
class Watch {
  private readonly bench: Bench;
  private readonly waiting = new Map<string, { kind: 'snapshot' | 'volume'; tell: (at: number) => void }>();
  private armedAt = Number.POSITIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(bench: Bench) {
    this.bench = bench;
  }

  done(kind: 'snapshot' | 'volume', id: string): Promise<number> {
    return new Promise((tell) => this.waiting.set(id, { kind, tell }));
  }

  /** Has the account's next event happen at its own time: it has no timers, and would not notice before it is called. */
  arm(): void {
    const at = this.bench.account.nextAt() ?? Number.POSITIVE_INFINITY;
    if (at === this.armedAt || this.waiting.size === 0) return;
    clearTimeout(this.timer);
    this.armedAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    this.timer = setTimeout(
      () => {
        this.bench.account.world.settle();
        this.look();
      },
      Math.max(0, at - Date.now()),
    );
  }

  private look(): void {
    const { snapshots, volumes } = this.bench.account.world;
    for (const [id, { kind, tell }] of this.waiting) {
      const there =
        kind === 'snapshot' ? snapshots.get(id)?.state === 'completed' : volumes.get(id)?.state === 'available';
      if (!there) continue;
      this.waiting.delete(id);
      tell(Date.now());
    }
  }
}
