import { entry } from './entry.ts';

/** Errors of the simulated account's own files and options (what it answers on the wire is AWS's). */
export const simulatorErrors = {
  'scenario-invalid': entry({
    title: 'The scenario is not valid',
    exit: 2,
    message: (p: { file: string; problems: readonly string[] }) => `${p.file}\n${p.problems.join('\n')}`,
    hint: () => 'docs/SIMULATOR.md lists what a scenario may hold',
  }),
};
