import { join } from 'node:path';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, type Ended, type Running, shippedPlan, workshop } from '../cli/command.ts';
import { type JudgedAccount, judgedAccount, type RealRun } from '../judge/judged-account.ts';
import { unreconciled as unreconciledIn } from '../support/ends.ts';
import { recordsIn, runsIn } from '../support/records.ts';
import { source } from '../support/world.ts';
import { Choices } from '../sweep/choices.ts';
import { full } from '../sweep/sampled.ts';

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
function unreconciled(stateDir: string): string[] {
  const records = recordsIn(stateDir);
  expect(records.length).toBeGreaterThan(10);
  return unreconciledIn(records);
}

/** Steps of the plan that say what they do, and after which there is more to do. */
const steps = ['read', 'warm-up', 'stop', 'snapshot', 'create', 'detach', 'attach', 'verify', 'start', 'delete'];

describe('real processes, each case on its own instance of one simulated account', () => {
  const room = workshop();
  let account: JudgedAccount;

  beforeAll(async () => {
    build();
    account = await judgedAccount(room.dir, manyTargets, 400);
  }, 120_000);
  afterAll(async () => {
    await account.close();
    room.clear();
  });

  const run = (instance: string, stateDir = instance): RealRun => ({
    stateDir,
    plan: source('plans/ec2-instance.yaml', [`target.id=${instance}`, 'steps.soak.with.for=0s']),
  });
  const begin = (one: RealRun) =>
    account.start(one, ['run', shippedPlan, ...one.plan.sets.flatMap((set) => ['--set', set])]);
  const state = () => account.state() as RealState;
  const told = (ends: readonly Ended[]) => ends.map((end) => `${end.code}: ${end.said}`).join('\n---\n');

  /** Kills it at the moment at which it has printed so many lines more; false when it had ended before. */
  async function kill(running: Running, lines: number): Promise<boolean> {
    await running.printsMore(lines);
    running.child.kill('SIGKILL');
    return (await running.ended).code === null;
  }

  /** Begins a run, kills it and resumes it. */
  async function killedOnce(target: (typeof targets)[number], choices: Choices): Promise<number> {
    const one = run(target.instance);
    const first = begin(one);
    await first.says(new RegExp(`Z ${choices.one(steps)}: `));
    const kills = (await kill(first, choices.below(3))) ? 1 : 0;
    const second = await account.start(one, ['resume']).ended;
    expect(second.code, second.said).toBe(0);
    expect(unreconciled(join(room.dir, one.stateDir))).toEqual([]);
    return kills;
  }

  /** Begins a run and kills it, again and again, each time with two that want to go on; then lets it end. */
  async function killed(target: (typeof targets)[number], choices: Choices): Promise<number> {
    const one = run(target.instance);
    const first = begin(one);
    // Before that there is no run that could be resumed.
    await first.says(/^run \d{8}T/m);
    // No run is through after a few lines, so that this one is always cut short.
    let kills = (await kill(first, choices.below(8))) ? 1 : 0;
    const [id = '', ...more] = runsIn(join(room.dir, one.stateDir));
    expect(more).toEqual([]);
    const resume = () => account.start(one, ['resume', id]);
    for (let round = 0; round < (full ? 3 : 1); round++) {
      const both = [0, 1].map(resume);
      kills += (await Promise.all(both.map((one) => kill(one, choices.below(4))))).filter(Boolean).length;
    }
    const ends = await Promise.all([0, 1].map(() => resume().ended));
    const codes = ends.map((end) => end.code);
    // Two that start together: one owns the run; the other is refused, or finds it ended.
    expect(codes, told(ends)).toContain(0);
    expect(
      codes.every((code) => code === 0 || code === 5),
      told(ends),
    ).toBe(true);
    expect(unreconciled(join(room.dir, one.stateDir))).toEqual([]);
    return kills;
  }

  /** Two runs of their own on one target, one of them killed and taken up again. */
  async function rivals(target: (typeof targets)[number], choices: Choices): Promise<number> {
    const runs = ['a', 'b'].map((name) => run(target.instance, `${target.instance}-${name}`));
    const [one, two] = runs.map(begin);
    if (!one || !two) throw new Error('two runs were to begin');
    await Promise.race([one.says(/^run \d{8}T/m), one.ended]);
    await Promise.race([one.says(new RegExp(`Z ${choices.one(steps)}: `)), one.ended]);
    await kill(one, choices.below(3));
    const ends: Ended[] = await Promise.all([one.ended, two.ended]);
    // Killed with its claim on, it is the one that has to be taken up; killed before, the other one has got through.
    for (const each of runs) {
      if (ends.every((end) => end.code !== 0)) ends.push(await account.start(each, ['resume']).ended);
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
          // Not in one line: the others add theirs while this one is awaited.
          const more = await way(target, choices);
          kills += more;
          expect(endOf(state(), target.instance), target.instance).toEqual(movedEnd);
        }),
      ),
    );
    process.stderr.write(`${kills} processes killed, ${cases.length} runs at the same end\n`);
    expect(kills).toBeGreaterThanOrEqual(full ? 50 : 3);
    expect(account.auditor.violations).toEqual([]);
    for (const kind of ['P1.loading', 'P2.not-ours', 'P3.over-and-down', 'P5.gone'] as const)
      expect(account.auditor.evaluations.get(kind), kind).toBeGreaterThan(0);
  }, 600_000);
});
