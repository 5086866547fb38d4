import { entry } from './entry.ts';

/** Errors of the simulated account's own files and options (what it answers on the wire is AWS's). */
export const simulatorErrors = {
  'scenario-invalid': entry({
    title: 'The scenario is not valid',
    exit: 2,
    message: (p: { file: string; problems: readonly string[] }) =>
      `${p.file}: ${p.problems.length} problem${p.problems.length === 1 ? '' : 's'}\n${p.problems.join('\n')}`,
    hint: () => 'docs/SIMULATOR.md lists what a scenario may hold',
  }),
  'fault-invalid': entry({
    title: 'The fault rules are not valid',
    exit: 2,
    message: (p: { problems: readonly string[] }) => p.problems.join('\n'),
    hint: () => 'docs/SIMULATOR.md lists the kinds of faults and their keys',
  }),
  'sql-engine-absent': entry({
    title: 'There is no PostgreSQL to put behind a simulated database',
    exit: 1,
    message: (p: { reason: string }) =>
      `a database of the scenario says \`sql\`, but @electric-sql/pglite is not installed: ${p.reason}`,
    hint: () => 'install with its optional dependencies (npm install --include=optional), or leave `sql` out',
  }),
};
