import { entry } from './entry.ts';

/** Errors of the journal. */
export const journalErrors = {
  'run-held': entry({
    title: 'Another runner owns this run',
    exit: 5,
    message: (p: { run: string; owner: string }) => `run ${p.run} is held by ${p.owner}`,
    hint: (p) => `wait for it to end, or stop it, then: rekey resume ${p.run}`,
  }),
};
