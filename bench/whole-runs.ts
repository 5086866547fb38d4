import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import pLimit from 'p-limit';
import { classify } from '../src/aws/outage.ts';
import { createSettleHub } from '../src/aws/settle-hub.ts';
import type { Plan } from '../src/contract/plan.ts';
import { memoryJournal } from '../src/engine/journal/memory.ts';
import { execute, submission } from '../src/engine/run.ts';
import { hashOf } from '../src/plan/hash.ts';
import { parsePlan } from '../src/plan/parse.ts';
import { formatProblem } from '../src/plan/problem.ts';
import type { ScenarioInput } from '../src/simulator/scenario.ts';
import { registry } from '../src/steps/registry.ts';
import { onAccount } from './account.ts';

const run = '20260104T000000Z-aaaaaa';
const oldKey = 'alias/old';
const newKey = 'alias/new';
const instanceId = 'i-00000000000000001';

/** What one run sent, and how few calls would have done. */
export interface RunCalls {
  readonly name: string;
  readonly volumes: number;
  readonly mutating: number;
  readonly reading: number;
  /** The mutating calls that the plan can't do without. */
  readonly leastMutating: number;
  /** Calls refused for coming too fast. */
  readonly refused: number;
  /** Simulated minutes between the stop and the moment the instance ran again; undefined where nothing is stopped. */
  readonly downMinutes: number | undefined;
}

// Of each volume: two snapshots, the new volume, out, in, the original and the snapshots away.
const perMovedVolume = 8;
// Of each instance: claim, stop, start, release.
const perInstance = 4;
// Of a volume that is attached to nothing: claim, snapshot, volume, original (and the claim with it) and snapshot away.
const perLooseVolume = 5;

/** plans/ec2-instance.yaml on one running instance with so many volumes: the root's DeleteOnTermination is set. */
export function instanceRun(volumes: number, seed: number): Promise<RunCalls> {
  const sets = [`target.id=${instanceId}`, ...keys];
  const leastMutating = volumes * perMovedVolume + 1 + perInstance;
  return runOf(
    { name: `instance with ${volumes} volume${volumes === 1 ? '' : 's'}`, volumes, leastMutating, seed },
    instanceScenario(volumes),
    [plan('plans/ec2-instance.yaml', sets)],
  );
}

/** So many runs of plans/ebs-volume.yaml side by side in one. */
export function looseVolumesRun(volumes: number, seed: number): Promise<RunCalls> {
  const plans = Array.from({ length: volumes }, (_, at) =>
    plan('plans/ebs-volume.yaml', [`name=volume-${at}`, `target.id=${volumeId(at)}`, ...keys]),
  );
  return runOf(
    { name: `${volumes} unattached volumes`, volumes, leastMutating: volumes * perLooseVolume, seed },
    {
      keys: [{ alias: oldKey }, { alias: newKey }],
      volumes: Array.from({ length: volumes }, (_, at) => ({ id: volumeId(at), size: 20, key: oldKey })),
    },
    plans,
  );
}

const keys = [`keys.from=${oldKey}`, `keys.to=${newKey}`];
const volumeId = (at: number) => `vol-${(at + 1).toString(16).padStart(17, '0')}`;

function instanceScenario(volumes: number): ScenarioInput {
  const devices = ['/dev/xvda', ...Array.from({ length: volumes - 1 }, (_, at) => `/dev/sd${letter(at)}`)];
  return {
    keys: [{ alias: oldKey }, { alias: newKey }],
    instances: [
      {
        id: instanceId,
        type: 'm5.large',
        workload: { everySeconds: 10 },
        volumes: devices.map((device, at) => ({
          device,
          id: volumeId(at),
          size: at === 0 ? 8 : 50,
          key: oldKey,
          deleteOnTermination: at === 0,
        })),
      },
    ],
  };
}

const letter = (at: number) => String.fromCharCode('f'.charCodeAt(0) + at);

function plan(file: string, sets: readonly string[]): { plan: Plan; source: Parameters<typeof hashOf>[0] } {
  const source = { file, text: readFileSync(file, 'utf8'), sets };
  const parsed = parsePlan(source, registry);
  if ('problems' in parsed) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return { plan: parsed.plan, source };
}

function runOf(
  { seed, ...about }: Pick<RunCalls, 'name' | 'volumes' | 'leastMutating'> & { seed: number },
  scenario: ScenarioInput,
  plans: readonly ReturnType<typeof plan>[],
): Promise<RunCalls> {
  return onAccount(scenario, seed, async ({ time, aws, clock, calls, refused }) => {
    const journal = memoryJournal(run, [], { now: () => Date.now() });
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    const work = async () => {
      await journal.append(
        submission(
          run,
          'bench',
          plans.map(({ source }) => ({ ...source, hash: hashOf(source) })),
        ),
      );
      return execute(
        plans.map((one) => one.plan),
        {
          journal,
          registry,
          aws,
          clock,
          settle: createSettleHub(clock),
          classify,
          emit: () => {},
          signal,
          slots: { 'snapshot-copies': pLimit(20) },
          wait: true,
          replaceClaim: undefined,
        },
        { command: 'run' },
      );
    };
    const result = await time.until(work());
    const failed = result.plans.find((one) => one.status !== 'done');
    if (failed) throw new Error(`${about.name}: ${failed.name} is ${failed.status}: ${failed.error?.message}`);
    const at = (t: 'intent' | 'done', step: string) =>
      Date.parse(journal.disk.find((record) => record.t === t && record.key.step === step)?.at ?? '');
    const downMs = at('done', 'start') - at('intent', 'stop');
    const reading = sumOf(calls, isRead);
    return {
      ...about,
      mutating: sumOf(calls, (call) => !isRead(call)),
      reading,
      refused: refused.count,
      downMinutes: Number.isNaN(downMs) ? undefined : downMs / 60_000,
    };
  });
}

const isRead = (call: string) => /:(Describe|Get|List)/.test(call);

function sumOf(calls: ReadonlyMap<string, number>, which: (call: string) => boolean): number {
  return [...calls].reduce((sum, [call, count]) => sum + (which(call) ? count : 0), 0);
}
