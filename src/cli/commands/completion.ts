import { Argument, type Command } from 'commander';
import type { Shell } from '../completion/script.ts';
import { answer } from '../screen.ts';
import { command, type MakeCommand } from './options.ts';

const shells: readonly Shell[] = ['bash', 'zsh', 'fish'];

/** `rekey completion`: what a shell needs to complete the words of this command line. */
export const completionCommand: MakeCommand = (end) =>
  command(
    'completion',
    'Print the script by which a shell completes commands, options, plan files and the ids of runs.',
    [
      ['rekey completion bash > ~/.local/share/bash-completion/completions/rekey', 'for bash, once'],
      ['rekey completion zsh > ~/.zfunc/_rekey', 'for zsh, once, where fpath has ~/.zfunc'],
      ['rekey completion fish > ~/.config/fish/completions/rekey.fish', 'for fish, once'],
    ],
  )
    .addArgument(new Argument('<shell>', 'for which shell').choices(shells))
    .action(async (shell: Shell, _options: object, self: Command) => {
      const { completionScript } = await import('../completion/script.ts');
      answer(completionScript(shell, self.parent ?? self).trimEnd());
      end(0);
    });
