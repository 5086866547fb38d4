import childProcess, { type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import { PassThrough } from 'node:stream';
import type { World } from './world.ts';

/** What becomes of a program that was started. */
export interface Course {
  /** How long it takes; undefined: it never ends by itself. */
  readonly takesMs: number | undefined;
  /** What it does when its time is over, unless it was ended before: its exit code. */
  act(): number;
  /** It is ended from outside at that time, and has done nothing, or everything. */
  readonly endedBy?: NodeJS.Signals;
}

/** Of each start of a program its course: by its words, as the machine finds them. */
export type Programs = (argv: readonly string[]) => Course;

interface Running {
  readonly child: EventEmitter;
  readonly argv: readonly string[];
}

/**
 * The machine that rekey runs on, as far as it starts programs of the operator's: in virtual time, and outside of the process
 * of rekey, so that they go on when that dies.
 */
export class Machine {
  private readonly world: World;
  private readonly programs: Programs;
  private readonly running = new Map<number, Running>();
  private readonly real = { spawn: childProcess.spawn, kill: process.kill };
  private last = 1_000_000;

  constructor(world: World, programs: Programs) {
    this.world = world;
    this.programs = programs;
    childProcess.spawn = ((program: string, args: readonly string[]) =>
      this.start([program, ...args])) as unknown as typeof childProcess.spawn;
    process.kill = (pid, signal) =>
      Math.abs(pid) > 1_000_000 ? this.kill(Math.abs(pid), signal) : this.real.kill.call(process, pid, signal);
    syncBuiltinESMExports();
  }

  /** Gives the process back its own. */
  close(): void {
    childProcess.spawn = this.real.spawn;
    process.kill = this.real.kill;
    syncBuiltinESMExports();
  }

  private start(argv: readonly string[]): ChildProcess {
    const pid = ++this.last;
    const stderr = new PassThrough();
    const child = Object.assign(new EventEmitter(), { pid, stderr });
    const name = argv.join(' ');
    const beside = [...this.running.values()].filter((one) => one.argv.join(' ') === name);
    this.world.auditor.judge('P4.beside', beside.length === 0, () => `${name} was started while it still ran`);
    this.running.set(pid, { child, argv });
    this.world.tellProgram(`${name} was started (${pid})`);
    const { takesMs, act, endedBy } = this.programs(argv);
    if (takesMs !== undefined) {
      const at = Date.now() + takesMs;
      // What it does comes in order with what happens in the account; rekey hears of its end by a timer of its own process.
      this.world.account.schedule(at, () => {
        if (this.running.has(pid)) this.ended(pid, endedBy ? null : act(), endedBy ?? null);
      });
      setTimeout(() => this.world.account.world.settle(), takesMs);
    }
    return child as unknown as ChildProcess;
  }

  private ended(pid: number, exit: number | null, signal: NodeJS.Signals | null): void {
    const one = this.running.get(pid);
    this.running.delete(pid);
    this.world.tellProgram(`${one?.argv.join(' ')} ended (${pid}): ${signal ?? exit}`);
    one?.child.emit('exit', exit, signal);
  }

  private kill(pid: number, signal: string | number | undefined): true {
    if (!this.running.has(pid)) throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH' });
    if (signal !== 0) this.ended(pid, null, typeof signal === 'string' ? (signal as NodeJS.Signals) : 'SIGTERM');
    return true;
  }
}
