import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { codes, faultKinds, mutating } from './operations.ts';
import { full } from './sampled.ts';
import { type Figures, type Kind, type SweepName, sweeps } from './tally.ts';

/**
 * A folder for the figures of this run, if it is a full sweep; afterwards the closing table. Vitest calls it once for each
 * project, all before the first test: the first makes the one table of all.
 */
export default function setup(): (() => void) | undefined {
  if (!full || process.env['REKEY_TALLY']) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'rekey-tally-'));
  process.env['REKEY_TALLY'] = folder;
  return () => {
    const { text, faults } = closingTable(figuresIn(folder), {
      whole: !process.argv.some((word) => /\.test\.ts$/.test(word)),
    });
    rmSync(folder, { recursive: true, force: true });
    process.stdout.write(text);
    if (faults.length > 0) process.exitCode = 1;
  };
}

function figuresIn(folder: string): Figures[] {
  const lines = readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'));
  return lines.filter(Boolean).map((line) => JSON.parse(line) as Figures);
}

interface Row {
  readonly sweep: SweepName;
  readonly plan: string;
  readonly sums: Map<string, number>;
}

const columns = ['histories', 'processes', 'calls', 'crashes', 'faults', 'evaluations', 'failures'] as const;

/** The table, and what is wrong with it, one sentence each. `whole`: every sweep was to run. */
export function closingTable(
  figures: readonly Figures[],
  { whole }: { readonly whole: boolean },
): { readonly text: string; readonly faults: readonly string[] } {
  const loaded = new Set(figures.map(({ sweep }) => sweep));
  const names = (Object.keys(sweeps) as SweepName[]).filter((name) => whole || loaded.has(name));
  const rows = rowsOf(figures);
  const evaluated = (name: SweepName) =>
    sumOf(figures.filter(({ sweep }) => sweep === name).map((one) => one.evaluations));
  const faults = [
    ...names.flatMap((name) => [
      ...plansDue(name)
        .filter(
          (plan) => !rows.some((row) => row.sweep === name && row.plan.split(' + ').includes(plan) && histories(row)),
        )
        .map((plan) => `${name} lived no history of plans/${plan}.yaml`),
      ...(rows.some((row) => row.sweep === name && histories(row)) ? [] : [`${name} lived no history`]),
      ...sweeps[name].judges
        .filter((invariant) => !evaluated(name).get(invariant))
        .map((invariant) => `${name} never judged ${invariant}`),
    ]),
    ...rows.filter(({ sums }) => sums.get('failures')).map(({ sweep, plan }) => `${sweep} of ${plan} failed`),
  ];
  const text = [
    '',
    'The sweeps, per plan:',
    ...tableOf(rows),
    '',
    'Invariants evaluated, per sweep:',
    ...names.map((name) => `  ${name.padEnd(14)}${told(evaluated(name))}`),
    'Faults that struck:',
    `  ${told(sumOf(figures.map((one) => one.faults)))}`,
    ...neverInjected(figures),
    ...faults.map((fault) => `RED: ${fault}`),
    '',
  ].join('\n');
  return { text: `${text}\n`, faults };
}

const shipped = readdirSync(resolve(import.meta.dirname, '../../plans')).filter((file) => file.endsWith('.yaml'));
const plansDue = (name: SweepName) => {
  const { everyPlan }: Kind = sweeps[name];
  return everyPlan ? shipped.map((file) => basename(file, '.yaml')) : [];
};
const histories = ({ sums }: Row) => (sums.get('histories') ?? 0) > 0;

function rowsOf(figures: readonly Figures[]): Row[] {
  const rows = new Map<string, Row>();
  for (const one of figures.filter(({ plan }) => plan !== '')) {
    const name = `${one.sweep} ${one.plan}`;
    const row = rows.get(name) ?? { sweep: one.sweep, plan: one.plan, sums: new Map<string, number>() };
    rows.set(name, row);
    for (const column of columns) {
      const value = one[column] ?? 0;
      const times = typeof value === 'number' ? value : Object.values(value).reduce((sum, more) => sum + more, 0);
      row.sums.set(column, (row.sums.get(column) ?? 0) + times);
    }
  }
  const order = Object.keys(sweeps);
  return [...rows.values()].sort(
    (a, b) => order.indexOf(a.sweep) - order.indexOf(b.sweep) || (a.plan < b.plan ? -1 : 1),
  );
}

const heads = ['histories', 'processes', 'API calls', 'crashes', 'faults', 'evaluations', 'failures'];

function tableOf(rows: readonly Row[]): string[] {
  const all: Row = { sweep: 'crash', plan: '', sums: sumOf(rows.map(({ sums }) => Object.fromEntries(sums))) };
  const line = (sweep: string, plan: string, cells: readonly string[]) =>
    `  ${sweep.padEnd(14)}${plan.padEnd(28)}${cells.map((cell) => cell.padStart(13)).join('')}`;
  const cells = ({ sums }: Row) => columns.map((column) => (sums.get(column) ?? 0).toLocaleString('en-US'));
  return [
    line('sweep', 'plan', heads),
    ...rows.map((row) => line(row.sweep, row.plan, cells(row))),
    line('all', '', cells(all)),
  ];
}

/** Kinds of faults, and error codes by operation, that no sweep has injected. Listed, and no failure: not every operation can meet every fault. */
function neverInjected(figures: readonly Figures[]): string[] {
  const kinds = sumOf(figures.map((one) => one.faults));
  const struck = sumOf(figures.map((one) => one.codes));
  const due = new Map<string, Set<string>>();
  for (const { code, on = mutating } of codes) due.set(code, new Set([...(due.get(code) ?? []), ...on]));
  const missed = [...due].map(([code, on]) => ({
    code,
    all: on.size,
    on: [...on].filter((operation) => !struck.get(`${code} on ${operation}`)),
  }));
  const total = (list: readonly { size: number }[]) => list.reduce((sum, { size }) => sum + size, 0);
  const left = missed.reduce((sum, { on }) => sum + on.length, 0);
  const never = missed.filter(({ on, all }) => on.length === all).map(({ code }) => code);
  const here = missed.filter(({ on, all }) => on.length > 0 && on.length < all);
  return [
    `Kinds of faults never injected: ${faultKinds.filter((kind) => !kinds.get(kind)).join(', ') || 'none'}`,
    `Error codes on operations: ${total([...due.values()]) - left} of ${total([...due.values()])} pairs injected`,
    `  never injected: ${never.join(', ') || 'none'}`,
    ...here.map(({ code, on }) => `  ${code} never on ${on.join(', ')}`),
  ];
}

function sumOf(list: readonly (Readonly<Record<string, number>> | undefined)[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const one of list)
    for (const [name, times] of Object.entries(one ?? {})) sums.set(name, (sums.get(name) ?? 0) + times);
  return sums;
}

const told = (sums: ReadonlyMap<string, number>) =>
  [...sums]
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([name, times]) => `${name} ${times.toLocaleString('en-US')}`)
    .join(', ') || 'none';
