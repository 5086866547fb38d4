import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { firstWideSeed } from './grammar.ts';
import { type History, history, type Kind } from './history.ts';
import { asked, kindFlags, kindOf, kindValues, optionsOf } from './options.ts';

/**
 * `npm run soak -- --seeds 100000 [--first N] [--workers N] [--plan …] [--liveness] [--stale-ms N] [--traces FILE] [--expected FILE] …`: random
 * histories for as long as you let it. `--traces` writes the trace hash of each seed: two states of the code that write the same
 * file send the same calls at the same times. `--expected` writes each expected failure in full: plan, seed, what it says, and
 * what has struck.
 */
interface Lot {
  readonly seeds: number;
  readonly first: number;
  readonly workers: number;
  readonly kind: Kind;
  readonly traces: string | undefined;
  readonly expected: string | undefined;
}

/** What a worker tells of a seed; a history's log is left behind, since the seed makes it again. */
type Told = Pick<
  History,
  'seed' | 'plan' | 'hash' | 'processes' | 'calls' | 'effects' | 'end' | 'failures' | 'expected'
> & {
  readonly faults: readonly (readonly [string, number])[];
  readonly evaluations: readonly (readonly [string, number])[];
};

function lotOf(words: readonly string[]): Lot {
  const { given, count } = optionsOf(
    words,
    ['seeds', 'first', 'workers', 'traces', 'expected', ...kindValues],
    kindFlags,
  );
  return {
    seeds: count('seeds', 1_000),
    first: count('first', firstWideSeed),
    workers: count('workers', availableParallelism()),
    kind: kindOf(given),
    traces: given.get('traces'),
    expected: given.get('expected'),
  };
}

async function work(): Promise<void> {
  process.on('message', (ask: { seed: number; kind: Kind }) => {
    void history(ask.seed, ask.kind).then(({ log: _log, ...one }) => {
      const told: Told = { ...one, faults: [...one.faults], evaluations: [...one.evaluations] };
      process.send?.(told);
    });
  });
}

const sums = { histories: 0, processes: 0, calls: 0, effects: 0 };
const faults = new Map<string, number>();
const evaluations = new Map<string, number>();
const plans = new Map<string, number>();
const ends = new Map<string, number>();
const failures: Told[] = [];
/** Seeds of histories that did not end: what is asked for again without end is asked for while nobody changes anything. */
const endless: number[] = [];
// The longest takes some seconds; a machine that is busy besides takes ten times as long.
const longestMs = 3 * 60_000;
/** Expected failures: the seeds that show each kind, by kind and plan. */
const expected = new Map<string, number[]>();
/** Of each seed, for `--traces` and `--expected`. */
const traces = new Map<number, string>();
const expectedInFull = new Map<number, string>();

function take(told: Told): void {
  sums.histories++;
  traces.set(told.seed, `${told.plan} ${told.seed} ${told.hash} ${told.end}\n`);
  sums.processes += told.processes;
  sums.calls += told.calls;
  sums.effects += told.effects;
  const add = (map: Map<string, number>, entries: readonly (readonly [string, number])[]) => {
    for (const [name, times] of entries) map.set(name, (map.get(name) ?? 0) + times);
  };
  add(faults, told.faults);
  add(evaluations, told.evaluations);
  add(ends, [[told.end, 1]]);
  add(plans, [[told.plan, 1]]);
  const struck = told.faults.map(([name]) => name).join(', ');
  const inFull = told.expected.map((one) => `${told.plan} ${told.seed} ${one.told} [${struck}]\n`);
  expectedInFull.set(told.seed, inFull.join(''));
  for (const kind of new Set(told.expected.map(({ kind }) => kind))) {
    const name = `${kind} of ${told.plan}`;
    expected.set(
      name,
      [...(expected.get(name) ?? []), told.seed].sort((a, b) => a - b),
    );
  }
  if (told.failures.length === 0) return;
  failures.push(told);
  process.stdout.write(
    `FAILED seed ${told.seed} (npm run seed -- ${told.seed} --plan ${told.plan}): ${told.failures.join('\n  ')}\n`,
  );
}

