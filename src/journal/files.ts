import { constants } from 'node:fs';
import { access, link, mkdir, open, readdir, rm, stat, utimes } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { problem } from '../errors/index.ts';

/** A file open for appending. */
export interface AppendFile {
  /** Writes all of `bytes`; a failure may leave a part of them. */
  append(bytes: Uint8Array): Promise<void>;
  datasync(): Promise<void>;
  /** In bytes. */
  length(): Promise<number>;
  close(): Promise<void>;
}

/** The file operations of a journal, so that a test can make each of them fail. All reject with the system's error. */
export interface Files {
  list(directory: string): Promise<readonly string[]>;
  /** Gives `see` all bytes of a file in order, in pieces, each of which is its own only until it returns; `false` ends the reading. */
  read(file: string, see: (bytes: Buffer) => boolean): Promise<void>;
  exists(file: string): Promise<boolean>;
  /** Time of the last change, in ms since 1970, by the file system's clock. */
  modifiedMs(file: string): Promise<number>;
  touch(file: string, atMs: number): Promise<void>;
  /** With its parents, mode 0700, on disk when it resolves. */
  makeDirectory(directory: string): Promise<void>;
  /** A new file, mode 0600; rejects with EEXIST when there is one. */
  create(file: string): Promise<AppendFile>;
  link(from: string, to: string): Promise<void>;
  /** No error when it is not there. */
  remove(file: string): Promise<void>;
  /** Brings a file's content or a directory's entries to disk. */
  sync(path: string): Promise<void>;
}

/** The code of a system error (`ENOENT`), undefined for any other value. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : undefined;
}

/** What `work` gives; a system error in it is told as `state-dir-unwritable`. */
export async function usable<T>(stateDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || systemCode(error) === undefined) throw error;
    throw problem('state-dir-unwritable', { stateDir, reason: error.message }, error);
  }
}

/** Makes a directory with the parents that it lacks, and calls `made` after each. Rejects with the system's error. */
export async function makeDirectories(
  directory: string,
  { mode, made }: { readonly mode?: number; readonly made?: (directory: string) => Promise<void> } = {},
): Promise<void> {
  // One by one: `recursive` of Node never comes back where a parent is there and takes none (/proc).
  const missing: string[] = [];
  for (let at = resolve(directory); !(await diskFiles.exists(at)); at = dirname(at)) missing.unshift(at);
  for (const one of missing) {
    await mkdir(one, mode).catch((error) => {
      if (systemCode(error) !== 'EEXIST') throw error;
    });
    await made?.(one);
  }
}

const pieceBytes = 1 << 20;

/** The real file system. */
export const diskFiles: Files = {
  list: (directory) => readdir(directory),
  async read(file, see) {
    const handle = await open(file, 'r');
    try {
      const piece = Buffer.allocUnsafe(pieceBytes);
      for (;;) {
        const { bytesRead } = await handle.read(piece, 0, pieceBytes);
        if (bytesRead === 0 || !see(piece.subarray(0, bytesRead))) return;
      }
    } finally {
      await handle.close();
    }
  },
  async exists(file) {
    try {
      await access(file, constants.F_OK);
      return true;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return false;
      throw error;
    }
  },
  modifiedMs: async (file) => (await stat(file)).mtimeMs,
  touch: (file, atMs) => utimes(file, atMs / 1000, atMs / 1000),
  async makeDirectory(directory) {
    await makeDirectories(directory, { mode: 0o700, made: (one) => diskFiles.sync(dirname(one)) });
  },
  async create(file) {
    const handle = await open(file, 'ax', 0o600);
    return {
      append: (bytes) => handle.appendFile(bytes),
      datasync: () => handle.datasync(),
      length: async () => (await handle.stat()).size,
      close: () => handle.close(),
    };
  },
  link: (from, to) => link(from, to),
  remove: (file) => rm(file, { force: true }),
  async sync(path) {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};
