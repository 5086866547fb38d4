// Makes a clone ready to run: installs what is missing and builds what is stale. Needs nothing but Node and npm.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19))
  stop(`rekey needs Node 20.19 or newer; this is ${process.versions.node}`);

const changed = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);
// npm writes this file last, so that an install that was cut short counts as none.
if (changed('node_modules/.package-lock.json') < changed('package-lock.json')) {
  const npm = process.env.npm_execpath;
  const [command, ...before] = npm ? [process.execPath, npm] : ['npm'];
  step('installing dependencies', command, [
    ...before,
    'ci',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
}
// The compiler trusts its notes even when what they are about has been deleted.
if (!existsSync('dist/cli/main.js')) rmSync('dist/.tsbuildinfo', { force: true });
step('building', process.execPath, ['node_modules/typescript/bin/tsc']);
// Nor does it take away what it has made of a source that is gone, and a package would take that along.
const made = /\.(?:js|js\.map|d\.ts)$/;
for (const file of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  if (/^(?:bench|sweep|bundle)\b/.test(file) || !made.test(file)) continue;
  if (!existsSync(join('src', file.replace(made, '.ts')))) rmSync(join('dist', file));
}
// bin/rekey.js takes the bundle unless the compiler has made something since.
const bundled = ['dist/.tsbuildinfo', 'node_modules/.package-lock.json', 'scripts/bundle.mjs'];
if (changed('dist/bundle/main.js') <= Math.max(...bundled.map(changed)))
  step('bundling', process.execPath, ['scripts/bundle.mjs']);

function step(what, command, args) {
  const begun = Date.now();
  process.stderr.write(`${what} … `);
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  if (status === 0) {
    process.stderr.write(`done in ${seconds} s\n`);
    return;
  }
  process.stderr.write(`failed after ${seconds} s\n`);
  stop(`${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`.trim());
}

function stop(why) {
  process.stderr.write(`✗ ${why}\n`);
  process.exit(1);
}
