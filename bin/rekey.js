#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/cli/main.js', import.meta.url);
if (!existsSync(built)) {
  console.error('✗ rekey has not been built yet\n→ npm run build');
  process.exit(2);
}
const { main } = await import(built.href);
// An idle connection or a timer must not keep the process; main has flushed what was written.
process.exit(await main(process.argv.slice(2)));
