import type { Command } from 'commander';
import { bashScript } from './bash.ts';
import { described } from './described.ts';
import { fishScript } from './fish.ts';
import { zshScript } from './zsh.ts';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** A shell for which there is a completion script. */
export type Shell = keyof typeof scripts;

/** The script by which a shell completes the commands of `program`, made from what their help tells. */
export function completionScript(shell: Shell, program: Command): string {
  return scripts[shell](described(program));
}
