import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import type { Processes } from '../../src/contract/processes.ts';
import { processesHere } from '../../src/journal/processes.ts';

const firstOfMachine = 1_000_000;
const identityOn = (pid: number) => ({
  host: 'machine',
  machine: 'machine',
  boot: 'machine',
  pidNamespace: 'machine',
  pid,
  started: 'once',
});

/** With what environment the programs of a machine of `programs.ts` were started. */
const environments = new Map<number, NodeJS.ProcessEnv>();

/** Notes from now on with what environment each is started; the machine's own `close` ends that. */
export function noteEnvironments(): void {
  environments.clear();
  const { spawn } = childProcess;
  const noted = (program: string, args: readonly string[], options: childProcess.SpawnOptions) => {
    const child = spawn(program, args, options);
    if (child.pid !== undefined && options.env) environments.set(child.pid, options.env);
    return child;
  };
  childProcess.spawn = noted as typeof spawn;
  syncBuiltinESMExports();
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Those of a machine of `programs.ts` go by signals; all others are real. */
export const processes: Processes = {
  identityOf: async (pid) => (pid > firstOfMachine ? identityOn(pid) : processesHere.identityOf(pid)),
  async isAlive(one) {
    // Of a journal in memory each owner is dead when the next one looks.
    if (one.host === 'memory') return 'dead';
    if (one.host !== 'machine') return processesHere.isAlive(one);
    return runs(one.pid) ? 'alive' : 'dead';
  },
  async leadersWith(name, values) {
    const has = (env: NodeJS.ProcessEnv) => values.includes(env[name] ?? '');
    const found = [...environments].flatMap(([pid, env]) => (has(env) && runs(pid) ? [pid] : []));
    return found.map(identityOn);
  },
  signalGroup: async (leader, signal) =>
    leader.host === 'machine' ? void process.kill(-leader.pid, signal) : processesHere.signalGroup(leader, signal),
};
