// How long clients are kept out of a database that goes over to another key, against the time that the account itself
// takes. All in simulated time on the simulated account; see docs/BENCH-CUT-OVER.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type CutOver, clusterCutOver, databaseCutOver } from './cut-over.ts';
import { table } from './table.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    histories: { type: 'string', default: '20' },
    write: { type: 'string' },
  },
});
const firstSeed = Number(values.seed);
const histories = Number(values.histories);
const most = 1.1;

const sizesGiB = [20, 200, 2_048];
const ratios: number[] = [];
const databases: string[][] = [];
const clusters: string[][] = [];
let smallest: readonly CutOver[] = [];
let smallestCluster: readonly CutOver[] = [];
for (const sizeGiB of sizesGiB) {
  for (const warmUp of [true, false]) {
    const cutOvers = await lived((seed) => databaseCutOver(sizeGiB, { warmUp, seed }));
    if (sizeGiB === sizesGiB[0] && warmUp) smallest = cutOvers;
    databases.push([size(sizeGiB), warmUp ? 'yes' : 'no', ...totals(cutOvers)]);
  }
  const cutOvers = await lived((seed) => clusterCutOver(sizeGiB, seed));
  if (sizeGiB === sizesGiB[0]) smallestCluster = cutOvers;
  clusters.push([size(sizeGiB), ...totals(cutOvers)]);
}

const report = page();
console.log(report);
if (values.write !== undefined) writeFileSync(values.write, report);
if (ratios.some((ratio) => ratio > most)) {
  console.error(`more than ${most} times what the account needs`);
  process.exitCode = 1;
}

async function lived(cutOver: (seed: number) => Promise<CutOver>): Promise<CutOver[]> {
  const cutOvers: CutOver[] = [];
  for (let at = 0; at < histories; at++) cutOvers.push(await cutOver(firstSeed + at));
  return cutOvers;
}

function totals(cutOvers: readonly CutOver[]): string[] {
  const [total, least] = [mean(cutOvers.map((one) => one.totalMs)), mean(cutOvers.map((one) => one.leastMs))];
  const each = cutOvers.map((one) => one.totalMs / one.leastMs);
  ratios.push(total / least);
  return [
    minutes(total),
    minutes(least),
    minutes(total - least),
    (total / least).toFixed(3),
    Math.max(...each).toFixed(3),
  ];
}

/** Of the smallest, where waiting weighs most: each change with what the account took and what came after it. */
function byChange(cutOvers: readonly CutOver[]): string[][] {
  const steps = [...new Set(cutOvers.flatMap((one) => one.changes.map(({ step }) => step)))];
  return steps.map((step) => {
    const found = cutOvers.flatMap((one) => one.changes.filter((change) => change.step === step));
    return [
      step,
      (found.length / cutOvers.length).toFixed(2).replace(/\.?0+$/, ''),
      seconds(mean(found.map((one) => one.neededMs))),
      seconds(mean(found.map((one) => one.untilNextMs))),
      seconds(Math.max(...found.map((one) => one.untilNextMs))),
    ];
  });
}

function mean(of: readonly number[]): number {
  return of.reduce((sum, one) => sum + one, 0) / of.length;
}

function size(gib: number): string {
  return gib < 1_024 ? `${gib} GiB` : `${gib / 1_024} TiB`;
}

function minutes(ms: number): string {
  return (ms / 60_000).toFixed(1);
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

function page(): string {
  return `# Bench: the cut-over of a database

Made by \`npm run bench:cut-over -- --write docs/BENCH-CUT-OVER.md\` on ${new Date().toISOString().slice(0, 10)}, seeds ${firstSeed} to ${firstSeed + histories - 1}. Everything here is counted in simulated time on the simulated account, so it does not depend on the machine; how long AWS itself takes is assumed (docs/SIMULATOR.md), so compare within a row.

\`plans/rds-instance.yaml\` on one PostgreSQL instance, four tenths of it data, whose clients write all the time. The cut-over lasts from the call that keeps clients out (the fence) to the moment at which the new instance lets them in. The least possible is the time that the account itself takes over those changes, from each call to the moment at which what it asks for is there, whether or not anybody looks; of a rename that the address has followed, and of the last one that both names lead to where they should, since both instances are asked once more before clients are let in. So what is above it is ours: noticing late, the checks between the changes, and the ${20} s after which the fence is looked at once more. "Without warm-up": the plan without its first snapshot and the copy of it. A copy under another key is always a whole one, so the warm-up shortens the final snapshot and not the final copy, which it gives the estimate of.

${table(['database', 'warm-up', 'cut-over, min', 'least, min', 'ours, min', 'cut-over / least', 'the worst of them'], databases)}

\`plans/rds-cluster.yaml\` on an Aurora PostgreSQL cluster of two members with a custom endpoint and so much data, measured in the same way. Where two changes are under way at once, their time counts once. A cluster's snapshot is not copied but restored under the key; that both grow with the data as an instance's do is assumed.

${table(['cluster', 'cut-over, min', 'least, min', 'ours, min', 'cut-over / least', 'the worst of them'], clusters)}

At most ${most} times the least is what it may take; the script ends with 1 when a mean is above that.

## Where the time of the smallest ones goes

Of the ${histories} cut-overs of ${sizesGiB[0]} GiB with a warm-up, in seconds: how often a change was needed, what the account took over each, and what passed between it and the next one. A restart of the new instance is only needed when parameters wait for it, and settings are only changed where the restore could not set them.

${table(['change', 'a cut-over', 'the account took', 'until the next change', 'at most'], byChange(smallest))}

And of the cluster; what is asked for while another change is under way has nothing to wait for.

${table(['change', 'a cut-over', 'the account took', 'until the next change', 'at most'], byChange(smallestCluster))}
`;
}
