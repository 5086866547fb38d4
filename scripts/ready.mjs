// Makes a clone ready to run: installs what is missing and builds what is stale. Needs nothing but Node and npm.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
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
