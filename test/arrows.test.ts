import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const src = resolve(import.meta.dirname, '../src');

/** Room by room, which other rooms it may import at run time or for types (design §3). */
const arrows: Record<string, readonly string[]> = {
  contract: [],
  errors: ['contract'],
  plan: ['contract', 'errors'],
  journal: ['contract', 'errors'],
  engine: ['contract', 'errors'],
  report: ['contract', 'errors', 'engine'],
  aws: ['contract', 'errors'],
  steps: ['contract', 'errors', 'aws'],
  simulator: ['contract', 'errors'],
  app: ['contract', 'errors', 'plan', 'journal', 'engine', 'report', 'aws', 'steps'],
  cli: ['contract', 'errors', 'plan', 'journal', 'engine', 'report', 'steps', 'simulator', 'app'],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const imports = files.flatMap(importsOf);
const roomOf = (file: string) => file.split('/')[0] ?? '';

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8');
  const statements = text.matchAll(
    /(?:^|\n)\s*(import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|import\('([^']+)'\)|\nimport\s+'([^']+)'/g,
  );
  return [...statements].map((match) => {
    const to = match[3] ?? match[4] ?? match[5] ?? '';
    const named = to.startsWith('.') ? relative(src, resolve(src, dirname(file), to)) : to;
    return { from: file, to: named, typeOnly: match[2] !== undefined };
  });
}

describe('the house', () => {
  test('every room imports only the rooms its arrows allow', () => {
    const wrong = imports
      .filter((one) => one.to.includes('/') && one.to.endsWith('.ts'))
      .filter((one) => roomOf(one.from) in arrows)
      .filter((one) => roomOf(one.from) !== roomOf(one.to) && !arrows[roomOf(one.from)]?.includes(roomOf(one.to)))
      .map((one) => `${one.from} -> ${one.to}`);
    expect(wrong).toEqual([]);
    expect(imports.length).toBeGreaterThan(100);
  });

  test('no import leads round in a circle', () => {
    const graph = new Map<string, string[]>();
    for (const one of imports)
      if (one.to.endsWith('.ts')) graph.set(one.from, [...(graph.get(one.from) ?? []), one.to]);
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      if (done.has(file) || path.includes(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of graph.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  test('steps, engine, journal and plan know AWS by type only, so validate and --help load no SDK client', () => {
    const rooms = ['contract', 'errors', 'plan', 'journal', 'engine', 'steps'];
    const wrong = imports
      .filter((one) => rooms.includes(roomOf(one.from)) && one.to.startsWith('@aws-sdk/') && !one.typeOnly)
      .map((one) => `${one.from} -> ${one.to}`);
    expect(wrong).toEqual([]);
  });

  test('what follows from the records is computed without the rest of the engine', () => {
    const wrong = imports
      .filter((one) => one.from.startsWith('engine/state/') && one.to.startsWith('engine/'))
      .filter((one) => !one.to.startsWith('engine/state/'))
      .map((one) => `${one.from} -> ${one.to}`);
    expect(wrong).toEqual([]);
  });

  test('the command line runs nothing by itself: of engine and journal it has a name of what is done, and the check of a journal', () => {
    const used = imports
      .filter((one) => roomOf(one.from) === 'cli' && ['engine', 'journal'].includes(roomOf(one.to)))
      .map((one) => one.to);
    expect([...new Set(used)].sort()).toEqual(['engine/state/key.ts', 'journal/verify.ts']);
  });

  test('what a run needs is put together in one place', () => {
    const wiring = files.filter((file) => /\bcreateSettleHub\(|\bpLimit\(/.test(readFileSync(join(src, file), 'utf8')));
    expect(wiring.filter((file) => file !== 'aws/settle-hub.ts')).toEqual(['app/ports.ts']);
  });

  test('the files that docs/ARCHITECTURE.md names are there', () => {
    const text = readFileSync(resolve(src, '../docs/ARCHITECTURE.md'), 'utf8');
    const named = [...text.matchAll(/\b(?:src\/|test\/)?(?:[a-z-]+\/)+[a-z-]+\.(?:test\.)?ts\b/g)].map(
      ([file]) => file,
    );
    const places = (file: string) => [resolve(src, file), resolve(src, '..', file)];
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((file) => !places(file).some((place) => existsSync(place)))).toEqual([]);
  });

  test('the engine knows no AWS and no YAML', () => {
    const wrong = imports
      .filter((one) => roomOf(one.from) === 'engine' && /^(@aws-sdk|@smithy|yaml|listr2)/.test(one.to))
      .map((one) => `${one.from} -> ${one.to}`);
    expect(wrong).toEqual([]);
  });

  test('nothing waits by itself: time passes in contract/wait, and where calls are metered', () => {
    const sleeps = files.filter((file) => /\.sleepUntil\(/.test(readFileSync(join(src, file), 'utf8')));
    expect(sleeps.sort()).toEqual(['aws/line.ts', 'cli/commands/demo.ts', 'contract/wait.ts', 'engine/wait.ts']);
  });

  test('nothing in src waits on a timer that a test could not take over', () => {
    const wrong = files.filter((file) =>
      /timers\/promises|AbortSignal\.timeout/.test(readFileSync(join(src, file), 'utf8')),
    );
    expect(wrong).toEqual([]);
  });
});
