import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function mounted(mebibytes: number) {
  const path = mkdtempSync(join(tmpdir(), 'rekey-disk-'));
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'rekey', path]);
  const remove = () => {
    if (status === 0) spawnSync('umount', ['-l', path]);
    rmSync(path, { recursive: true, force: true });
  };
  if (status === 0) return { path, remove };
  remove();
  throw new Error(`there is no small disk here: ${stderr}`);
}

function isThere(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    mounted(1).remove();
    return true;
  } catch {
    // A container may forbid it to root, too: then what needs one is not tested there.
    return false;
  }
}

/** A disk of its own, so small that a test can fill it: for root on Linux alone. */
export const smallDisk = { there: isThere(), mounted };

/** Fills a disk to its last byte. */
export function fill(path: string) {
  const file = join(path, `filler-${process.hrtime.bigint()}`);
  const handle = openSync(file, 'w');
  let length = 0;
  for (const piece of [Buffer.alloc(65_536, 1), Buffer.alloc(4_096, 1), Buffer.alloc(1, 1)]) {
    try {
      for (;;) length += writeSync(handle, piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  closeSync(handle);
  return {
    /** Gives so many bytes back. */
    shrink: (bytes: number) => truncateSync(file, length - bytes),
    remove: () => rmSync(file),
  };
}