function table(lot: Lot, last: number, seconds: number): string {
  const row = (name: string, value: number | string) => `  ${name.padEnd(44)}${String(value).padStart(12)}`;
  const rows = (map: Map<string, number>) =>
    [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, times]) => row(name, times));
  return [
    `seeds ${lot.first} to ${last}, ${lot.workers} workers, ${seconds.toFixed(0)} s`,
    row('histories', sums.histories),
    row('histories a second', (sums.histories / seconds).toFixed(1)),
    row('processes (crashes and resumes)', sums.processes),
    row('API calls', sums.calls),
    row('API calls a second', Math.round(sums.calls / seconds)),
    row('effects', sums.effects),
    'of which plan',
    ...rows(plans),
    'faults and deeds of other people, as they struck',
    ...rows(faults),
    'invariants evaluated',
    ...rows(evaluations),
    'ends',
    ...rows(ends),
    'expected failures (test/judge/expected-failures.ts): histories, and the first seeds',
    ...[...expected]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, seeds]) => `${row(name, seeds.length)}  ${seeds.slice(0, 4).join(' ')}`),
    row('FAILURES', failures.length + endless.length),
    ...failures.map((one) => `  seed ${one.seed} of ${one.plan}`),
    ...endless.map((seed) => `  seed ${seed}, which did not end`),
    '',
  ].join('\n');
}

/** One worker, which lives what `give` gives it. True when it was stopped in a history that did not end, so that more are to be lived. */
function live(kind: Kind, give: () => number | undefined, heard: (one: Told) => void): Promise<boolean> {
  const worker = fork(process.argv[1] ?? '', ['--worker'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let watch: NodeJS.Timeout | undefined;
  let stopped = false;
  const ask = () => {
    clearTimeout(watch);
    const seed = give();
    if (seed === undefined) return worker.disconnect();
    worker.send({ seed, kind });
    watch = setTimeout(() => {
      stopped = true;
      endless.push(seed);
      process.stdout.write(`FAILED seed ${seed}: it did not end in ${longestMs / 60_000} minutes\n`);
      worker.kill('SIGKILL');
    }, longestMs);
  };
  worker.on('message', (one: Told) => {
    heard(one);
    ask();
  });
  ask();
  return new Promise((resolve, reject) => {
    worker.on('exit', (code) => {
      clearTimeout(watch);
      if (code === 0 || stopped) resolve(stopped);
      else reject(new Error(`a worker ended with ${code}`));
    });
  });
}

async function lead(lot: Lot): Promise<void> {
  const began = performance.now();
  let next = lot.first;
  let told = began;
  let end = lot.first + lot.seeds;
  // A soak goes on for as long as one lets it: what it has come to is told, too, when it is asked to end.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      end = next;
    });
  }
  const give = () => (next < end ? next++ : undefined);
  const heard = (one: Told) => {
    take(one);
    if (performance.now() - told <= 30_000) return;
    told = performance.now();
    const seconds = (told - began) / 1_000;
    process.stdout.write(
      `${sums.histories} histories, ${(sums.histories / seconds).toFixed(1)} a second, ${failures.length + endless.length} failed\n`,
    );
  };
  await Promise.all(
    Array.from({ length: Math.min(lot.workers, lot.seeds) }, async () => {
      // One that had to be stopped is followed by another.
      while (await live(lot.kind, give, heard));
    }),
  );
  process.stdout.write(table(lot, next - 1, (performance.now() - began) / 1_000));
  const inOrder = (lines: Map<number, string>) =>
    [...lines]
      .sort(([a], [b]) => a - b)
      .map(([, line]) => line)
      .join('');
  if (lot.traces !== undefined) writeFileSync(lot.traces, inOrder(traces));
  if (lot.expected !== undefined) writeFileSync(lot.expected, inOrder(expectedInFull));
  if (sums.histories === 0) throw new Error('no history was lived');
  process.exitCode = failures.length + endless.length ? 1 : 0;
}

if (process.argv.includes('--worker')) {
  // Ctrl-C reaches a whole group: the one that leads decides.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  await work();
} else await lead(asked(() => lotOf(process.argv.slice(2))));
