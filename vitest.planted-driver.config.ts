import { defineConfig } from 'vitest/config';

// Plants each bug in turn and sees that its test fails: `vitest run --config vitest.planted-driver.config.ts`.
export default defineConfig({
  test: {
    include: ['test/planted/planted.driver.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // Each of them is a process of its own with a test runner in it.
    maxConcurrency: 2,
    // The table at the end is for people.
    disableConsoleIntercept: true,
    cache: false,
    pool: 'forks',
  },
});
