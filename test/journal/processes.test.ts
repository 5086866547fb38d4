import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/journal/store.ts';
import { verifyJournal } from '../../src/journal/verify.ts';
import { clock, run, runOf, steps } from './scene.ts';

const repository = resolve(import.meta.dirname, '../..');
let compiled = '';

// Owners are told apart by process, so that these need real ones, running the journal as it ships.
beforeAll(async () => {
  compiled = await mkdtemp(join(tmpdir(), 'rekey-compiled-'));
  await writeFile(join(compiled, 'package.json'), '{"type":"module"}');
  await symlink(join(repository, 'node_modules'), join(compiled, 'node_modules'));
  await writeFile(
    join(compiled, 'tsconfig.json'),
    JSON.stringify({
      extends: join(repository, 'tsconfig.json'),
      compilerOptions: {
        rootDir: join(repository, 'src'),
        outDir: compiled,
        typeRoots: [join(repository, 'node_modules/@types')],
        declaration: false,
        incremental: false,
        tsBuildInfoFile: null,
        noCheck: true,
      },
      include: [],
      files: [join(repository, 'src/journal/store.ts')],
    }),
  );
  await promisify(execFile)(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', compiled]);
  await writeFile(
    join(compiled, 'worker.mjs'),
    `import { openStore } from './journal/store.js';
     const [stateDir, run, name] = process.argv.slice(2);
     for (;;) {
       try {
         const journal = await openStore(stateDir, { now: Date.now }).open(run);
         process.stdout.write('owner\\n');
         for (let number = 0; ; number += 1) {
           const step = name + '-' + number;
           await journal.append({ t: 'passed', plan: 'orders', step });
           process.stdout.write(step + '\\n');
         }
       } catch (error) {
         if (error.code !== 'run-held') {
           process.stdout.write('error ' + error.message + '\\n');
           process.exit(1);
         }
         await new Promise((resolve) => setTimeout(resolve, 2));
       }
     }`,
  );
});
afterAll(() => rm(compiled, { recursive: true, force: true }));

const workers = new Set<ChildProcess>();
afterAll(() => {
  for (const worker of workers) worker.kill('SIGKILL');
});

/** A process that owns the run as soon as it can and appends for as long as it lives. */
function worker(stateDir: string, name: string, told: (line: string) => void): ChildProcess {
  const child = spawn(process.execPath, [join(compiled, 'worker.mjs'), stateDir, run, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  workers.add(child);
  createInterface({ input: child.stdout }).on('line', told);
  return child;
}

test('a run is held while its owner lives, and free as soon as it is killed', async () => {
  const { stateDir } = await runOf({ started: 'long ago' });
  const store = openStore(stateDir, clock);
  const lines: string[] = [];
  const owner = worker(stateDir, 'a', (line) => lines.push(line));
  await expect.poll(() => lines.length, { timeout: 20_000 }).toBeGreaterThan(3);
  await expect(store.open(run)).rejects.toMatchObject({
    code: 'run-held',
    message: expect.stringContaining(`process ${owner.pid} on `),
  });
  expect(await store.read(run)).toMatchObject({ runner: 'alive' });
  owner.kill('SIGKILL');
  await once(owner, 'close');
  const journal = await store.open(run);
  const promised = ['theirs', ...lines.filter((line) => line !== 'owner')];
  expect(steps(journal.records).slice(0, promised.length)).toEqual(promised);
  expect(steps(journal.records).length - promised.length).toBeLessThanOrEqual(1);
  await journal.close();
});

test('three processes that fight for a run, each owner killed in turn, lose no record and never own it together', async () => {
  const { stateDir } = await runOf({ started: 'long ago' });
  const promised: string[] = [];
  const errors: string[] = [];
  let owner: ChildProcess | undefined;
  let names = 0;
  const start = () => {
    const name = `w${names++}`;
    const child: ChildProcess = worker(stateDir, name, (line) => {
      if (line === 'owner') owner = child;
      else if (line.startsWith('error')) errors.push(line);
      else promised.push(line);
    });
  };
  for (let index = 0; index < 3; index += 1) start();
  for (let kills = 0; kills < 12; kills += 1) {
    await expect.poll(() => owner?.pid, { timeout: 20_000, interval: 3 }).toBeDefined();
    const before = promised.length;
    await expect.poll(() => promised.length, { timeout: 20_000, interval: 1 }).toBeGreaterThan(before + kills);
    const killed = owner;
    owner = undefined;
    killed?.kill('SIGKILL');
    if (killed) await once(killed, 'close');
    start();
  }
  for (const child of workers) child.kill('SIGKILL');
  await Promise.all([...workers].map((child) => child.exitCode ?? child.signalCode ?? once(child, 'close')));
  expect(errors).toEqual([]);
  const written = steps((await openStore(stateDir, clock).read(run)).records);
  const missing = promised.filter((step) => !written.includes(step));
  expect(missing).toEqual([]);
  // Each owner's records stand together, in order: nobody wrote between them.
  const owners = written.map((step) => step.split('-')[0]).filter((name, at, all) => name !== all[at - 1]);
  expect(new Set(owners).size).toBe(owners.length);
  expect(owners.length).toBeGreaterThanOrEqual(12);
  expect(await verifyJournal(stateDir, run)).toMatchObject({ records: expect.any(Number) });
});
