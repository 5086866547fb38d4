import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bugs } from './bugs.ts';
import { caughtBySeeds, planted } from './plant.ts';
import type { PlantedBug } from './planted-bug.ts';

/** What is read of vitest's JSON report. */
interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

interface Ending {
  readonly seconds: number;
  /** Full names of the tests that ran and passed. */
  readonly passed: readonly string[];
  readonly failed: readonly { readonly name: string; readonly why: string }[];
  /** What went wrong outside of any test: a transformation or an import that failed. */
  readonly outside: string;
}

const root = resolve(import.meta.dirname, '../..');
const patienceMs = 90_000;
// A test judges by an assertion, an invariant of the account, an error of the catalogue, or by never coming to an end
// (vitest reports its time-out under the name of a stack). A TypeError or ReferenceError would only show that the
// planted code itself is broken.
const judgement =
  /^(AssertionError|RekeyError|Error: (expected |promise (resolved|rejected) |I\d+ \(|(P\d|O)\.[a-z-]+ \(|STACK_TRACE_ERROR|nothing left to wait for))/;

const whole = (title: string) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** One run of one test file in a process of its own, with a bug planted or without. */
async function runTests(file: string, titles: readonly string[], bug: string | undefined): Promise<Ending> {
  const folder = await mkdtemp(join(tmpdir(), 'rekey-planted-'));
  const outputFile = join(folder, 'report.json');
  const since = performance.now();
  try {
    const said = await new Promise<string>((resolved, rejected) => {
      const { REKEY_PLANT: _none, ...env } = process.env;
      const child = spawn(
        process.execPath,
        [
          join(root, 'node_modules/vitest/vitest.mjs'),
          'run',
          '--config',
          'vitest.planted.config.ts',
          file,
          '-t',
          `(${titles.map(whole).join('|')})`,
          '--reporter=json',
          `--outputFile=${outputFile}`,
        ],
        { cwd: root, env: bug === undefined ? env : { ...env, REKEY_PLANT: bug }, stdio: ['ignore', 'ignore', 'pipe'] },
      );
      const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      let text = '';
      child.stderr.on('data', (part: Buffer) => {
        text += part.toString();
      });
      child.on('error', rejected);
      child.on('close', (_code, signal) => {
        clearTimeout(timer);
        resolved(signal === null ? text : `ended by ${signal} after ${patienceMs / 1000} s\n${text}`);
      });
    });
    const report = await readFile(outputFile, 'utf8').then(
      (text) => JSON.parse(text) as Report,
      () => undefined,
    );
    const results = report?.testResults ?? [];
    const tests = results.flatMap((one) => one.assertionResults);
    return {
      seconds: (performance.now() - since) / 1000,
      passed: tests.filter((one) => one.status === 'passed').map((one) => one.fullName),
      failed: tests
        .filter((one) => one.status === 'failed')
        .map((one) => ({ name: one.fullName, why: one.failureMessages?.[0] ?? '' })),
      outside:
        report === undefined
          ? said
          : results
              .map((one) => one.message)
              .join('\n')
              .trim(),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// All, or those whose name matches a pattern: `REKEY_PLANT='write point|claim'`.
const wanted = new RegExp(process.env['REKEY_PLANT'] ?? '');
const chosen = bugs.filter((bug) => wanted.test(bug.name));
const table: { bug: PlantedBug; seconds: number; verdict: string }[] = [];
const sound = new Map<string, Ending>();

describe('the catchers', () => {
  const files = [...new Set(chosen.map((bug) => bug.caughtBy.file))];
  test.concurrent.each(files)('in %s pass while nothing is planted', async (file) => {
    const titles = new Set(chosen.filter((bug) => bug.caughtBy.file === file).map((bug) => bug.caughtBy.title));
    const end = await runTests(file, [...titles], undefined);
    sound.set(file, end);
    expect(end.failed).toEqual([]);
    for (const title of titles) {
      expect(
        end.passed.some((name) => name.includes(title)),
        `no test "${title}" ran: ${end.outside}`,
      ).toBe(true);
    }
  });
});

describe('the planted bug', () => {
  test.concurrent.each(chosen.map((bug) => [bug.name, bug] as const))('%s is caught', async (_name, bug) => {
    const { file, title } = bug.caughtBy;
    const row = { bug, seconds: 0, verdict: 'NOT JUDGED' };
    table.push(row);
    planted(bug, await readFile(join(root, bug.file), 'utf8'));
    const end = await runTests(file, [title], bug.name);
    row.seconds = end.seconds;
    expect(end.passed.length + end.failed.length, `no test ran: ${end.outside}`).toBeGreaterThan(0);
    row.verdict = 'NOT CAUGHT';
    expect(end.failed, `"${title}" passes with the bug in it`).not.toEqual([]);
    row.verdict = 'NOT JUDGED';
    for (const { why } of end.failed) expect(why).toMatch(judgement);
    row.verdict = sound.get(file)?.passed.some((name) => name.includes(title)) ? 'caught' : 'FAILS UNPLANTED TOO';
    expect(row.verdict).toBe('caught');
  });
});

beforeAll(() => {
  expect(chosen.length, 'no planted bug has such a name').toBeGreaterThan(0);
  expect(caughtBySeeds(chosen), 'a catcher is scripted: condition and deed').toEqual([]);
});

afterAll(() => {
  const width = Math.max(...chosen.map((bug) => bug.name.length));
  const rows = table.sort((a, b) => bugs.indexOf(a.bug) - bugs.indexOf(b.bug));
  const lines = rows.map(({ bug, seconds, verdict }) => {
    const by = `${bug.caughtBy.file}: ${bug.caughtBy.title}`;
    return `${bug.name.padEnd(width)}  ${verdict.padEnd(10)}  ${seconds.toFixed(1).padStart(5)} s  ${by}`;
  });
  const caught = rows.filter((row) => row.verdict === 'caught').length;
  process.stdout.write(`\n${lines.join('\n')}\n\n${caught} of ${chosen.length} caught\n`);
});
