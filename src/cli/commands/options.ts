import { Command } from 'commander';
import type { CommonOptions } from '../../app/settings.ts';
import { problem } from '../../errors/index.ts';

/** A command as every one of ours is made: told its exit code when it ends. */
export type MakeCommand = (end: (exit: number) => void) => Command;

/** Options of the commands that drive a run. */
export interface DriveOptions extends CommonOptions {
  readonly wait?: boolean;
  readonly json?: boolean;
  readonly replaceClaim?: string;
  readonly takeOver?: boolean;
  readonly commandsEnded?: boolean;
  readonly again?: boolean;
}

/** Gathers an option that may be given several times. */
export function gather(value: string, past: readonly string[] = []): readonly string[] {
  return [...past, value];
}

// Of a terminal, in columns.
const narrowest = 80;

/** A command with its description and examples. */
export function command(usage: string, description: string, examples: readonly (readonly [string, string])[]): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  const beside = examples.map(([line, what]) => `  ${line.padEnd(width)}  ${what}`.trimEnd());
  const below = examples.map(([line, what]) => `  ${line}\n      ${what}`.trimEnd());
  const lines = beside.every((line) => line.length <= narrowest) ? beside : below;
  return new Command(usage)
    .description(description)
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError(true)
    .addHelpText('after', `\nExample${lines.length === 1 ? '' : 's'}:\n${lines.join('\n')}`);
}

/** Adds where runs are kept. */
export function withStateDir(to: Command): Command {
  return to.option('--state-dir <dir>', 'where runs are kept (REKEY_STATE_DIR; default .rekey)');
}

/** Adds how AWS is reached. */
export function withAws(to: Command): Command {
  return to
    .option('--profile <name>', 'profile of the AWS configuration (AWS_PROFILE)')
    .option('--region <region>', "must be the plan's (AWS_REGION, AWS_DEFAULT_REGION)");
}

/** Adds how a run goes and shows. */
export function withDriving(to: Command): Command {
  return withAws(withStateDir(to))
    .option('--wait', 'stay until windows and holds open, instead of ending with exit code 3')
    .option('--json', 'one JSON object a line on stdout (docs/EVENTS.md)')
    .option('--replace-claim <run>', 'take over the claim that this other run has on the target');
}

/** How many seconds may pass in the simulated account in one second. */
export const mostSpeed = 100_000;

/** The value of an option that is a number above 0. Throws `usage`. */
export function numberOf(command: string, option: string, text: string, most: number): number {
  const value = /^\d{1,10}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0 && value <= most) return value;
  throw problem('usage', { what: `${option} ${text} is not a number above 0, and at most ${most}`, command });
}
