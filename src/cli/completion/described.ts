import type { Command, Option } from 'commander';

/** What a shell can offer for a value: files, the ids of runs, or words that are all known. Of anything else it can't know. */
export type Offer = 'plan' | 'file' | 'directory' | 'run' | 'nothing' | readonly string[];

/** An option of a command: how it is typed, and what follows it when something does. */
export interface DescribedOption {
  readonly flags: readonly string[];
  readonly what: string;
  readonly value?: { readonly name: string; readonly offer: Offer };
}

/** A command as a shell has to know it; the program itself is the one without a path. */
export interface DescribedCommand {
  /** The words after `rekey`: `['journal', 'verify']`. */
  readonly path: readonly string[];
  readonly what: string;
  readonly options: readonly DescribedOption[];
  /** Its one argument, if it has one. */
  readonly argument?: { readonly name: string; readonly offer: Offer };
  /** The names of the commands below it. */
  readonly commands: readonly { readonly name: string; readonly what: string }[];
}

const offers: Readonly<Record<string, Offer>> = { plan: 'plan', file: 'file', dir: 'directory', run: 'run' };

/** A program and all of its commands, as its help tells them. */
export function described(program: Command): DescribedCommand[] {
  return below(program, []);
}

function below(command: Command, path: readonly string[]): DescribedCommand[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).map((one) => ({ name: one.name(), what: firstSentence(one) }));
  const own = {
    path,
    what: firstSentence(command),
    options: help.visibleOptions(command).map(optionOf),
    commands,
    ...argumentOf(command),
  };
  const names = commands.map(({ name }) => name);
  // The help command lists the commands beside it, and is no child of any.
  const helping = names.includes('help') && {
    path: [...path, 'help'],
    what: '',
    options: [],
    argument: { name: 'command', offer: names.filter((name) => name !== 'help') },
    commands: [],
  };
  return [
    own,
    ...command.commands.flatMap((one) => below(one, [...path, one.name()])),
    ...(helping === false ? [] : [helping]),
  ];
}

function optionOf({ short, long, flags, description, argChoices }: Option): DescribedOption {
  const value = /[<[]([^>\]]+?)(?:\.\.\.)?[>\]]/.exec(flags)?.[1];
  return {
    flags: [short, long].filter((flag) => flag !== undefined),
    what: description,
    ...(value !== undefined && { value: { name: value, offer: argChoices ?? offers[value] ?? 'nothing' } }),
  };
}

function argumentOf({ registeredArguments: [argument] }: Command): Pick<DescribedCommand, 'argument'> {
  if (argument === undefined) return {};
  const name = argument.name();
  return { argument: { name, offer: argument.argChoices ?? offers[name] ?? 'nothing' } };
}

function firstSentence(command: Command): string {
  return command.description().split(/(?<=\.) /, 1)[0] ?? '';
}
