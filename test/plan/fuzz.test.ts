import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePlan } from '../../src/plan/parse.ts';
import { formatProblem, unprintableAt } from '../../src/plan/problem.ts';
import { full } from '../sweep/sampled.ts';
import { toyRegistry } from './toy-registry.ts';

const shipped = readdirSync('plans').map((file) => readFileSync(`plans/${file}`, 'utf8'));
const words = [
  '&a ',
  '*a',
  '!!js/function ',
  '__proto__: ',
  'constructor',
  '${',
  '{{ ',
  ' }}',
  '[',
  '{',
  '- ',
  ': ',
  '\n',
  '  ',
  '"',
  "'",
  '|',
  '? ',
  '#',
  '\u0000',
  '.nan',
  '1e999',
  '0x1f',
  '~',
  '<<: ',
  '---\n',
  '%YAML 1.1\n',
  'steps.read.volumes',
  'null',
  '\ud800',
  '🔑',
];
const noise = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...words)).map((parts) => parts.join('')),
);
const damaged = fc
  .tuple(fc.constantFrom(...shipped), fc.nat(), fc.nat(120), noise)
  .map(([text, at, cut, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + cut));
const path = fc.array(
  fc.constantFrom('steps', 'read', 'with', 'keys', 'to', '__proto__', 'constructor', 'x', '0', ''),
  { maxLength: 5 },
);
const set = fc.oneof(
  noise,
  fc.tuple(path, noise).map(([parts, value]) => `${parts.join('.')}=${value}`),
);

function holds(text: string, sets: readonly string[]): void {
  const parsed = parsePlan({ file: 'plan.yaml', text, sets }, toyRegistry);
  if ('plan' in parsed) return;
  expect(parsed.problems.length).toBeGreaterThan(0);
  for (const problem of parsed.problems) {
    expect(problem.line).toBeGreaterThan(0);
    expect(problem.column).toBeGreaterThan(0);
    expect(problem.hint).not.toBe('');
    expect(unprintableAt(formatProblem(problem))).toBe(-1);
  }
}

describe('whatever it is given, parsePlan', () => {
  test('neither throws nor says nothing, and leaves prototypes alone', () => {
    const before = [Object.prototype, Array.prototype, Function.prototype].map((one) => Reflect.ownKeys(one));
    fc.assert(fc.property(noise, fc.array(set, { maxLength: 3 }), holds), { numRuns: full ? 150 : 50 });
    fc.assert(fc.property(damaged, fc.array(set, { maxLength: 3 }), holds), { numRuns: full ? 300 : 100 });
    expect([Object.prototype, Array.prototype, Function.prototype].map((one) => Reflect.ownKeys(one))).toEqual(before);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test.each([
    ['a megabyte of opening brackets', '['.repeat(1_000_000)],
    ['a megabyte of dashes', '- '.repeat(500_000)],
    ['a megabyte of question marks', '? '.repeat(500_000)],
    ['a staircase of maps', Array.from({ length: 1_300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['sixty thousand keys', Array.from({ length: 60_000 }, (_, key) => `k${key}: 1`).join('\n')],
    ['a hundred thousand documents', '---\n'.repeat(100_000)],
    ['two hundred thousand quotes', '"'.repeat(200_000)],
    [
      'a thousand aliases of a thousand aliases',
      `a: &a [${'x, '.repeat(1_000)}]\nb: &b [${'*a, '.repeat(1_000)}]\nc: [${'*b, '.repeat(1_000)}]`,
    ],
    ['more than a megabyte', `name: ${'x'.repeat(1_100_000)}`],
  ])('ends within seconds on %s', (_title, text) => {
    // Of this process, not by the clock: the machine may have other work.
    const began = process.cpuUsage();
    holds(text, []);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1_000_000).toBeLessThan(10);
  });
});
