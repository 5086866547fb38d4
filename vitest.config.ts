import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// A file that puts another module in the place of one of ours needs modules of its own. All others share theirs within a
// worker: to load the clients of the SDK anew for each of a hundred files takes a quarter of the whole time.
const tests = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
const mocking = tests.map((file) => `test/${file}`).filter((file) => /\bvi\.mock\(/.test(readFileSync(file, 'utf8')));
const elsewhere = ['test/moto/**', 'node_modules/**'];
// Whole runs by the hundred, and real processes that are killed: `npm test` leaves them to `npm run sweep`.
const long = ['test/sweep/**/*.test.ts', 'test/processes/**/*.test.ts'];
const isLong = (file: string) => /^test\/(sweep|processes)\//.test(file);

export default defineConfig({
  test: {
    // Of a full sweep: the table at its end.
    globalSetup: ['test/sweep/closing-table.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // One more than there are cores: some tests wait for processes.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['test/**/*.test.ts'],
          exclude: [...elsewhere, ...long, ...mocking],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'tests-mocking', include: mocking.filter((file) => !isLong(file)) } },
      { extends: true, test: { name: 'sweeps', include: long, exclude: [...elsewhere, ...mocking], isolate: false } },
      { extends: true, test: { name: 'sweeps-mocking', include: mocking.filter(isLong) } },
    ],
  },
});
