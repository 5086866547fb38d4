import { spawn } from 'node:child_process';
import { printable } from '../../aws/printable.ts';
import type { AwsContext } from '../../aws/services.ts';
import { clockOf } from '../../contract/clock.ts';
import type { Commands } from '../../contract/step.ts';

const wall = clockOf();

/** A command of the user's: a program with its arguments, never a line for a shell. */
export interface Command {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** In wall milliseconds, whatever the run's clock: a real process runs in real time. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** On record, and never beside what an earlier process has left; a trial outside of a run has no record. */
  readonly commands?: Commands;
}

/** How a command ended. `why` instead of an exit code when it was not there, was killed, or took too long. */
export interface CommandEnd {
  readonly exit: number | undefined;
  readonly why: string | undefined;
  /** The last line it wrote to stderr, printable. */
  readonly complaint: string;
}

const graceMs = 2_000;
const keptCharacters = 4_096;

/** Values for the user's commands. They go by the environment because a value in a command line could be read as an option or by a shell. */
export function environmentOf(ctx: AwsContext): Record<string, string> {
  return {
    REKEY_RUN: ctx.run,
    REKEY_PLAN: ctx.plan,
    REKEY_TARGET: ctx.target.id,
    REKEY_REGION: ctx.aws.region,
    REKEY_TOKEN: ctx.token,
  };
}

/**
 * Runs a command to its end. On time-out and abort its whole process group is ended, and where its start can not be put on record:
 * then, and where something can't be left to run beside it, it rejects.
 */
export async function runCommand(command: Command): Promise<CommandEnd> {
  await command.commands?.alone();
  return new Promise((resolve, reject) => {
    let why: string | undefined;
    let stderr = '';
    const child = started(command);
    if (child instanceof Error) {
      resolve({ exit: undefined, why: `could not be started: ${printable(child.message)}`, complaint: '' });
      return;
    }
    const kill = (reason: string) => {
      why ??= reason;
      signalGroup(child.pid, 'SIGTERM');
      setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs).unref();
    };
    const recorded =
      child.pid === undefined ? undefined : command.commands?.started(child.pid, wall.now() + command.timeoutMs);
    recorded?.catch(() => kill('is not on record'));
    const abort = () => kill('was interrupted');
    const timer = setTimeout(() => kill(`did not end within ${command.timeoutMs} ms`), command.timeoutMs);
    const end = (exit: number | undefined, reason: string | undefined) => {
      clearTimeout(timer);
      command.signal.removeEventListener('abort', abort);
      const complaint = printable(stderr.trim().split('\n').at(-1) ?? '', 300);
      const told = { exit: why === undefined ? exit : undefined, why: why ?? reason, complaint };
      Promise.resolve(recorded).then(() => resolve(told), reject);
    };
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-keptCharacters);
    });
    child.on('error', (error) => end(undefined, `could not be started: ${printable(error.message)}`));
    child.on('exit', (exit, signal) => end(exit ?? undefined, signal ? `was ended by ${signal}` : undefined));
    if (command.signal.aborted) abort();
    else command.signal.addEventListener('abort', abort, { once: true });
  });
}

/** The process, in a group of its own, so that what it started ends with it; or why there is none: some reasons are thrown, and some told by an event. */
function started({ argv, environment }: Command) {
  const [program, ...args] = argv;
  try {
    return spawn(program ?? '', args, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Was it not there, or could it not be started, so that it has done nothing? */
export function neverRan({ exit, why }: CommandEnd): boolean {
  return exit === undefined && why?.startsWith('could not be started') === true;
}

/** "exited with 3: connection refused", to stand after the command's name. */
export function describeEnd({ exit, why, complaint }: CommandEnd): string {
  return `${why ?? `exited with ${exit}`}${complaint ? `: ${complaint}` : ''}`;
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It has ended by itself meanwhile, or is another user's by now and ends when it likes: we wait for it either way.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
