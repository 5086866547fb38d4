// How long an instance is down in two orders of work: ours, and that of Cloud Custodian. All in simulated time on the
// simulated account; see docs/BENCH-ORDER.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { downInOtherOrder, downInOurOrder } from './other-order.ts';
import { table } from './table.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    histories: { type: 'string', default: '10' },
    write: { type: 'string' },
  },
});
const seeds = Array.from({ length: Number(values.histories) }, (_, at) => Number(values.seed) + at);
const ours: number[] = [];
const others: number[] = [];
for (const seed of seeds) {
  ours.push(await downInOurOrder(seed));
  others.push(await downInOtherOrder(seed));
}
const report = page();
console.log(report);
if (values.write !== undefined) writeFileSync(values.write, report);

function mean(list: readonly number[]): number {
  return list.reduce((sum, one) => sum + one, 0) / list.length;
}

function row(name: string, list: readonly number[]): string[] {
  return [name, ...[mean(list), Math.min(...list), Math.max(...list)].map((ms) => (ms / 60_000).toFixed(1))];
}

function page(): string {
  return `# Bench: two orders of work

Made by \`npm run bench:order -- --write docs/BENCH-ORDER.md\` on ${new Date().toISOString().slice(0, 10)}, seeds ${seeds[0]} to ${seeds.at(-1)}. Everything here is counted in simulated time on the simulated account, so it does not depend on the machine; the time that AWS itself needs is assumed (docs/SIMULATOR.md).

The same running instance with volumes of 20 and 100 GiB, which writes every five seconds. It is down from the stop until it runs again. rekey takes a snapshot before the stop, so the final one is small; it makes all new volumes at the same time, straight from the final snapshots. The action \`encrypt-instance-volumes\` of Cloud Custodian stops the instance first, and then makes for one volume after the other a snapshot, a copy of it under the new key and a volume. A script (\`bench/other-order.ts\`) plays that order with the polls of boto3's waiters. It is not Cloud Custodian itself, which skips volumes that are encrypted already.

${table(['order of work', 'down, min (mean)', 'shortest', 'longest'], [row('rekey', ours), row('Cloud Custodian', others)])}

The mean of the second is ${(mean(others) / mean(ours)).toFixed(1)} times that of the first.
`;
}
