#!/usr/bin/env node
import { statSync } from 'node:fs';

const file = (path) => new URL(`../dist/${path}`, import.meta.url);
const madeAt = (url) => statSync(url, { throwIfNoEntry: false })?.mtimeMs;
const bundled = file('bundle/main.js');
// Who has only compiled since (`npx tsc`) gets what he has compiled. A package lacks the compiler's notes.
const compiled = madeAt(bundled) >= (madeAt(file('.tsbuildinfo')) ?? 0) ? bundled : file('cli/main.js');
if (madeAt(compiled) === undefined) {
  console.error('✗ rekey has not been built yet\n→ npm run build');
  process.exit(2);
}
const { main } = await import(compiled.href);
// An idle connection or a timer must not keep the process; main has flushed what was written.
process.exit(await main(process.argv.slice(2)));
