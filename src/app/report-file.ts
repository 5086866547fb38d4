import { realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { problem, RekeyError } from '../errors/index.ts';
import { makeDirectories } from '../journal/files.ts';

/** Writes a report, and over an older one; never over a journal. Throws `report-unwritable`. */
export async function writeReport(stateDir: string, file: string, text: string): Promise<void> {
  try {
    if (await isWithin(join(stateDir, 'runs'), file))
      throw problem('report-unwritable', { file, reason: 'it would be among the journals' });
    await makeDirectories(dirname(file));
    await writeFile(file, text);
  } catch (error) {
    if (error instanceof RekeyError || !(error instanceof Error)) throw error;
    throw problem('report-unwritable', { file, reason: error.message }, error);
  }
}

/** By where links lead to. */
async function isWithin(directory: string, file: string): Promise<boolean> {
  const way = relative(await realOf(directory), await realOf(file));
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}

/** Of what is not there yet: where it would come to be. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const absolute = resolve(path);
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!missing || dirname(absolute) === absolute) throw error;
    return join(await realOf(dirname(absolute)), basename(absolute));
  }
}
