// How many calls waiting costs, and how late it notices: the settle hub against the SDK's waiters, and whole runs
// against the least possible. All in simulated time on the simulated account; see docs/BENCH.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Phase, settling } from './settling.ts';
import { table } from './table.ts';
import { instanceRun, looseVolumesRun, type RunCalls } from './whole-runs.ts';

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, write: { type: 'string' } } });
const firstSeed = Number(values.seed);

// With few volumes one history says little.
const rounds = [
  { volumes: 1, histories: 20 },
  { volumes: 100, histories: 1 },
  { volumes: 1_000, histories: 1 },
];

const waits: string[][] = [];
for (const { volumes, histories } of rounds) {
  const results: Awaited<ReturnType<typeof settling>>[] = [];
  for (let at = 0; at < histories; at++) results.push(await settling(volumes, firstSeed + at));
  const [first] = results;
  const lines = (first?.hub ?? []).map(({ name }, phase) => ({
    name,
    hub: together(results.map((one) => one.hub.slice(phase, phase + 1))),
    sdk: together(results.map((one) => one.sdk.slice(phase, phase + 1))),
  }));
  const all = { hub: together(results.map((one) => one.hub)), sdk: together(results.map((one) => one.sdk)) };
  for (const { name, hub, sdk } of [...lines, { name: 'all three', ...all }]) {
    waits.push([
      volumes.toLocaleString('en'),
      name,
      perVolume(hub, volumes * histories),
      perVolume(sdk, volumes * histories),
      (hub.calls / sdk.calls).toFixed(2),
      tail(hub),
      tail(sdk),
    ]);
  }
}

const runs: RunCalls[] = [];
for (const volumes of [1, 2, 20]) runs.push(await instanceRun(volumes, firstSeed));
runs.push(await looseVolumesRun(100, firstSeed));

const report = page();
console.log(report);
if (values.write !== undefined) writeFileSync(values.write, report);

function together(phases: readonly (readonly Phase[])[]): { calls: number; tails: number[] } {
  const all = phases.flat();
  return {
    calls: all.reduce((sum, { calls }) => sum + calls, 0),
    tails: all.flatMap(({ tails }) => tails).sort((a, b) => a - b),
  };
}

function perVolume({ calls }: { calls: number }, volumes: number): string {
  return (calls / volumes).toFixed(2);
}

function tail({ tails }: { tails: number[] }): string {
  const [median, longest] = [tails[Math.floor(tails.length / 2)] ?? 0, tails.at(-1) ?? 0];
  return `${median.toFixed(1)} / ${longest.toFixed(1)}`;
}

function runRow({ name, volumes, mutating, leastMutating, reading, refused, downMinutes }: RunCalls): string[] {
  const calls = mutating + reading;
  return [
    name,
    String(calls),
    (calls / volumes).toFixed(1),
    (mutating / leastMutating).toFixed(2),
    (reading / leastMutating).toFixed(2),
    (calls / (2 * leastMutating)).toFixed(2),
    String(refused),
    downMinutes === undefined ? '' : downMinutes.toFixed(1),
  ];
}

function page(): string {
  return `# Bench: waiting

Made by \`npm run bench:waiting -- --write docs/BENCH.md\` on ${new Date().toISOString().slice(0, 10)}, seed ${firstSeed}. Everything here is counted in simulated time on the simulated account, so it does not depend on the machine; how long AWS itself takes is assumed (docs/SIMULATOR.md), so compare within a row.

## Describe calls while waiting

Snapshots of volumes of 8 to 100 GiB are made and waited for, then a second snapshot of each (nothing written since, as in a cut-over), then a new volume from each. Calls are sent no faster than AWS takes them. Once the settle hub waits, once \`waitUntilSnapshotCompleted\` and \`waitUntilVolumeAvailable\` of the SDK for each resource with their default delays; account, seed and creating calls are the same. "Late" is the time in seconds between the moment a thing was really done and the moment its waiter knew: median / longest. One volume: the mean of ${rounds[0]?.histories} histories.

${table(['volumes', 'waiting for', 'calls per volume: hub', 'SDK', 'hub / SDK', 'late: hub', 'late: SDK'], waits)}

## All calls of whole runs

The shipped plans from beginning to end. The least possible are the changing calls: of each volume of an instance two CreateSnapshot, CreateVolume, DetachVolume, AttachVolume, DeleteVolume and two DeleteSnapshot, ModifyInstanceAttribute where DeleteOnTermination is set (here on the root alone), and of the instance CreateTags, StopInstances, StartInstances and DeleteTags; of an unattached volume CreateTags, CreateSnapshot, CreateVolume, DeleteVolume and DeleteSnapshot; and one read for each of them. "Down" is the time in minutes from the stop to the moment the instance runs again.

${table(['run', 'calls', 'per volume', 'changing / least', 'reading / least', 'all / least', 'refused for their rate', 'down'], runs.map(runRow))}
`;
}
