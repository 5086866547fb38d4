import type { ScenarioInput } from '../src/simulator/scenario.ts';
import { onAccount } from './account.ts';
import { planIn, runToEnd, type Submitted } from './runs.ts';

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
    [planIn('plans/ec2-instance.yaml', sets)],
  );
}

/** So many runs of plans/ebs-volume.yaml side by side in one. */
export function looseVolumesRun(volumes: number, seed: number): Promise<RunCalls> {
  const plans = Array.from({ length: volumes }, (_, at) =>
    planIn('plans/ebs-volume.yaml', [`name=volume-${at}`, `target.id=${volumeId(at)}`, ...keys]),
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

function runOf(
  { seed, ...about }: Pick<RunCalls, 'name' | 'volumes' | 'leastMutating'> & { seed: number },
  scenario: ScenarioInput,
  plans: readonly Submitted[],
): Promise<RunCalls> {
  return onAccount(scenario, seed, async (bench) => {
    const { calls, refused } = bench;
    const records = await runToEnd(bench, about.name, plans);
    const at = (t: 'intent' | 'done', step: string) =>
      Date.parse(records.find((record) => record.t === t && record.key.step === step)?.at ?? '');
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

const isRead = (call: string) => /:(Describe|Get|List|Lookup)/.test(call);

function sumOf(calls: ReadonlyMap<string, number>, which: (call: string) => boolean): number {
  return [...calls].reduce((sum, [call, count]) => sum + (which(call) ? count : 0), 0);
}
