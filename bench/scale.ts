// What one run costs an account as it grows: calls, refusals for their rate, down time, CPU and memory. In simulated time on the
// simulated account with AWS's published rates.
// `npm run bench:scale -- --instances N --volumes M | --loose N [--hold 10m] [--set steps.….with.…=…] [--log FILE]`:
// one line of JSON comes last.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Call } from '../src/simulator/account.ts';
import type { ScenarioInput } from '../src/simulator/scenario.ts';
import { type Bench, onAccount } from './account.ts';
import { keySets, manyIn, plansOfInstances, volumeId } from './many.ts';
import { planIn, runToEnd, type Submitted } from './runs.ts';

const { values } = parseArgs({
  options: {
    instances: { type: 'string', default: '1' },
    volumes: { type: 'string', default: '2' },
    loose: { type: 'string' },
    hold: { type: 'string', default: '3h' },
    seed: { type: 'string', default: '1' },
    wired: { type: 'boolean', default: false },
    log: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const count = (text: string, name: string) => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} takes a whole number, 1 or more`);
  return number;
};
const loose = values.loose === undefined ? undefined : count(values.loose, 'loose');
const instances = loose === undefined ? count(values.instances, 'instances') : 0;
const volumes = loose ?? count(values.volumes, 'volumes');

const sets = [`steps.soak.with.for=${values.hold}`, ...values.set];

const heard: Call[] = [];
const stops = new Map<string, number>();
const starts = new Map<string, number>();
let throttled = 0;

await onAccount(
  loose === undefined ? manyIn(instances, volumes, true) : looseIn(loose),
  count(values.seed, 'seed'),
  async (bench: Bench) => {
    bench.hearers.add((call) => {
      hear(call);
      if (values.log !== undefined) heard.push(call);
    });
    const plans = loose === undefined ? plansOfInstances(instances, sets) : plansOfVolumes(loose);
    await runToEnd(bench, 'scale', plans);
    const sent = [...bench.calls.values()].reduce((sum, one) => sum + one, 0);
    const { user, system } = process.cpuUsage();
    if (values.log !== undefined) {
      writeFileSync(values.log, heard.map((one) => `${JSON.stringify(one)}\n`).join(''));
    }
    for (const [call, times] of [...bench.calls].sort(([, a], [, b]) => b - a)) console.log(`${times}\t${call}`);
    console.log(
      JSON.stringify({
        instances,
        volumes: loose ?? instances * volumes,
        calls: sent,
        callsPerVolume: rounded(sent / (loose ?? instances * volumes)),
        throttled,
        downMedianMinutes: loose === undefined ? rounded(median(downMs()) / 60_000) : null,
        cpuSeconds: rounded((user + system) / 1e6),
        peakMB: Math.round(process.resourceUsage().maxRSS / 1024),
      }),
    );
  },
  { wireless: !values.wired },
);

function hear({ at, operation, input, outcome }: Call): void {
  if (/^(RequestLimitExceeded|Throttling|ThrottlingException|RequestThrottledException)$/.test(outcome)) throttled++;
  if (outcome !== 'done') return;
  const { InstanceIds = [] } = input as { InstanceIds?: readonly string[] };
  const times = operation === 'StopInstances' ? stops : operation === 'StartInstances' ? starts : undefined;
  for (const id of InstanceIds) times?.set(id, at);
}

function downMs(): number[] {
  return [...stops].map(([id, at]) => (starts.get(id) ?? Number.NaN) - at);
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function looseIn(many: number): ScenarioInput {
  return {
    keys: [{ alias: 'alias/old' }, { alias: 'alias/new' }],
    volumes: Array.from({ length: many }, (_, at) => ({ id: volumeId(at), size: 50, key: 'alias/old' })),
  };
}

function plansOfVolumes(many: number): Submitted[] {
  return Array.from({ length: many }, (_, at) =>
    planIn('plans/ebs-volume.yaml', [`name=volume-${at}`, `target.id=${volumeId(at)}`, ...keySets, ...sets]),
  );
}
