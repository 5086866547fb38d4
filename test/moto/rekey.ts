import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Stand } from './accounts.ts';
import { type Ran, ran, root } from './programs.ts';

const bin = join(root, 'bin/rekey.js');

/** The last line of `rekey run --json`. */
export interface Finished {
  readonly type: 'run.finished';
  readonly runId: string;
  readonly status: string;
  readonly plans: readonly {
    readonly name: string;
    readonly status: string;
    readonly replacements: readonly { original: string; replacement: string; verdict: string }[];
  }[];
  readonly apiCalls: Readonly<Record<string, number>>;
}

/** Runs the built command line against an account, as a person would. */
export function rekey({ env }: Stand, ...args: readonly string[]): Promise<Ran> {
  return ran(process.execPath, [bin, ...args], env);
}

/** Runs it and kills it, as a power cut would, as soon as it has printed a line that `moment` holds for. */
export function rekeyKilled({ env }: Stand, moment: (line: string) => boolean, ...args: readonly string[]) {
  return new Promise<readonly string[]>((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'] });
    const lines: string[] = [];
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const parts = `${rest}${chunk.toString()}`.split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts);
      if (parts.some(moment)) child.kill('SIGKILL');
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(lines);
      else reject(new Error(`rekey ended with ${code} before it could be killed:\n${lines.join('\n')}`));
    });
  });
}

/** What the last line of a run says. Throws, with all that was printed, when it is not that of a run that ended. */
export function finished({ exit, stdout, stderr }: Ran): Finished {
  const last = stdout.trim().split('\n').at(-1) ?? '';
  const all = () => `exit ${exit}\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`;
  if (!last.includes('"run.finished"')) throw new Error(`no run.finished in the last line: ${all()}`);
  const value = JSON.parse(last) as Finished;
  if (exit !== 0) throw new Error(`the run did not succeed: ${all()}`);
  return value;
}
