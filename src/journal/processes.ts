import { readdir, readFile } from 'node:fs/promises';
import type { Processes } from '../contract/processes.ts';
import { identityOf, isAlive, output } from './owner.ts';

/** The processes of the machine that this one runs on. */
export const processesHere: Processes = {
  async identityOf(pid) {
    const found = await identityOf(pid);
    // What can not be read is kept: nobody takes it for dead then.
    return found.started === '' && hasEnded(pid) ? undefined : found;
  },
  isAlive: (one) => isAlive(one),
  async leadersWith(name, values) {
    if (values.length === 0) return [];
    const marks = new Set(values.map((value) => `${name}=${value}`));
    const pids = await (process.platform === 'darwin' ? psLeadersWith : procLeadersWith)(marks);
    if (!pids) return undefined;
    const found = await Promise.all(pids.map((pid) => processesHere.identityOf(pid)));
    return found.filter((one) => one !== undefined);
  },
  async signalGroup(leader, signal) {
    // Its number may be a stranger's by now.
    if ((await isAlive(leader)) !== 'alive') return;
    try {
      process.kill(-leader.pid, signal);
    } catch (error) {
      // It has just ended, or is another user's: whoever waits for its end sees which.
      if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  },
};

function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

async function procLeadersWith(marks: ReadonlySet<string>): Promise<readonly number[] | undefined> {
  const names = await unless(['ENOENT', 'EACCES'], readdir('/proc'));
  const pids = names?.filter((name) => /^\d+$/.test(name)).map(Number) ?? [];
  // Without a /proc at least this process would not be there.
  if (!pids.includes(process.pid)) return undefined;
  const found = await Promise.all(
    pids.map(async (pid) => {
      // What has ended meanwhile, and what is another user's, tells nothing.
      const read = (file: string) => unless(notForUs, readFile(`/proc/${pid}/${file}`, 'utf8'));
      const environment = await read('environ');
      if (!environment?.split('\0').some((one) => marks.has(one))) return [];
      const stat = (await read('stat')) ?? '';
      // The second field, the name, may hold blanks and parentheses; behind it come state, parent and group.
      const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
      return group === pid ? [pid] : [];
    }),
  );
  return found.flat();
}

const notForUs = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'];

/** What comes of it; undefined where it fails with one of these codes. */
async function unless<T>(codes: readonly string[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return undefined;
  }
}

async function psLeadersWith(marks: ReadonlySet<string>): Promise<readonly number[] | undefined> {
  const printed = await output('ps', ['-axEwwo', 'pid=,pgid=,command=']);
  if (printed === '') return undefined;
  const lines = printed.split('\n');
  return lines.flatMap((line) => {
    const [pid, group, ...words] = line.trim().split(/\s+/);
    return pid !== undefined && pid === group && words.some((word) => marks.has(word)) ? [Number(pid)] : [];
  });
}
