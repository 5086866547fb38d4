// Packs rekey, installs the package as people do, and uses it from another folder: what the package lacks shows here.
// Says how much is installed; fails when it is more than it may be, or when a part of the SDK is there twice.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const mostMb = 120;
// An hour of the simulated account takes some seconds of ours.
const speed = '1000';

const root = fileURLToPath(new URL('..', import.meta.url));
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const room = mkdtempSync(join(tmpdir(), 'rekey-installed-'));
const prefix = join(room, 'prefix');
const folder = join(room, 'elsewhere');
const installed = join(prefix, 'lib/node_modules', name);
mkdirSync(folder);
try {
  packAndInstall();
  use();
  checkLinks();
  measure();
} finally {
  rmSync(room, { recursive: true, force: true });
}

function packAndInstall() {
  npm(['pack', '--pack-destination', room], root);
  const tarball = readdirSync(room).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) stop('npm pack has left no package');
  say(`${tarball}: ${megabytes(lstatSync(join(room, tarball)).size)} MB`);
  npm(['install', '--global', '--prefix', prefix, join(room, tarball), '--prefer-offline', '--no-audit', '--no-fund']);
}

/** What people do first: its version, a plan that comes with it, and the demo, which moves an instance and two databases. */
function use() {
  const told = rekey(['--version']).trim();
  if (told !== version) stop(`rekey --version says ${told}, and package.json ${version}`);
  rekey(['validate', join(installed, 'plans/ec2-instance.yaml')]);
  const said = rekey(['demo', '--speed', speed]);
  if (!said.includes('✔ all ')) stop(`rekey demo has proved nothing:\n${said}`);
  say(
    said
      .split('\n')
      .filter((line) => line.startsWith('✔'))
      .join('\n'),
  );
}

/** Every page that the package holds, and where its links lead. */
function checkLinks() {
  const pages = filesIn(installed).filter((file) => file.endsWith('.md') && !file.includes('node_modules'));
  const dead = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/\]\((?!\w+:|#)([^)#\s]+)[^)]*\)/g)]
      .filter(([, link]) => !existsSync(resolve(dirname(page), link)))
      .map(([, link]) => `${relative(installed, page)}: ${link}`),
  );
  if (dead.length) stop(`links that lead to nothing in the package:\n${dead.join('\n')}`);
}

function measure() {
  const modules = join(installed, 'node_modules');
  const packages = filesIn(modules)
    .filter((file) => /node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/.test(file))
    .map(dirname);
  const sizes = new Map();
  for (const path of packages) {
    const own = filesIn(path, (inner) => !inner.endsWith('/node_modules'));
    const id = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    sizes.set(id, [...(sizes.get(id) ?? []), bytesOf(own)]);
  }
  const all = bytesOf(filesIn(prefix));
  const largest = [...sizes].map(([id, each]) => [id, each.reduce((sum, one) => sum + one, 0)]);
  largest.sort(([, a], [, b]) => b - a);
  say(`installed: ${megabytes(all)} MB in ${packages.length} packages, the largest:`);
  for (const [id, bytes] of largest.slice(0, 6)) say(`  ${megabytes(bytes).padStart(5)} MB  ${id}`);
  const ofTheSdk = /^@(?:aws-sdk|smithy)\//;
  const twice = [...sizes]
    .filter(([id, each]) => ofTheSdk.test(id) && each.length > 1)
    .map(([id, each]) => `${id} (${each.length})`);
  if (twice.length) stop(`installed more than once: ${twice.join(', ')}`);
  if (all > mostMb * 1e6) stop(`that is more than ${mostMb} MB`);
}

function filesIn(folder, enter = () => true) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return enter(path) ? filesIn(path, enter) : [];
  });
}

function bytesOf(files) {
  return files.reduce((sum, file) => sum + lstatSync(file).size, 0);
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}

function npm(args, cwd = folder) {
  const own = process.env.npm_execpath;
  return own === undefined ? done('npm', args, cwd) : done(process.execPath, [own, ...args], cwd);
}

/** As somebody would type it who has no credentials and no settings. */
function rekey(args) {
  const kept = Object.entries(process.env).filter(([variable]) => !/^(AWS|REKEY|npm)_/i.test(variable));
  const PATH = [join(prefix, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter);
  return done(join(prefix, 'bin/rekey'), args, folder, { ...Object.fromEntries(kept), PATH });
}

function done(command, args, cwd, env = process.env) {
  const begun = Date.now();
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  const words = [command, ...args].map((word) => word.replace(room, 'TMP')).join(' ');
  if (status !== 0) stop(`${words} ended with ${status}\n${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`);
  say(`${((Date.now() - begun) / 1_000).toFixed(1).padStart(6)} s  ${words}`);
  return stdout;
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

function stop(why) {
  throw new Error(why);
}
