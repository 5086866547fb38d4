import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Entry, type JournalRecord, journalFormat, type Owner } from '../../src/contract/record.ts';
import { chained, genesis } from '../../src/journal/chain.ts';
import { diskFiles, type Files } from '../../src/journal/files.ts';
import { whoAmI } from '../../src/journal/owner.ts';
import { segmentOf } from '../../src/journal/segments.ts';
import { openStore } from '../../src/journal/store.ts';

export const run = '20180606T021500Z-k3x7qa';
export const clock = { now: () => Date.UTC(2018, 5, 6, 2, 15) };
export const submitted = {
  t: 'submitted',
  run,
  version: '0.1.0',
  plans: [{ file: 'plan.yaml', text: 'name: "ø"\n', sets: [], hash: 'a'.repeat(64) }],
} as unknown as Entry & { t: 'submitted' };

export const passed = (step: string): Entry => ({ t: 'passed', plan: 'orders', step });

export const steps = (records: readonly JournalRecord[]) =>
  records.flatMap((record) => (record.t === 'passed' ? [record.step] : []));

/** A fresh state directory. */
export async function stateDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rekey-journal-'));
  onTestFinished(async () => {
    await rm(directory, { recursive: true, force: true });
  });
  return directory;
}

/** A state directory with a run that was closed after each of the groups of steps. */
export async function writtenRun(...sessions: readonly (readonly string[])[]): Promise<string> {
  const stateDir = await stateDirectory();
  const store = openStore(stateDir, clock);
  for (const [index, session] of sessions.entries()) {
    const journal = index === 0 ? await store.create(run, submitted) : await store.open(run);
    for (const step of session) await journal.append(passed(step));
    await journal.close();
  }
  return stateDir;
}

/** A run whose only segment was written by `by`, and the hash of its last record. */
export async function runOf(by: Partial<Owner>): Promise<{ stateDir: string; segment: string; head: string }> {
  const stateDir = await stateDirectory();
  const place = { run, stateDir };
  await mkdir(join(stateDir, 'runs', run), { recursive: true });
  const entries = [
    { t: 'open', format: journalFormat, epoch: 1, by: { ...(await whoAmI()), ...by }, sealed: {} },
    submitted,
    passed('theirs'),
  ];
  let text = '';
  let head = genesis;
  for (const entry of entries) {
    const next = chained(JSON.stringify({ ...entry, at: new Date(clock.now()).toISOString() }), head);
    text += next.line;
    head = next.hash;
  }
  await writeFile(segmentOf(place, 1), text);
  return { stateDir, segment: segmentOf(place, 1), head };
}

export const segment = (stateDir: string, epoch: number) => segmentOf({ run, stateDir }, epoch);

/** Everything in a directory: names, contents, modes and times of change. */
export async function photograph(directory: string): Promise<readonly unknown[]> {
  const names = (await readdir(directory, { recursive: true })).sort();
  return Promise.all(
    ['.', ...names].map(async (name) => {
      const found = await stat(join(directory, name));
      const content = found.isFile() ? await readFile(join(directory, name), 'utf8') : null;
      return [name, found.mode, found.mtimeMs, found.ctimeMs, found.nlink, content];
    }),
  );
}

/** A system error as the file system would give it. */
export function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: made up by a test, ${syscall}`), { code, syscall });
}

/** The real files, with `before` asked ahead of each operation: what it throws, the operation throws; `'half'` writes half and throws ENOSPC. */
export function watchedFiles(before: (operation: string, path: string) => unknown): Files {
  const watch =
    <A extends readonly [string, ...unknown[]], R>(name: string, work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await before(name, args[0]);
      return work(...args);
    };
  return {
    list: watch('list', diskFiles.list),
    read: watch('read', diskFiles.read),
    exists: watch('exists', diskFiles.exists),
    modifiedMs: watch('modifiedMs', diskFiles.modifiedMs),
    touch: watch('touch', diskFiles.touch),
    makeDirectory: watch('makeDirectory', diskFiles.makeDirectory),
    link: watch('link', diskFiles.link),
    remove: watch('remove', diskFiles.remove),
    sync: watch('sync', diskFiles.sync),
    create: watch('create', async (file: string) => {
      const made = await diskFiles.create(file);
      return {
        async append(bytes) {
          if ((await before('append', file)) !== 'half') return made.append(bytes);
          await made.append(bytes.subarray(0, bytes.length / 2));
          throw systemError('ENOSPC', 'write');
        },
        async datasync() {
          await before('datasync', file);
          await made.datasync();
        },
        length: () => made.length(),
        close: () => made.close(),
      };
    }),
  };
}
