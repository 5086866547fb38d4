// How long a command takes that only tells something, against `node -e 0` on the same machine in the same run: a machine
// that is slow or busy is so for both. Ends with 1 when a command takes longer than its bar.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from './table.ts';

const { values } = parseArgs({ options: { write: { type: 'string' }, times: { type: 'string', default: '10' } } });
const times = Number(values.times);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const bin = join(root, 'bin/rekey.js');
const plan = join(root, 'plans/ec2-instance.yaml');
const dir = mkdtempSync(join(tmpdir(), 'rekey-cold-'));
const [empty, one] = [join(dir, 'empty'), join(dir, 'one')];

interface Timed {
  readonly name: string;
  readonly args: readonly string[];
  readonly bar?: number;
  readonly ms: number[];
}

const bare: Timed = { name: 'node -e 0', args: ['-e', '0'], ms: [] };
const commands: readonly Timed[] = [
  { name: 'rekey --help', args: [bin, '--help'], bar: 1.5, ms: [] },
  { name: 'rekey --version', args: [bin, '--version'], bar: 1.5, ms: [] },
  { name: 'rekey validate, one plan', args: [bin, 'validate', plan], bar: 3, ms: [] },
  { name: 'rekey status, no run', args: [bin, 'status', '--state-dir', empty], bar: 3, ms: [] },
  { name: 'rekey status, one run', args: [bin, 'status', '--state-dir', one], bar: 3, ms: [] },
];

try {
  mkdirSync(empty);
  await moveAnInstance(one);
  const all = [bare, ...commands];
  // The first time everything is read from the disk.
  for (const timed of all) time(timed);
  for (let round = 0; round < times; round++) for (const timed of all) timed.ms.push(time(timed));
} finally {
  rmSync(dir, { recursive: true, force: true });
}

const own = median(bare.ms);
const rows = commands.map(({ name, bar = 1, ms }) => {
  const ratio = median(ms) / own;
  return { name, ratio, bar, cells: [name, median(ms).toFixed(0), ratio.toFixed(2), bar.toFixed(1)] };
});
const report = `# Bench: cold start

Made by \`npm run bench:cold-start -- --write docs/BENCH-COLD-START.md\` on ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${availableParallelism()} cores. Each command is a process of its own; the median of ${times}, taken in turns. Compare the ratios: the milliseconds are those of one machine.

${table(['command', 'ms', 'of node -e 0', 'at most'], [['node -e 0', own.toFixed(0), '1.00', ''], ...rows.map(({ cells }) => cells)])}
`;
console.log(report);
if (values.write !== undefined) writeFileSync(values.write, report);
if (rows.some(({ ratio, bar }) => ratio > bar)) process.exitCode = 1;

function time({ args }: Timed): number {
  const begun = process.hrtime.bigint();
  execFileSync(process.execPath, args, { cwd: dir, stdio: 'ignore' });
  return Number(process.hrtime.bigint() - begun) / 1e6;
}

function median(all: readonly number[]): number {
  const sorted = [...all].sort((a, b) => a - b);
  const [low = 0, high = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
}

/** A whole run of an instance, whose journal `status` then reads. */
async function moveAnInstance(stateDir: string): Promise<void> {
  const scenario = join(root, 'scenarios/demo.yaml');
  const account = spawn(
    process.execPath,
    [bin, 'simulate', '--scenario', scenario, '--listen', '127.0.0.1:0', '--speed', '2000', '--json'],
    { cwd: dir, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const [line]: unknown[] = await once(createInterface({ input: account.stdout }), 'line');
    const told = JSON.parse(String(line)) as { account: string; region: string; env: Record<string, string> };
    const sets = [
      `account="${told.account}"`,
      `region=${told.region}`,
      'target.id=i-0123456789abcdef0',
      'keys.from=alias/application-20180606',
      'keys.to=alias/application-current',
      'steps.soak.with.for=10m',
    ];
    const args = [bin, 'run', plan, '--state-dir', stateDir, '--wait', ...sets.flatMap((set) => ['--set', set])];
    const mine = Object.entries(process.env).filter(([name]) => !/^(?:AWS|REKEY)_/.test(name));
    const env = { ...Object.fromEntries(mine), ...told.env };
    execFileSync(process.execPath, args, { cwd: dir, env, stdio: 'ignore' });
  } finally {
    account.kill();
  }
}
