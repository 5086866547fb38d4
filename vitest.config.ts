import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/moto/**', 'node_modules/**'],
    // Of a full sweep: the table at its end.
    globalSetup: ['test/sweep/closing-table.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // By default one core is left idle, which on two cores doubles the time.
    maxWorkers: '100%',
  },
});
