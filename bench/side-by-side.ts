// How late calls leave, and how long each instance is down, where one run moves many side by side. All in simulated time on
// the simulated account; see docs/BENCH-MANY.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type ManyInstances, manyInstances } from './many.ts';
import { table } from './table.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    counts: { type: 'string', default: '1,100' },
    write: { type: 'string' },
  },
});
const seed = Number(values.seed);
const rows: string[][] = [];
for (const count of values.counts.split(',').map(Number)) {
  rows.push(row(count, await manyInstances({ instances: count, volumes: 1, seed })));
}
const report = page();
console.log(report);
if (values.write !== undefined) writeFileSync(values.write, report);

function row(count: number, seen: ManyInstances): string[] {
  const { lookAges, startsHeldMs, downMs, untilStartedMs, calls } = seen;
  return [
    count.toLocaleString('en'),
    middleAndMost([...lookAges.values()].flat()),
    middleAndMost(startsHeldMs),
    middleAndMost(downMs),
    (untilStartedMs / 60_000).toFixed(1),
    (calls / count).toFixed(1),
  ];
}

function middleAndMost(list: readonly number[]): string {
  const sorted = [...list].sort((a, b) => a - b);
  const seconds = (ms = 0) => (ms / 1_000).toFixed(1);
  return `${seconds(sorted[Math.floor(sorted.length / 2)])} / ${seconds(sorted.at(-1))}`;
}

function page(): string {
  const head = [
    'instances',
    'from the last look to the call, s',
    'from the intent to StartInstances, s',
    'down, s',
    'until the last start, min',
    'calls an instance',
  ];
  return `# Bench: many instances side by side

Made by \`npm run bench:many -- --write docs/BENCH-MANY.md\` on ${new Date().toISOString().slice(0, 10)}, seed ${seed}. Everything here is counted in simulated time on the simulated account, so it does not depend on the machine.

One run of \`plans/ec2-instance.yaml\` for each of so many instances with one volume. The account itself refuses nothing for its rate here; what waits, waits for our own budget, which keeps to AWS's published rates. Each: median / longest. "From the last look": of each call that changes a target, as the account's own record has it.

${table(head, rows)}

300 instances before and after [decision 14](decisions/0014-turns.md), which took the line away from between guard and call: from the last look to StartInstances 31.9 / 66.1 s and 0.1 / 0.1 s, from the intent to it 31.9 / 66.1 s and 0.1 / 0.1 s, down 130.2 / 201.1 s and 104.2 / 144.8 s, until the last start 5.6 min and 6.7 min.
`;
}
