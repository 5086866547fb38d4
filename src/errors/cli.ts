import { entry } from './entry.ts';

/** Errors of the command line. */
export const cliErrors = {
  usage: entry({
    title: 'The command line is not right',
    exit: 2,
    message: (p: { what: string }) => p.what,
    hint: () => 'rekey --help lists the commands, rekey <command> --help its options',
  }),
};
