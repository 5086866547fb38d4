import { Command, CommanderError } from 'commander';
import { settingsOf, stateDirOf } from '../app/settings.ts';
import { version } from '../app/version.ts';
import { problem, RekeyError } from '../errors/index.ts';
import { completionCommand } from './commands/completion.ts';
import { demoCommand } from './commands/demo.ts';
import { journalCommand } from './commands/journal.ts';
import { reportCommand } from './commands/report.ts';
import { resumeCommand } from './commands/resume.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { runCommand } from './commands/run.ts';
import { schemaCommand } from './commands/schema.ts';
import { simulateCommand } from './commands/simulate.ts';
import { statusCommand } from './commands/status.ts';
import { validateCommand } from './commands/validate.ts';
import { type EventBody, printEvent } from './json-lines.ts';
import { programWords, quoted, spelled } from './next-command.ts';
import { flushed, ink, safe, tell, tellError } from './screen.ts';

/** Runs the command line with these arguments (without `node` and the script). Resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let exit = 0;
  const program = programOf((code) => {
    exit = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    exit = told(error, argv);
  }
  await flushed();
  return exit;
}

/** The whole command line. `end` is told the exit code of the command that ran. */
export function programOf(end: (exit: number) => void): Command {
  const program = new Command('rekey')
    .description(
      'Moves what AWS encrypts under one KMS key (volumes of EC2 instances, unattached volumes, RDS instances, Aurora clusters) to another key: snapshot, new one under the new key, swap, verify, and only then delete the original. A run can be killed at any instant and resumed.',
    )
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .enablePositionalOptions()
    .addHelpText('after', afterHelp);
  const commands = [
    validateCommand,
    runCommand,
    resumeCommand,
    statusCommand,
    rollbackCommand,
    reportCommand,
    journalCommand,
    schemaCommand,
    simulateCommand,
    demoCommand,
    completionCommand,
  ];
  for (const make of commands) program.addCommand(make(end));
  for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
    command.exitOverride().on('beforeHelp', () => refuseUnknown(command));
    command.configureOutput({
      writeOut: (text) => void process.stdout.write(text),
      writeErr: (text) => void process.stderr.write(text),
      outputError: (text, write) => write(ink.red(safe(text.trimEnd().replace(/^error: /, '✗ '))) + '\n'),
    });
  }
  return program;
}

/** Who asks for the help of a command that does not exist is answered as who gives it: commander would show that of the parent. */
function refuseUnknown(command: Command): void {
  const [first, second] = command.args;
  const named = first === 'help' ? second : first;
  if (named === undefined || named.startsWith('-') || command.commands.length === 0) return;
  if (!command.commands.some((one) => one.name() === named)) command.parse([named], { from: 'user' });
}

const afterHelp = `
Examples:
  rekey demo                              watch it work on a simulated account
  rekey validate plans/ec2-instance.yaml  check a plan; touches nothing
  rekey run plans/ec2-instance.yaml       run it
  rekey status                            what runs there are, how they stand
  rekey report RUN -o report.html         what one has done, for other people

Exit codes:
  0 done · 1 failed · 2 bad usage or invalid plan · 3 paused, resume later ·
  4 verification failed, nothing deleted · 5 held by another runner ·
  6 somebody changed the target · 130 interrupted`;

/** Says what went wrong, to people on stderr and, where stdout is for a program, there too. Gives the exit code. */
function told(error: unknown, argv: readonly string[]): number {
  if (argv.includes('--json') && !(error instanceof CommanderError && error.exitCode === 0))
    printEvent(now(), 'error', errorBody(error, stateDirIn(argv)));
  return toldToPeople(error, stateDirIn(argv));
}

/** By the run's clock; one that can't be read is what is told. */
function now(): number {
  try {
    return settingsOf({}).clock.now();
  } catch {
    return Date.now();
  }
}

function errorBody(error: unknown, stateDir: string): EventBody {
  if (error instanceof RekeyError) {
    const { code, title, message, hint, exit } = error;
    return { error: code, title, message, hint: spelled(hint, stateDir), exit };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CommanderError) {
    const { title, message: _, hint, exit } = problem('usage', { what: message });
    return { error: 'usage', title, message: message.replace(/^error: /, ''), hint: spelled(hint, stateDir), exit };
  }
  return { error: 'bug', title: bug, message, hint: whereHint, exit: 1 };
}

const bug = 'This is a bug of rekey';
const whereHint = 'REKEY_DEBUG=1 shows where; a run that was under way can be resumed';

/** The state directory that the command was given, also where it failed before it was read. */
function stateDirIn(argv: readonly string[]): string {
  const at = argv.findIndex((word) => word === '--state-dir' || word.startsWith('--state-dir='));
  const value = argv[at]?.includes('=') ? argv[at]?.slice('--state-dir='.length) : argv[at + 1];
  return stateDirOf(at < 0 || value === undefined ? {} : { stateDir: value });
}

function toldToPeople(error: unknown, stateDir: string): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // Where no command is given, they have just been listed.
    if (error.code === 'commander.help') return 2;
    const rekey = programWords().map(quoted).join(' ');
    tell(`${ink.dim('→')} ${rekey} --help lists the commands, ${rekey} <command> --help its options`);
    return 2;
  }
  if (error instanceof RekeyError) {
    tellError(error, stateDir);
    return error.exit;
  }
  const message = error instanceof Error ? error.message : String(error);
  tell(`${ink.red(`✗ ${bug}`)}\n${safe(message)}`);
  if (process.env['REKEY_DEBUG']) tell(safe(error instanceof Error ? (error.stack ?? '') : ''));
  else tell(`${ink.dim('→')} ${whereHint}`);
  return 1;
}
