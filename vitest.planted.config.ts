import { defineConfig } from 'vitest/config';
import { bugs } from './test/planted/bugs.ts';
import { plant } from './test/planted/plant.ts';

const name = process.env['REKEY_PLANT'];
const bug = bugs.find((one) => one.name === name);
if (name !== undefined && bug === undefined) throw new Error(`there is no planted bug "${name}"`);

// The ordinary tests on sources with one bug in them, or with none when REKEY_PLANT names none.
export default defineConfig({
  plugins: bug ? [plant(bug)] : [],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/moto/**', 'node_modules/**'],
    // A bug may well let a test wait for ever.
    testTimeout: 20_000,
    hookTimeout: 20_000,
    bail: 1,
    cache: false,
    // What was transformed once is read back by the next of some hundreds of runners: half of the time of each.
    experimental: { fsModuleCache: true, fsModuleCachePath: 'node_modules/.cache/rekey-planted' },
    pool: 'forks',
  },
});
