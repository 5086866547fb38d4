import { entry } from './entry.ts';

/** Errors of a run. */
export const engineErrors = {
  'effect-failed': entry({
    title: 'A step failed',
    exit: 1,
    message: (p: { title: string; reason: string }) => `${p.title}: ${p.reason}`,
    hint: () => 'look at the reason, mend it, and resume',
  }),
};
