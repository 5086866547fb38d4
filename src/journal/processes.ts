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
  async leadersWith(name, value) {
    const pids = await (process.platform === 'darwin' ? psLeadersWith : procLeadersWith)(`${name}=${value}`);
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

async function procLeadersWith(mark: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      // What has ended meanwhile, and what is another user's, tells nothing.
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (!environment.split('\0').includes(mark)) return [];
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // The second field, the name, may hold blanks and parentheses; behind it come state, parent and group.
      const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
      return group === pid ? [pid] : [];
    }),
  );
  return found.flat();
}

async function psLeadersWith(mark: string): Promise<readonly number[]> {
  const lines = (await output('ps', ['-axEwwo', 'pid=,pgid=,command='])).split('\n');
  return lines.flatMap((line) => {
    const [pid, group] = line.trim().split(/\s+/);
    return pid !== undefined && pid === group && `${line} `.includes(` ${mark} `) ? [Number(pid)] : [];
  });
}
