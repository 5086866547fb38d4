// Makes a clone ready to run: installs what is missing and builds what is stale. Needs nothing but Node and npm.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19))
  stop(`rekey needs Node 20.19 or newer; this is ${process.versions.node}`);

const changed = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);
if (!existsSync('dist/cli/main.js')) say('rekey is built here for the first time, which takes about half a minute:\n');
// npm writes this file last, so that an install that was cut short counts as none.
if (changed('node_modules/.package-lock.json') < changed('package-lock.json')) {
  const npm = process.env.npm_execpath;
  const [command, ...before] = npm ? [process.execPath, npm] : ['npm'];
  await step('installing what it needs (npm ci)', command, [
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
await step('compiling its sources (tsc)', process.execPath, ['node_modules/typescript/bin/tsc']);
// Nor does it take away what it has made of a source that is gone, and a package would take that along.
const made = /\.(?:js|js\.map|d\.ts)$/;
for (const file of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  if (/^(?:bench|sweep|bundle)\b/.test(file) || !made.test(file)) continue;
  if (!existsSync(join('src', file.replace(made, '.ts')))) rmSync(join('dist', file));
}
// bin/rekey.js takes the bundle unless the compiler has made something since.
const bundled = ['dist/.tsbuildinfo', 'node_modules/.package-lock.json', 'scripts/bundle.mjs'];
if (changed('dist/bundle/main.js') <= Math.max(...bundled.map(changed)))
  await step('bundling its command line (rolldown)', process.execPath, ['scripts/bundle.mjs']);

/** Does one thing, and says so while it is being done: in a terminal with the seconds that it has taken so far. */
async function step(what, command, args) {
  const begun = Date.now();
  const seconds = (digits) => ((Date.now() - begun) / 1000).toFixed(digits);
  say(`${what} … `);
  const ticking = process.stderr.isTTY && setInterval(() => say(`\r${what} … ${seconds(0)} s `), 1000);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const why = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (status) => resolve(status === 0 ? undefined : said));
  });
  clearInterval(ticking);
  const before = process.stderr.isTTY ? `\r${what} … ` : '';
  say(`${before}${why === undefined ? 'done in' : 'failed after'} ${seconds(1)} s\n`);
  if (why !== undefined) stop(why.trim());
}

function say(text) {
  process.stderr.write(text);
}

function stop(why) {
  say(`✗ ${why}\n`);
  process.exit(1);
}
